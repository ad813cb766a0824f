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
RELEASE_S: Final = (8.0, 15.0)
"""While something is offered, letting go between these releases it. Later means nothing: a bag lies on it."""
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
    """One button.

    Attributes:
        offer: What it releases now, and `taken` what it did when it went down; empty for nothing.
    """

    contact: Settled = field(default_factory=lambda: Settled(BOUNCE_S))
    stuck: bool = False
    offer: str = ""
    taken: str = ""

    def edge(self, level: bool, now_s: float) -> None:
        """Take a change of the contact."""
        self.contact.edge(level, now_s)

    def step(self, now_s: float) -> Hold | Stuck | None:
        """Say what has become of it by now, if anything."""
        pressed_s = self.contact.since_s
        if self.contact.step(now_s):
            if not self.contact.level:
                return self._let_go(self.contact.since_s - pressed_s)
            self.taken = self.offer
            return None
        if self.contact.level and not self.stuck and now_s >= pressed_s + STUCK_S:
            self.stuck = True
            return Stuck.STUCK
        return None

    def held(self, now_s: float) -> Hold | None:
        """Return what it would mean to let go now; None while nothing is pressed."""
        if not self.contact.level or self.stuck:
            return None
        return self._meaning(now_s - self.contact.since_s)

    def wake_s(self, now_s: float) -> float:
        """Return when `step` or `held` will say something else if nothing happens before."""
        moments = [self.contact.wake_s()]
        if self.contact.level and not self.stuck:
            moments += [self.contact.since_s + least_s for least_s, _ in HOLDS]
            moments.append(self.contact.since_s + RELEASE_S[1])
            moments.append(self.contact.since_s + STUCK_S)
        return min((at_s for at_s in moments if at_s > now_s), default=math.inf)

    def _let_go(self, held_s: float) -> Hold | Stuck | None:
        stuck, self.stuck = self.stuck, False
        return Stuck.FREE if stuck else self._meaning(held_s)

    def _meaning(self, held_s: float) -> Hold | None:
        """Say what so long a press means; what was offered when it began, and is no more, means nothing."""
        least_s, most_s = RELEASE_S
        if not self.taken or held_s < least_s:
            return next((hold for after_s, hold in HOLDS if held_s >= after_s), Hold.SHORT)
        return Hold.RELEASE if held_s < most_s and self.taken == self.offer else None
