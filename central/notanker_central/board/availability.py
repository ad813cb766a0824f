"""How available a site was: out of the changes of its state, within the hours that were agreed. Pure.

Four things are told apart: the site works (over the primary line or the backup), it is cut off, nobody knows
(it was silent), and it was not in service yet. What nobody knows counts neither for nor against the site.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from notanker.core.calendar import Duty
from notanker.plan.duty import duty
from notanker_central.states import State

Window: TypeAlias = tuple[float, float]
"""From and to, in seconds since 1970 UTC."""
_DAY: Final = dt.timedelta(days=1)
_OUT: Final = frozenset({State.BACKUP, State.ISOLATED, State.SILENT})


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a site's state."""

    at_s: float
    before: State
    after: State
    cause: str


@dataclass(frozen=True, slots=True)
class Span:
    """A time in one state."""

    from_s: float
    to_s: float
    state: State
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Outage:
    """A time in which the primary line did not carry the site, or nobody knows.

    Attributes:
        from_s: When it began, or the report's beginning.
        to_s: When it ended, or the report's end.
        cause: The first that was told; empty if none was.
        began_before: Whether it began before the report's time, and `goes_on` whether it goes on after it.
        backup_s: Time on the backup, `down_s` without any uplink, `unknown_s` silent.
    """

    from_s: float
    to_s: float
    cause: str
    began_before: bool
    goes_on: bool
    backup_s: float
    down_s: float
    unknown_s: float

    @property
    def only_silent(self) -> bool:
        """Whether nothing but silence is known of it."""
        return self.backup_s == 0.0 and self.down_s == 0.0


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of the agreed time, in seconds."""

    ok_s: float = 0.0
    backup_s: float = 0.0
    down_s: float = 0.0
    unknown_s: float = 0.0

    @property
    def agreed_s(self) -> float:
        """The agreed time in which the site was in service."""
        return self.ok_s + self.backup_s + self.down_s + self.unknown_s

    @property
    def known_s(self) -> float:
        """The agreed time of which is known what was."""
        return self.ok_s + self.backup_s + self.down_s

    @property
    def site_pct(self) -> float | None:
        """How much of the known time the site worked; None if nothing is known."""
        return _share_pct(self.ok_s + self.backup_s, self.known_s)

    @property
    def primary_pct(self) -> float | None:
        """How much of the known time the primary line carried it."""
        return _share_pct(self.ok_s, self.known_s)

    @property
    def least_pct(self) -> float | None:
        """How much the site worked at least: as if it had been cut off whenever nobody knows."""
        return _share_pct(self.ok_s + self.backup_s, self.agreed_s)

    def plus(self, other: Figures) -> Figures:
        """Return both together."""
        return Figures(
            self.ok_s + other.ok_s,
            self.backup_s + other.backup_s,
            self.down_s + other.down_s,
            self.unknown_s + other.unknown_s,
        )


def month_of(year: int, month: int, zone: dt.tzinfo) -> Window:
    """Return a month from its first local midnight to the next month's.

    Raises:
        ValueError: there is no such month.
    """
    first = dt.datetime(year, month, 1, tzinfo=zone)
    after = dt.datetime(year + month // 12, month % 12 + 1, 1, tzinfo=zone)
    return first.timestamp(), after.timestamp()


def spans_of(changes: Iterable[Change], state: State, from_s: float, to_s: float) -> list[Span]:
    """Return what a site was, without a gap.

    Args:
        changes: Its changes since `from_s`, in the order in which they were written down.
        state: What it was at `from_s`.
        from_s: Where to begin.
        to_s: Where to end.
    """
    found: list[Span] = []
    since_s, cause = from_s, ""
    for change in changes:
        at_s = min(max(change.at_s, since_s), to_s)  # a clock set back takes no time away
        if at_s > since_s:
            found.append(Span(since_s, at_s, state, cause))
        since_s, state, cause = at_s, change.after, change.cause
    if to_s > since_s:
        found.append(Span(since_s, to_s, state, cause))
    return found


def agreed_windows(agreed: str, zone: dt.tzinfo, from_s: float, to_s: float) -> list[Window]:
    """Return the agreed hours within a time, in order and without overlap.

    An hour that daylight saving takes or gives is a missing or a second one here as well.

    Args:
        agreed: Such as `Mo-Fr 07-19, Sa 8:00-12:00`; `24x7` or anything unreadable is always.
        zone: The site's.
        from_s: Where to begin.
        to_s: Where to end.
    """
    hours = duty(agreed)
    if not hours:
        return [(from_s, to_s)]
    day = (
        dt.datetime.fromtimestamp(from_s, zone).date() - _DAY
    )  # one of the night before reaches in
    last = dt.datetime.fromtimestamp(to_s, zone).date()
    found: list[Window] = []
    while day <= last:
        found += [_window(one, day, zone) for one in hours if day.weekday() in one.days]
        day += _DAY
    cut = sorted((max(a, from_s), min(b, to_s)) for a, b in found)
    return _merged([(a, b) for a, b in cut if a < b])


def figures_of(spans: Iterable[Span], windows: Sequence[Window]) -> Figures:
    """Return what became of the agreed hours."""
    seconds = dict.fromkeys(State, 0.0)
    for span in spans:
        seconds[span.state] += overlap_s(span.from_s, span.to_s, windows)
    return Figures(
        seconds[State.OK], seconds[State.BACKUP], seconds[State.ISOLATED], seconds[State.SILENT]
    )


def outages_of(spans: Sequence[Span], windows: Sequence[Window]) -> list[Outage]:
    """Return the outages that touch the agreed hours, each with the time within these."""
    runs: list[list[Span]] = []
    for span in spans:
        if span.state not in _OUT:
            continue
        if runs and runs[-1][-1].to_s == span.from_s:
            runs[-1].append(span)
        else:
            runs.append([span])
    found = [_outage(run, spans, windows) for run in runs]
    return [one for one in found if one.backup_s + one.down_s + one.unknown_s > 0]


def overlap_s(from_s: float, to_s: float, windows: Sequence[Window]) -> float:
    """Return how much of a time lies within windows."""
    return sum(max(0.0, min(to_s, b) - max(from_s, a)) for a, b in windows)


def floor_pct(share_pct: float) -> float:
    """Return per cent to two decimals, never rounded up: 100.00 means all of it."""
    return math.floor(share_pct * 100 + 1e-9) / 100


def _outage(run: Sequence[Span], spans: Sequence[Span], windows: Sequence[Window]) -> Outage:
    seconds = dict.fromkeys(_OUT, 0.0)
    for span in run:
        seconds[span.state] += overlap_s(span.from_s, span.to_s, windows)
    return Outage(
        from_s=run[0].from_s,
        to_s=run[-1].to_s,
        cause=next((span.cause for span in run if span.cause), ""),
        began_before=run[0] is spans[0],
        goes_on=run[-1] is spans[-1],
        backup_s=seconds[State.BACKUP],
        down_s=seconds[State.ISOLATED],
        unknown_s=seconds[State.SILENT],
    )


def _window(hours: Duty, day: dt.date, zone: dt.tzinfo) -> Window:
    opens_s, closes_s = hours.window.opens_s, hours.window.closes_s
    late = 1 if closes_s <= opens_s else 0
    return _local(day, opens_s, zone), _local(day + late * _DAY, closes_s, zone)


def _local(day: dt.date, second: int, zone: dt.tzinfo) -> float:
    days, rest = divmod(second, 86_400)
    wall = dt.datetime.combine(day + days * _DAY, dt.time(rest // 3600, rest % 3600 // 60))
    return wall.replace(tzinfo=zone).timestamp()


def _merged(windows: Iterable[Window]) -> list[Window]:
    found: list[Window] = []
    for a, b in windows:
        if found and a <= found[-1][1]:
            found[-1] = (found[-1][0], max(b, found[-1][1]))
        else:
            found.append((a, b))
    return found


def _share_pct(part_s: float, whole_s: float) -> float | None:
    return None if whole_s <= 0 else 100.0 * part_s / whole_s
