"""notanker.toml as structures. What the plan already says is not said here again."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from notanker.core.calendar import window_of

Seconds = Annotated[float, Meta(ge=0, le=86_400)]
WatchSeconds = Annotated[float, Meta(ge=1, le=86_400)]
PositiveSeconds = Annotated[float, Meta(ge=0.01, le=86_400)]
Name = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$",
        extra={
            "de": "ein Name aus a-z, 0-9, - und _, höchstens 40 Zeichen",
            "en": "a name of a-z, 0-9, - and _, at most 40 characters",
        },
    ),
]
SystemId = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$",
        extra={
            "de": "die Kennung eines Systems aus systems.toml, etwa core-switch",
            "en": "the id of a system in systems.toml, such as core-switch",
        },
    ),
]
Interface = Annotated[
    str,
    Meta(
        pattern=r"^[^\s/:]{1,15}$",
        extra={
            "de": "der Name einer Netzwerkschnittstelle wie eth0",
            "en": "the name of a network interface such as eth0",
        },
    ),
]
Port = Annotated[int, Meta(ge=1, le=65_535)]

_LABEL: Final = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})"
_NAME: Final = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*\.?")
_HOST: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*(?::[0-9]{{1,5}})?|\[[0-9a-fA-F:.]+\]")
_QUESTIONS: Final = {
    "dns": _NAME,
    "http": re.compile(r"/[!-~]*"),
    "sip": re.compile(r"sips?:[!-;=?-~]{1,255}"),
}
"""What can be asked of an anchor of that kind."""


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
        if self.time_zone and not _is_zone(self.time_zone):
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
        _addresses("resolvers", self.resolvers)
        _addresses("gateway", [self.gateway] if self.gateway else [])


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
        _addresses("resolvers", self.resolvers)
        _addresses("gateway", [self.gateway] if self.gateway else [], version=4)
        _addresses("gateway6", [self.gateway6] if self.gateway6 else [], version=6)


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
    """

    mode: Literal["solo", "gateway"] = "solo"
    lan: tuple[Interface, ...] = ()
    nat: str = "masquerade"
    nat6: str = "none"

    def __post_init__(self) -> None:
        """Check the addresses, and that there is somebody to forward for."""
        for name, value, version in (("nat", self.nat, 4), ("nat6", self.nat6, 6)):
            if value not in ("masquerade", "none"):
                _addresses(name, [value], version=version)
        if self.mode == "gateway" and not self.lan:
            raise ValueError(
                'lan: Ein Gateway braucht die Schnittstelle des LANs; lan = ["wlan0"] eintragen.',
                'lan: A gateway needs the LAN\'s interface; write lan = ["wlan0"].',
            )


class KernelConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers of ours in the kernel's routing policy; change them only where they collide."""

    table: Annotated[int, Meta(ge=1, le=2**31)] = 1742
    priority: Annotated[int, Meta(ge=1, le=32_000)] = 1742


class AnchorConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One anchor: an address that is probed over both uplinks.

    Attributes:
        query: For `dns` the name to ask for, for `http` the path.
        host: For `http` the host header.
    """

    kind: Literal["icmp", "dns", "tcp", "http"]
    address: str
    port: Port | None = None
    query: str = ""
    host: str = ""

    def __post_init__(self) -> None:
        """Check address and question: one that cannot be asked looks like a dead line."""
        _addresses("address", [self.address])
        _question(self.kind, self.query)
        _host("host", self.host)


class DetectConfig(msgspec.Struct, frozen=True, kw_only=True):
    """What the site tolerates, and how often it is asked. Intervals are seconds between probes.

    Attributes:
        tolerate_gap_s: A cut that is over by then never moves the traffic; nor does a round trip so long.
        false_switches_per_year: At most so many on a line that loses 20 % for ever.
        degraded_loss_pct: From this loss on the line counts as degraded.
        degraded_delay_ms: From this round trip on as well.
        icmp_interval_s: One echo over the primary.
        service_interval_s: One DNS question, and one TCP connection.
        http_interval_s: One HTTP request, which tells a captive portal.
        burst_interval_s: Each layer on suspicion.
        backup_interval_s: One echo over the idle backup.
        backup_service_interval_s: The other layers over the idle backup.
    """

    tolerate_gap_s: Annotated[float, Meta(ge=0.3, le=60)] = 0.9
    false_switches_per_year: Annotated[float, Meta(ge=1e-6, le=1000)] = 0.2
    degraded_loss_pct: Annotated[float, Meta(gt=0, le=100)] = 5.0
    degraded_delay_ms: Annotated[float, Meta(gt=0, le=10_000)] = 400.0
    icmp_interval_s: PositiveSeconds = 1.0
    service_interval_s: PositiveSeconds = 2.0
    http_interval_s: PositiveSeconds = 60.0
    burst_interval_s: Annotated[float, Meta(ge=0.01, le=10)] = 0.03
    backup_interval_s: PositiveSeconds = 120.0
    backup_service_interval_s: PositiveSeconds = 1800.0


class WatchConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One watch of one system of the plan.

    Attributes:
        system: The plan's id.
        uplink: `lan` for what is at the site; else asked over the primary, or as the traffic goes.
        query: For `dns` the name to ask for, for `http` the path, for `sip` the address asked.
        host: For `http` the host header, for `tls` the name to ask the certificate of.
        interface: For `lan` what to leave by; without it, what the kernel chooses.
        warn_days: For `tls`: a certificate that ends sooner is a finding.
    """

    system: SystemId
    kind: Literal["icmp", "tcp", "dns", "http", "sip", "tls"]
    address: str
    port: Port | None = None
    uplink: Literal["lan", "primary", "either"] = "lan"
    interval_s: WatchSeconds = 15.0
    query: str = ""
    host: str = ""
    transport: Literal["udp", "tcp"] = "udp"
    interface: Interface | None = None
    warn_days: Annotated[int, Meta(ge=1, le=365)] = 21

    def __post_init__(self) -> None:
        """Check what must fit together: a question that cannot be asked looks like a broken system."""
        if self.uplink == "lan" or not self.is_name:
            _addresses("address", [self.address])
        _question(self.kind, self.query)
        _host("host", self.host)
        if self.interface is not None and self.uplink != "lan":
            raise ValueError(
                "interface: passt nur zu uplink = „lan“; die Zeile streichen.",
                "interface: goes with uplink = 'lan' alone; remove the line.",
            )

    @property
    def is_name(self) -> bool:
        """Whether the address is a name, to be looked up over the uplink."""
        return bool(_NAME.fullmatch(self.address)) and not self.address.replace(".", "").isdigit()


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
    """Which plugins carry messages, in the order in which they are tried."""

    sms: tuple[str, ...] = ()


class CentreConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Where heartbeats go.

    Attributes:
        url: `https://` and the centre's name, without a path.
        key: File with the site's key.
        ca: File with the certificate of the authority that signed the centre's; else the system's.
        addresses: Where to connect, if the name is not to be looked up.
    """

    url: str
    key: Path
    ca: Path | None = None
    addresses: tuple[str, ...] = ()
    interval_s: PositiveSeconds = 60.0
    proof_s: PositiveSeconds = 3600.0

    def __post_init__(self) -> None:
        """Check address and addresses."""
        if not _is_origin(self.url):
            raise ValueError(
                f"url: „{self.url}“ ist keine https-Adresse ohne Pfad wie https://zentrale.example.",
                f"url: '{self.url}' is no https address without a path such as https://centre.example.",
            )
        _addresses("addresses", self.addresses)


class PortalConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Where the portal listens."""

    host: str = "127.0.0.1"
    port: Port = 8080


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
    def status(self) -> Path:
        """What the agent knows right now."""
        return self.run / "status.json"


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
    centre: CentreConfig | None = None
    portal: PortalConfig = PortalConfig()
    paths: PathsConfig = PathsConfig()
    plugin: tuple[PluginConfig, ...] = ()


def _is_zone(name: str) -> bool:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # heavy, and seldom asked for

    try:
        ZoneInfo(name)
    except (OSError, ValueError, ZoneInfoNotFoundError):
        return False
    return True


def _is_origin(url: str) -> bool:
    """Tell whether it is https, a name, perhaps a port, and no more."""
    try:
        parts = urlsplit(url)
        whole = f"https://{parts.netloc}" in (url, url.removesuffix("/"))
        return whole and bool(parts.hostname) and parts.username is None and parts.port != 0
    except ValueError:  # no number, or none that a port can have
        return False


def _question(kind: str, query: str) -> None:
    asked = _QUESTIONS.get(kind)
    if query and asked is not None and not asked.fullmatch(query):
        raise ValueError(
            f"query: „{query}“ passt nicht zu kind = „{kind}“; bei dns einen Namen wie example.com"
            " eintragen, bei http einen Pfad wie /generate_204, bei sip eine Adresse wie sip:pbx.example.",
            f"query: '{query}' does not fit kind = '{kind}'; write a name such as example.com for dns,"
            " a path such as /generate_204 for http, an address such as sip:pbx.example for sip.",
        )


def _host(field: str, host: str) -> None:
    if host and not _HOST.fullmatch(host):
        raise ValueError(
            f"{field}: „{host}“ ist kein Name; einen wie example.com eintragen.",
            f"{field}: '{host}' is no name; write one such as example.com.",
        )


def _addresses(field: str, texts: Any, version: int | None = None) -> None:
    for text in texts:
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            address = None
        if address is None or version not in (None, address.version):
            kind = f"IPv{version}" if version else "IP"
            raise ValueError(
                f"{field}: „{text}“ ist keine {kind}-Adresse; eine wie 203.0.113.1 eintragen.",
                f"{field}: '{text}' is no {kind} address; write one such as 203.0.113.1.",
            )
