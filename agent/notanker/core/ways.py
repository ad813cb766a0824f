"""By which way a message goes: the person's channels in their order, over a plugin that can carry it now.

    well before ill -> not the one that failed with this message -> the person's order -> the configuration's

Nothing waits behind a plugin that is ill while another way is well; and what was asked to wait, waits on its
own way alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from notanker.core.names import PluginHealth

SMS: Final = "sms"
MAIL: Final = "mail"
WELL: Final = frozenset({PluginHealth.OK, PluginHealth.STARTING})
"""One that starts is worth waiting for: at the agent's own start all of them do."""


@dataclass(frozen=True, slots=True)
class Way:
    """One address of a person, and the kind of channel that it is for: `sms`, `mail`, `teams`."""

    kind: str
    address: str


@dataclass(frozen=True, slots=True)
class Carrier:
    """A plugin that carries messages, as it is now.

    Attributes:
        name: Of the plugin.
        kinds: The kinds of address that it takes; empty as long as it has not said so.
        here: Whether its child is there.
        resting: Whether it asked to be left alone with this message.
    """

    name: str
    kinds: Sequence[str]
    health: PluginHealth = PluginHealth.OK
    here: bool = True
    resting: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One way that a message can go: that plugin, to that address."""

    carrier: str
    way: Way


def choices(
    ways: Sequence[Way], carriers: Iterable[Carrier], refusing: Sequence[str] = (), failed: str = ""
) -> tuple[Choice, ...]:
    """Return the ways that are open, the one to try first at the front.

    Args:
        ways: The person's, in order.
        carriers: The plugins, as they are configured.
        refusing: Those that will never take this message.
        failed: The one that had it last.
    """
    found = []
    for carrier in carriers:
        place = _place(ways, carrier)
        if place is None or carrier.name in refusing or carrier.resting:
            continue
        ill = carrier.health not in WELL
        order = (ill, carrier.name == failed, place, tuple(PluginHealth).index(carrier.health))
        found.append((order, carrier, ways[place]))
    found.sort(key=lambda one: one[0])  # stable: the configuration's order is the last word
    best_waits = bool(found) and not found[0][1].here and found[0][1].health in WELL
    if best_waits:
        return ()
    return tuple(Choice(carrier.name, way) for _, carrier, way in found if carrier.here)


def nobody_takes(ways: Sequence[Way], carriers: Sequence[Carrier]) -> str:
    """Return the kinds that no plugin will ever take, empty while one does or has not said what it takes."""
    if not carriers or any(not carrier.kinds for carrier in carriers):
        return ""
    if any(_place(ways, carrier) is not None for carrier in carriers):
        return ""
    return ", ".join(dict.fromkeys(way.kind for way in ways)) or "nothing"


def _place(ways: Sequence[Way], carrier: Carrier) -> int | None:
    return next((place for place, way in enumerate(ways) if way.kind in carrier.kinds), None)


def arranged(ways: Sequence[Way], wanted: Sequence[str]) -> tuple[Way, ...]:
    """Return those of a person's ways that are wanted, in that order; all of them if none is.

    Too loud is better than unheard: who has none of the channels that a step names is told all the same.
    """
    found = tuple(way for kind in dict.fromkeys(wanted) for way in ways if way.kind == kind)
    return found or tuple(ways)
