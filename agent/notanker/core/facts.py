"""What happened, as the journal keeps it: append-only, typed, each with its moment.

Facts are the only memory that outlives the process. The incident is a fold over them, live and after a
restart by the very same function, so both always agree.
"""

from __future__ import annotations

from dataclasses import dataclass

from notanker.core.bearer import Order, Why
from notanker.core.budget import Band
from notanker.core.cause import NO_DETAIL, Detail
from notanker.core.moment import Moment
from notanker.core.names import Cause, Line, Outcome, Unsaid, Uplink
from notanker.core.outside import (
    AnnouncementOrdered,
    AnnouncementSwitched,
    Drafted,
    Released,
    Withdrawn,
)
from notanker.core.ways import Way


@dataclass(frozen=True, slots=True)
class Started:
    """The agent came up, and found the traffic on this uplink in the kernel."""

    at: Moment
    route: Uplink
    version: str


@dataclass(frozen=True, slots=True)
class LineChanged:
    """The failover machine entered a state."""

    at: Moment
    line: Line
    incident: int | None = None


@dataclass(frozen=True, slots=True)
class Switched:
    """The kernel confirmed a new route after `took_ms`, or refused it for `reason`."""

    at: Moment
    to: Uplink
    ok: bool
    took_ms: float
    reason: str = ""
    incident: int | None = None


@dataclass(frozen=True, slots=True)
class QualityChanged:
    """A line that works became worse than agreed, or is as agreed again."""

    at: Moment
    uplink: Uplink
    degraded: bool
    loss_pct: float
    delay_ms: float


@dataclass(frozen=True, slots=True)
class Opened:
    """An incident began. It is one of the line, or of the system that `system` names."""

    at: Moment
    incident: int
    cause: Cause
    evidence: str
    line: Line
    detail: Detail = NO_DETAIL
    system: str = ""


@dataclass(frozen=True, slots=True)
class Reopened:
    """What was resolved has broken again so soon that it is the same incident; people are asked anew."""

    at: Moment
    incident: int
    cause: Cause
    evidence: str
    line: Line
    detail: Detail = NO_DETAIL


@dataclass(frozen=True, slots=True)
class CauseKnown:
    """The cause is known better than before."""

    at: Moment
    incident: int
    cause: Cause
    evidence: str
    detail: Detail = NO_DETAIL


@dataclass(frozen=True, slots=True)
class Queued:
    """A message is in the outbox. `mark` is what the person reads: `17-1`; `ways` is how it can go."""

    at: Moment
    incident: int
    mark: str
    template: str
    contact: str
    name: str
    number: str
    language: str
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True)
class Settled:
    """The end of a message's way is known; `channel` is the plugin that had it last."""

    at: Moment
    incident: int
    mark: str
    outcome: Outcome
    attempts: int
    reason: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class PrimaryBack:
    """The primary line is proven again; it must now stay so for the wait to restore."""

    at: Moment
    incident: int


@dataclass(frozen=True, slots=True)
class PrimaryLost:
    """The primary line came back within the incident and failed again."""

    at: Moment
    incident: int


@dataclass(frozen=True, slots=True)
class SystemBack:
    """The broken system answers again, and what depends on it; it must now stay so for a while."""

    at: Moment
    incident: int


@dataclass(frozen=True, slots=True)
class SystemLost:
    """The system came back within the incident and failed again."""

    at: Moment
    incident: int


@dataclass(frozen=True, slots=True)
class Resolved:
    """The incident is over; with `into` because it turned out to be part of that other one."""

    at: Moment
    incident: int
    into: int = 0


@dataclass(frozen=True, slots=True)
class BandEntered:
    """The LTE data that was used this month has entered a band of the budget, or a month has begun."""

    at: Moment
    band: Band
    used_bytes: int
    limit_bytes: int
    incident: int | None = None


@dataclass(frozen=True, slots=True)
class BearerMoved:
    """The modem brought its data session up or tore it down, or failed to."""

    at: Moment
    order: Order
    ok: bool
    why: Why
    took_ms: float
    reason: str = ""
    incident: int | None = None


@dataclass(frozen=True, slots=True)
class BearerTested:
    """The test of a cold data session has ended: the backup was proven, or not."""

    at: Moment
    ok: bool


@dataclass(frozen=True, slots=True)
class DeviceTold:
    """Something befell the device of a plugin; `what` is the plugin's own word for it."""

    at: Moment
    plugin: str
    what: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Somebody has said "I have it".

    Attributes:
        contact: Who it was, and `how`: `sms`, `panel`, `centre` or `link`.
        order: The centre's order that it came by, 0 for none.
    """

    at: Moment
    incident: int
    contact: str
    how: str
    order: int = 0


@dataclass(frozen=True, slots=True)
class Escalated:
    """The escalation came to this stop, counted from 0.

    Attributes:
        step: The plan's, 0 for the bridge.
        kind: `alarm`, `ask` or `bridge`; empty in a journal of an earlier version.
    """

    at: Moment
    incident: int
    stop: int
    step: int
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Withheld:
    """Somebody was not told something, and why."""

    at: Moment
    incident: int
    template: str
    contact: str
    name: str
    why: Unsaid


@dataclass(frozen=True, slots=True)
class Mitigated:
    """The site works again, by other means: people can do what must not stop."""

    at: Moment
    incident: int


@dataclass(frozen=True, slots=True)
class WatchesHeard:
    """What the watches of systems know while the incident is open, as far as it is new.

    Attributes:
        well: Watches whose systems have been well since the agent came up.
        silent: Those that are silent, with the boot seconds of the last answer.
    """

    at: Moment
    incident: int
    well: tuple[str, ...] = ()
    silent: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class SmsHeard:
    """An SMS came in: from whom, and what it was. What it said is not kept here."""

    at: Moment
    plugin: str
    sender: str
    known: bool
    what: str


@dataclass(frozen=True, slots=True)
class OrderRefused:
    """Somebody of the plan ordered what he may not, or with a wrong code."""

    at: Moment
    contact: str
    order: str
    reason: str


@dataclass(frozen=True, slots=True)
class DrillAsked:
    """Somebody wants a drill. It is written down and shown; nothing is drilled by that alone."""

    at: Moment
    contact: str
    how: str


@dataclass(frozen=True, slots=True)
class PowerCycleOrdered:
    """The router's power is to be cut for `off_s` seconds; `reason` says what speaks for it."""

    at: Moment
    incident: int
    off_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class PowerCycled:
    """The router was without power and has it again, or was left alone for `reason`."""

    at: Moment
    incident: int
    ok: bool
    reason: str = ""


IncidentFact = (
    Opened
    | Reopened
    | CauseKnown
    | Queued
    | Settled
    | PrimaryBack
    | PrimaryLost
    | SystemBack
    | SystemLost
    | Resolved
    | LineChanged
    | Switched
    | BandEntered
    | BearerMoved
    | Acknowledged
    | Escalated
    | Withheld
    | Mitigated
    | WatchesHeard
    | Drafted
    | Released
    | Withdrawn
    | AnnouncementOrdered
    | AnnouncementSwitched
    | PowerCycleOrdered
    | PowerCycled
)
Fact = (
    Started
    | QualityChanged
    | BearerTested
    | DeviceTold
    | DrillAsked
    | SmsHeard
    | OrderRefused
    | IncidentFact
)

KINDS: tuple[type[Fact], ...] = (
    Started, QualityChanged, LineChanged, Switched, Opened, CauseKnown, Queued, Settled, PrimaryBack,
    PrimaryLost, SystemBack, SystemLost, Resolved, BandEntered, BearerMoved, BearerTested, DeviceTold,
    Acknowledged, DrillAsked, PowerCycleOrdered, PowerCycled, SmsHeard, OrderRefused,
    Escalated, Withheld, Mitigated, Reopened, Drafted, Released, Withdrawn, AnnouncementOrdered,
    AnnouncementSwitched, WatchesHeard,
)  # fmt: skip
