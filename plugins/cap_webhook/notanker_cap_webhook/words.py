"""The frame of an alert in words: German and English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from notanker.plugin import MessageKind


@dataclass(frozen=True, slots=True)
class Words:
    """What an alert says in one language, beside the message itself.

    Attributes:
        quote: Put in front of a message that is in the other language.
    """

    event: Mapping[MessageKind, str]
    drill: str
    quote: str


WORDS: Final[Mapping[str, Words]] = {
    "de-DE": Words(
        {
            MessageKind.ALARM: "Störung",
            MessageKind.UPDATE: "Störung, neuer Stand",
            MessageKind.CLEAR: "Störung behoben",
        },
        "ÜBUNG",
        "Die Meldung im Wortlaut",
    ),
    "en-GB": Words(
        {
            MessageKind.ALARM: "Outage",
            MessageKind.UPDATE: "Outage, update",
            MessageKind.CLEAR: "Outage over",
        },
        "DRILL",
        "The message in its own words",
    ),
}

_FIRST: Final[Mapping[str, MessageKind]] = {
    "UPDATE": MessageKind.UPDATE,
    "ENTWARNUNG": MessageKind.CLEAR,
    "ALL CLEAR": MessageKind.CLEAR,
}
"""How the shipped texts begin."""


def is_drill(text: str) -> bool:
    """Say whether the text begins as those of a drill do."""
    return text.lstrip().startswith(("ÜBUNG", "DRILL"))


def kind_of(text: str) -> MessageKind:
    """Return what a message is by its first words, for who was not told."""
    start = text.lstrip()
    while is_drill(start):
        start = start[len("ÜBUNG") :].lstrip(" :")
    return next(
        (kind for first, kind in _FIRST.items() if start.startswith(first)), MessageKind.ALARM
    )
