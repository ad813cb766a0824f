"""Kinds of lines, and what goes wrong with each in a year: made up, with the sources named.

Times are virtual seconds from midnight of the first day. The same seed gives the same year.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from notanker.core.names import Uplink

DAY_S: Final = 86_400.0
MICRO_S: Final = 0.2
"""Mean length of a micro-cut; one each ten minutes is a bad line (shared figures of the field)."""
BOTH: Final = frozenset(Uplink)
PRIMARY: Final = frozenset({Uplink.PRIMARY})
BACKUP: Final = frozenset({Uplink.BACKUP})


@dataclass(frozen=True, slots=True)
class Episode:
    """Something that goes wrong for a while.

    Attributes:
        loss: The share of the probes that are lost meanwhile.
        anchor: The one anchor that is silent; None where the line is to blame.
    """

    start_s: float
    end_s: float
    uplinks: frozenset[Uplink]
    kind: str
    loss: float = 1.0
    anchor: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of line.

    Attributes:
        loss: The share of probes that is always lost, each by itself.
        micro_per_day: Cuts of `MICRO_S` on average, exponential.
        retrains_per_month: Half a minute to a minute and a half without sync, at any time.
        nightly: Whether the provider takes the line away each night for as long as a retrain.
        faults_per_year: Outages of a quarter of an hour on average, exponential.
        bursts_per_hour: Gilbert-Elliott: so often the line turns bad for 2 s on average ...
        burst_loss: ... and loses this share while it is.
        days: More than these are not lived: hardly anything of such a line can be skipped.
    """

    title: str
    loss: float = 0.0
    micro_per_day: float = 0.0
    retrains_per_month: float = 0.0
    nightly: bool = False
    faults_per_year: float = 6.0
    bursts_per_hour: float = 0.0
    burst_loss: float = 0.3
    days: float = 365.0


FIBRE: Final = Line("fibre: 0.01 % loss, a micro-cut a day", loss=1e-4, micro_per_day=1)
LINES: Final = {
    "fibre": FIBRE,
    "dsl": Line(
        "DSL: 0.1 % loss, a micro-cut each 10 min, reconnects each night",
        loss=1e-3,
        micro_per_day=144,
        retrains_per_month=4,
        nightly=True,
    ),
    "cable": Line("bad cable: 1 % loss, a micro-cut an hour", loss=0.01, micro_per_day=24, days=10),
    "bursty": Line(
        "radio bridge: each minute 2 s of 30 % loss", loss=1e-3, bursts_per_hour=60, days=1
    ),
    "loss5": Line("5 % loss for ever", loss=0.05, days=0.25),
    "loss20": Line("20 % loss for ever", loss=0.2, faults_per_year=0, days=0.125),
}
LTE_OUTAGES_PER_WEEK: Final = 2.0
LTE_LOSS: Final = 0.002
ANCHOR_OUTAGES_PER_MONTH: Final = 4.0


def year(line: Line, days: float, seed: int) -> tuple[Episode, ...]:
    """Return all that goes wrong in so many days, in the order of its beginning."""
    dice = random.Random(f"{line.title} {seed}")  # noqa: S311 - a dice, not a key
    end_s = days * DAY_S
    found = [
        *_primary(line, end_s, dice),
        *_at_random(end_s, LTE_OUTAGES_PER_WEEK / 7, _around(300), BACKUP, "lte", dice),
        *_anchors(end_s, dice),
        *_maintenance(end_s, dice),
    ]
    return tuple(sorted(found, key=lambda episode: episode.start_s))


def _primary(line: Line, end_s: float, dice: random.Random) -> Iterator[Episode]:
    yield from _at_random(end_s, line.micro_per_day, _around(MICRO_S), PRIMARY, "micro-cut", dice)
    retrains = line.retrains_per_month / 30
    yield from _at_random(end_s, retrains, _retrain, PRIMARY, "retrain", dice)
    faults = line.faults_per_year / 365
    yield from _at_random(end_s, faults, _around(900), PRIMARY, "fault", dice)
    bursts = line.bursts_per_hour * 24
    for bad in _at_random(end_s, bursts, _around(2.0), PRIMARY, "burst", dice):
        yield replace(bad, loss=line.burst_loss)
    if line.nightly:
        yield from _nightly(end_s, dice)


def _at_random(
    end_s: float,
    per_day: float,
    length_s: Callable[[random.Random], float],
    uplinks: frozenset[Uplink],
    kind: str,
    dice: random.Random,
) -> Iterator[Episode]:
    """Return episodes one after the other; none begins in the first ten minutes."""
    at_s = 600.0
    while per_day > 0:
        at_s += dice.expovariate(per_day / DAY_S)
        if at_s >= end_s:
            return
        episode = Episode(at_s, at_s + length_s(dice), uplinks, kind)
        yield episode
        at_s = episode.end_s


def _around(mean_s: float) -> Callable[[random.Random], float]:
    return lambda dice: dice.expovariate(1 / mean_s)


def _retrain(dice: random.Random) -> float:
    return dice.uniform(30, 90)


def _nightly(end_s: float, dice: random.Random) -> Iterator[Episode]:
    for day in range(int(end_s // DAY_S)):
        at_s = day * DAY_S + dice.uniform(3, 5) * 3600
        yield Episode(at_s, at_s + _retrain(dice), PRIMARY, "reconnect")


def _anchors(end_s: float, dice: random.Random) -> Iterator[Episode]:
    """Return anchors that are silent for an hour on average, over both uplinks."""
    per_day = ANCHOR_OUTAGES_PER_MONTH / 30
    for episode in _at_random(end_s, per_day, _around(3600), BOTH, "anchor", dice):
        yield replace(episode, anchor=dice.randrange(3))


def _maintenance(end_s: float, dice: random.Random) -> Iterator[Episode]:
    """Return the provider's work in one night a month: an hour with three interruptions."""
    for month in range(int(end_s // (30 * DAY_S))):
        at_s = (month * 30 + dice.randrange(30)) * DAY_S + 2 * 3600
        for part in range(3):
            start_s = at_s + part * 1200 + dice.uniform(0, 600)
            yield Episode(start_s, start_s + dice.uniform(5, 300), PRIMARY, "maintenance")
