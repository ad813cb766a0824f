"""Judges a life by what it did: switches for nothing, outages missed, time to detect, availability."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Final

from bench.year_lines import DAY_S, Episode

from notanker.core.names import Uplink

SHORT_S: Final = 0.5
"""A cut up to this long must never move traffic."""
LONG_S: Final = 1.5
"""A cut from this length on always must."""
AFTER_S: Final = 0.05
"""A verdict may fall a moment after the line is back: the answer is still on its way."""

Switches = Sequence[tuple[float, Uplink]]


@dataclass(frozen=True, slots=True)
class Score:
    """What became of a line in so many days.

    Attributes:
        outages: Cuts of the primary from `LONG_S` on while traffic was on it and LTE worked.
        missed: Those of them that did not move the traffic.
        short: Cuts up to `SHORT_S`.
        between: Cuts between the two that moved the traffic: neither wanted nor wrong.
        false: Switches to LTE while the primary worked, or was cut no longer than `SHORT_S`.
        detect_s: From the beginning of each outage to the switch.
        alone_s: How long the site would have been without service on the primary alone.
        down_s: How long it was.
    """

    days: float
    outages: int
    missed: int
    short: int
    between: int
    false: int
    detect_s: tuple[float, ...]
    alone_s: float
    down_s: float

    @property
    def median_s(self) -> float:
        """The middle time to detect, NaN without any."""
        return median(self.detect_s) if self.detect_s else math.nan

    @property
    def p95_s(self) -> float:
        """The time within which nineteen of twenty were detected, NaN without any."""
        if len(self.detect_s) < 2:
            return self.median_s
        return quantiles(self.detect_s, n=20, method="inclusive")[-1]

    def availability_pct(self, down_s: float) -> float:
        """Return the share of the time with service."""
        return 100 * (1 - down_s / (self.days * DAY_S))


def score(episodes: Iterable[Episode], switches: Switches, days: float) -> Score:
    """Compare what went wrong with what was done."""
    cuts = [e for e in episodes if e.loss >= 1 and e.anchor is None]
    mine = _joined([e for e in cuts if Uplink.PRIMARY in e.uplinks])
    backup = _joined([e for e in cuts if Uplink.BACKUP in e.uplinks])
    stays = _stays(switches, days * DAY_S)
    away = [at_s for at_s, to in switches if to is Uplink.BACKUP]
    outages = [
        cut
        for cut in mine
        if cut[1] - cut[0] >= LONG_S and _on_primary(stays, cut[0]) and not _any(backup, *cut)
    ]
    blamed = [_blamed(mine, at_s) for at_s in away]
    detect_s = [_moved_s(away, cut) for cut in outages]
    lengths_s = [cut[1] - cut[0] if cut else 0.0 for cut in blamed]
    dead = {Uplink.PRIMARY: mine, Uplink.BACKUP: backup}
    return Score(
        days=days,
        outages=len(outages),
        missed=sum(math.isinf(seconds) for seconds in detect_s),
        short=sum(end_s - start_s <= SHORT_S for start_s, end_s in mine),
        between=sum(SHORT_S < length_s < LONG_S for length_s in lengths_s),
        false=sum(length_s <= SHORT_S for length_s in lengths_s),
        detect_s=tuple(seconds for seconds in detect_s if math.isfinite(seconds)),
        alone_s=sum(_overlap(cut, (0.0, days * DAY_S)) for cut in mine),
        down_s=sum(_overlap(cut, stay[:2]) for stay in stays for cut in dead[stay[2]]),
    )


def _joined(episodes: Sequence[Episode]) -> list[tuple[float, float]]:
    """Return the cuts as spans that do not overlap."""
    spans: list[tuple[float, float]] = []
    for start_s, end_s in sorted((e.start_s, e.end_s) for e in episodes):
        if spans and start_s <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end_s))
        else:
            spans.append((start_s, end_s))
    return spans


def _stays(switches: Switches, end_s: float) -> list[tuple[float, float, Uplink]]:
    """Return when traffic was on which uplink."""
    turns = [(0.0, Uplink.PRIMARY), *switches]
    ends_s = [at_s for at_s, _ in switches] + [end_s]
    return [(at_s, until_s, to) for (at_s, to), until_s in zip(turns, ends_s, strict=True)]


def _on_primary(stays: Sequence[tuple[float, float, Uplink]], at_s: float) -> bool:
    return any(start <= at_s < end and of is Uplink.PRIMARY for start, end, of in stays)


def _any(spans: Sequence[tuple[float, float]], start_s: float, end_s: float) -> bool:
    return any(_overlap(span, (start_s, end_s)) > 0 for span in spans)


def _blamed(cuts: Sequence[tuple[float, float]], at_s: float) -> tuple[float, float] | None:
    return next((c for c in cuts if c[0] <= at_s <= c[1] + AFTER_S), None)


def _moved_s(away: Sequence[float], cut: tuple[float, float]) -> float:
    start_s, end_s = cut
    after = (at_s - start_s for at_s in away if start_s <= at_s <= end_s + AFTER_S)
    return min(after, default=math.inf)


def _overlap(one: tuple[float, float], other: tuple[float, float]) -> float:
    return max(0.0, min(one[1], other[1]) - max(one[0], other[0]))
