"""notanker.toml as structures. What the plan already says is not said here again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from notanker.config.asking import AnchorConfig, DetectConfig, WatchConfig
from notanker.config.centre import CentreConfig
from notanker.config.panel import PanelConfig, PowerCycleConfig
from notanker.config.plan_source import SourceConfig
from notanker.config.portal import PortalConfig
from notanker.config.values import (
    Interface,
    Name,
    Number,
    Seconds,
    check_addresses,
    is_zone,
)
from notanker.core.calendar import window_of
from notanker.core.incident import REOPEN_S


class SiteConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Who this site is.

    Attributes:
        time_zone: Such as `Europe/Berlin`; without it, the machine's own.
    """

    id: Name
    language: Literal["de", "en"] = "de"
    time_zone: str = ""

    def __post_init__(self) -> None:
        """Check that this machine knows the time zone."""
        if self.time_zone and not is_zone(self.time_zone):
            raise ValueError(
                f"time_zone: „{self.time_zone}“ ist keine Zeitzone; eine wie Europe/Berlin eintragen.",
                f"time_zone: '{self.time_zone}' is no time zone; write one such as Europe/Berlin.",
            )


class PrimaryConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The primary line.

    Attributes:
        gateway: Next hop, watched to tell router from provider; without it, the one of the main table.
        resolvers: Asked for names over this line only.
    """

    interface: Interface
    gateway: str | None = None
    resolvers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check the addresses."""
        check_addresses("resolvers", self.resolvers)
        check_addresses("gateway", [self.gateway] if self.gateway else [])


class BackupConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The backup uplink.

    Attributes:
        gateway: Next hop over IPv4; without it, the one that the main table has for the interface.
        gateway6: The same over IPv6.
        modem: Name of the plugin that plays the uplink's part.
        mode: `warm` keeps the data session up; `cold` dials on suspicion of the primary.
        linger_s: A cold session stays up so long after it was needed last.
        test_interval_s: A cold session is brought up so often to prove that it works.
    """

    interface: Interface
    gateway: str | None = None
    gateway6: str | None = None
    modem: str | None = None
    mode: Literal["warm", "cold"] = "warm"
    linger_s: Seconds = 300.0
    test_interval_s: Annotated[float, Meta(ge=3600, le=2_678_400)] = 86_400.0
    resolvers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check the addresses."""
        check_addresses("resolvers", self.resolvers)
        check_addresses("gateway", [self.gateway] if self.gateway else [], version=4)
        check_addresses("gateway6", [self.gateway6] if self.gateway6 else [], version=6)


class DnsConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The box's own DNS forwarder, which asks the resolvers of the uplink in use.

    Attributes:
        forwarder: Its kind.
        file: dnsmasq's `resolv-file`; its folder must exist before dnsmasq starts.
    """

    forwarder: Literal["dnsmasq"]
    file: Path = Path("/run/notanker-dns/resolv.conf")


class GatewayConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the box forwards for others.

    Attributes:
        mode: `solo`: it does not, or that is not notanker's business. `gateway`: it does, and on LTE only
            the plan's core services pass.
        lan: The interfaces that it forwards for.
        nat: What hides the LAN on the primary over IPv4: `masquerade`, `none`, or the address to write.
        nat6: The same over IPv6. On LTE the LAN is always masqueraded.
        lte_up_kbps: What LTE's upload carries; with it, voice comes first there.
    """

    mode: Literal["solo", "gateway"] = "solo"
    lan: tuple[Interface, ...] = ()
    nat: str = "masquerade"
    nat6: str = "none"
    lte_up_kbps: Annotated[int, Meta(ge=100, le=1_000_000)] | None = None

    def __post_init__(self) -> None:
        """Check the addresses, and that there is somebody to forward for."""
        for name, value, version in (("nat", self.nat, 4), ("nat6", self.nat6, 6)):
            if value not in ("masquerade", "none"):
                check_addresses(name, [value], version=version)
        if self.mode == "gateway" and not self.lan:
            raise ValueError(
                'lan: Ein Gateway braucht die Schnittstelle des LANs; lan = ["wlan0"] eintragen.',
                'lan: A gateway needs the LAN\'s interface; write lan = ["wlan0"].',
            )


class KernelConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers of ours in the kernel's routing policy; change them only where they collide."""

    table: Annotated[int, Meta(ge=1, le=2**31)] = 1742
    priority: Annotated[int, Meta(ge=1, le=32_000)] = 1742


class FailoverConfig(msgspec.Struct, frozen=True, kw_only=True):
    """When traffic moves, and when it moves back.

    Attributes:
        window: Hours such as `19:00-06:00` in which it moves back; without it, at all times.
    """

    hold_off_s: Seconds = 0.0
    wait_to_restore_s: Seconds = 30.0
    most_wait_s: Seconds = 900.0
    window: str = ""

    def __post_init__(self) -> None:
        """Check the window."""
        if self.window and window_of(self.window) is None:
            raise ValueError(
                f"window: „{self.window}“ ist kein Zeitfenster; eines wie 19:00-06:00 eintragen.",
                f"window: '{self.window}' is no window of time; write one such as 19:00-06:00.",
            )


class BudgetConfig(msgspec.Struct, frozen=True, kw_only=True):
    """How much LTE data a month has.

    Attributes:
        monthly_mb: Megabytes (10^6 bytes); without it, data is counted and nothing is limited.
        first_day: Day of the month on which the data plan's month begins.
    """

    monthly_mb: Annotated[float, Meta(ge=1, le=1_000_000)] | None = None
    first_day: Annotated[int, Meta(ge=1, le=28)] = 1


class AlertsConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Which plugins carry messages, in the order in which they are tried.

    Attributes:
        fallback: Numbers that are told by SMS while the plan reaches nobody, or there is none.
        reopen_s: What breaks again so soon after its all-clear is the same incident.
    """

    sms: tuple[str, ...] = ()
    fallback: Annotated[tuple[Number, ...], Meta(max_length=20)] = ()
    reopen_s: Annotated[float, Meta(ge=0, le=86_400)] = REOPEN_S


class AnnouncementConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Which plugin switches the telephone system's outage announcement, once its text is released.

    Attributes:
        plugin: Name of the plugin that plays the action's part.
        head_numbers: Those of the plan's announcements that it serves, none for all others.
    """

    plugin: Name
    head_numbers: Annotated[tuple[str, ...], Meta(max_length=50)] = ()


class OrdersConfig(msgspec.Struct, frozen=True, kw_only=True):
    """What people of the plan may text to the box. `OK`, `STATUS` and `PLAN` need nothing more.

    Attributes:
        totp: File with a line `contact secret` for each who has an authenticator.
        paper: File with the hashes of codes on paper.
        answers_per_hour: To one person; an automatic reply at the other end must not empty the card.
    """

    totp: Path | None = None
    paper: Path | None = None
    answers_per_hour: Annotated[int, Meta(ge=0, le=60)] = 10


class PlanConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Whose emergency plan is taken into force; without `allowed_signers`, whatever lies in the folder.

    Attributes:
        allowed_signers: ssh's file of that name; see `notanker plan sign`.
        revoked: Keys that no longer count.
        signers: So many different people must have signed.
        id: The plan's id, if a box is to take that one alone.
        sources: Where plans are fetched from, in this order; without one, from the folder `paths.plan`.
        fetch_every_min: So often they are asked on the primary line; at most once an hour on LTE.
    """

    allowed_signers: Path | None = None
    revoked: Path | None = None
    signers: Annotated[int, Meta(ge=1, le=8)] = 1
    id: Name | None = None
    sources: tuple[SourceConfig, ...] = ()
    fetch_every_min: Annotated[float, Meta(ge=1, le=10_080)] = 60.0


class PathsConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Folders.

    Attributes:
        state: What outlives a power cut.
        run: What lies in memory.
        plan: The plan's source.
        plugins: Where plugins of one's own are, looked into before the installed ones.
    """

    state: Path = Path("/var/lib/notanker")
    run: Path = Path("/run/notanker")
    plan: Path = Path("/etc/notanker/plan")
    plugins: tuple[Path, ...] = ()

    @property
    def journal(self) -> Path:
        """The record of all that happened."""
        return self.state / "journal.sqlite"

    @property
    def ledger(self) -> Path:
        """What LTE data was used this month."""
        return self.state / "lte-data.json"

    @property
    def reports(self) -> Path:
        """One JSON file for each incident that is over."""
        return self.state / "reports"

    @property
    def plan_store(self) -> Path:
        """Accepted plans, rendered; `current` is the one in force."""
        return self.state / "plans"

    @property
    def arrivals(self) -> Path:
        """What of a plan has come in, until it is accepted: for the agent's user alone."""
        return self.state / "arrivals"

    @property
    def status(self) -> Path:
        """What the agent knows right now."""
        return self.run / "status.json"

    @property
    def control(self) -> Path:
        """The socket of the technician at the box."""
        return self.run / "control"


class PluginConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One instance of a plugin; `options` is checked by the plugin itself."""

    name: Name
    kind: Name
    options: dict[str, Any] = {}


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """The whole of notanker.toml."""

    site: SiteConfig
    primary: PrimaryConfig
    backup: BackupConfig
    anchor: tuple[AnchorConfig, ...]
    kernel: KernelConfig = KernelConfig()
    dns: DnsConfig | None = None
    gateway: GatewayConfig = GatewayConfig()
    detect: DetectConfig = DetectConfig()
    watch: tuple[WatchConfig, ...] = ()
    failover: FailoverConfig = FailoverConfig()
    budget: BudgetConfig = BudgetConfig()
    alerts: AlertsConfig = AlertsConfig()
    announcement: Annotated[tuple[AnnouncementConfig, ...], Meta(max_length=50)] = ()
    orders: OrdersConfig = OrdersConfig()
    centre: CentreConfig | None = None
    plan: PlanConfig = PlanConfig()
    portal: PortalConfig = PortalConfig()
    panel: PanelConfig | None = None
    power_cycle: PowerCycleConfig = PowerCycleConfig()
    paths: PathsConfig = PathsConfig()
    plugin: tuple[PluginConfig, ...] = ()
