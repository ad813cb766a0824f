"""How well a line works that works: loss, delay and jitter, and whether that is worse than agreed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from notanker.core import detector
from notanker.core.detector import Judge
from notanker.core.names import Verdict
from notanker.core.settings import QualityLimits

LEAST_OUTCOMES: Final = 30
"""Fewer outcomes say nothing of the loss: half a minute of calm probes, or a second of a burst."""
RELIEF: Final = 0.5
"""Loss must fall to this share of its limit before a line is called good again,"""
DELAY_RELIEF: Final = 0.8
"""and delay to this share of its own: else a line at the limit would change its name each minute."""

HOLD_S: Final = 20.0
"""It must last so long before the name changes: a cut begins with losses, too."""


@dataclass(frozen=True, slots=True)
class Quality:
    """One uplink's quality; the figures are None while nothing is known.

    Attributes:
        degraded: Whether it is worse than agreed.
        other_s: Since when the figures have said otherwise, boot seconds; None if they do not.
    """

    loss_pct: float | None = None
    delay_ms: float | None = None
    jitter_ms: float | None = None
    degraded: bool = False
    other_s: float | None = None


def assess(before: Quality, judge: Judge, limits: QualityLimits, now_s: float) -> Quality:
    """Return the quality as the echoes show it now.

    Args:
        before: What it was; degraded is left later than it is entered.
        judge: The uplink's ICMP judge.
        limits: What was agreed.
        now_s: Boot seconds.
    """
    minds = [mind for mind in judge.anchors if mind.srtt_s is not None and not mind.dormant]
    delay_ms = _mean_ms([mind.srtt_s or 0.0 for mind in minds])
    jitter_ms = _mean_ms([mind.rttvar_s for mind in minds])
    measured = Quality(detector.loss_pct(judge), delay_ms, jitter_ms, before.degraded)
    if judge.verdict is not Verdict.UP:
        return replace(measured, degraded=False)
    if _worse(measured, detector.outcomes(judge), limits) is before.degraded:
        return measured
    other_s = now_s if before.other_s is None else before.other_s
    if now_s - other_s < HOLD_S:
        return replace(measured, other_s=other_s)
    return replace(measured, degraded=not before.degraded)


def _worse(now: Quality, count: int, limits: QualityLimits) -> bool:
    """Tell whether the figures are worse than agreed; one that is degraded must do better than that."""
    relief, delay_relief = (RELIEF, DELAY_RELIEF) if now.degraded else (1.0, 1.0)
    if count < LEAST_OUTCOMES and now.degraded:
        return True
    lossy = count >= LEAST_OUTCOMES and (now.loss_pct or 0.0) >= limits.loss_pct * relief
    return lossy or (now.delay_ms or 0.0) >= limits.delay_ms * delay_relief


def _mean_ms(values_s: list[float]) -> float | None:
    return 1000.0 * sum(values_s) / len(values_s) if values_s else None
