"""What idle LTE costs in a month: probes and proof heartbeats, by their sizes on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from notanker.core.names import Layer, Uplink
from notanker.core.settings import Settings

MONTH_S: Final = 30 * 86_400.0
PROBE_BYTES: Final = {Layer.ICMP: 56, Layer.DNS: 135, Layer.TCP: 172, Layer.HTTP: 700}
BEAT_BYTES: Final = 3_820
"""IP packets of both ways over IPv4, measured in the lab: 42 echoes, 23 DNS, 23 TCP and
20 HTTP probes, 10 heartbeats by HTTPS."""


@dataclass(frozen=True, slots=True)
class Standby:
    """Bytes of a calm month."""

    probes_bytes: float
    beats_bytes: float

    @property
    def total_bytes(self) -> float:
        """All of them."""
        return self.probes_bytes + self.beats_bytes


def monthly(settings: Settings) -> Standby:
    """Return what a month of calm costs; a cold session costs its daily test alone."""
    if settings.bearer.cold:
        tests = MONTH_S / settings.bearer.test_s
        return Standby(tests * _proof_bytes(settings), tests * BEAT_BYTES * settings.beat.enabled)
    probes = sum(
        PROBE_BYTES[watch.layer] * MONTH_S / watch.idle_s
        for watch in settings.watches
        if watch.uplink is Uplink.BACKUP
    )
    beats = MONTH_S / settings.beat.proof_s if settings.beat.enabled else 0.0
    return Standby(probes, beats * BEAT_BYTES)


def _proof_bytes(settings: Settings) -> float:
    """Return what it takes to prove the backup from nothing: each anchor of each layer a few times."""
    return sum(
        2.0 * PROBE_BYTES[watch.layer] * len(watch.anchors)
        for watch in settings.watches
        if watch.uplink is Uplink.BACKUP
    )
