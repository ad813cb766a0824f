"""What goes over the border between the agent and the panel on the box."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from notanker.lamps import LAMPS, RHYTHMS, TONES, PanelPicture, Rhythm, Steps, Tone, playing

__all__ = [
    "LAMPS",
    "RHYTHMS",
    "TONES",
    "Hold",
    "MainsPower",
    "PanelNews",
    "PanelPicture",
    "PowerCut",
    "Pressed",
    "Rhythm",
    "Steps",
    "Tone",
    "playing",
]


class PowerCut(msgspec.Struct, frozen=True, kw_only=True):
    """Take the router's power away, and give it back after so many seconds."""

    off_s: Annotated[float, Meta(ge=1, le=120)]


class Hold(StrEnum):
    """How long somebody pressed the button."""

    SHORT = "short"
    ACKNOWLEDGE = "acknowledge"
    DRILL = "drill"
    RELEASE = "release"


class Pressed(msgspec.Struct, frozen=True, tag="pressed"):
    """Somebody pressed the button and let it go: shortly, after three seconds, or after eight.

    Attributes:
        offer: What was released: the picture's, unchanged since the button went down.
    """

    hold: Hold
    offer: str = ""


class MainsPower(msgspec.Struct, frozen=True, tag="mains"):
    """The input says whether there is mains power: once after the start, then at each change."""

    on: bool


PanelNews = Pressed | MainsPower
