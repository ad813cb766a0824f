"""The message commands of the AT emulator (3GPP TS 27.005)."""

from typing import TYPE_CHECKING, Final

from notanker_lab import at_pdu
from notanker_lab.at_call import AtError, Call, CmsError, Reply, ok
from notanker_lab.at_pdu import PduError, Submit
from notanker_lab.at_session import URC, Session, refusal
from notanker_lab.at_state import Stored
from notanker_lab.at_switches import Switch

if TYPE_CHECKING:
    from notanker_lab.at_air import Sent
    from notanker_lab.at_device import Device, Handler

_SENDING: Final = (
    "hang_sent", "hang_unsent", "late", "late_unsent", "reboot_sent", "reboot_unsent", "unplug_sent",
    "cms", "cms_sent",
)  # fmt: skip
_LEAVES: Final = frozenset({"hang_sent", "late", "reboot_sent", "unplug_sent", "cms_sent"})
_WORDS: Final = ("REC UNREAD", "REC READ", "STO UNSENT", "STO SENT", "ALL")
_MALFORMED: Final = bytes.fromhex("0791947139029009040B91FFFFFF")


def _need(device: "Device") -> None:
    if device.sim.state != "ready":
        raise CmsError(
            {"absent": 310, "pin": 311, "puk": 316, "busy": 314}.get(device.sim.state, 313)
        )


def cmgs(device: "Device", session: Session, call: Call) -> Reply:
    """Send an SMS: a length, then the PDU at the prompt; in text mode a number, then the text."""
    _need(device)
    if device.settings.text_mode:
        number = call.arg(0)
        return Reply(final=None, prompt=lambda text: _send_text(device, session, number, text))
    length = call.number(0)
    if not 8 <= length <= 164:
        raise CmsError(304)
    return Reply(final=None, prompt=lambda typed: _send_frame(device, session, typed, length))


def _send_frame(device: "Device", session: Session, typed: str, length: int) -> None:
    try:
        submit = at_pdu.read_frame(typed, length)
    except PduError:
        session.finish(Reply(final=CmsError(304).line(0)), "+CMGS")
        return
    _send(device, session, submit)


def _send_text(device: "Device", session: Session, number: str, text: str) -> None:
    asks = bool(device.settings.csmp[0] & 0x20)
    if device.settings.charset == "UCS2":
        number, text = (bytes.fromhex(t).decode("utf-16-be", "replace") for t in (number, text))
    _send(device, session, Submit(number, text, asks_report=asks))


def _send(device: "Device", session: Session, submit: Submit) -> None:
    """Take the radio's time, then do what the switches want."""
    switch = device.switches.take(*_SENDING)
    boot = device.boots
    session.wait()

    def on_air() -> None:
        if boot == device.boots:
            _on_air(device, session, submit, switch)

    device.timers.later(device.radio.radio_s, on_air)


def _on_air(device: "Device", session: Session, submit: Submit, switch: Switch | None) -> None:
    try:
        if switch is not None and switch.name not in _LEAVES:
            _not_now(device, session, submit, switch)
            return
        sent = _leave(device, submit)
        if switch is not None and switch.name == "cms_sent":
            raise refusal(switch)
    except CmsError as error:
        session.finish(Reply(final=error.line(0)), "+CMGS")
        return
    if switch is None:
        _confirm(device, session, sent)
    else:
        _left(device, session, sent, switch)


def _leave(device: "Device", submit: Submit) -> "Sent":
    if not device.served():
        raise CmsError(331)
    sent = device.air.submit(submit)
    if device.switches.take("report_early"):
        device.air.report_now(sent)
    else:
        device.air.report_on(sent)
    return sent


def _confirm(device: "Device", session: Session, sent: "Sent") -> None:
    lines = [f"+CMGS: {sent.reference}"]
    if device.switches.take("urc_in_result"):
        lines += ["", URC]
    session.finish(Reply(lines), "+CMGS")


def _not_now(device: "Device", session: Session, submit: Submit, switch: Switch) -> None:
    """Do what a switch wants that keeps the SMS from leaving, for now or for good."""
    if switch.name == "cms":
        raise refusal(switch)
    if switch.name == "reboot_unsent":
        device.reboot(port=str(switch.values.get("port", "stays")))
        return
    session.go_on()
    if switch.name == "late_unsent":
        _later(device, switch, lambda: _confirm_late(device, session, _leave(device, submit)))


def _left(device: "Device", session: Session, sent: "Sent", switch: Switch) -> None:
    """Do what a switch wants after the SMS has left."""
    if switch.name == "reboot_sent":
        device.reboot(port=str(switch.values.get("port", "stays")))
    elif switch.name == "unplug_sent":
        device.port_gone(switch.number("down_s", 8))
    else:
        session.go_on()
    if switch.name == "late":
        _later(device, switch, lambda: _confirm_late(device, session, sent))


def _later(device: "Device", switch: Switch, what: "object") -> None:
    boot = device.boots

    def do() -> None:
        if boot == device.boots and callable(what):
            what()

    device.timers.later(switch.number("delay_s", 12), do)


def _confirm_late(device: "Device", session: Session, sent: "Sent") -> None:
    del device
    session.say(f"+CMGS: {sent.reference}", "OK")


def cmgl(device: "Device", _session: Session, call: Call) -> Reply:
    """List a memory's SMS, and mark them as read."""
    _need(device)
    if call.form == "test":
        return ok('+CMGL: ("REC UNREAD","REC READ","STO UNSENT","STO SENT","ALL")' if
                  device.settings.text_mode else "+CMGL: (0-4)")  # fmt: skip
    wanted = _status(call, device)
    held = device.stores.held[device.settings.memories[0]]
    chosen = [(n, one) for n, one in sorted(held.items()) if wanted in (4, one.status)]
    lines = [line for n, one in chosen for line in _entry(device, n, one)]
    for _, one in chosen:
        one.status = 1 if one.status == 0 else one.status
    if device.switches.take("list_malformed"):
        lines += [f"+CMGL: 99,1,,{len(_MALFORMED) - 8}", _MALFORMED.hex().upper()]
    if lines and device.switches.take("list_truncated"):
        lines[-1] = lines[-1][: len(lines[-1]) // 2 | 1]
    return Reply(lines)


def _status(call: Call, device: "Device") -> int:
    text = call.arg(0, "REC UNREAD" if device.settings.text_mode else "0")
    found = _WORDS.index(text) if text in _WORDS else int(text)
    if found > 4:
        raise CmsError(304)
    return found


def _entry(device: "Device", index: int, one: Stored) -> list[str]:
    if device.settings.text_mode:
        return [f"+CMGL: {index},{_shown(one)}", _body(one)]
    header = f"+CMGL: {index},{one.status},,{one.tpdu_bytes}"
    between = [URC] if device.switches.take("urc_in_list") else []
    return [header, *between, one.pdu.hex().upper()]


def _shown(one: Stored) -> str:
    tpdu = one.pdu[1 + one.pdu[0] :]
    number, _ = at_pdu.read_address(tpdu, 1)
    return f'"{_WORDS[one.status]}","{number}",,"26/11/25,12:00:00+04"'


def _body(one: Stored) -> str:
    tpdu = one.pdu[1 + one.pdu[0] :]
    _, after = at_pdu.read_address(tpdu, 1)
    coding, at = tpdu[after + 1], after + 9
    header = bool(tpdu[0] & 0x40)
    return at_pdu.read_user_data(coding, tpdu[at], tpdu[at + 1 :], header=header)[2]


def cmgr(device: "Device", _session: Session, call: Call) -> Reply:
    """Read one SMS, and mark it as read."""
    _need(device)
    one = device.stores.held[device.settings.memories[0]].get(call.number(0))
    if one is None:
        raise CmsError(321)
    if device.settings.text_mode:
        lines = [f"+CMGR: {_shown(one)}", _body(one)]
    else:
        lines = [f"+CMGR: {one.status},,{one.tpdu_bytes}", one.pdu.hex().upper()]
    one.status = 1 if one.status == 0 else one.status
    return Reply(lines)


def cmgd(device: "Device", _session: Session, call: Call) -> Reply:
    """Delete one SMS, or all of some kinds."""
    _need(device)
    if call.form == "test":
        return ok("+CMGD: (0-254),(0-4)")
    if device.switches.take("delete_fails"):
        raise CmsError(500)
    held = device.stores.held[device.settings.memories[0]]
    index, flag = call.number(0), call.number(1)
    kinds = {0: (), 1: (1,), 2: (1, 3), 3: (1, 2, 3), 4: (0, 1, 2, 3)}[flag]
    if not flag and index not in held:
        raise CmsError(321)
    for n in [n for n, one in held.items() if one.status in kinds or (not flag and n == index)]:
        del held[n]
    device.timers.later(0.05, device.air.flush)
    return ok()


def cmgw(device: "Device", session: Session, call: Call) -> Reply:
    """Store a PDU to be sent later with +CMSS."""
    _need(device)
    if device.settings.text_mode:
        raise AtError
    length, status = call.number(0), call.number(1, 2)

    def store(typed: str) -> None:
        try:
            at_pdu.read_frame(typed, length)
        except PduError:
            session.finish(Reply(final=CmsError(304).line(0)))
            return
        index = device.stores.put(device.settings.memories[1], bytes.fromhex(typed), status)
        full = Reply(final=CmsError(322).line(0))
        session.finish(full if index is None else ok(f"+CMGW: {index}"))

    return Reply(final=None, prompt=store)


def cmss(device: "Device", session: Session, call: Call) -> Reply:
    """Send what +CMGW stored."""
    _need(device)
    one = device.stores.held[device.settings.memories[1]].get(call.number(0))
    if one is None:
        raise CmsError(321)
    one.status = 3
    _send(device, session, at_pdu.read_frame(one.pdu.hex(), one.tpdu_bytes))
    return Reply(final=None)


def cpms(device: "Device", _session: Session, call: Call) -> Reply:
    """Choose the memories."""
    _need(device)
    chosen = device.settings.memories
    if call.form == "test":
        names = '("SM","ME","SR")'
        return ok(f"+CPMS: {names},{names},{names}")
    if call.form == "read":
        shown = (f'"{m}",{_counts(device, m)}' for m in chosen)
        return ok(f"+CPMS: {','.join(shown)}")
    wanted = [arg if arg != "MT" else "ME" for arg in call.args]
    if any(arg not in device.stores.slots for arg in wanted):
        raise CmsError(302)
    chosen[: len(wanted)] = wanted
    return ok(f"+CPMS: {','.join(_counts(device, m) for m in chosen)}")


def _counts(device: "Device", memory: str) -> str:
    return "{},{}".format(*device.stores.counts(memory))


def cnmi(device: "Device", _session: Session, call: Call) -> Reply:
    """Choose how SMS and status reports are announced."""
    settings = device.settings
    if call.form == "test":
        return ok("+CNMI: (0-2),(0-3),(0-3),(0-2),(0,1)")
    if call.form == "read":
        return ok(f"+CNMI: {','.join(map(str, settings.cnmi))}")
    values = [int(arg or 0) for arg in call.args]
    if any(value > most for value, most in zip(values, (2, 3, 3, 2, 1), strict=False)):
        raise CmsError(303)
    settings.cnmi = [*values, 0, 0, 0, 0, 0][:5]
    return ok()


def csms(device: "Device", _session: Session, call: Call) -> Reply:
    """Choose whether what comes directly must be acknowledged."""
    if call.form == "test":
        return ok("+CSMS: (0,1)")
    if call.form == "read":
        return ok(f"+CSMS: {int(device.settings.acknowledges)},1,1,1")
    device.settings.acknowledges = call.number(0) == 1
    return ok("+CSMS: 1,1,1")


def cnma(device: "Device", _session: Session, _call: Call) -> Reply:
    """Acknowledge what came directly."""
    if not device.settings.acknowledges:
        raise CmsError(303)
    device.timers.later(0.0, device.air.acknowledge)
    return ok()


def cmgf(device: "Device", _session: Session, call: Call) -> Reply:
    """Choose PDU or text mode."""
    if call.form == "test":
        return ok("+CMGF: (0,1)")
    if call.form == "read":
        return ok(f"+CMGF: {int(device.settings.text_mode)}")
    device.settings.text_mode = call.number(0) == 1
    return ok()


def csca(device: "Device", _session: Session, call: Call) -> Reply:
    """Tell or set the service centre."""
    _need(device)
    if call.form == "read":
        return ok(f'+CSCA: "{device.identity.centre}",145')
    device.identity.centre = call.arg(0, device.identity.centre)
    return ok()


def csmp(device: "Device", _session: Session, call: Call) -> Reply:
    """Set what text mode needs; bit 5 of the first value asks for status reports."""
    if call.form == "set":
        device.settings.csmp = [*(int(arg or 0) for arg in call.args), 17, 167, 0, 0][:4]
        return ok()
    return ok(f"+CSMP: {','.join(map(str, device.settings.csmp))}")


COMMANDS: Final[dict[str, "Handler"]] = {
    "+CMGS": cmgs, "+CMGL": cmgl, "+CMGR": cmgr, "+CMGD": cmgd, "+CMGW": cmgw, "+CMSS": cmss,
    "+CPMS": cpms, "+CNMI": cnmi, "+CSMS": csms, "+CNMA": cnma, "+CMGF": cmgf, "+CSCA": csca,
    "+CSMP": csmp,
}  # fmt: skip
