"""What the data says is to be read from an answer, against what the plugin's parsers read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from notanker.plugin import Sim
from notanker.plugin.sms.decoding import decode
from notanker.plugin.sms.model import Deliver
from notanker_at_modem.answers import (
    card,
    device,
    operators,
    radio,
    registration,
    store,
    ussd,
)
from notanker_at_modem.answers.fields import answer_of, fields_of
from notanker_at_modem.results import End

COMMANDS: Final = {
    "registration": "AT+CREG?;+CGREG?;+C5GREG?",
    "operator-scan": "AT+COPS=?",
    "cmgl": "AT+CMGL=4",
    "cmgr": "AT+CMGR=0",
    "clock": "AT+CCLK?",
    "power": "AT+CFUN?",
    "storage-query": "AT+CPMS?",
    "sim-lock": "AT+CPIN?",
    "own-number": "AT+CNUM",
    "pdp-contexts": "AT+CGDCONT?",
    "ndis-status": "AT^NDISSTATQRY?",
}

Lines = list[str]
Verdict = tuple[bool, Any]


def of_answer(kind: str, wanted: Any, lines: Lines, end: End | None) -> Verdict:
    """Say whether the answer is read as it should, and how it is read."""
    return _ANSWERS[kind](wanted, lines, end)


def _same(found: Any, wanted: Any) -> Verdict:
    return found == wanted, found


def _registration(wanted: Any, lines: Lines, _: End | None) -> Verdict:
    camping = registration.camping_of(lines[0])
    if camping is None:
        return False, lines
    found = {
        "state": camping.stat.name.lower(),
        "lac_or_tac": camping.area,
        "ci": camping.cell,
        "act": camping.act or "unknown",
        "domain": camping.domain,
    }
    return _same(found, wanted)


def _networks(wanted: Any, lines: Lines, _: End | None) -> Verdict:
    found = [
        {
            "status": one.status,
            "long": one.long or None,
            "short": one.short or None,
            "plmn": one.plmn,
            "act": registration.ACTS[one.act],
        }
        for one in operators.networks_of(lines)
    ]
    return _same({"networks": found}, wanted)


def _messages(wanted: Any, lines: Lines, _: End | None) -> Verdict:
    found = store.stored_of(lines)
    wanted = wanted["messages"]
    right = len(found) == len(wanted) and all(
        (one.index, one.status) == (other["index"], other["stat"])
        and one.pdu.startswith(other["pdu"][: len(one.pdu)])
        and one.pdu.startswith(other["pdu"])
        for one, other in zip(found, wanted, strict=True)
    )
    return right, found


def _clock(wanted: Any, lines: Lines, _: End | None) -> Verdict:
    found = device.clock_of(lines)
    if found is None:
        return "error" in wanted, None
    offset = found.utcoffset()
    minutes = None if offset is None else int(offset.total_seconds() // 60)
    right = wanted.get("offset_minutes") == minutes
    return right and wanted["iso"].startswith(found.strftime("%Y-%m-%dT%H:%M:%S")), found


def _rooms(wanted: Any, lines: Lines, _: End | None) -> Verdict:
    first, second, *_rest = store.rooms_of(lines)
    names = {"mem1": first.memory or "unknown", "mem2": second.memory or "unknown"}
    return _same(names, wanted)


def _lock(wanted: Any, lines: Lines, end: End | None) -> Verdict:
    found = card.lock_of(lines).lower().replace(" ", "-") or "unknown"
    if found == "unknown" and card.sim_of(lines, end) is not None:
        return False, end
    return _same(found, wanted["lock"])


def _contexts(wanted: Any, lines: Lines, _: End | None) -> Verdict:
    found = [[one.number, one.kind, one.apn or None] for one in device.contexts_of(lines)]
    return _same(found, wanted["contexts"])


_ANSWERS: Final[dict[str, Callable[[Any, Lines, End | None], Verdict]]] = {
    "registration": _registration,
    "operator-scan": _networks,
    "cmgl": _messages,
    "cmgr": _messages,
    "clock": _clock,
    "power": lambda wanted, lines, _: _same(device.power_of(lines), wanted["state"]),
    "storage-query": _rooms,
    "sim-lock": _lock,
    "own-number": lambda wanted, lines, _: _same(card.numbers_of(lines), wanted["numbers"]),
    "pdp-contexts": _contexts,
    "ndis-status": lambda wanted, lines, _: _same(device.ndis_of(lines), wanted),
}


NOT_READ: Final = ("note", "temperature_c")
"""What the plugin has no use for."""


def of_dialogue(key: str, wanted: Any, lines: Lines, said: Lines, end: End | None) -> Verdict:
    """Say whether one thing that a dialogue tells is read as it should."""
    found, wanted = _DIALOGUES[key](wanted, lines, said, end)
    return found == wanted, found


Reader = Callable[[Any, Lines, Lines, End | None], tuple[Any, Any]]


def _camping(lines: Lines) -> registration.Camping | None:
    found = (registration.camping_of(line) for line in lines)
    return next((one for one in found if one is not None), None)


def _reg(wanted: Any, lines: Lines, *_: Any) -> tuple[Any, Any]:
    camping = _camping(lines)
    if camping is None:
        return None, wanted
    words = camping.stat.name.lower().replace("_", "-")
    return words == str(wanted).partition("/")[0] or words, True


def _act(wanted: Any, lines: Lines, *_: Any) -> tuple[Any, Any]:
    operator, camping = operators.operator_of(lines), _camping(lines)
    return (operator.act if operator else camping.act_number if camping else None), wanted


def _plmn(wanted: Any, lines: Lines, *_: Any) -> tuple[Any, Any]:
    found = radio.radio_of(lines).plmn
    plmns = [operators.operator_of([line]) for line in lines]
    return found or next((one.plmn for one in plmns if one and one.plmn), None), wanted


def _room(index: int, *, total: bool) -> Reader:
    def read(wanted: Any, lines: Lines, *_: Any) -> tuple[Any, Any]:
        room = store.rooms_of(lines)[index]
        return (room.total if total else room.used), wanted

    return read


def _stored(wanted: Any, lines: Lines, *_: Any) -> tuple[Any, Any]:
    found = []
    for one in store.stored_of(lines):
        message = decode(one.pdu)
        assert isinstance(message, Deliver)
        octets = len(one.pdu) // 2 - 1 - int(one.pdu[:2], 16)
        found.append({"index": one.index, "stat": one.status, "len": octets, "text": message.text})
    return found, wanted


def _deliver(lines: Lines) -> Deliver:
    message = decode(store.stored_of(lines)[0].pdu)
    assert isinstance(message, Deliver)
    return message


def _ussd(wanted: str, lines: Lines, said: Lines, _: End | None) -> tuple[Any, Any]:
    found = ussd.ussd_of([*said, *lines][0])
    if found is None:
        return None, wanted
    start = wanted.partition(" (")[0]
    plain = start in (found.text, ussd.in_gsm(found.text))
    described = wanted.startswith(("packed", "UCS-2", "plain text"))
    readable = found.text.isprintable() and len(found.text) > 20 and found.text[:2] != "00"
    return plain or (described and readable) or found.text, True


def _announced(attribute: str) -> Reader:
    def read(wanted: Any, lines: Lines, said: Lines, _: End | None) -> tuple[Any, Any]:
        found = store.announced_of([*said, *lines][0])
        assert found is not None
        value = getattr(found, attribute)
        return value if value not in ("", None) else None, None if wanted == -1 else wanted

    return read


def _identity(attribute: str, command: str) -> Reader:
    def read(wanted: Any, lines: Lines, *_: Any) -> tuple[Any, Any]:
        named = getattr(device.identity_of(lines), attribute)
        return named or device.plain_of(lines, command), wanted

    return read


def _centre(wanted: Any, lines: Lines, *_: Any) -> tuple[Any, Any]:
    return card.centre_of(lines) or None, wanted and wanted.partition(" ")[0]


def _raw(index: int) -> Reader:
    def read(wanted: Any, lines: Lines, *_: Any) -> tuple[Any, Any]:
        camping = _camping(lines)
        assert camping is not None
        value = camping.area if index == 1 else camping.cell
        return value, int(wanted, 16)

    return read


def _csq(index: int) -> Reader:
    def read(wanted: Any, lines: Lines, *_: Any) -> tuple[Any, Any]:
        found = radio.csq_of(lines)
        return (None if found is None else found[index]), wanted

    return read


def _radio(attribute: str) -> Reader:
    return lambda wanted, lines, *_: (getattr(radio.radio_of(lines), attribute), wanted)


def _hcsq(wanted: Any, lines: Lines, *_: Any) -> tuple[Any, Any]:
    fields = fields_of(answer_of(lines, "^HCSQ") or "")
    return [fields[0], *map(int, fields[1:])], wanted


def _data_contexts(wanted: Any, lines: Lines, *_: Any) -> tuple[Any, Any]:
    kinds = {"IP": "ipv4", "IPV6": "ipv6", "IPV4V6": "ipv4v6"}
    found = [(one.number, one.kind, one.apn) for one in device.contexts_of(lines)]
    return found, [(number, kinds[kind], apn) for number, kind, apn in wanted]


def _sim(wanted: Any, lines: Lines, _: Lines, end: End | None) -> tuple[Any, Any]:
    read = card.sim_of(lines, end)
    return (card.lock_of(lines), read), (wanted, Sim.READY if wanted == "READY" else Sim.PIN)


def _rssi_said(wanted: Any, _: Lines, said: Lines, *__: Any) -> tuple[Any, Any]:
    return radio.radio_of(said).rssi_dbm, -113.0 + 2 * wanted


_DIALOGUES: Final[dict[str, Reader]] = {
    "reg": _reg,
    "ussd": _ussd,
    "act": _act,
    "csq": _csq(0),
    "ber": _csq(1),
    "urcs": lambda wanted, _, said, __: (said, wanted),
    "total": _room(0, total=True),
    "used": _room(0, total=False),
    "manufacturer": _identity("manufacturer", "+CGMI"),
    "model": _identity("model", "+CGMM"),
    "revision": _identity("firmware", "+CGMR"),
    "sim": _sim,
    "plmn": _plmn,
    "index": _announced("index"),
    "storage": _announced("memory"),
    "lac": _raw(1),
    "ci": _raw(2),
    "smsc": _centre,
    "messages": _stored,
    "message": lambda wanted, lines, *_: (next(iter(store.stored_of(lines)), None), wanted),
    "operator": lambda wanted, lines, *_: (
        next((one.name for line in lines if (one := operators.operator_of([line]))), None),
        wanted,
    ),
    "rssi": _rssi_said,
    "rssi_dbm": _radio("rssi_dbm"),
    "rat": _radio("network"),
    "rsrq_db": _radio("rsrq_db"),
    "rsrp_dbm": _radio("rsrp_dbm"),
    "rscp_dbm": _radio("rscp_dbm"),
    "ecio_db": _radio("ecio_db"),
    "text": lambda wanted, lines, *_: (_deliver(lines).text, wanted),
    "number": lambda wanted, lines, *_: (_deliver(lines).sender.text, wanted),
    "contexts": _data_contexts,
    "hcsq": _hcsq,
}
