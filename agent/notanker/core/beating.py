"""When the centre is told: at every change, each interval, and now and then to prove the backup."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

from notanker.core.names import Uplink, Verdict
from notanker.core.settings import BeatSettings

OVERDUE_S: Final = 60.0
"""A beat whose end was never told is forgotten after this long."""


@dataclass(frozen=True, slots=True)
class Beating:
    """The heartbeat's state.

    Attributes:
        next_s: When the next beat over the uplink in use is due, boot seconds.
        proof_s: When the next proof over the idle backup is due.
        sent_s: When the beat under way was sent, None if none is.
    """

    next_s: float = 0.0
    proof_s: float = 0.0
    sent_s: float | None = None


def now_due(state: Beating, now_s: float) -> Beating:
    """Bring the next beat forward to now: something has changed, and one under way is old news."""
    return replace(state, next_s=min(state.next_s, now_s), sent_s=None)


def step(
    state: Beating,
    settings: BeatSettings,
    route: Uplink,
    verdicts: dict[Uplink, Verdict],
    now_s: float,
) -> tuple[Beating, Uplink | None]:
    """Return the uplink that a beat is due over, None if none is."""
    if not settings.enabled:
        return state, None
    if state.sent_s is not None and now_s < state.sent_s + OVERDUE_S:
        return state, None
    if now_s >= state.next_s:
        return replace(state, sent_s=now_s, next_s=now_s + settings.interval_s), route
    idle_backup = route is Uplink.PRIMARY and verdicts[Uplink.BACKUP] is Verdict.UP
    if idle_backup and now_s >= state.proof_s:
        return replace(state, sent_s=now_s, proof_s=now_s + settings.proof_s), Uplink.BACKUP
    return state, None


def done(
    state: Beating, settings: BeatSettings, over: Uplink, route: Uplink, *, ok: bool, now_s: float
) -> Beating:
    """Take the end of a beat; one that was not acknowledged is tried again soon."""
    state = replace(state, sent_s=None)
    if ok:
        return state
    soon = now_s + settings.retry_s
    if over is route:
        return replace(state, next_s=min(state.next_s, soon))
    return state


def next_wake_s(
    state: Beating, settings: BeatSettings, route: Uplink, verdicts: dict[Uplink, Verdict]
) -> float:
    """Return when a beat is due next, in boot seconds."""
    if not settings.enabled:
        return math.inf
    if state.sent_s is not None:
        return state.sent_s + OVERDUE_S
    idle_backup = route is Uplink.PRIMARY and verdicts[Uplink.BACKUP] is Verdict.UP
    return min(state.next_s, state.proof_s if idle_backup else math.inf)
