"""What the answers and the silence of one anchor are worth, in nats, and how long its round trip is.

Each probe is a coin: a line that is well loses at most `good_loss` of them, one that is not loses
`bad_loss` or more. Each outcome moves an anchor's evidence by the logarithm of the likelihood ratio, never
below zero (Page's CUSUM; Lorden 1971, Moustakides 1986: no rule is faster at the same rate of false
alarms).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from notanker.core.settings import Evidence, Pace

UP_SHARE: Final = 0.6
"""Share of the proof that a single anchor can give, where there is more than one."""
CEILING: Final = 1.5
"""Evidence may rise to so many shares: a few lucky answers in a brown-out do not clear an anchor."""
DORMANT_S: Final = 10.0
"""An anchor that is silent so long, while another one answers well, has no say any more."""
FIRST_TIMEOUT_S: Final = 0.5
"""The first probe of all waits so long: no round trip has been seen yet."""

RECENT: Final = 40
"""So many outcomes of an anchor make up the loss figure that people see."""
_OF_LATE: Final = 0b1111
_MASK: Final = (1 << RECENT) - 1


@dataclass(frozen=True, slots=True)
class AnchorMind:
    """What is known of one anchor.

    Attributes:
        down: Evidence against the line, in nats.
        up: Evidence for it.
        srtt_s: Smoothed round trip, None before the first answer.
        rttvar_s: Its deviation.
        refused: The reason it gave last, empty after an answer or silence.
        heard_s: When its last answer came, boot seconds.
        silent_s: Since when it has had nothing but evidence against it.
        dormant: Whether it is left out, because it is silent while others answer.
        recent: Bits of its last outcomes, the newest lowest, a one for each loss.
        count: How many outcomes these are.
    """

    down: float = 0.0
    up: float = 0.0
    srtt_s: float | None = None
    rttvar_s: float = 0.0
    refused: str = ""
    heard_s: float | None = None
    silent_s: float | None = None
    dormant: bool = False
    recent: int = 0
    count: int = 0


@dataclass(frozen=True, slots=True)
class Steps:
    """What one outcome is worth, and the most that one anchor can contribute, in nats."""

    loss: float
    answer: float
    share: float
    up_share: float


@lru_cache(maxsize=64)
def steps(evidence: Evidence, anchors: int) -> Steps:
    """Return the worth of an outcome where so many anchors have a say."""
    return Steps(
        loss=math.log(evidence.bad_loss / evidence.good_loss),
        answer=math.log((1 - evidence.good_loss) / (1 - evidence.bad_loss)),
        share=evidence.down_nats / anchors,
        up_share=evidence.up_nats if anchors == 1 else evidence.up_nats * UP_SHARE,
    )


def lose(mind: AnchorMind, worth: Steps, now_s: float, refusal: str) -> AnchorMind:
    """Count a question without an answer."""
    down = min(mind.down + worth.loss, worth.share * CEILING + worth.loss)
    silent_s = mind.silent_s
    if silent_s is None and down >= worth.share:
        silent_s = now_s
    return replace(
        mind,
        down=down,
        up=max(0.0, mind.up - worth.loss),
        refused=refusal,
        silent_s=silent_s,
        recent=(mind.recent << 1 | 1) & _MASK,
        count=min(mind.count + 1, RECENT),
    )


def win(mind: AnchorMind, worth: Steps, now_s: float, rtt_s: float, *, late: bool) -> AnchorMind:
    """Count an answer; one that is late also takes its loss back."""
    taken_back = worth.loss if late else 0.0
    srtt_s, rttvar_s = _smooth(mind, rtt_s)
    # Who was left out and speaks again begins anew: why it was silent says nothing of the line.
    down = 0.0 if mind.dormant else max(0.0, mind.down - taken_back - worth.answer)
    return AnchorMind(
        down=down,
        up=min(mind.up + taken_back + worth.answer, worth.up_share),
        srtt_s=srtt_s,
        rttvar_s=rttvar_s,
        heard_s=now_s,
        # A late answer strikes out the last loss; one in time is an outcome of its own.
        recent=mind.recent & (mind.recent - 1)
        if late and mind.recent
        else mind.recent << 1 & _MASK,
        count=mind.count if late else min(mind.count + 1, RECENT),
    )


def proven(mind: AnchorMind) -> AnchorMind:
    """Wipe the slate of an anchor that helped to prove the line; a silent one stays suspect."""
    # What was lost before belongs to the outage, not to the line that is proven now.
    mind = replace(mind, recent=0, count=0)
    if mind.up > 0:
        return replace(mind, down=0.0, up=0.0, silent_s=None)
    return replace(mind, up=0.0)


def accuses(mind: AnchorMind) -> bool:
    """Tell whether an anchor speaks against the line: not if it has answered all of late.

    What is left of an anchor's own failure must not add up with the failure of others.
    """
    return mind.down > 0 and not mind.dormant and bool(mind.recent & _OF_LATE)


def may_sleep(mind: AnchorMind, others: tuple[AnchorMind, ...], worth: Steps, now_s: float) -> bool:
    """Tell whether an anchor is silent on its own account: long enough, while another answers well."""
    since_s = mind.silent_s
    if since_s is None or now_s - since_s < DORMANT_S:
        return False
    return any(
        other.heard_s is not None
        and other.heard_s > since_s
        and (other.down == 0 or other.up >= worth.up_share)
        for other in others
    )


def timeout_s(mind: AnchorMind, pace: Pace) -> float:
    """Return how long a probe waits: four deviations over the smoothed round trip (as RFC 6298)."""
    if mind.srtt_s is None:
        return max(pace.least_timeout_s, min(FIRST_TIMEOUT_S, pace.most_timeout_s))
    return min(pace.most_timeout_s, max(pace.least_timeout_s, mind.srtt_s + 4 * mind.rttvar_s))


def _smooth(mind: AnchorMind, rtt_s: float) -> tuple[float, float]:
    """Smooth the round trip as RFC 6298 section 2 does."""
    if mind.srtt_s is None:
        return rtt_s, rtt_s / 2
    return (
        0.875 * mind.srtt_s + 0.125 * rtt_s,
        0.75 * mind.rttvar_s + 0.25 * abs(mind.srtt_s - rtt_s),
    )
