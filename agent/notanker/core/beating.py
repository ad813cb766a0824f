"""When the centre is told: at every change, each interval, and now and then to prove the backup.

Over LTE the data budget has a say: it thins the beats before the SIM runs dry. What it never stops is the
news of a change, so the centre always knows the state; only "still the same" becomes rarer, and each beat
says how long the next may take.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from notanker.core.budget import Beats
from notanker.core.names import Uplink, Verdict, Waiting
from notanker.core.settings import BeatSettings

OVERDUE_S: Final = 60.0
"""A beat whose end was never told is forgotten after this long."""
THINNER: Final = 10.0
"""So many times the interval when the budget is scarce."""
HURRY_S: Final = 5.0
"""The interval while people are being alarmed one after the other and nobody has it: who acknowledges at the
centre or by a link is to stop that within 10 s, and half of it is left for the beat itself."""
SPENT_S: Final = 3600.0
"""The interval when it is spent: the longest that the centre waits for before it calls a site silent."""
CATCH_UP_S: Final = 1.0
"""The interval on the primary line while there is history that the centre does not have yet."""
MUTE_S: Final = 1800.0
"""After so long without a word of the centre somebody here has to know: who watches the watcher?"""


@dataclass(frozen=True, slots=True)
class Beating:
    """The heartbeat's state.

    Attributes:
        next_s: When the next beat over the uplink in use is due, boot seconds.
        proof_s: When the next proof over the idle backup is due.
        sent_s: When the beat under way was sent, None if none is.
        failures: How many beats over LTE in a row were not acknowledged.
        heard_s: When the centre confirmed a beat last, over any line, or else when this process began.
        mute: The centre has confirmed none for `MUTE_S`.
    """

    next_s: float = 0.0
    proof_s: float = 0.0
    sent_s: float | None = None
    failures: int = 0
    heard_s: float = 0.0
    mute: bool = False


def now_due(state: Beating, now_s: float) -> Beating:
    """Bring the next beat forward to now: something has changed, and one under way is old news."""
    return replace(state, next_s=min(state.next_s, now_s), sent_s=None)


def interval_s(
    settings: BeatSettings, route: Uplink, beats: Beats, *, hurried: bool = False
) -> float:
    """Return how long the next beat over the uplink in use may take: what the centre is promised.

    While somebody's acknowledgement is waited for that is soon, but not once the data is spent: then SMS
    and the button are the ways to acknowledge.
    """
    allowed = beats if route is Uplink.BACKUP else Beats.ALL
    spaced_s = _spaced_s(settings.interval_s, allowed)
    return min(spaced_s, HURRY_S) if hurried and allowed is not Beats.CHANGES else spaced_s


def step(
    state: Beating,
    settings: BeatSettings,
    route: Uplink,
    verdicts: Mapping[Uplink, Verdict],
    now_s: float,
    beats: Beats = Beats.ALL,
    *,
    hurried: bool = False,
) -> tuple[Beating, Uplink | None]:
    """Return the uplink that a beat is due over, None if none is.

    Args:
        state: The heartbeat's state.
        settings: Its intervals.
        route: The uplink in use.
        verdicts: How the uplinks do.
        now_s: Now, in boot seconds.
        beats: What the budget lets pass.
        hurried: Somebody's acknowledgement is being waited for.
    """
    if not settings.enabled:
        return state, None
    state = replace(state, mute=now_s >= state.heard_s + MUTE_S)
    if state.sent_s is not None and now_s < state.sent_s + OVERDUE_S:
        return state, None
    if hurried and not state.failures:  # a centre that does not answer has nothing to say either
        soon_s = now_s + interval_s(settings, route, beats, hurried=True)
        state = replace(state, next_s=min(state.next_s, soon_s))
    if now_s >= state.next_s:
        next_s = now_s + interval_s(settings, route, beats, hurried=hurried)
        return replace(state, sent_s=now_s, next_s=next_s), route
    if _idle_backup(route, verdicts) and now_s >= state.proof_s:
        proof_s = now_s + _spaced_s(settings.proof_s, beats)
        return replace(state, sent_s=now_s, proof_s=proof_s), Uplink.BACKUP
    return state, None


def done(
    state: Beating,
    settings: BeatSettings,
    over: Uplink,
    route: Uplink,
    *,
    ok: bool,
    now_s: float,
    waiting: Waiting = Waiting.NOTHING,
    beats: Beats = Beats.ALL,
) -> Beating:
    """Take the end of a beat; one that was not acknowledged is tried again soon.

    Over LTE each failure doubles the wait up to the interval: a centre that is down for a night must not
    cost the month's data (a refused request costs as much as one that is answered).

    Args:
        state: The heartbeat's state.
        settings: Its intervals.
        over: The uplink that the beat took.
        route: The uplink in use.
        ok: The centre has stored it.
        now_s: Now, in boot seconds.
        waiting: What history the beat had no room for: the next one comes soon.
        beats: What the budget lets pass. Once it is scarce, history waits for the primary line.
    """
    state = replace(state, sent_s=None)
    if ok:
        state = replace(state, heard_s=now_s, mute=False)
    if over is not route:
        return state
    if ok:
        state = replace(state, failures=0)
        if waiting is Waiting.NOTHING or (over is Uplink.BACKUP and beats is not Beats.ALL):
            return state
        pause_s = CATCH_UP_S if over is Uplink.PRIMARY else settings.retry_s
        return replace(state, next_s=min(state.next_s, now_s + pause_s))
    if over is Uplink.PRIMARY:
        return replace(state, next_s=min(state.next_s, now_s + settings.retry_s))
    soon_s = now_s + settings.retry_s * 2.0 ** min(state.failures, 16)
    return replace(state, next_s=min(state.next_s, soon_s), failures=state.failures + 1)


def next_wake_s(
    state: Beating, settings: BeatSettings, route: Uplink, verdicts: Mapping[Uplink, Verdict]
) -> float:
    """Return when a beat is due next, in boot seconds."""
    if not settings.enabled:
        return math.inf
    told_s = math.inf if state.mute else state.heard_s + MUTE_S
    if state.sent_s is not None:
        return min(told_s, state.sent_s + OVERDUE_S)
    proof_s = state.proof_s if _idle_backup(route, verdicts) else math.inf
    return min(told_s, state.next_s, proof_s)


def _idle_backup(route: Uplink, verdicts: Mapping[Uplink, Verdict]) -> bool:
    return route is Uplink.PRIMARY and verdicts[Uplink.BACKUP] is Verdict.UP


def _spaced_s(interval_s: float, beats: Beats) -> float:
    if beats is Beats.ALL:
        return interval_s
    return max(
        interval_s, min(interval_s * THINNER, SPENT_S) if beats is Beats.THINNED else SPENT_S
    )
