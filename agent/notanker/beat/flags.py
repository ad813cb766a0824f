"""A beat's small states in one number of two bytes: the format, five closed lists, three yes-or-no.

Bits from the lowest: format (3), over (1), line (3), primary (2), backup (2), LTE budget (2), and whether
the clock was trusted: now, when the line's state changed, when the backup was proven. A list grows at its
end alone; a value that is not known reads as the first of its list where that says "unknown", else the
beat is refused.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple, TypeVar

from notanker.core.budget import Band
from notanker.core.names import Cause, Confidence, Line, Uplink, Verdict

FORMAT_BITS: Final = 3
UPLINKS: Final = (Uplink.PRIMARY, Uplink.BACKUP)
LINES: Final = (
    Line.PRIMARY, Line.HOLD_OFF, Line.ISOLATED, Line.BACKUP, Line.WAIT_TO_RESTORE,
)  # fmt: skip
VERDICTS: Final = (Verdict.UNKNOWN, Verdict.UP, Verdict.DOWN)
BANDS: Final = (Band.PLENTY, Band.WARNED, Band.SCARCE, Band.SPENT)
CONFIDENCES: Final = (Confidence.POSSIBLE, Confidence.LIKELY, Confidence.CERTAIN)
CAUSES: Final = (
    Cause.UNKNOWN, Cause.OWN_POWER, Cause.SWITCH, Cause.ROUTER, Cause.ACCESS_LINE, Cause.PROVIDER,
    Cause.DNS, Cause.VPN, Cause.TELEPHONY, Cause.CLIENT_SYSTEM, Cause.SYSTEM, Cause.CAPTIVE_PORTAL,
    Cause.BROWN_OUT, Cause.HALF_DEAD, Cause.ANCHOR, Cause.BOTH_LINES,
)  # fmt: skip
"""In the order of the wire, which never changes."""

E = TypeVar("E", bound=StrEnum)


class Flags(NamedTuple):
    """What the number holds, but for the format."""

    over: Uplink
    line: Line
    primary: Verdict
    backup: Verdict
    band: Band
    now_trusted: bool
    line_trusted: bool
    proven_trusted: bool


def pack(flags: Flags, format_: int) -> int:
    """Return the number."""
    places = (
        (UPLINKS.index(flags.over), 1),
        (LINES.index(flags.line), 3),
        (VERDICTS.index(flags.primary), 2),
        (VERDICTS.index(flags.backup), 2),
        (BANDS.index(flags.band), 2),
        (int(flags.now_trusted), 1),
        (int(flags.line_trusted), 1),
        (int(flags.proven_trusted), 1),
    )
    number, shift = format_, FORMAT_BITS
    for value, width in places:
        number |= value << shift
        shift += width
    return number


def is_known(number: int) -> bool:
    """Tell whether this version knows the line's state in the number: then it can be unpacked."""
    return number >> 4 & 7 < len(LINES)


def is_over_backup(number: int) -> bool:
    """Tell whether the beat came over the backup uplink."""
    return UPLINKS[number >> 3 & 1] is Uplink.BACKUP


def unpack(number: int) -> Flags:
    """Return what the number holds; bits beyond are a later version's.

    Raises:
        ValueError: the line has a state that this version does not know.
    """
    line = number >> 4 & 7
    if not is_known(number):
        raise ValueError(f"no state of the line is {line}")
    return Flags(
        UPLINKS[number >> 3 & 1],
        LINES[line],
        known(VERDICTS, number >> 7 & 3),
        known(VERDICTS, number >> 9 & 3),
        BANDS[number >> 11 & 3],
        bool(number >> 13 & 1),
        bool(number >> 14 & 1),
        bool(number >> 15 & 1),
    )


def known(values: tuple[E, ...], place: int) -> E:
    """Return the value at a place, the first if this version has none there."""
    return values[place] if place < len(values) else values[0]
