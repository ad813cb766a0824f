"""What can happen to a site, as the shell tells it to the core."""

from __future__ import annotations

from dataclasses import dataclass

from notanker.core.bearer import Order
from notanker.core.budget import Ledger
from notanker.core.graph import System
from notanker.core.names import Carrier, Outcome, Uplink, Waiting
from notanker.core.settings import Telling


@dataclass(frozen=True, slots=True)
class Woken:
    """The time that the core asked to be woken at has come."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A probe was answered, or refused: no route, an error, or somebody else's page.

    Attributes:
        expires_s: When the certificate ends that the answer came with, wall seconds.
    """

    number: int
    refusal: str = ""
    expires_s: float | None = None


@dataclass(frozen=True, slots=True)
class FellSilent:
    """Packets leave by this uplink, and since then none has come back (boot seconds)."""

    uplink: Uplink
    since_s: float


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """An uplink's interface gained or lost its carrier (or is gone altogether)."""

    uplink: Uplink
    carrier: bool


@dataclass(frozen=True, slots=True)
class SwitchDone:
    """The kernel's answer to a `Switch`."""

    to: Uplink
    ok: bool
    took_ms: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RouteSeen:
    """The policy rule as the kernel has it now: somebody else may have changed it."""

    uplink: Uplink


@dataclass(frozen=True, slots=True)
class MessageSettled:
    """The end of a message's way is known; `channel` is the plugin that had it last."""

    mark: str
    incident: int
    outcome: Outcome
    attempts: int
    reason: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class DeviceSaid:
    """Something befell a plugin's device: its port went, it was reset, an SMS was lost in it."""

    plugin: str
    what: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class BeatDone:
    """A beat was acknowledged by the centre as stored, or was not; `waiting`: what it left in the journal."""

    over: Uplink
    ok: bool
    carrier: Carrier = Carrier.HTTPS
    waiting: Waiting = Waiting.NOTHING


@dataclass(frozen=True, slots=True)
class PeopleKnown:
    """The plan has these people told, from now on."""

    telling: Telling


@dataclass(frozen=True, slots=True)
class SystemsKnown:
    """The plan names these systems, from now on."""

    systems: tuple[System, ...]


@dataclass(frozen=True, slots=True)
class PathSeen:
    """The primary's interface as the kernel has it: does it have an address, and what is its next hop?"""

    addressed: bool
    hop: str = ""


@dataclass(frozen=True, slots=True)
class ModemSeen:
    """What the backup's modem says of itself: `connected`, `not connected`, `no signal`."""

    state: str


@dataclass(frozen=True, slots=True)
class PowerChanged:
    """A sensor saw mains power go away or come back."""

    mains: bool


@dataclass(frozen=True, slots=True)
class BearerTold:
    """The modem says whether its data session is up, None if it does not say."""

    connected: bool | None


@dataclass(frozen=True, slots=True)
class BearerDone:
    """The end of a `Bear`: the modem did it, or why not."""

    order: Order
    ok: bool
    took_ms: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """LTE's bytes were counted.

    Attributes:
        offset_s: How far the site's local time is ahead of UTC now.
    """

    ledger: Ledger
    offset_s: float


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Somebody has said "I have it" of this incident; 0 means all that are open.

    Attributes:
        contact: The plan's contact; `panel` for whoever stands at the box.
        how: `sms`, `panel`, `centre` or `link`.
        order: The centre's order that it came by, 0 for none.
    """

    incident: int
    contact: str
    how: str
    order: int = 0


@dataclass(frozen=True, slots=True)
class SmsHeard:
    """An SMS came in.

    Attributes:
        sender: The plan's contact, or a number of which only the ends are shown.
        known: Whether it is one of the plan's.
        what: The order in it; `text`, `unreadable` or `binary` for all else.
    """

    plugin: str
    sender: str
    known: bool
    what: str


@dataclass(frozen=True, slots=True)
class OrderRefused:
    """Somebody of the plan ordered what he may not, or with a wrong code."""

    contact: str
    order: str
    reason: str


@dataclass(frozen=True, slots=True)
class DrillAsked:
    """Somebody wants a drill."""

    contact: str
    how: str


@dataclass(frozen=True, slots=True)
class DraftMade:
    """The end of a `Compose`: language and text, and why the plan's own words were not used.

    Attributes:
        promises: It says when the next news comes, so it is true no longer than until then.
    """

    incident: int
    template: str
    basis: str
    words: tuple[tuple[str, str], ...]
    promises: bool = False
    refused: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class ReleaseAsked:
    """Somebody releases a draft, or takes that back.

    Attributes:
        contact: The plan's contact, whose word it surely is; `panel` for whoever stands at the box.
        how: `sms`, `box`, `panel` or `centre`.
        back: It is taken back.
        order: The centre's order that it came by, 0 for none.
    """

    incident: int
    template: str
    contact: str
    how: str
    back: bool = False
    order: int = 0


@dataclass(frozen=True, slots=True)
class AnnouncementDone:
    """An announcement is as ordered, or is not yet for `reason`; `found` if it had been so before."""

    head_number: str
    on: bool
    ok: bool
    reason: str = ""
    found: bool = False


@dataclass(frozen=True, slots=True)
class PowerCycleDone:
    """The end of a `CyclePower`: the router has power again; whether it was without, or why not."""

    incident: int
    ok: bool
    reason: str = ""


Event = (
    Woken
    | Answered
    | FellSilent
    | LinkChanged
    | SwitchDone
    | RouteSeen
    | MessageSettled
    | DeviceSaid
    | BeatDone
    | PeopleKnown
    | SystemsKnown
    | PathSeen
    | ModemSeen
    | PowerChanged
    | BearerTold
    | BearerDone
    | Counted
    | Acknowledged
    | DrillAsked
    | SmsHeard
    | OrderRefused
    | DraftMade
    | ReleaseAsked
    | AnnouncementDone
    | PowerCycleDone
)
