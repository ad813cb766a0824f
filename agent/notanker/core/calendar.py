"""The site's calendar: the month of the data plan, and the hours of a window, in the site's local time.

Time zones are files, so the shell tells how far local time is ahead of UTC; the rest is arithmetic.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from notanker.core.moment import Moment

EARLIEST_S: Final = 1_735_689_600.0
"""2025-01-01 UTC. notanker is younger than that: an earlier wall time is wrong, whoever vouches for it."""
LATEST_S: Final = 253_370_764_800.0
"""9999-01-01 UTC: beyond it a date no longer sorts as text."""
_DAY_S: Final = 86_400
_EPOCH_WEEKDAY: Final = 3
"""1970-01-01 was a Thursday."""
_WINDOW: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


def local_s(now: Moment, offset_s: float | None) -> float | None:
    """Return local time as seconds since 1970, None while nobody knows it (no clock, 1970).

    Args:
        now: The present.
        offset_s: How far local time is ahead of UTC; None if nobody has told.
    """
    known = now.trusted and EARLIEST_S <= now.wall_s < LATEST_S
    return now.wall_s + offset_s if known and offset_s is not None else None


def month_of(now: Moment, offset_s: float | None, first_day: int) -> str:
    """Return the ISO date on which the data plan's month began, empty while nobody knows the time.

    Args:
        now: The present.
        offset_s: How far local time is ahead of UTC.
        first_day: The day of the month on which it begins, 1 to 28.
    """
    here_s = local_s(now, offset_s)
    if here_s is None:
        return ""
    year, month, day = civil(int(here_s // _DAY_S))
    if day < first_day:
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return f"{year:04}-{month:02}-{first_day:02}"


def civil(days: int) -> tuple[int, int, int]:
    """Return year, month and day of a number of days since 1970-01-01.

    The years are counted from March on, so that the leap day is a year's last (H. Hinnant, "chrono-
    compatible low-level date algorithms", civil_from_days).
    """
    era, day_of_era = divmod(days + 719_468, 146_097)
    year_of_era = (
        day_of_era - day_of_era // 1_460 + day_of_era // 36_524 - day_of_era // 146_096
    ) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * shifted + 2) // 5 + 1
    month = shifted + 3 if shifted < 10 else shifted - 9
    return era * 400 + year_of_era + (month <= 2), month, day


@dataclass(frozen=True, slots=True)
class Window:
    """Hours of each day, in seconds after local midnight; may span it. From 0 to 86,400 is the whole day."""

    opens_s: int
    closes_s: int

    def opens_in_s(self, now: Moment, offset_s: float | None) -> float:
        """Return the seconds until it opens, 0 while it is open.

        Without a clock there is no window: then it is open.
        """
        here_s = local_s(now, offset_s)
        if here_s is None:
            return 0.0
        since_s = (here_s - self.opens_s) % _DAY_S
        open_s = (self.closes_s - self.opens_s) % _DAY_S or _DAY_S
        return 0.0 if since_s < open_s else _DAY_S - since_s

    def closes_in_s(self, now: Moment, offset_s: float | None) -> float:
        """Return the seconds until it closes the next time, 0 without a clock."""
        here_s = local_s(now, offset_s)
        return 0.0 if here_s is None else (self.closes_s - here_s) % _DAY_S or float(_DAY_S)


def are_quiet(hours: Window | None, now: Moment, offset_s: float | None) -> bool:
    """Tell whether it is quiet now; without a clock it never is: too loud is better than unheard."""
    known = local_s(now, offset_s) is not None
    return hours is not None and known and hours.opens_in_s(now, offset_s) == 0.0


@dataclass(frozen=True, slots=True)
class Duty:
    """Hours on some days of the week, Monday is 0; they may span midnight, the day is that of the start."""

    days: frozenset[int]
    window: Window

    def covers(self, now: Moment, offset_s: float | None) -> bool:
        """Tell whether the moment is in it. Without a clock every hour may be."""
        here_s = local_s(now, offset_s)
        if here_s is None:
            return True
        day, second = divmod(int(here_s), _DAY_S)
        late = self.window.closes_s <= self.window.opens_s and second < self.window.closes_s
        weekday = (day - late + _EPOCH_WEEKDAY) % 7
        return weekday in self.days and self.window.opens_in_s(now, offset_s) == 0.0


def window_of(text: str) -> Window | None:
    """Read `19:00-06:00`; None if it is no window, or one that never opens."""
    found = _WINDOW.fullmatch(text)
    if found is None:
        return None
    opens_h, opens_m, closes_h, closes_m = map(int, found.groups())
    window = Window(opens_h * 3600 + opens_m * 60, closes_h * 3600 + closes_m * 60)
    return None if window.opens_s == window.closes_s else window
