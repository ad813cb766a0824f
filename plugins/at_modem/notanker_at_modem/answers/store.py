"""The modem's store of SMS (3GPP TS 27.005, 3.2.2, 3.3.1, 3.4)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import msgspec

from notanker_at_modem.answers.fields import answer_of, field, fields_of, number_at, number_of

MAX_PDU: Final = 800
MEMORIES: Final = ("SM", "ME", "MT", "SR", "BM", "TA")
_NAME: Final = re.compile(r'"?\s*([A-Z]{2})(?=\s*["),]|$)', re.ASCII)
_HEADER: Final = re.compile(r"\+CMG[LR](?:D)?:\s*(.*)", re.ASCII)
_PDU: Final = re.compile(r"(?:[0-9A-Fa-f]{2}){4,}", re.ASCII)
_GLUED: Final = re.compile(r"(.*?)\s+((?:[0-9A-Fa-f]{2}){12,})", re.ASCII)
_NEW: Final = re.compile(r"\+(CMTI|CDSI):(.*)", re.ASCII)


class Room(msgspec.Struct, frozen=True):
    """One of the three memories that a modem works with."""

    memory: str
    used: int | None
    total: int | None

    @property
    def full(self) -> bool:
        """Whether nothing more fits."""
        return bool(self.total) and self.used is not None and self.used >= (self.total or 0)


class Stored(msgspec.Struct, frozen=True):
    """One SMS in the store.

    Attributes:
        index: Its slot.
        status: 0 unread, 1 read, 2 unsent, 3 sent; None if the modem says it in words.
        pdu: As it stands there, whole or not.
    """

    index: int
    status: int | None
    pdu: str

    @property
    def came_in(self) -> bool:
        """Whether it was received; what cannot be told counts as received."""
        return self.status not in (2, 3)


class Announced(msgspec.Struct, frozen=True):
    """`+CMTI:` or `+CDSI:`: something new is in the store, or said to be.

    Attributes:
        memory: "" if it does not say.
        index: None if there is none: look everywhere.
    """

    report: bool
    memory: str
    index: int | None


def rooms_of(lines: Iterable[str]) -> list[Room]:
    """Read `+CPMS: "ME",1,100,"SM",5,100,...`, or `+CPMS: 1,100,5,100,...` after a change."""
    text = answer_of(lines, "+CPMS")
    if text is None:
        return []
    fields = fields_of(text)
    step = 2 if fields and number_of(fields[0]) is not None else 3
    return [
        Room(
            memory=_memory(field(fields, at)) if step == 3 else "",
            used=number_at(fields, at + step - 2),
            total=number_at(fields, at + step - 1),
        )
        for at in range(0, min(len(fields), 3 * step), step)
    ]


def _memory(name: str) -> str:
    return name if name in MEMORIES else ""


def memories_of(lines: Iterable[str]) -> list[set[str]]:
    """Read `AT+CPMS=?`: which memories can be used for reading, writing, receiving.

    Firmwares forget quotes and brackets; what cannot be read is left out.
    """
    text = answer_of(lines, "+CPMS")
    if text is None:
        return []
    groups = re.split(r"\)\s*,\s*\(", text) if "(" in text else [text]
    return [{name for name in _NAME.findall(group) if name in MEMORIES} for group in groups][:3]


def stored_of(lines: Iterable[str]) -> list[Stored]:
    """Read a list (`+CMGL`) or one SMS (`+CMGR`, which names no slot: 0).

    The PDU is the first line of hexadecimal digits after its header; if there is none, it is whatever
    stands there, or nothing: a slot that cannot be read must not be forgotten.
    """
    found: list[Stored] = []
    head: Stored | None = None
    for line in lines:
        text = line.strip()
        if (match := _HEADER.match(text)) is not None:
            found += [] if head is None else [head]
            head = _head(match[1], slot=text.startswith("+CMGL"))
        elif head is not None and _PDU.fullmatch(text[: len(text) & ~1]):
            found.append(Stored(head.index, head.status, text[:MAX_PDU]))
            head = None
        elif head is not None and text and not head.pdu:
            head = Stored(head.index, head.status, text[:MAX_PDU])
    return found if head is None else [*found, head]


def _head(text: str, *, slot: bool) -> Stored | None:
    glued = _GLUED.fullmatch(text)
    text, pdu = (glued[1], glued[2]) if glued else (text, "")
    fields = fields_of(text)
    index = number_at(fields, 0) if slot else 0
    status = number_at(fields, 1 if slot else 0)
    return None if index is None else Stored(index, status, pdu)


def announced_of(said: str) -> Announced | None:
    """Read `+CMTI: "SM",3`, `+CMTI: ,-1`, `+CDSI: "SR",0`; None if it is something else."""
    match = _NEW.match(said.strip())
    if match is None:
        return None
    fields = fields_of(match[2].strip())
    index = number_at(fields, 1)
    usable = index is not None and index >= 0
    return Announced(match[1] == "CDSI", _memory(field(fields, 0)), index if usable else None)


def sent_reference_of(line: str) -> int | None:
    """Read `+CMGS: 17`: the TP-MR under which an SMS left; None if the line is another one."""
    text = answer_of((line,), "+CMGS")
    if text is None:
        return None
    number = number_at(fields_of(text), 0)
    return number if number is not None and 0 <= number <= 255 else None
