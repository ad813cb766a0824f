"""What idle LTE costs in a month: probes and proof heartbeats, by their sizes on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from notanker.core import forecast
from notanker.core.forecast import MONTH_S
from notanker.core.names import Carrier, Uplink
from notanker.core.settings import Settings

BEAT_BYTES: Final[Mapping[Carrier, int]] = {
    Carrier.HTTPS: 2_084,
    Carrier.UDP: 152,
    Carrier.MQTT: 2_431,
}
"""An acknowledged beat, IP packets of both ways over IPv4, by bench/beats.py; TLS resumed."""
PROOF_S: Final[Mapping[Carrier, float]] = {
    Carrier.HTTPS: 1800.0,
    Carrier.UDP: 900.0,
    Carrier.MQTT: 1800.0,
}
"""How often a beat proves the idle backup where nobody says otherwise: the centre wants it each 15 minutes,
and standing by, probes and all, is to stay below 6 MB a month."""


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
        return Standby(tests * _proof_bytes(settings), tests * _beat_bytes(settings))
    beats = MONTH_S / settings.beat.proof_s
    return Standby(forecast.megabytes(settings, Uplink.BACKUP) * 1e6, beats * _beat_bytes(settings))


def _beat_bytes(settings: Settings) -> int:
    return BEAT_BYTES[settings.beat.carriers.backup[0]] if settings.beat.enabled else 0


def _proof_bytes(settings: Settings) -> float:
    """Return what it takes to prove the backup from nothing: each anchor of each layer a few times."""
    return sum(
        2.0 * forecast.probe_bytes(anchor)
        for watch in settings.watches
        if watch.uplink is Uplink.BACKUP
        for anchor in watch.anchors
    )
