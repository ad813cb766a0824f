"""What is asked of the lines and of the plan's systems, how often, and what the site tolerates."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from notanker.config.values import (
    NAME,
    Interface,
    Port,
    PositiveSeconds,
    SystemId,
    WatchSeconds,
    check_addresses,
    check_host,
    check_question,
)


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
        check_addresses("address", [self.address])
        check_question(self.kind, self.query)
        check_host("host", self.host)


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
            check_addresses("address", [self.address])
        check_question(self.kind, self.query)
        check_host("host", self.host)
        if self.interface is not None and self.uplink != "lan":
            raise ValueError(
                "interface: passt nur zu uplink = „lan“; die Zeile streichen.",
                "interface: goes with uplink = 'lan' alone; remove the line.",
            )

    @property
    def is_name(self) -> bool:
        """Whether the address is a name, to be looked up over the uplink."""
        return bool(NAME.fullmatch(self.address)) and not self.address.replace(".", "").isdigit()
