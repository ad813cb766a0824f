"""Times in a PDU: of the service centre, of delivery, of validity (3GPP TS 23.040, 9.2.3.11-12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Final

STAMP_OCTETS: Final = 7
_FIRST_YEAR: Final = 90
"""Two digits from here on are of the last century: there was no SMS before 1992."""
_QUARTER_S: Final = 900

_FIVE_MINUTES_S: Final = 300
_HALF_HOUR_S: Final = 1800
_DAY_S: Final = 86400
_WEEK_S: Final = 7 * _DAY_S


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time as it came.

    Attributes:
        raw: The seven octets.
        time: With the zone that was sent, in quarters of an hour; None if the octets are no time.
    """

    raw: bytes
    time: datetime | None


def stamp_of(octets: bytes) -> Stamp:
    """Read seven octets: year, month, day, hour, minute, second, zone. Never raises."""
    low = [octet & 0x0F for octet in octets]
    # Bit 3 of the zone's octet is its sign, the three below it are the tens.
    west = bool(low[-1] & 0x08)
    low[-1] &= 0x07
    high = [octet >> 4 for octet in octets]
    if max(low + high) > 9:  # a half octet that is no digit
        return Stamp(octets, None)
    year, month, day, hour, minute, second, zone = (
        tens * 10 + ones for tens, ones in zip(low, high, strict=True)
    )
    offset_s = zone * _QUARTER_S * (-1 if west else 1)
    year += 1900 if year >= _FIRST_YEAR else 2000
    try:
        there = timezone(timedelta(seconds=offset_s))
        return Stamp(octets, datetime(year, month, day, hour, minute, second, tzinfo=there))
    except ValueError:
        return Stamp(octets, None)


def period_s(octet: int) -> float:
    """Return the relative validity period that the octet stands for (9.2.3.12.1), in seconds."""
    if octet <= 143:  # the four ranges of the table
        return (octet + 1) * _FIVE_MINUTES_S
    if octet <= 167:
        return _DAY_S / 2 + (octet - 143) * _HALF_HOUR_S
    if octet <= 196:
        return (octet - 166) * _DAY_S
    return (octet - 192) * _WEEK_S


def period_octet(wanted_s: float) -> int:
    """Return the octet of the shortest period that is not shorter than wanted; at most 63 weeks."""
    return next((octet for octet in range(255) if period_s(octet) >= wanted_s), 255)
