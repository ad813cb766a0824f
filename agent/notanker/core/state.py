"""The whole state of a site, and how it begins: route from the kernel, past from the journal."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from notanker.core import (
    announcing,
    around,
    cutting,
    failover,
    incident,
    metered,
    powercycle,
    probing,
    remembering,
)
from notanker.core.announcing import Announced
from notanker.core.around import Around
from notanker.core.beating import Beating
from notanker.core.carriage import Carriage
from notanker.core.cutting import Stale
from notanker.core.facts import Fact
from notanker.core.failover import Failover
from notanker.core.incident import Incident, Incidents
from notanker.core.metered import Metered
from notanker.core.moment import Moment
from notanker.core.names import Line, Uplink
from notanker.core.powercycle import Power
from notanker.core.probing import Judges
from notanker.core.quality import Quality
from notanker.core.settings import Settings, WatchSettings
from notanker.core.uplinks import Watch

RECENT: Final = 10
"""So many resolved incidents stay at hand."""


@dataclass(frozen=True, slots=True)
class Site:
    """The whole state of a site.

    Attributes:
        table: The watches by uplink and layer; fixed.
        carrier: Whether each uplink's interface has its carrier.
        quality: How well each uplink works, as its echoes show.
        route: Where the kernel sends the traffic, as last confirmed.
        retry_s: When a switch that is under way or refused may be asked for again.
        switched_s: When the last switch was confirmed.
        stale: What the last switch left behind, until it is cut.
        refused: Why the kernel refused the last switch, empty if it did not.
        line_since: When the failover machine entered its state.
        well_since_s: Since when the primary has been up without a break, boot seconds.
        carriage: By what the last beats travelled.
        power: What is remembered of the router's power.
        announced: The announcements that are on, or may be.
        composing: Texts for people outside that are being made.
        announcing: Orders for announcements that this process has given: head number, and whether on.
        around: The plan's systems, and whatever else a cause is read from.
        next_probe: The number of the next probe.
        next_incident: The number of the next incident.
    """

    settings: Settings
    table: Mapping[Watch, WatchSettings]
    judges: Judges
    carrier: Mapping[Uplink, bool]
    quality: Mapping[Uplink, Quality]
    failover: Failover
    route: Uplink
    line_since: Moment
    around: Around
    retry_s: float = 0.0
    switched_s: float = -math.inf
    stale: Stale | None = None
    refused: str = ""
    well_since_s: float | None = None
    incidents: Incidents = field(default_factory=Incidents)
    next_probe: int = 1
    next_incident: int = 1
    beating: Beating = field(default_factory=Beating)
    carriage: Carriage = field(default_factory=Carriage)
    metered: Metered = field(default_factory=Metered)
    power: Power = field(default_factory=Power)
    announced: tuple[Announced, ...] = ()
    composing: frozenset[tuple[int, str, str]] = frozenset()
    announcing: frozenset[tuple[str, bool]] = frozenset()

    @property
    def incident(self) -> Incident | None:
        """The line's open incident, if there is one."""
        return self.incidents.line

    @property
    def recent(self) -> tuple[Incident, ...]:
        """The incidents that were resolved last."""
        return self.incidents.done


def start(
    settings: Settings, now: Moment, route: Uplink, facts: Iterable[Fact] = (), used: int = 0
) -> Site:
    """Return the state after a start: the route comes from the kernel, the past from the journal.

    `used` is the highest incident number known from elsewhere: none is ever used twice.
    """
    facts = tuple(facts)
    known = incident.fold(facts)
    line = Line.BACKUP if route is Uplink.BACKUP else Line.PRIMARY
    machine = failover.recall(facts, settings.failover, now)
    announced = announcing.recall(facts)
    last = max((used, *(one.number for one in known.all)))
    return Site(
        settings=settings,
        table=probing.watches(settings),
        judges=probing.start(settings, now.boot_s),
        carrier=dict.fromkeys(Uplink, True),
        quality=dict.fromkeys(Uplink, Quality()),
        failover=replace(machine, line=line, since_s=now.boot_s),
        route=route,
        line_since=now,
        around=around.start(settings, now.boot_s, remembering.recall(facts, known, now)),
        # A crash may have come between switch and cut; where none did, there is nothing left to cut.
        stale=cutting.left_by(route, now.boot_s),
        incidents=replace(known, done=announcing.kept(known.done, announced, RECENT)),
        next_incident=last + 1,
        beating=Beating(next_s=now.boot_s, proof_s=now.boot_s, heard_s=now.boot_s),
        metered=metered.recall(facts, settings),
        power=powercycle.recall(facts),
        announced=announced,
    )
