"""What the core is told before it starts: anchors, limits, people. Made from configuration and plan."""

from __future__ import annotations

from dataclasses import dataclass, field

from notanker.core.allowance import Limits
from notanker.core.bearer import BearerSettings
from notanker.core.budget import BudgetSettings
from notanker.core.calendar import Duty, Window
from notanker.core.graph import System
from notanker.core.incident import REOPEN_S
from notanker.core.names import Carrier, Layer, Uplink, Via
from notanker.core.powercycle import PowerCycleSettings
from notanker.core.ways import SMS, Way


@dataclass(frozen=True, slots=True)
class Anchor:
    """One address that is probed.

    Attributes:
        address: An IPv4 or IPv6 address; names are never resolved over a line under suspicion.
        port: For all but ICMP.
        query: The name asked for (DNS), the path (HTTP), or the address of record (SIP).
        host: The host header (HTTP), or the name in the certificate (TLS).
        status: The status that is expected (HTTP); 0 takes any below 500.
        transport: `udp` or `tcp` (SIP).
        interface: What a probe on the site itself is bound to, empty for what the kernel chooses.
    """

    layer: Layer
    address: str
    port: int = 0
    query: str = ""
    host: str = ""
    status: int = 204
    transport: str = ""
    interface: str = ""

    @property
    def label(self) -> str:
        """How people see it: `icmp 203.0.113.1`."""
        return f"{self.layer} {self.address}"


@dataclass(frozen=True, slots=True)
class Pace:
    """How often one layer is probed over one uplink, in seconds between probes.

    Attributes:
        calm_s: While all is well.
        burst_s: On suspicion, and while an uplink is being proven.
        phase_s: Where on the grid of calm probes this layer has its place: layers take turns.
        least_timeout_s: A probe waits at least so long; the round trips seen raise it.
        most_timeout_s: and never longer than this.
    """

    calm_s: float
    burst_s: float
    phase_s: float = 0.0
    least_timeout_s: float = 0.1
    most_timeout_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """The sequential test: a line that loses `good_loss` against one that loses `bad_loss`.

    A threshold of 21 nats means 20 losses in a row of one anchor, 21 of three (`runlength`). What a site
    uses follows from the false switches that it tolerates (`forecast.down_nats`).
    """

    good_loss: float = 0.2
    bad_loss: float = 0.6
    down_nats: float = 21.0
    up_nats: float = 5.5


@dataclass(frozen=True, slots=True)
class QualityLimits:
    """From here on a line that works counts as degraded."""

    loss_pct: float = 5.0
    delay_ms: float = 400.0


@dataclass(frozen=True, slots=True)
class WatchSettings:
    """One layer over one uplink.

    Attributes:
        idle_s: Calm interval while nothing depends on this uplink; for the primary `pace.calm_s`.
        patience_s: A silence must last so long before it counts, whatever the evidence.
    """

    uplink: Uplink
    layer: Layer
    anchors: tuple[Anchor, ...]
    pace: Pace
    idle_s: float
    evidence: Evidence = field(default_factory=Evidence)
    patience_s: float = 0.91


@dataclass(frozen=True, slots=True)
class Check:
    """One watch of one system of the plan.

    Attributes:
        key: Tells it from all others of the site.
        system: The plan's id.
        watch: What is asked, and how often.
        warn_days: A certificate that ends sooner is a finding.
    """

    key: str
    system: str
    via: Via
    watch: WatchSettings
    warn_days: int = 21


@dataclass(frozen=True, slots=True)
class FailoverSettings:
    """When traffic moves.

    Attributes:
        hold_off_s: A cut must last so long after the verdict before traffic moves.
        wait_to_restore_s: The primary must be well for so long before traffic goes back.
        most_wait_s: Flapping doubles the wait up to this.
        calm_s: After so long without a flap the wait is halved again.
        proof_s: The backup gets so long to prove itself before the site counts as isolated.
        window: The hours in which traffic goes back, None for all.
    """

    hold_off_s: float = 0.0
    wait_to_restore_s: float = 30.0
    most_wait_s: float = 900.0
    calm_s: float = 600.0
    proof_s: float = 5.0
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person who is told.

    Attributes:
        number: E.164, empty for who has none that takes SMS.
        language: `de` or `en`.
        duty: The hours in which the person is reached, empty for all.
        channels: All addresses, in the order in which they are tried; empty for the number alone.
    """

    contact: str
    name: str
    number: str
    language: str = "de"
    duty: tuple[Duty, ...] = ()
    channels: tuple[Way, ...] = ()

    @property
    def ways(self) -> tuple[Way, ...]:
        """How the person is reached, the first way first; nothing for who cannot be."""
        return self.channels or ((Way(SMS, self.number),) if self.number else ())


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the escalation.

    Attributes:
        people: The role's holder, then the deputies.
        wait_s: How long an answer is waited for.
        ack: `reply` or `call`; `none` where none is asked for.
        on_no_ack: `next`; `deputy` to begin with the holder alone; `bridge` to call everybody together.
    """

    order: int
    role: str
    people: tuple[Recipient, ...]
    wait_s: float = 300.0
    ack: str = "reply"
    on_no_ack: str = "next"


@dataclass(frozen=True, slots=True)
class Notice:
    """Whoever is told without being asked to do anything, by that template, when the alarm goes out."""

    template: str
    people: tuple[Recipient, ...]


@dataclass(frozen=True, slots=True)
class DraftRule:
    """One text of the plan for people outside, and who may release it.

    Attributes:
        template: Its id, such as `T7`.
        persons: So many different people release it.
        people: Who may, and is told that there is something to release.
    """

    template: str
    persons: int
    people: tuple[Recipient, ...] = ()


@dataclass(frozen=True, slots=True)
class Announcement:
    """How the announcement of one head number is switched.

    Attributes:
        template: The draft whose release switches it on.
        plugin: Who does it, empty for people.
        hand: Whoever switches it by hand.
        lead: Whoever looks after it: the communication role.
    """

    head_number: str
    template: str
    plugin: str = ""
    hand: tuple[Recipient, ...] = ()
    lead: tuple[Recipient, ...] = ()


@dataclass(frozen=True, slots=True)
class Telling:
    """Who is told what and when: the plan's escalation.

    Attributes:
        every_s: So long after each piece of news the next is promised, and sent even if there is none.
        quiet: Hours in which nobody is told that there is nothing new.
        drafts: What people outside are told once it is released.
        announcements: What callers hear then.
        limits: How much a person is sent, and how long a report is waited for.
        reopen_s: What breaks again so soon after its all-clear is the same incident.
    """

    steps: tuple[Step, ...] = ()
    notices: tuple[Notice, ...] = ()
    every_s: float = 1800.0
    quiet: Window | None = None
    drafts: tuple[DraftRule, ...] = ()
    announcements: tuple[Announcement, ...] = ()
    limits: Limits = field(default_factory=Limits)
    reopen_s: float = REOPEN_S


@dataclass(frozen=True, slots=True)
class CarrierSettings:
    """Which carriers take beats over which line, the preferred one first."""

    primary: tuple[Carrier, ...] = (Carrier.HTTPS,)
    backup: tuple[Carrier, ...] = (Carrier.HTTPS,)

    def over(self, uplink: Uplink) -> tuple[Carrier, ...]:
        """Return the order for a line."""
        return self.primary if uplink is Uplink.PRIMARY else self.backup


@dataclass(frozen=True, slots=True)
class BeatSettings:
    """How often the centre is told.

    Attributes:
        interval_s: Over the uplink in use.
        proof_s: Over the idle backup, to prove that it works.
        retry_s: After a beat that was not acknowledged.
        carriers: By what they travel.
        texts_per_day: How many go by SMS in 24 hours while no line works, 0 for none.
    """

    enabled: bool = True
    interval_s: float = 60.0
    proof_s: float = 900.0
    retry_s: float = 5.0
    carriers: CarrierSettings = CarrierSettings()
    texts_per_day: int = 0


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that the site's machine needs to know."""

    site: str
    watches: tuple[WatchSettings, ...]
    interfaces: tuple[tuple[Uplink, str], ...] = ()
    failover: FailoverSettings = FailoverSettings()
    limits: QualityLimits = QualityLimits()
    beat: BeatSettings = BeatSettings()
    bearer: BearerSettings = field(default_factory=BearerSettings)
    budget: BudgetSettings = field(default_factory=BudgetSettings)
    power_cycle: PowerCycleSettings = field(default_factory=PowerCycleSettings)
    telling: Telling = Telling()
    isolated_told_after_s: float = 10.0
    checks: tuple[Check, ...] = ()
    systems: tuple[System, ...] = ()
    hop: str = ""
    """The primary's next hop, where the configuration names it."""
