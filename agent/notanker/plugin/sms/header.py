"""The user data header: parts, ports, indications, languages (3GPP TS 23.040, 9.2.3.24)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeVar

from notanker.plugin.sms.alphabet import LAST_LANGUAGE, NO_LANGUAGE, Languages
from notanker.plugin.sms.dcs import KINDS, Waiting

CONCATENATED: Final = 0x00
SPECIAL_INDICATION: Final = 0x01
PORTS: Final = 0x04
WIDE_PORTS: Final = 0x05
WIDE_CONCATENATED: Final = 0x08
SINGLE_SHIFT: Final = 0x24
LOCKING_SHIFT: Final = 0x25

WAP_PUSH: Final = 2948

_STORE: Final = 0x80

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Concat:
    """Which part of which message it is (9.2.3.24.1, 9.2.3.24.8).

    Attributes:
        reference: The same in all parts of a message.
        total: How many parts there are.
        part: Which one this is, from 1.
        wide: The reference has 16 bits, not 8.
    """

    reference: int
    total: int
    part: int
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Ports:
    """Application ports (9.2.3.24.3-4)."""

    destination: int
    source: int
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Indication:
    """A special SMS message indication (9.2.3.24.2): `count` messages of a kind wait."""

    waiting: Waiting
    count: int


@dataclass(frozen=True, slots=True)
class Header:
    """A user data header.

    Attributes:
        elements: All of it, as identifier and data, in the order of the message.
        concat: None if it is a message by itself, or if the element makes no sense.
        indications: What waits at the operator.
    """

    elements: tuple[tuple[int, bytes], ...] = ()
    concat: Concat | None = None
    ports: Ports | None = None
    indications: tuple[Indication, ...] = ()
    languages: Languages = NO_LANGUAGE

    @property
    def is_push(self) -> bool:
        """Whether it is a WAP push, such as the notice of an MMS: nothing that a person reads."""
        return self.ports is not None and self.ports.destination == WAP_PUSH


NO_HEADER: Final = Header()


def header_of(octets: bytes) -> Header:
    """Read a header without its length. Never raises.

    If its last element is too long or too short, all of it is ignored; so is an element of a wrong
    length. Of those that exclude each other the last one counts (9.2.3.24).
    """
    elements = _elements(octets)
    last = dict(elements)
    return Header(
        elements,
        _last([_concat(*element) for element in elements]),
        _last([_ports(*element) for element in elements]),
        tuple(
            _indication(data)
            for identifier, data in elements
            if identifier == SPECIAL_INDICATION and len(data) == 2  # kind, count
        ),
        Languages(_language(last.get(SINGLE_SHIFT)), _language(last.get(LOCKING_SHIFT))),
    )


def _elements(octets: bytes) -> tuple[tuple[int, bytes], ...]:
    found, at = [], 0
    while at < len(octets):
        length = octets[at + 1] if at + 1 < len(octets) else len(octets)
        end = at + 2 + length
        if end > len(octets):
            return ()
        found.append((octets[at], octets[at + 2 : end]))
        at = end
    return tuple(found)


def _last(values: list[T | None]) -> T | None:
    return next((value for value in reversed(values) if value is not None), None)


def _concat(identifier: int, data: bytes) -> Concat | None:
    width = {CONCATENATED: 1, WIDE_CONCATENATED: 2}.get(identifier)
    if width is None or len(data) != width + 2:
        return None
    total, part = data[width:]
    # Part 0, or one after the last: the receiver shall ignore the element (9.2.3.24.1).
    if not 1 <= part <= total:
        return None
    return Concat(int.from_bytes(data[:width], "big"), total, part, wide=width > 1)


def _ports(identifier: int, data: bytes) -> Ports | None:
    width = {PORTS: 1, WIDE_PORTS: 2}.get(identifier)
    if width is None or len(data) != 2 * width:
        return None
    destination, source = int.from_bytes(data[:width], "big"), int.from_bytes(data[width:], "big")
    return Ports(destination, source, wide=width > 1)


def _indication(data: bytes) -> Indication:
    keep = bool(data[0] & _STORE)
    return Indication(Waiting(KINDS[data[0] & 0x03], data[1] > 0, keep), data[1])


def _language(data: bytes | None) -> int:
    """Return the language; a reserved one is ignored (9.2.3.24.15-16)."""
    return data[0] if data and len(data) == 1 and data[0] <= LAST_LANGUAGE else 0


def header_for(concat: Concat | None, languages: Languages = NO_LANGUAGE) -> bytes:
    """Return the header for a text to send, with its length in front; nothing if it needs none."""
    elements = b""
    if concat is not None:
        width = 2 if concat.wide else 1
        number = concat.reference.to_bytes(width, "big") + bytes([concat.total, concat.part])
        kind = WIDE_CONCATENATED if concat.wide else CONCATENATED
        elements += bytes([kind, len(number)]) + number
    for kind, language in (
        (SINGLE_SHIFT, languages.single),
        (LOCKING_SHIFT, languages.locking),
    ):
        elements += bytes([kind, 1, language]) if language else b""
    return bytes([len(elements)]) + elements if elements else b""
