"""The exact figures beside frequencies that are counted, and cuts by the thousand."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Final

from bench.year_lines import FIBRE, PRIMARY, Episode
from bench.year_world import Life

from notanker.core import evidence, forecast, runlength
from notanker.core.evidence import AnchorMind
from notanker.core.settings import Evidence

COUNTED: Final = ((6.0, 0.2), (8.0, 0.2), (6.0, 0.15), (21.0, 0.4), (21.0, 0.5), (21.0, 0.6))
"""Thresholds and losses at which verdicts are frequent enough to be counted."""
AFTER_S: Final = 2.0
"""A switch that comes later than this after a cut has nothing to do with it."""
SETTLED_S: Final = 4000.0
"""After so long every layer of both uplinks has been asked, and all is calm."""


@dataclass(frozen=True, slots=True)
class Counted:
    """One row: probes to the verdict as reckoned and as counted, for one anchor and for three."""

    threshold: float
    loss: float
    single: float
    single_counted: float
    quorum: float
    quorum_counted: float


def counted(verdicts: int, seed: int) -> Iterator[Counted]:
    """Count verdicts of the very functions that the agent runs, beside the exact figures."""
    for threshold, loss in COUNTED:
        test = Evidence(down_nats=threshold)
        yield Counted(
            threshold,
            loss,
            runlength.single(test, loss).mean(),
            count(test, 1, loss, verdicts, seed),
            runlength.quorum(test, 3, loss).mean(),
            count(test, 3, loss, verdicts, seed),
        )


def count(test: Evidence, anchors: int, loss: float, verdicts: int, seed: int) -> float:
    """Return the mean number of probes to a verdict of anchors asked in turn."""
    toss = random.Random(f"{seed} {anchors} {test}").random  # noqa: S311 - a dice, not a key
    worth = evidence.steps(test, anchors)
    fresh = AnchorMind()
    minds, probes, seen = [fresh] * anchors, 0, 0
    while seen < verdicts:
        turn = probes % anchors
        probes += 1
        mind = minds[turn]
        if toss() >= loss:
            # An answer changes nothing where there is no evidence; this is most of the time.
            if mind.down:
                minds[turn] = evidence.win(mind, worth, 0.0, 0.02, late=False)
            continue
        minds[turn] = evidence.lose(mind, worth, 0.0, "")
        if all(m.down >= worth.share for m in minds):
            seen, minds = seen + 1, [fresh] * anchors
    return probes / verdicts


@dataclass(frozen=True, slots=True)
class Cuts:
    """What became of many cuts of one kind.

    Attributes:
        moved: How many of them moved the traffic.
        seconds: From cut to switch, the shortest first.
    """

    title: str
    busy: bool
    cuts: int
    moved: int
    seconds: tuple[float, ...]


CUTS: Final = {
    "up to 0.5 s": (0.0, 0.5),
    "0.5 s": (0.5, 0.5),
    "1.5 s": (1.5, 1.5),
}


def kinds(number: int, seed: int) -> list[tuple[bool, str, int, int]]:
    """Return the arguments of `cuts` for each kind: an idle line, and one with users' traffic on it."""
    return [(busy, title, number, seed) for busy, title in product((False, True), CUTS)]


def cuts(busy: bool, title: str, number: int, seed: int) -> Cuts:
    """Cut a line many times, at any phase of the probes."""
    settled = Life(replace(FIBRE, loss=0.0))
    settled.run(SETTLED_S)
    settled.busy = busy
    dice = random.Random(f"{seed} {title} {busy}")  # noqa: S311 - a dice, not a key
    took = [cut(settled, dice, dice.uniform(*CUTS[title])) for _ in range(number)]
    moved = [seconds for seconds in took if seconds is not None]
    return Cuts(title, busy, number, len(moved), tuple(sorted(moved)))


def cut(settled: Life, dice: random.Random, length_s: float) -> float | None:
    """Cut a settled line once; return when that moved the traffic."""
    life = settled.fork(dice.randrange(1 << 30))
    start_s = life.now_s + dice.uniform(0.5, 6.5)
    life.add(Episode(start_s, start_s + length_s, PRIMARY, "cut"))
    end_s = start_s + length_s + AFTER_S
    while life.now_s < end_s and not life.switches:
        life.run(min(end_s, life.now_s + 0.5))
    return life.switches[0][0] - start_s if life.switches else None


@dataclass(frozen=True, slots=True)
class BrownOut:
    """Seconds until a line that begins to lose so much is given up: foretold and counted."""

    pct: int
    foretold_s: float
    seconds: tuple[float, ...]


def brown_outs(trials: int, seed: int) -> Iterator[BrownOut]:
    """Let a settled line begin to lose a share of its probes."""
    settled = Life(replace(FIBRE, loss=0.0))
    settled.run(SETTLED_S)
    watches = forecast.deciding(settled.settings)
    for pct in (60, 50, 40):
        dice = random.Random(f"{seed} {pct}")  # noqa: S311 - a dice, not a key
        took = []
        for _ in range(trials):
            life = settled.fork(dice.randrange(1 << 30))
            start_s = life.now_s + dice.uniform(0.5, 6.5)
            life.add(Episode(start_s, start_s + 600, PRIMARY, "brown-out", pct / 100))
            while not life.switches and life.now_s < start_s + 600:
                life.run(life.now_s + 1.0)
            took.append((life.switches[0][0] if life.switches else life.now_s) - start_s)
        yield BrownOut(pct, forecast.brown_out_s(watches, pct / 100), tuple(sorted(took)))
