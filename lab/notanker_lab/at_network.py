"""Registration, signal, operator, clock, USSD and data session of the AT emulator."""

import time
from typing import TYPE_CHECKING, Final

from notanker_lab import at_gsm7
from notanker_lab.at_call import AtError, Call, CmeError, Reply, ok
from notanker_lab.at_session import Session

if TYPE_CHECKING:
    from notanker_lab.at_device import Device, Handler

_ZONE_QUARTERS: Final = 4
_NEVER_SET: Final = 315532800.0  # 1980-01-06 and before: what a modem says before it has a network


def _registration(device: "Device", _session: Session, call: Call) -> Reply:
    wanted = device.settings.reports_registration
    if call.form == "test":
        return ok(f"{call.name}: (0-2)")
    if call.form == "set":
        wanted[call.name] = call.number(0)
        return ok()
    more = f',"00C8","0001A2B3",{device.radio.technology}' if wanted.get(call.name) == 2 else ""
    stat = device.radio.stat
    if call.name != "+CREG" and stat in (6, 7):
        stat = 0 if call.name == "+CGREG" else stat
    return ok(f"{call.name}: {wanted.get(call.name, 0)},{stat}{more}")


def _operator(device: "Device", _session: Session, call: Call) -> Reply:
    radio = device.radio
    if call.form == "test":
        return ok(f'+COPS: (2,"{radio.operator}","Labor","{radio.plmn}",7),,(0-4),(0-2)')
    if call.form == "set":
        if call.number(0) == 3:
            device.settings.operator_format = call.number(1)
        return ok()
    if radio.stat not in (1, 5, 6, 7):
        return ok("+COPS: 0")
    shape = device.settings.operator_format
    name = radio.plmn if shape == 2 else radio.operator
    return ok(f'+COPS: 0,{shape},"{name}",{radio.technology}')


def _signal(device: "Device", _session: Session, call: Call) -> Reply:
    if call.form == "test":
        return ok("+CSQ: (0-31,99),(0-7,99)")
    return ok(f"+CSQ: {device.radio.csq if device.radio.wanted else 99},99")


def _extended_signal(device: "Device", _session: Session, call: Call) -> Reply:
    """+CESQ: RSRQ in half decibels from -20, RSRP in decibels from -141 (27.007 section 8.69)."""
    if call.form == "test":
        return ok("+CESQ: (0-63,99),(0-7,99),(0-96,255),(0-49,255),(0-34,255),(0-97,255)")
    radio = device.radio
    if radio.csq == 99:
        return ok("+CESQ: 99,99,255,255,255,255")
    return ok(f"+CESQ: 99,99,255,255,{int((radio.rsrq_db + 20) * 2)},{radio.rsrp_dbm + 141}")


def _own_signal(device: "Device", _session: Session, call: Call) -> Reply:
    """Tell the signal as Quectel, Huawei or SIMCom do."""
    radio, vendor = device.radio, device.identity.vendor
    if call.name == "+QCSQ" and vendor == "quectel":
        values = f"{radio.rsrp_dbm + 28},{radio.rsrp_dbm},{radio.sinr_db * 5 + 100},{radio.rsrq_db}"
        return ok("+QCSQ: " + ('"NOSERVICE"' if radio.csq == 99 else f'"LTE",{values}'))
    if call.name == "^HCSQ" and vendor == "huawei":
        power = f"{radio.rsrp_dbm + 149},{radio.rsrp_dbm + 141}"
        values = f"{power},{radio.sinr_db * 5 + 100},{radio.rsrq_db * 2 + 40}"
        return ok("^HCSQ: " + ('"NOSERVICE"' if radio.csq == 99 else f'"LTE",{values}'))
    if call.name == "+CPSI" and vendor == "simcom":
        end = f"{radio.rsrq_db * 10},{radio.rsrp_dbm * 10},{radio.rsrp_dbm * 10 + 280},{radio.sinr_db}"
        where = "999-99,0x00C8,27447475,310,EUTRAN-BAND3,1850,3,3"
        return ok(
            "+CPSI: " + (f"LTE,Online,{where},{end}" if radio.csq != 99 else "NO SERVICE,Online")
        )
    raise AtError


def _clock(device: "Device", _session: Session, call: Call) -> Reply:
    if call.form == "set":
        return ok()
    wall_s = device.wall_s() if device.radio.clock_known else _NEVER_SET
    now = time.gmtime(wall_s + _ZONE_QUARTERS * 900)
    return ok(time.strftime(f'+CCLK: "%y/%m/%d,%H:%M:%S+{_ZONE_QUARTERS:02d}"', now))


def _zone(device: "Device", _session: Session, call: Call) -> Reply:
    if call.form == "set":
        device.settings.reports_zone = call.number(0)
    return ok(f"+CTZR: {device.settings.reports_zone}") if call.form == "read" else ok()


def _ussd(device: "Device", _session: Session, call: Call) -> Reply:
    if call.form != "set":
        return ok("+CUSD: (0-2)" if call.form == "test" else f"+CUSD: {device.settings.ussd}")
    device.settings.ussd = call.number(0)
    code = call.arg(1)
    if device.settings.ussd == 2 or not code:
        return ok()
    if device.radio.stat not in (1, 5):
        raise CmeError(30)
    _ask(device, _code(code))
    return ok()


def _code(text: str) -> str:
    """Give the code, also where it was written in UCS-2 or packed."""
    if text[:1] in "*#" or len(text) % 2:
        return text
    data = bytes.fromhex(text)
    if data.startswith(b"\0"):
        return data.decode("utf-16-be")
    return at_gsm7.to_text(at_gsm7.unpack(data, len(data) * 8 // 7)).rstrip("@\r")


def _ask(device: "Device", code: str) -> None:
    take, radio = device.switches.take, device.radio
    if take("ussd_never"):
        return
    if take("ussd_refused") or code not in radio.ussd:
        device.timers.later(radio.ussd_s, lambda: device.say("+CUSD: 4"))
        return
    answer, boot, after_s = radio.ussd[code], device.boots, radio.ussd_s
    if take("ussd_two_steps"):
        device.timers.later(after_s, lambda: device.say('+CUSD: 0,"Bitte warten",15'))
        after_s *= 2
    line = _told(device, answer)
    device.timers.later(after_s, lambda: device.say(line) if boot == device.boots else None)


def _told(device: "Device", answer: str) -> str:
    if device.switches.take("ussd_ucs2"):
        answer = answer.encode("utf-16-be").hex().upper()
    elif device.switches.take("ussd_packed"):
        answer = at_gsm7.pack(at_gsm7.septets(answer)).hex().upper()
    return f'+CUSD: 0,"{answer}",15'


def _contexts(device: "Device", _session: Session, call: Call) -> Reply:
    contexts = device.radio.contexts
    if call.form == "test":
        return ok('+CGDCONT: (1-16),"IP",,,(0),(0)', '+CGDCONT: (1-16),"IPV6",,,(0),(0)',
                  '+CGDCONT: (1-16),"IPV4V6",,,(0),(0)')  # fmt: skip
    if call.form == "read":
        shown = ('+CGDCONT: {},"{}","{}","0.0.0.0",0,0'.format(n, *c) for n, c in contexts.items())
        return ok(*shown)
    contexts[call.number(0)] = [call.arg(1, "IP"), call.arg(2)]
    return ok()


def _activate(device: "Device", _session: Session, call: Call) -> Reply:
    radio = device.radio
    if call.form == "test":
        return ok("+CGACT: (0,1)")
    if call.form == "read":
        return ok(*(f"+CGACT: {n},{int(radio.context_active and n == 1)}" for n in radio.contexts))
    _set_data(device, on=call.number(0) == 1)
    return ok()


def _set_data(device: "Device", *, on: bool) -> None:
    if on and (device.radio.stat not in (1, 5) or not device.radio.attached):
        raise CmeError(148)
    device.radio.context_active = on


def _attach(device: "Device", _session: Session, call: Call) -> Reply:
    if call.form == "test":
        return ok("+CGATT: (0,1)")
    if call.form == "read":
        return ok(f"+CGATT: {int(device.radio.attached and device.radio.stat in (1, 5))}")
    device.radio.attached = call.number(0) == 1
    return ok()


def _address(device: "Device", _session: Session, call: Call) -> Reply:
    if call.form == "test":
        return ok("+CGPADDR: (1)")
    return ok(f'+CGPADDR: 1,"{device.radio.address if device.radio.context_active else "0.0.0.0"}"')


def dial_data(device: "Device", _session: Session, call: Call) -> Reply:
    """Bring the data session up by ATD*99; no other number takes data calls."""
    if not call.text.startswith("*99"):
        return Reply(final="NO CARRIER")
    _set_data(device, on=True)
    return Reply(final="CONNECT 150000000")


def _own_data(device: "Device", _session: Session, call: Call) -> Reply:
    """Bring the session up and down as Huawei (^NDISDUP), Quectel and SIMCom do."""
    vendor, radio = device.identity.vendor, device.radio
    if vendor != _OWN_DATA[call.name]:
        raise AtError
    on = int(radio.context_active)
    if call.form != "set":
        return ok(_OWN_STATES[call.name].format(on=on))
    # ^NDISDUP=<cid>,<on>; all others begin with what is wanted.
    wanted = call.arg(1 if call.name == "^NDISDUP" else 0)
    _set_data(device, on=wanted not in ("0", ""))
    if call.name == "^NDISDUP":
        device.timers.later(
            0.1, lambda: device.say(f'^NDISSTAT: {int(radio.context_active)},,,"IPV4"')
        )
    return ok()


_OWN_STATES: Final = {
    "^NDISDUP": "^NDISDUP: 1,{on}",
    "^NDISSTATQRY": '^NDISSTATQRY: {on},,,"IPV4"',
    "+QNETDEVCTL": "+QNETDEVCTL: {on},1,1,{on}",
    "+QIACT": "+QIACT: 1,{on},1",
    "$QCRMCALL": "$QCRMCALL: {on},V4",
}
_OWN_DATA: Final = {
    "^NDISDUP": "huawei", "^NDISSTATQRY": "huawei", "+QNETDEVCTL": "quectel", "+QIACT": "quectel",
    "$QCRMCALL": "simcom",
}  # fmt: skip

COMMANDS: Final[dict[str, "Handler"]] = {
    **dict.fromkeys(("+CREG", "+CGREG", "+CEREG"), _registration),
    **dict.fromkeys(("+QCSQ", "^HCSQ", "+CPSI"), _own_signal),
    **dict.fromkeys(_OWN_DATA, _own_data),
    "+COPS": _operator, "+CSQ": _signal, "+CESQ": _extended_signal, "+CCLK": _clock, "+CTZR": _zone,
    "+CUSD": _ussd, "+CGDCONT": _contexts, "+CGACT": _activate, "+CGATT": _attach,
    "+CGPADDR": _address,
}  # fmt: skip
