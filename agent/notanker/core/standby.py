"""What idle LTE costs in a month: probes and proof heartbeats, by their sizes on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from notanker.core import forecast
from notanker.core.forecast import MONTH_S
from notanker.core.names import Uplink
from notanker.core.settings import Settings

BEAT_BYTES: Final = 3_820
"""IP packets of both ways over IPv4, measured in the lab: ten heartbeats by HTTPS."""


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
    beats = MONTH_S / settings.beat.proof_s if settings.beat.enabled else 0.0
    return Standby(forecast.megabytes(settings, Uplink.BACKUP) * 1e6, beats * BEAT_BYTES)


def _proof_bytes(settings: Settings) -> float:
    """Return what it takes to prove the backup from nothing: each anchor of each layer a few times."""
    return sum(
        2.0 * forecast.probe_bytes(anchor)
        for watch in settings.watches
        if watch.uplink is Uplink.BACKUP
        for anchor in watch.anchors
    )
