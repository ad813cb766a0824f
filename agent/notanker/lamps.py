"""The closed lists of the panel on the box: what a lamp and the buzzer can do, and in which rhythm.

A rhythm means the same on every lamp and is told from the others by its timing alone, so nothing depends
on seeing colours. No lamp flashes more than three times in any second (WCAG 2.2, success criterion 2.3.1).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Rhythm(StrEnum):
    """What a lamp does."""

    DARK = "dark"
    LIT = "lit"
    BLIP = "blip"
    SLOW = "slow"
    FAST = "fast"
    DOUBLE = "double"
    TRIPLE = "triple"
    WINK = "wink"


class Tone(StrEnum):
    """What the buzzer does."""

    SILENT = "silent"
    WELL = "well"
    ATTENTION = "attention"
    OUTAGE = "outage"
    ALARM = "alarm"
    REMINDER = "reminder"
    DRILL = "drill"


Steps = tuple[float, ...]
"""Seconds on, off, on, off ...; begun again at the end. Empty: off all the time."""

NEARLY_S: Final = 0.001
"""What ends so soon is over: the rest may be too short for the clock to show that it has passed."""
ALWAYS: Final = (1.0, 0.0)
RHYTHMS: Final[Mapping[Rhythm, Steps]] = {
    Rhythm.DARK: (),
    Rhythm.LIT: ALWAYS,
    Rhythm.BLIP: (0.1, 2.9),
    Rhythm.SLOW: (1.0, 1.0),
    Rhythm.FAST: (0.25, 0.25),
    Rhythm.DOUBLE: (0.2, 0.3, 0.2, 1.3),
    Rhythm.TRIPLE: (0.2, 0.3, 0.2, 0.3, 0.2, 1.8),
    Rhythm.WINK: (0.2, 0.2, 2.4, 0.2),
}
TONES: Final[Mapping[Tone, Steps]] = {
    Tone.SILENT: (),
    Tone.WELL: (0.1, 1.0),
    Tone.ATTENTION: (0.1, 0.2, 0.1, 1.0),
    Tone.OUTAGE: (0.5, 0.2, 0.5, 0.2, 0.5, 1.0),
    Tone.ALARM: (0.3, 0.2, 0.3, 0.2, 0.3, 2.7),
    Tone.REMINDER: (0.3, 0.2, 0.3, 59.2),
    Tone.DRILL: (0.1, 0.1, 0.1, 0.1, 0.5, 4.1),
}


@dataclass(frozen=True, slots=True)
class PanelPicture:
    """All that the panel shows at one moment; it goes on until the next one.

    Attributes:
        primary: The primary line's lamp.
        lte: The backup uplink's.
        incident: Whether there is one, and whether anybody has acknowledged it.
        plugins: The worst of the plugins.
        plan: The emergency plan's.
        buzzer: Sounds again and again.
        said: Sounds once, when somebody presses the button to ask what is up.
        offer: What the button releases if it is held for as long as that takes; empty for nothing.
    """

    primary: Rhythm = Rhythm.DARK
    lte: Rhythm = Rhythm.DARK
    incident: Rhythm = Rhythm.DARK
    plugins: Rhythm = Rhythm.DARK
    plan: Rhythm = Rhythm.DARK
    buzzer: Tone = Tone.SILENT
    said: Tone = Tone.SILENT
    offer: str = ""


LAMPS: Final = ("primary", "lte", "incident", "plugins", "plan")


def playing(steps: Steps, since_s: float) -> tuple[bool, float]:
    """Return whether it is on so long after its beginning, and in how many seconds that changes.

    What is always on or off changes never: infinity.
    """
    if not steps or steps[1] == 0.0:
        return bool(steps), float("inf")
    at_s = since_s % sum(steps)
    for index, end_s in enumerate(itertools.accumulate(steps)):
        if at_s < end_s - NEARLY_S:
            return index % 2 == 0, end_s - at_s
    return True, steps[0]  # the last step is as good as over
