"""Makes the core's settings out of configuration and plan."""

from __future__ import annotations

from typing import Final

from notanker.config.model import AnchorConfig, Config, PathsConfig
from notanker.core.names import Layer, Uplink
from notanker.core.settings import (
    Anchor,
    BeatSettings,
    FailoverSettings,
    Pace,
    Recipient,
    Settings,
    WatchSettings,
)
from notanker.plan.directory import recipients
from notanker.plan.model import Plan
from notanker.shell.plugin_limits import Launch

PORTS: Final = {"icmp": 0, "dns": 53, "tcp": 443, "http": 80}
QUERIES: Final = {"icmp": "", "dns": "example", "tcp": "", "http": "/generate_204"}
HTTP_SLOWER: Final = 6
"""HTTP costs the most and decides the least: so many times the interval of the other services."""


def settings_of(config: Config, plan: Plan | None) -> Settings:
    """Return what the core needs to know."""
    watches = tuple(
        watch
        for uplink in Uplink
        for layer in Layer
        if (watch := _watch(config, uplink, layer)).anchors
    )
    centre = config.centre
    return Settings(
        site=config.site.id,
        watches=watches,
        interfaces=tuple(interfaces_of(config).items()),
        failover=FailoverSettings(
            hold_off_s=config.failover.hold_off_s,
            wait_to_restore_s=config.failover.wait_to_restore_s,
            most_wait_s=max(config.failover.most_wait_s, config.failover.wait_to_restore_s),
        ),
        beat=BeatSettings(enabled=False)
        if centre is None
        else BeatSettings(interval_s=centre.interval_s, proof_s=centre.proof_s),
        recipients=people_of(plan),
    )


def people_of(plan: Plan | None) -> tuple[Recipient, ...]:
    """Return whom the plan has told first."""
    return tuple(
        Recipient(person.contact, person.name, person.number, person.language)
        for person in recipients(plan)
    )


def interfaces_of(config: Config) -> dict[Uplink, str]:
    """Return the interface of each uplink."""
    return {Uplink.PRIMARY: config.primary.interface, Uplink.BACKUP: config.backup.interface}


def launch_of(paths: PathsConfig) -> Launch:
    """Return how plugins are started."""
    return Launch(path=tuple(str(folder) for folder in paths.plugins))


def _watch(config: Config, uplink: Uplink, layer: Layer) -> WatchSettings:
    anchors = tuple(_anchor(a) for a in config.anchor if a.kind == str(layer))
    watch = config.watch
    calm_s = watch.interval_s if layer is Layer.ICMP else watch.service_interval_s
    idle_s = watch.backup_interval_s if layer is Layer.ICMP else watch.backup_service_interval_s
    if layer is Layer.HTTP:
        calm_s *= HTTP_SLOWER
    return WatchSettings(
        uplink=uplink,
        layer=layer,
        anchors=anchors,
        pace=Pace(calm_s=calm_s, burst_s=min(watch.burst_interval_s, calm_s)),
        idle_s=idle_s if uplink is Uplink.BACKUP else calm_s,
    )


def _anchor(config: AnchorConfig) -> Anchor:
    return Anchor(
        layer=Layer(config.kind),
        address=config.address,
        port=config.port or PORTS[config.kind],
        query=config.query or QUERIES[config.kind],
        host=config.host,
    )
