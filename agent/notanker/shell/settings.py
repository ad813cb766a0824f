"""Makes the core's settings out of configuration and plan."""

from __future__ import annotations

import datetime as dt
import socket
from dataclasses import replace
from typing import Final

from notanker.config.asking import AnchorConfig, DetectConfig, WatchConfig
from notanker.config.centre import CentreConfig
from notanker.config.model import Config, PathsConfig
from notanker.config.zones import zone
from notanker.core.bearer import BearerSettings
from notanker.core.budget import BudgetSettings
from notanker.core.calendar import window_of
from notanker.core.checking import EVIDENCE
from notanker.core.forecast import down_nats
from notanker.core.graph import System
from notanker.core.names import LINE_LAYERS, Carrier, Layer, Uplink, Via
from notanker.core.powercycle import PowerCycleSettings
from notanker.core.probing import DEAR_S
from notanker.core.settings import (
    Anchor,
    Announcement,
    BeatSettings,
    CarrierSettings,
    Check,
    Evidence,
    FailoverSettings,
    Pace,
    QualityLimits,
    Settings,
    Telling,
    WatchSettings,
)
from notanker.core.standby import PROOF_S
from notanker.plan.directory import telling
from notanker.plan.model import Plan
from notanker.shell.forwarder import Forwarder, of_one_line
from notanker.shell.gateway.ruleset import Rules
from notanker.shell.kernel import Kernel, Numbers, own_uid
from notanker.shell.logs import Log
from notanker.shell.plugin_limits import Launch

PORTS: Final = {"icmp": 0, "dns": 53, "tcp": 443, "http": 80, "sip": 5060, "tls": 443}
QUERIES: Final = {"icmp": "", "dns": "example", "tcp": "", "http": "/generate_204"}
ASKED: Final = {"dns": "example", "http": "/"}
"""What a system is asked, where the configuration does not say."""
LIGHT: Final = frozenset({Layer.ICMP, Layer.DNS, Layer.SIP})
LIGHT_BURST_S: Final = 0.2
HEAVY_BURST_S: Final = 0.5
"""On suspicion a system is asked so often: six silences in a row are seen within the look's three seconds."""
WARM_PROOF_S: Final = 5.0
COLD_PROOF_S: Final = 45.0
"""So long may the backup take to prove itself; a cold one is dialled first (an order has 40 s)."""
MB: Final = 1_000_000
"""Operators sell megabytes of ten to the sixth."""
PHASES: Final = {Layer.ICMP: 0.0, Layer.DNS: 0.25, Layer.TCP: 0.75, Layer.HTTP: 0.6}
"""Each layer's place within the interval of the services: with the shipped intervals ICMP, DNS, ICMP, TCP
are half a second apart, so that some probe is never far away."""
SLACK_S: Final = 0.01
"""An answer that comes just at the end of the tolerated gap must still be counted first."""
RADIO_S: Final = 2.5
"""A radio that was idle may take 1 to 2 s until the first packet passes (RRC idle to connected)."""


def settings_of(config: Config, plan: Plan | None) -> Settings:
    """Return what the core needs to know."""
    evidence = _evidence(config)
    watches = tuple(
        watch
        for uplink in Uplink
        for layer in LINE_LAYERS
        if (watch := _watch(config, uplink, layer, evidence)).anchors
    )
    centre = config.centre
    return Settings(
        site=config.site.id,
        watches=watches,
        interfaces=tuple(interfaces_of(config).items()),
        limits=QualityLimits(
            loss_pct=config.detect.degraded_loss_pct, delay_ms=config.detect.degraded_delay_ms
        ),
        failover=FailoverSettings(
            hold_off_s=config.failover.hold_off_s,
            wait_to_restore_s=config.failover.wait_to_restore_s,
            most_wait_s=max(config.failover.most_wait_s, config.failover.wait_to_restore_s),
            proof_s=COLD_PROOF_S if config.backup.mode == "cold" else WARM_PROOF_S,
            window=window_of(config.failover.window),
        ),
        bearer=BearerSettings(
            modem=config.backup.modem is not None,
            cold=config.backup.mode == "cold",
            linger_s=config.backup.linger_s,
            test_s=config.backup.test_interval_s,
        ),
        budget=budget_of(config),
        power_cycle=power_cycle_of(config),
        beat=BeatSettings(enabled=False) if centre is None else _beat(centre),
        telling=telling_of(config, plan),
        checks=tuple(_check(watch, index) for index, watch in enumerate(config.watch)),
        systems=systems_of(plan),
        hop=config.primary.gateway or "",
    )


def _beat(centre: CentreConfig) -> BeatSettings:
    order = tuple(Carrier(name) for name in centre.carriers)
    over_lte = tuple(Carrier(name) for name in centre.carriers_lte) or order
    return BeatSettings(
        interval_s=centre.interval_s,
        proof_s=centre.proof_s or PROOF_S[over_lte[0]],
        carriers=CarrierSettings(order, over_lte),
        texts_per_day=centre.sms_per_day if centre.sms else 0,
    )


def telling_of(config: Config, plan: Plan | None) -> Telling:
    """Return whom the plan has told what, and which plugin switches what callers hear."""
    known = telling(plan, config.alerts.fallback, config.site.language)
    rows = tuple(replace(row, plugin=_plugin_of(config, row)) for row in known.announcements)
    return replace(known, announcements=rows, reopen_s=config.alerts.reopen_s)


def _plugin_of(config: Config, row: Announcement) -> str:
    """Return who switches it: the plugin that names its number, else the one that names none."""
    wanted = _digits(row.head_number)
    own = (a for a in config.announcement if wanted in map(_digits, a.head_numbers))
    others = (a for a in config.announcement if not a.head_numbers)
    return next((a.plugin for a in (*own, *others)), "")


def _digits(number: str) -> str:
    return "".join(char for char in number if char.isdigit())


def budget_of(config: Config) -> BudgetSettings:
    """Return what the SIM may use."""
    mb = config.budget.monthly_mb
    limit = None if mb is None else round(mb * MB)
    return BudgetSettings(monthly_bytes=limit, first_day=config.budget.first_day)


def power_cycle_of(config: Config) -> PowerCycleSettings:
    """Return when the primary router may be restarted."""
    cycle = config.power_cycle
    return PowerCycleSettings(
        enabled=cycle.enabled,
        after_s=cycle.after_min * 60,
        per_day=cycle.per_day,
        off_s=cycle.off_s,
        boot_s=cycle.boot_min * 60,
    )


def zone_of(name: str) -> dt.tzinfo | None:
    """Return the site's time zone; None for the machine's own."""
    return zone(name) if name else None


def systems_of(plan: Plan | None) -> tuple[System, ...]:
    """Return what the plan says of systems and what they need."""
    return plan.graph() if plan is not None else ()


def interfaces_of(config: Config) -> dict[Uplink, str]:
    """Return the interface of each uplink."""
    return {Uplink.PRIMARY: config.primary.interface, Uplink.BACKUP: config.backup.interface}


def resolvers_of(config: Config) -> dict[Uplink, tuple[str, ...]]:
    """Return whom names are asked of over each uplink."""
    return {Uplink.PRIMARY: config.primary.resolvers, Uplink.BACKUP: config.backup.resolvers}


def forwarder_of(config: Config, log: Log) -> Forwarder | None:
    """Return what keeps the name servers of dnsmasq; None where they are not the agent's."""
    return None if config.dns is None else Forwarder(config.dns.file, resolvers_of(config), log)


def kernel_of(config: Config) -> Kernel:
    """Return the kernel's routing as the configuration wants it."""
    gateways = {socket.AF_INET: config.backup.gateway, socket.AF_INET6: config.backup.gateway6}
    numbers = Numbers(config.kernel.table, config.kernel.priority, own_uid())
    resolvers = of_one_line(resolvers_of(config)) if config.dns is not None else {}
    return Kernel(interfaces_of(config), gateways, numbers, resolvers)


def rules_of(config: Config) -> Rules:
    """Return the gateway's rules, without what the plan adds."""
    gateway = config.gateway
    interfaces = (config.primary.interface, config.backup.interface)
    shaped = gateway.lte_up_kbps is not None
    return Rules(gateway.lan, *interfaces, gateway.nat, gateway.nat6, shaped=shaped)


def launch_of(paths: PathsConfig) -> Launch:
    """Return how plugins are started."""
    return Launch(path=tuple(str(folder) for folder in paths.plugins))


def _evidence(config: Config) -> Evidence:
    """Return the test whose false verdicts are as rare as the operator wishes."""
    layers = [layer for layer in LINE_LAYERS if calm_s_of(config.detect, layer) <= DEAR_S]
    counts = [sum(a.kind == str(layer) for a in config.anchor) for layer in layers]
    detect = config.detect
    nats = down_nats(
        detect.false_switches_per_year,
        detect.burst_interval_s,
        tuple(count for count in counts if count) or (1,),
    )
    return Evidence(down_nats=nats)


def _watch(config: Config, uplink: Uplink, layer: Layer, evidence: Evidence) -> WatchSettings:
    detect = config.detect
    pace = Pace(
        calm_s=calm_s_of(detect, layer),
        burst_s=min(detect.burst_interval_s, calm_s_of(detect, layer)),
        phase_s=detect.service_interval_s * PHASES[layer],
    )
    backup_s = detect.backup_interval_s if layer is Layer.ICMP else detect.backup_service_interval_s
    return WatchSettings(
        uplink=uplink,
        layer=layer,
        anchors=tuple(_anchor(a) for a in config.anchor if a.kind == str(layer)),
        pace=pace,
        idle_s=backup_s if uplink is Uplink.BACKUP else pace.calm_s,
        evidence=evidence,
        patience_s=detect.tolerate_gap_s + SLACK_S if uplink is Uplink.PRIMARY else RADIO_S,
    )


def calm_s_of(detect: DetectConfig, layer: Layer) -> float:
    """Return the calm interval of a layer over the primary."""
    return {
        Layer.ICMP: detect.icmp_interval_s,
        Layer.HTTP: detect.http_interval_s,
    }.get(layer, detect.service_interval_s)


def _check(config: WatchConfig, index: int) -> Check:
    layer = Layer(config.kind)
    anchor = Anchor(
        layer=layer,
        address=config.address,
        port=config.port or PORTS[config.kind],
        query=config.query or ASKED.get(config.kind, ""),
        host=config.host,
        status=0,
        transport=config.transport,
        interface=config.interface or "",
    )
    burst_s = min(LIGHT_BURST_S if layer in LIGHT else HEAVY_BURST_S, config.interval_s)
    # Systems take turns: the golden section spreads any number of them evenly.
    phase_s = index * 0.618 % 1.0 * config.interval_s
    pace = Pace(config.interval_s, burst_s, phase_s, least_timeout_s=0.25, most_timeout_s=1.5)
    watch = WatchSettings(
        Uplink.PRIMARY, layer, (anchor,), pace, idle_s=config.interval_s, evidence=EVIDENCE
    )
    return Check(
        f"{config.system} {index}", config.system, Via(config.uplink), watch, config.warn_days
    )


def _anchor(config: AnchorConfig) -> Anchor:
    return Anchor(
        layer=Layer(config.kind),
        address=config.address,
        port=config.port or PORTS[config.kind],
        query=config.query or QUERIES[config.kind],
        host=config.host,
    )
