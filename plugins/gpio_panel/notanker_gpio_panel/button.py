"""The button as a machine of its own: levels and times in, presses out. It has no clock and no pin.

What a press means is said when the button is let go, and shown before: a hand must know when it has held
long enough.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from notanker.plugin import Hold

BOUNCE_S: Final = 0.03
"""A contact bounces for a few milliseconds: so long its level must hold before it counts."""
HOLDS: Final = ((8.0, Hold.DRILL), (3.0, Hold.ACKNOWLEDGE), (0.0, Hold.SHORT))
STUCK_S: Final = 60.0


@dataclass(slots=True)
class Settled:
    """A level that counts once it has held for `hold_s`.

    Attributes:
        level: What counts, since `since_s`.
    """

    hold_s: float
    level: bool = False
    since_s: float = -math.inf
    raw: bool = False
    raw_since_s: float = -math.inf

    def edge(self, level: bool, now_s: float) -> None:
        """Take a change."""
        if level is not self.raw:
            self.raw, self.raw_since_s = level, now_s

    def step(self, now_s: float) -> bool:
        """Say whether another level counts from now on."""
        if self.raw is self.level or now_s < self.wake_s():
            return False
        self.level, self.since_s = self.raw, self.raw_since_s
        return True

    def wake_s(self) -> float:
        """Return when `step` will say so if nothing happens before."""
        return math.inf if self.raw is self.level else self.raw_since_s + self.hold_s


class Stuck(StrEnum):
    """What befalls a button that is held for longer than any hand would."""

    STUCK = "button_stuck"
    FREE = "button_free"


@dataclass(slots=True)
class Button:
    """One button."""

    contact: Settled = field(default_factory=lambda: Settled(BOUNCE_S))
    stuck: bool = False

    def edge(self, level: bool, now_s: float) -> None:
        """Take a change of the contact."""
        self.contact.edge(level, now_s)

    def step(self, now_s: float) -> Hold | Stuck | None:
        """Say what has become of it by now, if anything."""
        pressed_s = self.contact.since_s
        if self.contact.step(now_s):
            return None if self.contact.level else self._let_go(self.contact.since_s - pressed_s)
        if self.contact.level and not self.stuck and now_s >= pressed_s + STUCK_S:
            self.stuck = True
            return Stuck.STUCK
        return None

    def held(self, now_s: float) -> Hold | None:
        """Return what it would mean to let go now; None while nothing is pressed."""
        if not self.contact.level or self.stuck:
            return None
        return _meaning(now_s - self.contact.since_s)

    def wake_s(self, now_s: float) -> float:
        """Return when `step` or `held` will say something else if nothing happens before."""
        moments = [self.contact.wake_s()]
        if self.contact.level and not self.stuck:
            moments += [self.contact.since_s + least_s for least_s, _ in HOLDS]
            moments.append(self.contact.since_s + STUCK_S)
        return min((at_s for at_s in moments if at_s > now_s), default=math.inf)

    def _let_go(self, held_s: float) -> Hold | Stuck:
        stuck, self.stuck = self.stuck, False
        return Stuck.FREE if stuck else _meaning(held_s)


def _meaning(held_s: float) -> Hold:
    return next((hold for least_s, hold in HOLDS if held_s >= least_s), Hold.SHORT)
