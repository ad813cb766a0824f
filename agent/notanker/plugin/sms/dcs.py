"""The data coding scheme: what the octets of a text are (3GPP TS 23.038, 4)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final


class Alphabet(Enum):
    """How characters are coded."""

    GSM_7 = "gsm7"
    OCTETS = "8bit"
    UCS_2 = "ucs2"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message waiting indication.

    Attributes:
        kind: "voicemail", "fax", "email" or "other".
        active: Something waits; False: nothing does any more.
        keep: The message itself is to be stored; False: it may be thrown away.
    """

    kind: str
    active: bool
    keep: bool


@dataclass(frozen=True, slots=True)
class Coding:
    """What one data coding scheme means.

    Attributes:
        octet: As it came.
        message_class: 0 is shown at once and not stored ("flash"), 1 is for the phone, 2 for the SIM,
            3 for a device behind it; None if it has none.
        compressed: By the algorithm of TS 23.042, which this codec does not undo.
        delete_after: Marked for automatic deletion once it was read.
    """

    octet: int
    alphabet: Alphabet
    message_class: int | None = None
    compressed: bool = False
    delete_after: bool = False
    waiting: Waiting | None = None


KINDS: Final = ("voicemail", "fax", "email", "other")
"""Kinds of messages that wait, by the two bits of TS 23.038, 4 and TS 23.040, 9.2.3.24.2."""

_ALPHABETS: Final = (Alphabet.GSM_7, Alphabet.OCTETS, Alphabet.UCS_2, Alphabet.GSM_7)
_MARKED_FOR_DELETION: Final = 0x4
_RESERVED: Final = 0x8
_DISCARD: Final = 0xC
_STORE_WIDE: Final = 0xE
_DATA_CLASS: Final = 0xF


def coding_of(octet: int) -> Coding:
    """Read a data coding scheme. Reserved ones mean the default alphabet, as clause 4 has it."""
    group = octet >> 4
    if group < _RESERVED:
        return _general(octet)
    if group < _DISCARD:
        return Coding(octet, Alphabet.GSM_7)
    if group == _DATA_CLASS:
        # Bit 3 is reserved: seen set in the field, and without a meaning.
        wide = Alphabet.OCTETS if octet & 0x04 else Alphabet.GSM_7
        return Coding(octet, wide, octet & 0x03)
    alphabet = Alphabet.UCS_2 if group == _STORE_WIDE else Alphabet.GSM_7
    waiting = Waiting(KINDS[octet & 0x03], bool(octet & 0x08), group != _DISCARD)
    return Coding(octet, alphabet, waiting=waiting)


def _general(octet: int) -> Coding:
    return Coding(
        octet,
        _ALPHABETS[octet >> 2 & 0x03],
        octet & 0x03 if octet & 0x10 else None,
        compressed=bool(octet & 0x20),
        delete_after=octet >> 4 >= _MARKED_FOR_DELETION,
    )


def octet_for(alphabet: Alphabet, *, flash: bool = False) -> int:
    """Return the data coding scheme for a text to send: no class, or class 0 if it is to flash up."""
    return _ALPHABETS.index(alphabet) << 2 | (0x10 if flash else 0x00)
