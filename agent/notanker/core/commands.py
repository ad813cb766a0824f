"""What the core wants done. The shell does it and answers with an event."""

from __future__ import annotations

from dataclasses import dataclass

from notanker.core.bearer import Order
from notanker.core.facts import Fact
from notanker.core.names import Carrier, Line, Uplink
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
        carrier: By what it travels.
    """

    over: Uplink
    interval_s: float = 60.0
    carrier: Carrier = Carrier.HTTPS


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
class Compose:
    """Fill in a text for people outside; answer with `DraftMade`.

    Attributes:
        basis: What it is to be true of, which comes back with the answer.
        line: Where the site's traffic goes, None where that has nothing to do with it.
    """

    incident: int
    template: str
    basis: str
    line: Line | None
    drill: bool = False


@dataclass(frozen=True, slots=True)
class Announce:
    """Bring a head number's announcement into that state by its plugin, whatever that takes.

    Answer with `AnnouncementDone`, at the first failure and once it surely is so. A later order for the
    same head number takes the place of this one.

    Attributes:
        again: The order was given before, by an agent that ended.
    """

    head_number: str
    plugin: str
    on: bool
    again: bool = False


@dataclass(frozen=True, slots=True)
class Show:
    """Something that people see has changed: write the status snapshot."""


@dataclass(frozen=True, slots=True)
class Report:
    """Write the after-action report of this incident."""

    incident: int


Command = (
    Probe | Switch | Cut | Record | Beat | Bear | CyclePower | Compose | Announce | Show | Report
)
