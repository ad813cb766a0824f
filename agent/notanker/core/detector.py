"""Judges one layer over one uplink: quickest-change detection on the stream of answers.

Theory of operation. Each probe is a coin: a line that is well loses at most `good_loss` of them, one
that is not loses `bad_loss` or more. Each outcome moves an anchor's evidence by the logarithm of the
likelihood ratio, never below zero (Page's CUSUM; Lorden 1971, Moustakides 1986: no rule is faster at the
same rate of false alarms). The verdict `down` needs `down_nats` in all, and no anchor can give more than
its share, so one dead anchor moves nothing. A late answer takes its loss back.

The same evidence with its sign turned proves an uplink: `up` needs `up_nats` from at least two anchors
(where there are two). Nothing is `up` before it is proven.

Pace: slow while all is well; a burst as soon as anything is in doubt.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from notanker.core.names import Verdict
from notanker.core.settings import Anchor, Evidence, WatchSettings

LATE_S: Final = 3.0
"""An answer that comes later than this after its probe is no longer waited for."""
UP_SHARE: Final = 0.6
"""Share of the proof that a single anchor can give, where there is more than one."""
CEILING: Final = 1.5
"""An anchor's evidence may rise this much above its share, so one lucky answer does not clear it."""
RECENT: Final = 120
"""So many outcomes make up the loss figure that people see."""


@dataclass(frozen=True, slots=True)
class AnchorMind:
    """What is known of one anchor: evidence for `down` and `up` in nats, and its round trip.

    `refused` is the reason it gave last, empty after an answer or silence.
    """

    down: float = 0.0
    up: float = 0.0
    srtt_s: float | None = None
    rttvar_s: float = 0.0
    refused: str = ""


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
    """The detector's state for one layer over one uplink.

    Attributes:
        turn: Index of the anchor that is probed next.
        next_s: When it is probed, in boot seconds.
        attentive: Whether traffic may soon depend on this uplink, so that its idle pace is too slow.
        answered_s: When the last answer came, None before the first.
        recent: Bits of the last outcomes, a one for each loss; `count` says how many there are.
    """

    anchors: tuple[AnchorMind, ...]
    verdict: Verdict = Verdict.UNKNOWN
    outstanding: tuple[Outstanding, ...] = ()
    turn: int = 0
    next_s: float = 0.0
    attentive: bool = True
    answered_s: float | None = None
    recent: int = 0
    count: int = 0


@dataclass(frozen=True, slots=True)
class Steps:
    """What one outcome is worth, in nats."""

    loss: float
    answer: float
    share: float
    up_share: float


@lru_cache(maxsize=64)
def steps(evidence: Evidence, anchors: int) -> Steps:
    """Return the worth of a loss and of an answer, and the most that one anchor can contribute."""
    up_share = evidence.up_nats if anchors == 1 else evidence.up_nats * UP_SHARE
    return Steps(
        loss=math.log(evidence.bad_loss / evidence.good_loss),
        answer=math.log((1 - evidence.good_loss) / (1 - evidence.bad_loss)),
        share=evidence.down_nats / anchors,
        up_share=up_share,
    )


def start(settings: WatchSettings, now_s: float) -> Judge:
    """Return a judge who knows nothing yet and begins at once."""
    return Judge(anchors=(AnchorMind(),) * len(settings.anchors), next_s=now_s)


def down_evidence(judge: Judge, settings: WatchSettings) -> float:
    """Return the evidence for `down` in nats, each anchor's share capped."""
    share = steps(settings.evidence, len(judge.anchors)).share
    return sum(min(mind.down, share) for mind in judge.anchors)


def in_doubt(judge: Judge, settings: WatchSettings) -> bool:
    """Tell whether a burst is called for.

    Silence of single anchors, while every other one answers, is theirs and not the line's. An anchor
    that has given all it can give, for or against the line, is no reason for haste any more.
    """
    worth = steps(settings.evidence, len(judge.anchors))
    if judge.verdict is Verdict.UNKNOWN:
        return any(m.down < worth.share and m.up < worth.up_share for m in judge.anchors)
    if judge.verdict is Verdict.DOWN:
        return any(0 < mind.up < worth.up_share for mind in judge.anchors)
    return any(0 < mind.down < worth.share for mind in judge.anchors)


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
    judge = _count_overdue(judge, settings, now_s)
    if now_s < judge.next_s:
        return judge, None
    index = judge.turn % len(judge.anchors)
    probe = Outstanding(
        number, index, now_s, now_s + timeout_s(judge.anchors[index], settings), lost=False
    )
    judge = replace(
        judge,
        outstanding=(*judge.outstanding, probe),
        turn=(index + 1) % len(judge.anchors),
        next_s=now_s + interval_s(judge, settings),
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
    rest = tuple(p for p in judge.outstanding if p.number != number)
    judge = replace(judge, outstanding=rest)
    if refusal:
        return judge if probe.lost else _lose(judge, settings, probe, now_s, refusal)
    return _win(judge, settings, probe, now_s)


def carrier_lost(judge: Judge) -> Judge:
    """Return the verdict that needs no probe: a link without carrier takes nobody anywhere."""
    minds = tuple(replace(mind, up=0.0) for mind in judge.anchors)
    return replace(judge, verdict=Verdict.DOWN, anchors=minds, outstanding=())


def hurry(judge: Judge, settings: WatchSettings, now_s: float) -> Judge:
    """Bring the next probe forward to what the present pace asks for."""
    return replace(judge, next_s=min(judge.next_s, now_s + interval_s(judge, settings)))


def at_once(judge: Judge, now_s: float) -> Judge:
    """Bring the next probe forward to now."""
    return replace(judge, next_s=min(judge.next_s, now_s))


def interval_s(judge: Judge, settings: WatchSettings) -> float:
    """Return the seconds to the next probe at the present pace."""
    if in_doubt(judge, settings):
        return settings.pace.burst_s
    return settings.pace.calm_s if judge.attentive else settings.idle_s


def timeout_s(mind: AnchorMind, settings: WatchSettings) -> float:
    """Return how long a probe waits: four deviations over the smoothed round trip (as RFC 6298)."""
    pace = settings.pace
    if mind.srtt_s is None:
        return pace.most_timeout_s
    return min(pace.most_timeout_s, max(pace.least_timeout_s, mind.srtt_s + 4 * mind.rttvar_s))


def next_wake_s(judge: Judge) -> float:
    """Return when this judge wants to be woken, in boot seconds."""
    due = (probe.due_s for probe in judge.outstanding if not probe.lost)
    return min(judge.next_s, min(due, default=math.inf))


def silent(judge: Judge, settings: WatchSettings) -> tuple[Anchor, ...]:
    """Return the anchors that give no answer while the line is up."""
    if judge.verdict is not Verdict.UP:
        return ()
    share = steps(settings.evidence, len(judge.anchors)).share
    pairs = zip(settings.anchors, judge.anchors, strict=True)
    return tuple(anchor for anchor, mind in pairs if mind.down >= share)


def answering(judge: Judge, settings: WatchSettings) -> int:
    """Return how many anchors are not known to be silent."""
    share = steps(settings.evidence, len(judge.anchors)).share
    return sum(mind.down < share for mind in judge.anchors)


def loss_pct(judge: Judge) -> float | None:
    """Return the share of lost probes among the recent ones, None before the first."""
    if not judge.count:
        return None
    return 100.0 * judge.recent.bit_count() / judge.count


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
    worth = steps(settings.evidence, len(judge.anchors))
    mind = judge.anchors[probe.anchor]
    mind = replace(
        mind,
        down=min(mind.down + worth.loss, worth.share * CEILING + worth.loss),
        up=max(0.0, mind.up - worth.loss),
        refused=refusal,
    )
    judge = _settle(_with(judge, probe.anchor, mind), settings)
    return hurry(_remember(judge, lost=True), settings, now_s)


def _win(judge: Judge, settings: WatchSettings, probe: Outstanding, now_s: float) -> Judge:
    worth = steps(settings.evidence, len(judge.anchors))
    mind = judge.anchors[probe.anchor]
    taken_back = worth.loss if probe.lost else 0.0
    srtt_s, rttvar_s = _smooth(mind, now_s - probe.sent_s)
    mind = AnchorMind(
        down=max(0.0, mind.down - taken_back - worth.answer),
        up=min(mind.up + taken_back + worth.answer, worth.up_share),
        srtt_s=srtt_s,
        rttvar_s=rttvar_s,
    )
    judge = replace(_with(judge, probe.anchor, mind), answered_s=now_s)
    judge = _settle(judge, settings)
    judge = judge if probe.lost else _remember(judge, lost=False)
    return hurry(judge, settings, now_s)


def _smooth(mind: AnchorMind, rtt_s: float) -> tuple[float, float]:
    """Smooth the round trip as RFC 6298 section 2 does."""
    if mind.srtt_s is None:
        return rtt_s, rtt_s / 2
    return (
        0.875 * mind.srtt_s + 0.125 * rtt_s,
        0.75 * mind.rttvar_s + 0.25 * abs(mind.srtt_s - rtt_s),
    )


def _settle(judge: Judge, settings: WatchSettings) -> Judge:
    """Draw the verdict that the evidence now allows."""
    # The shares are sums of floats; a millionth of a nat must not decide.
    enough = down_evidence(judge, settings) >= settings.evidence.down_nats - 1e-6
    if judge.verdict is not Verdict.DOWN and enough:
        minds = tuple(replace(mind, up=0.0) for mind in judge.anchors)
        return replace(judge, verdict=Verdict.DOWN, anchors=minds)
    proof = sum(mind.up for mind in judge.anchors)
    if judge.verdict is not Verdict.UP and proof >= settings.evidence.up_nats - 1e-6:
        minds = tuple(_proven(mind) for mind in judge.anchors)
        # What was lost before belongs to the outage, not to the line that is proven now.
        return replace(judge, verdict=Verdict.UP, anchors=minds, recent=0, count=0)
    return judge


def _proven(mind: AnchorMind) -> AnchorMind:
    """Wipe the slate of an anchor that helped to prove the line; a silent one stays suspect."""
    return replace(mind, down=0.0 if mind.up > 0 else mind.down, up=0.0)


def _with(judge: Judge, index: int, mind: AnchorMind) -> Judge:
    anchors = (*judge.anchors[:index], mind, *judge.anchors[index + 1 :])
    return replace(judge, anchors=anchors)


def _remember(judge: Judge, *, lost: bool) -> Judge:
    recent = ((judge.recent << 1) | lost) & ((1 << RECENT) - 1)
    return replace(judge, recent=recent, count=min(judge.count + 1, RECENT))
