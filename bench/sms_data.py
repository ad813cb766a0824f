"""What a set of real PDUs expects, and whether the SMS codec says the same."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from notanker.plugin.sms.decoding import decode
from notanker.plugin.sms.faults import PduError
from notanker.plugin.sms.model import Deliver, Report, Submit
from notanker.plugin.sms.parts import Collector
from notanker.plugin.sms.stamp import Stamp
from notanker.plugin.sms.status import Fate

Entry = Mapping[str, Any]
Message = Deliver | Submit | Report

OTHERWISE: Final[Mapping[tuple[str, str], tuple[object, str]]] = {
    ("deliver-047", "concat"): (
        {"ref": 16, "total": 2, "seq": 1, "ref_bits": 16},
        "element 08 with four octets is a 16-bit reference (23.040, 9.2.3.24.8), the set says 8",
    ),
    ("deliver-094", "number"): (
        "5",
        "length 1 is one useful half octet (23.040, 9.1.2.5), the set reads two: 50",
    ),
}
"""Where the codec follows the specification and not the set: what it says, and why."""

CUT: Final = {
    "deliver-090": "14 of its 140 octets are missing (9.2.3.16): a PduError, with that text as `readable`",
}
"""Valid ones by the set that end within their text."""

READABLE: Final = {
    "malformed-029": "  1741 bst",
    "malformed-034": "A",
    "malformed-035": "A",
    "malformed-036": "A",
    "malformed-037": "",
    "malformed-038": "䅂",
    "malformed-039": "A",
}
"""Malformed ones that can be read all the same, as a message by itself: the specification says how."""

_NOT_COMPARED: Final = {"timestamp_note", "timestamp_ofono", "number_accept"}
_FATES: Final = {
    Fate.DELIVERED: "delivered",
    Fate.PENDING: "temporary-still-trying",
    Fate.FAILED_PERMANENTLY: "permanent-failure",
    Fate.FAILED_TEMPORARILY: "temporary-failure",
}


def rows(data: Mapping[str, Sequence[Entry]]) -> list[list[str]]:
    """Return the table's rows on the set: what, goal, measured, met, remarks."""
    by_name = {entry["id"]: entry["pdu"] for entry in data["pdus"]}
    remarks = [f"{name}: {why}" for (name, _), (_, why) in OTHERWISE.items()]
    remarks += [f"{name}: {why}" for name, why in CUT.items()]
    groups = [
        fault for group in data["multipart_groups"] for fault in _faults_of_group(group, by_name)
    ]
    surprises = _surprises(data["malformed"])
    return [
        _row("real PDUs read right", data["pdus"], _faults(data["pdus"])) + remarks,
        _row("groups of parts put together", data["multipart_groups"], groups),
        _row("malformed PDUs: PduError, or read as the set wants", data["malformed"], surprises),
        ["... of which read", "", str(len(READABLE)), ""],
    ]


def _row(what: str, entries: Sequence[Entry], faults: list[str]) -> list[str]:
    total = len(entries)
    wrong = len({fault.partition(":")[0] for fault in faults})
    return [
        what,
        f"{total}/{total}",
        f"{total - wrong}/{total}",
        "NO" if faults else "yes",
        *faults,
    ]


def _faults(entries: Sequence[Entry]) -> list[str]:
    return [fault for entry in entries for fault in _faults_of(entry)]


def _faults_of(entry: Entry) -> list[str]:
    name, wanted = entry["id"], entry["expect"]
    try:
        message: Message | None = decode(entry["pdu"])
    except PduError as error:
        message = error.readable if name in CUT else None
        if message is None:
            return [f"{name}: {error.reason}"]
    assert message is not None
    said = _said(message)
    return [
        f"{name}: {field} is {said.get(field)!r}, not {value!r}"
        for field, value in wanted.items()
        if field not in _NOT_COMPARED and not _agrees(name, field, said, wanted)
    ]


def _agrees(name: str, field: str, said: Entry, wanted: Entry) -> bool:
    value, ours = wanted[field], said.get(field)
    if (name, field) in OTHERWISE:
        return bool(ours == OTHERWISE[name, field][0])
    if value is None and _unstated(field, wanted):
        return True
    return bool(ours == value) or (field == "number" and ours in wanted.get("number_accept", ()))


def _unstated(field: str, wanted: Entry) -> bool:
    """Say whether null means that the set leaves it open."""
    if field == "text":
        return "utf16be_hex" in wanted
    return field == "alphabet" or (field == "timestamp" and "timestamp_ofono" in wanted)


def _said(message: Message) -> dict[str, object]:
    if isinstance(message, Report):
        return _report(message)
    concat, ports = message.header.concat, message.header.ports
    said: dict[str, object] = {
        "smsc": message.centre and message.centre.text,
        "dcs": message.coding.octet,
        "pid": message.protocol,
        "alphabet": message.coding.alphabet.value,
        "class": message.coding.message_class,
        "text": message.text,
        "data_hex": message.content.data.hex(),
        "utf16be_hex": message.content.data.hex(),
        "ports": ports and {"dst": ports.destination, "src": ports.source},
        "concat": concat
        and {
            "ref": concat.reference,
            "total": concat.total,
            "seq": concat.part,
            "ref_bits": 16 if concat.wide else 8,
        },
    }
    return {**said, **(_deliver(message) if isinstance(message, Deliver) else _submit(message))}


def _deliver(message: Deliver) -> dict[str, object]:
    return {
        "type": "deliver",
        "number": message.sender.text,
        "timestamp": _time(message.stamp),
    }


def _submit(message: Submit) -> dict[str, object]:
    relative = message.period_s is not None
    absolute = "absolute" if message.until else "none"
    return {
        "type": "submit",
        "number": message.recipient.text,
        "mr": message.reference,
        "status_report_requested": message.report_wanted,
        "vpf": "relative" if relative else absolute,
        "vp_relative_octet": message.validity[0] if relative else None,
    }


def _report(message: Report) -> dict[str, object]:
    return {
        "type": "status-report",
        "smsc": message.centre and message.centre.text,
        "number": message.recipient.text,
        "mr": message.reference,
        "timestamp": _time(message.stamp),
        "discharge": _time(message.discharge),
        "status": message.status,
        "status_class": _FATES[message.fate],
    }


def _time(stamp: Stamp) -> str | None:
    return None if stamp.time is None else stamp.time.isoformat().replace("+00:00", "Z")


def _faults_of_group(group: Entry, by_name: Mapping[str, str]) -> list[str]:
    """Return what is wrong with a group, whichever part of it comes first."""
    name = "+".join(group["parts"])
    messages = [decode(by_name[part]) for part in group["parts"]]
    if not all(isinstance(message, Deliver) for message in messages):
        joined = "".join(message.text for message in messages if isinstance(message, Submit))
        return [] if joined == group["text"] else [f"{name}: {joined!r}"]
    faults = []
    for order in (messages, messages[::-1]):
        collector: Collector[int] = Collector()
        fed = [
            collector.feed(message, index, 0.0)
            for index, message in enumerate(order)
            if isinstance(message, Deliver)
        ]
        whole = fed[-1][-1] if fed[-1] else None
        if any(fed[:-1]) or whole is None or not _is(whole.text, whole.data, group):
            faults.append(f"{name}: {whole}")
    return faults


def _is(text: str, data: bytes, group: Entry) -> bool:
    return bool(text == group["text"] if "text" in group else data.hex() == group["data_hex"])


def _surprises(entries: Sequence[Entry]) -> list[str]:
    return [fault for entry in entries if (fault := _surprise(entry["id"], entry["pdu"]))]


def _surprise(name: str, pdu: str) -> str:
    """Return what is wrong with how a malformed PDU is taken, if anything is."""
    try:
        message = decode(pdu)
    except PduError as error:
        kept = error.raw == pdu and name not in READABLE
        return "" if kept else f"{name}: {error.reason}"
    except Exception as error:  # noqa: BLE001 - any other exception is what is looked for
        return f"{name}: {error!r}"
    wanted = READABLE.get(name)
    if isinstance(message, Deliver) and message.header.concat is None and message.text == wanted:
        return ""
    return f"{name}: {message}"
