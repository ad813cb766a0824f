"""Judges one layer over one uplink: quickest-change detection on the stream of answers.

Theory of operation. Each anchor has evidence for and against the line (`evidence`). The verdict `down`
needs `down_nats` in all, and no anchor can give more than its share, so one dead anchor moves nothing; one
that is silent for long while others answer is left out. A late answer takes its loss back.

Evidence alone is not enough: a cut that is over within `patience_s` moves nothing, nor does a round trip
that jumps by that much. So the oldest unanswered question must be that old (a line that is silent), or the
doubt twice that old (one that still answers now and then: a brown-out).

The same evidence with its sign turned proves an uplink: `up` needs `up_nats` from at least two anchors
(where two have a say). Nothing is `up` before it is proven, and what is not proven yet needs only half the
evidence to be `down`: a boot into a dead line is seen at once.

Pace: slow while all is well, on a grid, so that the layers take turns; a burst as soon as anything is in
doubt.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

from notanker.core import evidence
from notanker.core.evidence import AnchorMind, Steps
from notanker.core.names import Verdict
from notanker.core.settings import Anchor, WatchSettings

LATE_S: Final = 4.0
"""An answer that comes later than this after its probe is no longer waited for."""
BROWN_OUT: Final = 2.0
"""So many times the patience must a doubt last on a line that still answers now and then."""
UNPROVEN: Final = 0.5
"""Share of the evidence that it takes against an uplink which never was up."""
EARLY: Final = 0.05
"""A probe may come by this share of its interval before its place on the grid, and still be the one meant."""
EPSILON: Final = 1e-6
"""Shares are sums of floats; a millionth of a nat, or of a second, must not decide."""


@dataclass(frozen=True, slots=True)
class Outstanding:
    """A probe under way. `lost` once its time is over; a late answer can still take that back."""

    number: int
    anchor: int
    sent_s: float
    due_s: float
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Judge:
    """The detector's state for one layer over one uplink; instants are boot seconds.

    Attributes:
        turn: Index of the anchor that is probed next.
        next_s: When it is probed.
        attentive: Whether traffic may soon depend on this uplink, so that its idle pace is too slow.
        hinted: Whether somebody else saw the line fall silent; only an answer takes that back.
        answered_s: When the last answer came, None before the first.
        heard_s: When the newest question that was answered had been sent.
        unanswered_s: When the oldest question was sent that nothing later was answered after.
        doubted_s: Since when there has been evidence against the line, None if there is none.
    """

    anchors: tuple[AnchorMind, ...]
    verdict: Verdict = Verdict.UNKNOWN
    outstanding: tuple[Outstanding, ...] = ()
    turn: int = 0
    next_s: float = 0.0
    attentive: bool = True
    hinted: bool = False
    answered_s: float | None = None
    heard_s: float = -math.inf
    unanswered_s: float | None = None
    doubted_s: float | None = None


def start(settings: WatchSettings, now_s: float) -> Judge:
    """Return a judge who knows nothing yet and begins at once."""
    return Judge(anchors=(AnchorMind(),) * len(settings.anchors), next_s=now_s)


def worth_of(judge: Judge, settings: WatchSettings) -> Steps:
    """Return what outcomes are worth among the anchors that have a say."""
    return evidence.steps(settings.evidence, voices(judge))


def down_evidence(judge: Judge, settings: WatchSettings) -> float:
    """Return the evidence for `down` in nats, each anchor's share capped."""
    share = needed_nats(judge, settings) / voices(judge)
    return sum(min(mind.down, share) for mind in judge.anchors if evidence.accuses(mind))


def needed_nats(judge: Judge, settings: WatchSettings) -> float:
    """Return how much evidence the verdict `down` takes."""
    unproven = judge.verdict is Verdict.UNKNOWN
    return settings.evidence.down_nats * (UNPROVEN if unproven else 1.0)


def in_doubt(judge: Judge, settings: WatchSettings) -> bool:
    """Tell whether a burst is called for.

    An anchor that has given all it can give for an uplink, or against one that is down anyway or idle, is
    no reason for haste; nor is one that is left out.
    """
    if judge.verdict is Verdict.UP and judge.doubted_s is None:
        return judge.hinted
    minds = [mind for mind in judge.anchors if not mind.dormant]
    worth = worth_of(judge, settings)
    if judge.verdict is Verdict.UP:
        most = math.inf if judge.attentive else worth.share
        return judge.hinted or any(0 < mind.down < most for mind in minds)
    if judge.verdict is Verdict.UNKNOWN:
        return any(m.down < worth.share and m.up < worth.up_share for m in minds)
    return any(0 < mind.up < worth.up_share for mind in minds)


def wake(
    judge: Judge, settings: WatchSettings, now_s: float, number: int
) -> tuple[Judge, Outstanding | None]:
    """Count what is overdue, and send the next probe if its time has come.

    Args:
        judge: The state.
        settings: What is probed, and how.
        now_s: Boot seconds.
        number: The number that a new probe gets.
    """
    judge = _settle(_count_overdue(judge, settings, now_s), settings, now_s)
    if now_s < judge.next_s:
        return judge, None
    index = judge.turn % len(judge.anchors)
    wait_s = evidence.timeout_s(judge.anchors[index], settings.pace)
    probe = Outstanding(number, index, now_s, now_s + wait_s)
    judge = replace(
        judge,
        outstanding=(*judge.outstanding, probe),
        turn=(index + 1) % len(judge.anchors),
        next_s=next_probe_s(judge, settings, now_s),
    )
    return judge, probe


def answer(
    judge: Judge, settings: WatchSettings, number: int, now_s: float, refusal: str = ""
) -> Judge:
    """Take an answer, or with `refusal` a plain no: nothing is worth waiting for any more.

    An answer to an unknown number is one that came too late even to be late; it changes nothing.
    """
    probe = next((p for p in judge.outstanding if p.number == number), None)
    if probe is None:
        return judge
    if not refusal:
        return _win(judge, settings, probe, now_s)
    judge = _without(judge, probe)
    return judge if probe.lost else _lose(judge, settings, probe, now_s, refusal)


def carrier_lost(judge: Judge) -> Judge:
    """Return the verdict that needs no probe: a link without carrier takes nobody anywhere."""
    minds = tuple(replace(mind, up=0.0) for mind in judge.anchors)
    return replace(judge, verdict=Verdict.DOWN, anchors=minds, outstanding=())


def hint(judge: Judge, since_s: float, now_s: float) -> Judge:
    """Hear from somebody else that since then traffic has left and none has come back.

    It is a reason to ask at once, and dates the silence; evidence it is not.
    """
    if judge.verdict is not Verdict.UP or judge.heard_s > since_s:
        return judge
    oldest_s = since_s if judge.unanswered_s is None else min(since_s, judge.unanswered_s)
    return at_once(replace(judge, hinted=True, unanswered_s=oldest_s), now_s)


def hurry(judge: Judge, settings: WatchSettings, now_s: float) -> Judge:
    """Bring the next probe forward to what the present pace asks for."""
    return replace(judge, next_s=min(judge.next_s, next_probe_s(judge, settings, now_s)))


def at_once(judge: Judge, now_s: float) -> Judge:
    """Bring the next probe forward to now."""
    return replace(judge, next_s=min(judge.next_s, now_s))


def interval_s(judge: Judge, settings: WatchSettings) -> float:
    """Return the seconds between probes at the present pace."""
    if in_doubt(judge, settings):
        return settings.pace.burst_s
    return settings.pace.calm_s if judge.attentive else settings.idle_s


def next_probe_s(judge: Judge, settings: WatchSettings, now_s: float) -> float:
    """Return when the probe after one at `now_s` is due: in calm, the next moment of the layer's grid."""
    step_s = interval_s(judge, settings)
    if step_s != settings.pace.calm_s:
        return now_s + step_s
    phase_s = settings.pace.phase_s
    # One out of turn, after a burst, does not make the layer miss its own: no pause is longer than in calm.
    turns = math.floor((now_s - phase_s) / step_s + EARLY) + 1
    return phase_s + turns * step_s


def next_wake_s(judge: Judge, settings: WatchSettings) -> float:
    """Return when this judge wants to be woken, in boot seconds."""
    due_s = min((probe.due_s for probe in judge.outstanding if not probe.lost), default=math.inf)
    return min(judge.next_s, due_s, _ripe_s(judge, settings))


def silent(judge: Judge, settings: WatchSettings) -> tuple[Anchor, ...]:
    """Return the anchors that give no answer while the line is up."""
    return tuple(settings.anchors[index] for index in silent_ones(judge, settings))


def silent_ones(judge: Judge, settings: WatchSettings) -> tuple[int, ...]:
    """Return the places of the anchors that give no answer while the line is up."""
    if judge.verdict is not Verdict.UP:
        return ()
    share = worth_of(judge, settings).share
    return tuple(i for i, m in enumerate(judge.anchors) if m.dormant or m.down >= share)


def answering(judge: Judge, settings: WatchSettings) -> int:
    """Return how many anchors are not known to be silent."""
    share = worth_of(judge, settings).share
    return sum(not mind.dormant and mind.down < share for mind in judge.anchors)


def loss_pct(judge: Judge) -> float | None:
    """Return the share of lost probes among the recent ones, None before the first."""
    count = outcomes(judge)
    if not count:
        return None
    return 100.0 * sum(mind.recent.bit_count() for mind in _witnesses(judge)) / count


def outcomes(judge: Judge) -> int:
    """Return how many recent outcomes the loss figure rests on."""
    return sum(mind.count for mind in _witnesses(judge))


def _witnesses(judge: Judge) -> list[AnchorMind]:
    """Return the anchors whose losses are the line's: not those that are silent beside one that is well."""
    awake = [mind for mind in judge.anchors if not mind.dormant]
    if all(mind.silent_s is not None or evidence.accuses(mind) for mind in awake):
        return awake
    return [mind for mind in awake if mind.silent_s is None]


def voices(judge: Judge) -> int:
    """Return how many anchors have a say: those that are not left out, but one at least."""
    return sum(not mind.dormant for mind in judge.anchors) or 1


def accusers(judge: Judge) -> int:
    """Return how many of them speak against the line."""
    return sum(map(evidence.accuses, judge.anchors))


def _count_overdue(judge: Judge, settings: WatchSettings, now_s: float) -> Judge:
    for probe in judge.outstanding:
        if not probe.lost and probe.due_s <= now_s:
            judge = _lose(judge, settings, probe, now_s, "")
    kept = tuple(
        replace(p, lost=True) if p.due_s <= now_s and not p.lost else p
        for p in judge.outstanding
        if now_s - p.sent_s < LATE_S or p.due_s > now_s
    )
    return replace(judge, outstanding=kept) if kept != judge.outstanding else judge


def _lose(
    judge: Judge, settings: WatchSettings, probe: Outstanding, now_s: float, refusal: str
) -> Judge:
    worth = worth_of(judge, settings)
    mind = evidence.lose(judge.anchors[probe.anchor], worth, now_s, refusal)
    others = (*judge.anchors[: probe.anchor], *judge.anchors[probe.anchor + 1 :])
    if evidence.may_sleep(mind, others, worth, now_s):
        mind = replace(mind, dormant=True)
    judge = _with(judge, probe.anchor, mind)
    if probe.sent_s > judge.heard_s and judge.unanswered_s is None:
        judge = replace(judge, unanswered_s=probe.sent_s)
    judge = _settle(_doubt(judge, probe.sent_s), settings, now_s)
    return hurry(judge, settings, now_s)


def _win(judge: Judge, settings: WatchSettings, probe: Outstanding, now_s: float) -> Judge:
    worth = worth_of(judge, settings)
    rtt_s = now_s - probe.sent_s
    mind = evidence.win(judge.anchors[probe.anchor], worth, now_s, rtt_s, late=probe.lost)
    judge = _hear(_with(_without(judge, probe), probe.anchor, mind), probe, now_s)
    judge = _settle(_doubt(judge, now_s), settings, now_s)
    return hurry(judge, settings, now_s)


def _hear(judge: Judge, probe: Outstanding, now_s: float) -> Judge:
    """Note the answer; only what was asked after its question is unanswered still."""
    heard_s = max(judge.heard_s, probe.sent_s)
    after_s = (p.sent_s for p in judge.outstanding if p.lost and p.sent_s > heard_s)
    return replace(
        judge,
        answered_s=now_s,
        heard_s=heard_s,
        unanswered_s=min(after_s, default=None),
        hinted=False,
    )


def _doubt(judge: Judge, since_s: float) -> Judge:
    """Note since when there has been evidence against the line."""
    if not any(mind.down > 0 and not mind.dormant for mind in judge.anchors):
        return replace(judge, doubted_s=None) if judge.doubted_s is not None else judge
    return judge if judge.doubted_s is not None else replace(judge, doubted_s=since_s)


def _settle(judge: Judge, settings: WatchSettings, now_s: float) -> Judge:
    """Draw the verdict that the evidence now allows."""
    if now_s >= _ripe_s(judge, settings) - EPSILON:
        minds = tuple(replace(mind, up=0.0) for mind in judge.anchors)
        return replace(judge, verdict=Verdict.DOWN, anchors=minds)
    proof = sum(mind.up for mind in judge.anchors)
    if judge.verdict is not Verdict.UP and proof >= settings.evidence.up_nats - EPSILON:
        minds = tuple(evidence.proven(mind) for mind in judge.anchors)
        judge = replace(judge, verdict=Verdict.UP, anchors=minds)
        return _doubt(replace(judge, doubted_s=None), now_s)
    return judge


def _ripe_s(judge: Judge, settings: WatchSettings) -> float:
    """Return when the evidence there is makes the verdict `down`, never if it does not suffice."""
    if judge.verdict is Verdict.DOWN or judge.doubted_s is None:
        return math.inf
    if down_evidence(judge, settings) < needed_nats(judge, settings) - EPSILON:
        return math.inf
    silent_s = math.inf if judge.unanswered_s is None else judge.unanswered_s
    return (
        min(silent_s, judge.doubted_s + (BROWN_OUT - 1) * settings.patience_s) + settings.patience_s
    )


def _with(judge: Judge, index: int, mind: AnchorMind) -> Judge:
    anchors = (*judge.anchors[:index], mind, *judge.anchors[index + 1 :])
    return replace(judge, anchors=anchors)


def _without(judge: Judge, probe: Outstanding) -> Judge:
    rest = tuple(p for p in judge.outstanding if p.number != probe.number)
    return replace(judge, outstanding=rest)
