"""How many probes a sequential test takes to say `down`: on a line that is well, and on one that is not.

Theory of operation. The evidence of one anchor is a walk: a loss is so many steps up, an answer so many
down, never below zero (Page's CUSUM, `evidence`). On a grid the walk is a Markov chain, and its law, the
chance of each amount of evidence after n probes, is moved on probe by probe. Chances are only added and
multiplied, never subtracted, so that a verdict once in ten thousand years is as exact as one in a second.

- The worth of a loss and of an answer have no common measure; the grid takes the nearest fraction with a
  denominator up to `FINENESS`. With 20 % against 60 % loss that is 65 to 41, right to 0.03 %.
- One stream (`single`): the chain ends at the threshold. What is left of the law settles soon; from then on
  each probe has the same chance to end it, and the sum over all that time is closed. This is exact.
- Several anchors (`quorum`): the verdict needs the full share of each of them. Their walks are independent,
  so the law of one gives the rate at which the last one joins the others. Such moments come in clumps (one
  anchor answers, and falls silent again); only the first of a clump is a verdict, so the rate is divided by
  the size of a clump (Aldous, Probability Approximations via the Poisson Clumping Heuristic, 1989). Beside
  a simulation the mean is right to 3 % where verdicts are rare, and to a fifth at 40 to 60 % loss.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Final

from notanker.core.evidence import CEILING, steps
from notanker.core.settings import Evidence

FINENESS: Final = 41
"""Greatest denominator of the grid: twice as fine changes no figure by a thousandth."""
MOST_ROUNDS: Final = 5000
"""A law that has not settled after so many probes of each anchor is taken as it is."""
WINDOW: Final = 20
"""A figure has settled when it has stayed the same for so many probes."""
SAME: Final = 1e-5
"""By how much of itself a figure may still move and count as the same."""

Law = list[float]


@dataclass(frozen=True, slots=True)
class RunLength:
    """How many probes pass until the verdict.

    Attributes:
        alive: The chance that there is none yet after 0, 1, 2 ... probes.
        per_probe: The chance that each further probe brings it.
        calm: How many probes on average find no evidence at all before them, and so end a calm interval.
        idle: The share of such probes in the long run.
    """

    alive: tuple[float, ...]
    per_probe: float
    calm: float
    idle: float

    def mean(self, streams: int = 1, least: int = 0) -> float:
        """Return the mean number of probes in each of so many streams until the first of them ends.

        A verdict before the probe `least` waits for it.
        """
        known = sum(alive**streams for alive in self.alive[least:])
        beyond = self.alive[-1] ** streams * (1 - self.per_probe) ** (
            streams * max(1, least - len(self.alive) + 1)
        )
        if beyond == 0:
            return least + known
        per_probe = -math.expm1(streams * math.log1p(-self.per_probe))
        return math.inf if per_probe == 0 else least + known + beyond / per_probe


NEVER: Final = RunLength((1.0,), 0.0, math.inf, 1.0)
"""Where nothing is lost there is no verdict."""


@dataclass(frozen=True, slots=True)
class Walk:
    """The evidence of one anchor as a walk on the grid.

    Attributes:
        loss: The chance that a probe is lost.
        up: Steps that a loss is worth.
        down: Steps that an answer is worth.
        size: Number of places, the lowest is no evidence at all.
    """

    loss: float
    up: int
    down: int
    size: int

    def start(self) -> Law:
        """Return the law of a walk that has just begun."""
        return [1.0] + [0.0] * (self.size - 1)

    def over(self, law: Law) -> float:
        """Return the chance that the next probe leads over the top."""
        return self.loss * sum(law[-self.up :])

    def move(self, law: Law) -> Law:
        """Return the law after one more probe, without what is led over the top."""
        answer = 1 - self.loss
        fallen = law[self.down :] + [0.0] * min(self.down, self.size)
        risen = [0.0] * min(self.up, self.size) + law[: -self.up]
        moved = [answer * a + self.loss * b for a, b in zip(fallen, risen, strict=True)]
        moved[0] += answer * sum(law[: self.down])
        return moved


@lru_cache(maxsize=64)
def single(evidence: Evidence, loss: float) -> RunLength:
    """Return how long one stream of probes runs until it has `down_nats`; exact on the grid."""
    if loss == 0:
        return NEVER
    up, down, nats = grid(evidence)
    walk = Walk(loss, up, down, _places(evidence.down_nats, nats))
    law, alive, rates = walk.start(), [1.0], [0.0]
    calm = 0.0
    while len(rates) < MOST_ROUNDS and not _settled(rates) and alive[-1] > 0:
        calm += law[0]
        rates.append(walk.over(law) / alive[-1])
        law = walk.move(law)
        alive.append(sum(law))
    return RunLength(tuple(alive), rates[-1], calm, law[0] / (alive[-1] or 1.0))


@lru_cache(maxsize=64)
def quorum(evidence: Evidence, anchors: int, loss: float) -> RunLength:
    """Return how long so many anchors in turn are asked until each has given its share."""
    if loss == 0:
        return NEVER
    up, down, nats = grid(evidence)
    worth = steps(evidence, anchors)
    share = _places(worth.share, nats)
    top = share + round((worth.share * (CEILING - 1) + worth.loss) / nats) + 1
    anchor = Anchor(Walk(loss, up, down, top), share)
    story = _story(anchor)
    clump = _clump(anchor, anchors, story[-1])
    alive, rate, calm = [1.0], 0.0, 0.0
    for before, after in pairwise(story):
        for turn in range(anchors):
            others = before.full ** (anchors - 1 - turn) * after.full**turn
            outside = 1 - before.full * others
            rate = min(1.0, before.joining * others / outside / clump) if outside > 0 else 1.0
            calm += alive[-1] * before.law[0] ** (anchors - turn) * after.law[0] ** turn
            alive.append(alive[-1] * (1 - rate))
    return RunLength(tuple(alive), rate, calm, story[-1].law[0] ** anchors)


def in_a_row(loss: float, losses: int) -> float:
    """Return the mean number of probes until so many are lost in a row: the rule of most others.

    Feller, An Introduction to Probability Theory, volume 1, XIII.7.
    """
    return (1 - loss**losses) / ((1 - loss) * loss**losses)


@lru_cache(maxsize=64)
def grid(evidence: Evidence) -> tuple[int, int, float]:
    """Return the steps that a loss and an answer are worth, and the nats of a step."""
    worth = steps(evidence, 1)
    ratio = Fraction(worth.loss / worth.answer).limit_denominator(FINENESS)
    up, down = max(1, ratio.numerator), ratio.denominator
    return up, down, (worth.loss + worth.answer) / (up + down)


@dataclass(frozen=True, slots=True)
class Anchor:
    """The walk of one anchor among several: what is over the top stays there."""

    walk: Walk
    share: int

    def move(self, law: Law) -> Law:
        """Return the law after one more probe of this anchor."""
        moved = self.walk.move(law)
        moved[-1] += self.walk.over(law)
        return moved

    def full(self, law: Law) -> float:
        """Return the chance that the anchor has given its share."""
        return sum(law[self.share :])

    def joining(self, law: Law) -> float:
        """Return the chance that it does so with the next probe."""
        return self.walk.loss * sum(law[max(0, self.share - self.walk.up) : self.share])


@dataclass(frozen=True, slots=True)
class Chapter:
    """What is known of an anchor after some probes of it."""

    law: Law
    full: float
    joining: float


def _story(anchor: Anchor) -> list[Chapter]:
    """Tell an anchor's life from its beginning until nothing changes any more."""
    law = anchor.walk.start()
    story = [Chapter(law, 0.0, anchor.joining(law))]
    while len(story) < MOST_ROUNDS and not _settled([c.full for c in story[-WINDOW - 1 :]]):
        law = anchor.move(law)
        story.append(Chapter(law, anchor.full(law), anchor.joining(law)))
    return story


def _clump(anchor: Anchor, anchors: int, end: Chapter) -> float:
    """Return how many times the last anchor joins the others in one clump, itself included.

    The anchor that has just joined has little to spare; the others have what they have in the long run.
    """
    if end.joining == 0 or end.full == 0:
        return 1.0
    base = anchors * end.joining * end.full ** (anchors - 1)
    joined, other = _after_joining(anchor, end), _others(anchor, end)
    size, news = 1.0, [0.0]
    while len(news) < MOST_ROUNDS and not _settled(news):
        one, rest = anchor.move(joined), anchor.move(other)
        was, now = anchor.full(other), anchor.full(rest)
        again = anchor.joining(joined) * now ** (anchors - 1)
        again += sum(
            anchor.joining(other) * was ** (anchors - 2 - turn) * now**turn * anchor.full(joined)
            for turn in range(anchors - 1)
        )
        size += again - base
        joined, other = one, rest
        news.append(anchor.full(one) + now)
    return max(1.0, size)


def _after_joining(anchor: Anchor, end: Chapter) -> Law:
    """Return the law of an anchor whose last probe made its share full."""
    law = [0.0] * anchor.walk.size
    for place in range(max(0, anchor.share - anchor.walk.up), anchor.share):
        law[place + anchor.walk.up] += end.law[place]
    whole = sum(law)
    return [chance / whole for chance in law]


def _others(anchor: Anchor, end: Chapter) -> Law:
    """Return the law of an anchor of which it is only known that its share is full."""
    return [0.0] * anchor.share + [chance / end.full for chance in end.law[anchor.share :]]


def _places(threshold_nats: float, nats: float) -> int:
    """Return how many places of the grid lie below the threshold."""
    return max(1, math.ceil(threshold_nats / nats - 1e-9))


def _settled(values: Sequence[float]) -> bool:
    if len(values) <= WINDOW:
        return False
    recent = values[-WINDOW:]
    return min(recent) > 0 and max(recent) - min(recent) <= SAME * recent[-1]
