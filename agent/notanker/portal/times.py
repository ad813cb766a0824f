"""Says in words when something was, in the site's own time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from notanker.core.moment import Moment


@dataclass(frozen=True, slots=True)
class Times:
    """Words for moments, as seen at one moment.

    Attributes:
        now: The moment of the question.
        zone: The site's time zone.
        sure: Whether the wall time of `now` can be relied on.
    """

    language: str
    now: Moment
    zone: dt.tzinfo
    sure: bool

    def at(self, moment: Moment) -> str:
        """Return "10:42", with the day if it was another; "12 min ago" if the clock is unsure."""
        if not (moment.trusted and self.sure):
            return self.ago(moment)
        then, today = self._local(moment.wall_s), self._local(self.now.wall_s)
        if then is None or today is None:
            return self.ago(moment)
        clock = f"{then:%H:%M}" + (" Uhr" if self.language == "de" else "")
        if then.date() == today.date():
            return clock
        year = "" if then.year == today.year else str(then.year)
        if self.language == "de":
            return f"{then.day}.{then.month}.{year} {clock}"
        return f"{then.day} {then:%b} {year} {clock}".replace("  ", " ")

    def since(self, moment: Moment) -> str:
        """Return "seit 10:42 Uhr", or how long it has been if the clock is unsure."""
        word = "seit" if self.language == "de" else "since"
        if moment.trusted and self.sure:
            return f"{word} {self.at(moment)}"
        passed = self.passed_s(moment)
        if passed is None:
            return ""
        return f"{'seit' if self.language == 'de' else 'for'} {span(passed, self.language, dative=True)}"

    def ago(self, moment: Moment) -> str:
        """Return "vor 12 Minuten"; nothing can be said of another boot without a sure clock."""
        passed = self.passed_s(moment)
        if passed is None:
            return "Zeit unbekannt" if self.language == "de" else "time unknown"
        if passed < 10:
            return "gerade eben" if self.language == "de" else "just now"
        words = span(passed, self.language, dative=True)
        return f"vor {words}" if self.language == "de" else f"{words} ago"

    def passed_s(self, moment: Moment) -> float | None:
        """Return the seconds from the moment to now, None if nobody can tell."""
        if moment.boot and moment.boot == self.now.boot:
            passed = self.now.boot_s - moment.boot_s
        elif moment.trusted and self.sure:
            passed = self.now.wall_s - moment.wall_s
        else:
            return None
        return passed if 0 <= passed < 1e10 else None

    def _local(self, wall_s: float) -> dt.datetime | None:
        try:
            return dt.datetime.fromtimestamp(wall_s, self.zone)
        except (OverflowError, OSError, ValueError):
            return None


def zone_of(name: str) -> dt.tzinfo:
    """Return the time zone of that name, UTC if this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (OSError, KeyError, ValueError):
        return dt.UTC


def span(seconds: float, language: str, *, dative: bool = False) -> str:
    """Say a span in its largest unit: "40 Sekunden", "12 Minuten", "3 Stunden", "2 Tage"."""
    for size, one, many in (
        (86400, ("Tag", "day"), (("Tagen" if dative else "Tage"), "days")),
        (3600, ("Stunde", "hour"), ("Stunden", "hours")),
        (60, ("Minute", "minute"), ("Minuten", "minutes")),
        (1, ("Sekunde", "second"), ("Sekunden", "seconds")),
    ):
        count = int(seconds // size)
        if count or size == 1:
            index = 1 if language == "en" else 0
            return f"{count} {(one if count == 1 else many)[index]}"
    raise AssertionError
