"""Addresses in a PDU: telephone numbers, short codes, names (3GPP TS 23.040, 9.1.2.5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from notanker.plugin.sms import alphabet, packing
from notanker.plugin.sms.faults import SubmitError

UNKNOWN: Final = 0
INTERNATIONAL: Final = 1
NATIONAL: Final = 2
ALPHANUMERIC: Final = 5
"""Types of number."""
TELEPHONE: Final = 1
"""The numbering plan of E.164."""

MAX_DIGITS: Final = 20
_DIGITS: Final = "0123456789*#abc"
_FILLER: Final = 0xF
_RECIPIENT: Final = re.compile(rf"\+?[0-9*#abc]{{1,{MAX_DIGITS}}}")
_NAME_OCTETS: Final = 7
_NAME_SEPTETS: Final = 8


@dataclass(frozen=True, slots=True)
class Address:
    """A sender, a recipient or a service centre.

    Attributes:
        text: The number, with + in front if it is an international one; or the name.
        kind: The type of number: 0 unknown, 1 international, 2 national, 5 alphanumeric ...
        plan: The numbering plan: 1 telephone, 0 unknown ...
    """

    text: str
    kind: int = UNKNOWN
    plan: int = TELEPHONE

    @property
    def is_name(self) -> bool:
        """Whether it is a name, which cannot be answered and proves nothing."""
        return self.kind == ALPHANUMERIC


def from_octets(kind_octet: int, octets: bytes, nibbles: int) -> Address:
    """Read an address of that many half octets."""
    kind, plan = kind_octet >> 4 & 0x07, kind_octet & 0x0F
    if kind == ALPHANUMERIC:
        return Address(_name(octets, nibbles), kind, plan)
    halves = [half for octet in octets for half in (octet & 0x0F, octet >> 4)][:nibbles]
    if _FILLER in halves:
        halves = halves[: halves.index(_FILLER)]
    digits = "".join(_DIGITS[half] for half in halves)
    return Address(f"+{digits}" if kind == INTERNATIONAL and digits else digits, kind, plan)


def _name(octets: bytes, nibbles: int) -> str:
    septets = packing.unpack(octets, nibbles * 4 // 7)
    # Seven letters in seven octets leave seven bits, which some count as an eighth letter, @.
    if len(septets) == _NAME_SEPTETS and len(octets) == _NAME_OCTETS and not septets[-1]:
        septets = septets[:-1]
    return alphabet.text_of(septets)


def recipient(number: str) -> bytes:
    """Return a recipient's address as it stands in a PDU: length, type, half octets.

    White space and the signs ()/.- are left out. A number with + is an international one; any other
    stays as it is, with "unknown" as its type: the network reads it as if it were dialled.

    Raises:
        SubmitError: nobody can be reached by it.
    """
    digits = re.sub(r"[\s()/.-]", "", number)
    if not digits:
        raise SubmitError("no recipient")
    if not _RECIPIENT.fullmatch(digits):
        raise SubmitError(_why_not(digits))
    kind = INTERNATIONAL if digits.startswith("+") else UNKNOWN
    digits = digits.removeprefix("+")
    return bytes([len(digits), 0x80 | kind << 4 | TELEPHONE]) + half_octets(digits)


def _why_not(digits: str) -> str:
    if any(char.isalpha() and char not in _DIGITS for char in digits):
        return "a name is no number that can be sent to"
    if len(digits) > MAX_DIGITS:
        return f"a number has at most {MAX_DIGITS} digits"
    return "not a telephone number"


def half_octets(digits: str) -> bytes:
    """Return the digits two an octet, the first one in the lower half; the rest is filled with ones."""
    halves = [_DIGITS.index(digit) for digit in digits]
    if len(halves) % 2:
        halves.append(_FILLER)
    pairs = zip(halves[::2], halves[1::2], strict=True)
    return bytes([low | high << 4 for low, high in pairs])
