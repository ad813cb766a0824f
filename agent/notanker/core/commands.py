"""What the core wants done. The shell does it and answers with an event."""

from __future__ import annotations

from dataclasses import dataclass

from notanker.core.bearer import Order
from notanker.core.facts import Fact
from notanker.core.names import Uplink
from notanker.core.settings import Anchor


@dataclass(frozen=True, slots=True)
class Probe:
    """Ask one anchor over one uplink; answer with `Answered(number)`, or not at all.

    Without an uplink the question stays on the site: it is for a switch, a router, a telephone system.
    """

    number: int
    uplink: Uplink | None
    anchor: Anchor


@dataclass(frozen=True, slots=True)
class Switch:
    """Move the traffic to this uplink; answer with `SwitchDone`."""

    to: Uplink


@dataclass(frozen=True, slots=True)
class Cut:
    """Cut what still clings to the uplink that the traffic has left: flows and sockets of its address."""

    left: Uplink


@dataclass(frozen=True, slots=True)
class Record:
    """Write the fact to the journal. A `Queued` fact also puts the message into the outbox."""

    fact: Fact


@dataclass(frozen=True, slots=True)
class Beat:
    """Report to the centre over this uplink; answer with `BeatDone`.

    Attributes:
        interval_s: How long the next one may take, which the centre is promised.
    """

    over: Uplink
    interval_s: float = 60.0


@dataclass(frozen=True, slots=True)
class Bear:
    """Bring the backup's data session up or tear it down; answer with `BearerDone`."""

    order: Order


@dataclass(frozen=True, slots=True)
class CyclePower:
    """Cut the primary router's power for so long; answer with `PowerCycleDone`."""

    incident: int
    off_s: float


@dataclass(frozen=True, slots=True)
class Show:
    """Something that people see has changed: write the status snapshot."""


@dataclass(frozen=True, slots=True)
class Report:
    """Write the after-action report of this incident."""

    incident: int


Command = Probe | Switch | Cut | Record | Beat | Bear | CyclePower | Show | Report
