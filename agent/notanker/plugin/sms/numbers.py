"""When two telephone numbers are one subscriber's (E.164; DIN 5008 for how they are written).

Used to know a sender again whom the plan names, so it is strict: what could be somebody else's is not the
same. The last digits alone are never compared.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_SEPARATORS: Final = re.compile(r"[\s()/.-]")
_TRUNK_IN_BRACKETS: Final = re.compile(r"^(\+[\s\d]+)\(0\)")
_SUBSCRIBER: Final = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_DIGITS: Final = re.compile(r"[0-9*#]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Dialling:
    """How one dials where the modem is.

    Attributes:
        country_code: As in +49.
        trunk: What stands in front of a national number; empty where there is none, as in Italy.
        international: What stands for the +.
    """

    country_code: str = "49"
    trunk: str = "0"
    international: str = "00"


GERMANY: Final = Dialling()


def e164(number: str, dialling: Dialling = GERMANY) -> str | None:
    """Return the number in the international form, such as +493023125110.

    None if it is not sure whose it is: a short code, a name, digits without any prefix.
    """
    written = number.strip()
    if dialling.international and written.startswith(dialling.international):
        written = "+" + written.removeprefix(dialling.international)
    digits = _SEPARATORS.sub("", _TRUNK_IN_BRACKETS.sub(r"\1", written))
    if dialling.trunk and digits.startswith(dialling.trunk):
        digits = f"+{dialling.country_code}{digits.removeprefix(dialling.trunk)}"
    return digits if _SUBSCRIBER.fullmatch(digits) else None


def same_subscriber(one: str, other: str, dialling: Dialling = GERMANY) -> bool:
    """Say whether both numbers surely are the same subscriber's.

    Numbers without a prefix, such as short codes, are the same only if they are written alike; a name
    is never the same as anything, as anybody can send under it.
    """
    first, second = e164(one, dialling), e164(other, dialling)
    if first is None and second is None:
        plain = _SEPARATORS.sub("", one)
        return plain == _SEPARATORS.sub("", other) and _DIGITS.fullmatch(plain) is not None
    return first == second
