"""What every lamp and the buzzer does at a moment, and until when: no clock, no thread, no pin.

In order of precedence: the lamp test after a short press and the answer to a hand that holds the button; then
the picture; and darkness once the agent has not been heard of for `STALE_S`, for it might be long gone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from notanker.plugin import LAMPS, RHYTHMS, TONES, Hold, PanelPicture, Rhythm, Tone, playing

STALE_S: Final = 30.0
TEST_S: Final = 1.0
"""All lamps are lit for so long after a short press: one that stays dark is broken."""
BUZZER: Final = "buzzer"
ANSWERS: Final[Mapping[Hold, Rhythm]] = {
    Hold.ACKNOWLEDGE: Rhythm.LIT,
    Hold.DRILL: Rhythm.TRIPLE,
    Hold.RELEASE: Rhythm.WINK,
}
"""What all lamps do while the button is held for so long."""


@dataclass(slots=True)
class Score:
    """The state of lamps and buzzer.

    Attributes:
        picture: What the agent wants to be seen, since it was last heard of at `heard_s`.
        tone_s: When the buzzer's present tone began.
        asked_s: When somebody asked what is up.
        held: What it would mean to let the button go, since `held_s`.
    """

    picture: PanelPicture = field(default_factory=PanelPicture)
    heard_s: float = -math.inf
    tone_s: float = 0.0
    asked_s: float = -math.inf
    held: Hold | None = None
    held_s: float = 0.0

    def show(self, picture: PanelPicture, now_s: float) -> None:
        """Take a picture; a tone that goes on goes on where it is."""
        if picture.buzzer is not self.picture.buzzer or self._is_stale(now_s):
            self.tone_s = now_s
        self.picture, self.heard_s = picture, now_s

    def hold(self, held: Hold | None, now_s: float) -> None:
        """Take how long the button is held; what the lamps answer begins with the change."""
        if held is not self.held:
            self.held, self.held_s = held, now_s

    def bear_with(self, until_s: float) -> None:
        """Do not take the agent for dead before: it waits for this plugin."""
        self.heard_s = max(self.heard_s, until_s)

    def at(self, now_s: float) -> tuple[dict[str, bool], float]:
        """Return what is on now, by name, and until when that holds (for ever: infinity)."""
        levels, ends = {}, [self._next_s(now_s)]
        # One beginning for all lamps, so that those of one rhythm flash together.
        since_s = now_s - self.held_s if self.held in ANSWERS else now_s
        for lamp in LAMPS:
            levels[lamp], left_s = playing(RHYTHMS[self._rhythm(lamp, now_s)], since_s)
            ends.append(now_s + left_s)
        levels[BUZZER], end_s = self._buzzer(now_s)
        return levels, min(*ends, end_s)

    def _rhythm(self, lamp: str, now_s: float) -> Rhythm:
        if self.held is not None and self.held in ANSWERS:
            return ANSWERS[self.held]
        if now_s < self.asked_s + TEST_S:
            return Rhythm.LIT
        if self._is_stale(now_s):
            return Rhythm.DARK
        rhythm: Rhythm = getattr(self.picture, lamp)
        return rhythm

    def _buzzer(self, now_s: float) -> tuple[bool, float]:
        if self._is_stale(now_s):
            return False, math.inf
        said = TONES[self.picture.said]
        if now_s < self.asked_s + sum(said):
            on, left_s = playing(said, now_s - self.asked_s)
        else:
            on, left_s = playing(TONES[self.picture.buzzer], now_s - self.tone_s)
        return on, now_s + left_s

    def _next_s(self, now_s: float) -> float:
        """Return when another of the three has its say."""
        said_s = sum(TONES[self.picture.said]) if self.picture.said is not Tone.SILENT else 0.0
        moments = (self.asked_s + TEST_S, self.asked_s + said_s, self.heard_s + STALE_S)
        return min((at_s for at_s in moments if at_s > now_s), default=math.inf)

    def _is_stale(self, now_s: float) -> bool:
        return now_s >= self.heard_s + STALE_S
