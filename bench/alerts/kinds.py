"""What breaks, and what the first alarm must say of it."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from bench.alerts.site import PBX, SWITCH, VPN, Site

FLAPS: Final = 3
FLAP_UP_S: Final = 1.0
"""Shorter than the wait to restore, or each flap would be an outage of its own."""
FLAP_DOWN_S: Final = 4.0
FLAPPING_S: Final = FLAPS * (FLAP_UP_S + FLAP_DOWN_S)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of outage.

    Attributes:
        title: As the table says it.
        begin: Breaks it.
        says: One of these stands in the first alarm.
        lasts_s: It ends by itself after so long; 0 if it is mended.
        short: Whether the short form has it.
    """

    title: str
    begin: Callable[[Site], object]
    says: tuple[str, ...]
    lasts_s: float = 0.0
    short: bool = False


def _fault(name: str) -> Callable[[Site], object]:
    return lambda site: site.scene.lab.faults.start(name)


def _dead_switch(site: Site) -> None:
    site.take_away(SWITCH, PBX)


def _dead_switch_below_the_line(site: Site) -> None:
    site.take_away(SWITCH, PBX)
    site.scene.lab.faults.router_silent()


def _no_mains(site: Site) -> None:
    site.hand.mains(on=False)
    site.scene.wait(lambda s: s["box"]["mains"] is False)
    site.scene.lab.faults.router_silent()


def _flapping(site: Site) -> None:
    site.scene.lab.faults.flapping(FLAP_UP_S, FLAP_DOWN_S, FLAPS)


KINDS: Final[Mapping[str, Kind]] = {
    "silent": Kind("silent cut", _fault("silent_cut"), ("Netz des Anbieters", "Musternetz"), short=True),
    "carrier": Kind(
        "carrier lost", _fault("carrier_loss"), ("Anschlussleitung", "Glasfaser-Anschluss")
    ),
    "router": Kind("router dead", _fault("router_silent"), ("Router",)),
    "half": Kind("half dead, ping alone is left", _fault("half_dead"), ("halb tot",)),
    "tcp": Kind("half dead, no TCP", _fault("tcp_dead"), ("halb tot",)),
    "dns": Kind("no DNS", _fault("dns_dead"), ("DNS",)),
    "captive": Kind("the provider's sign-in page", _fault("captive_portal"), ("Anmeldeseite",)),
    "telephony": Kind(
        "telephone system alone", lambda site: site.take_away(PBX), ("Telefonanlage",), short=True
    ),
    "switch": Kind("core switch, the line stays", _dead_switch, ("Core-Switch",)),
    "below": Kind("core switch, the line with it", _dead_switch_below_the_line, ("Core-Switch",)),
    "vpn": Kind("VPN alone", lambda site: site.take_away(VPN), ("VPN",)),
    "both": Kind("both lines", _fault("both_dead"), ("beide Leitungen",), short=True),
    "power": Kind("mains power, and the router with it", _no_mains, ("Stromversorgung", "Hausstrom")),
    "flapping": Kind(
        f"flapping, {FLAPS} times {FLAP_DOWN_S:g} s", _flapping, ("Netz des Anbieters", "Musternetz"),
        lasts_s=FLAPPING_S,
    ),
}  # fmt: skip


def deck(seed: int, count: int) -> list[str]:
    """Give so many kinds in random order; none comes a second time before all have come once."""
    chance = random.Random(seed)  # noqa: S311 - an order, no secret
    found: list[str] = []
    while len(found) < count:
        found += chance.sample(list(KINDS), len(KINDS))
    return found[:count]
