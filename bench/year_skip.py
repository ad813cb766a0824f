"""Skips what repeats itself: stretches in which all is calm and every probe is answered.

Such a stretch is a fixed point of the core: a calm probe and its answer leave a judge as it was, but for the
time, the turn of the anchors, and figures with a closed form. Nothing else is skipped, and nothing that
happens is skipped over: a test lives the same life both ways and compares all that is seen of it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from notanker.core import detector, evidence
from notanker.core.detector import Judge
from notanker.core.evidence import AnchorMind
from notanker.core.names import Layer, Line, Uplink, Verdict
from notanker.core.quality import LEAST_OUTCOMES
from notanker.core.settings import WatchSettings
from notanker.core.state import Site
from notanker.core.uplinks import Watch

MARGIN_S: Final = 0.5
"""The last probes before something happens are lived through: their answers must be in by then."""
WORTH_IT: Final = 8
"""Fewer probes than this are lived through as quickly as they are skipped."""


SAME_S: Final = 1e-6
"""The smoothed round trip differs from the true one by no more than the rounding of instants."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When a judge at rest sends: the first time, and the interval from then on."""

    first_s: float
    step_s: float
    origin_s: float
    turns: int

    def at_s(self, index: int) -> float:
        """Return when the probe of this index goes out, as the detector reckons it."""
        return self.origin_s + (self.turns + index) * self.step_s

    def until(self, end_s: float) -> int:
        """Return how many go out before then."""
        return max(0, math.ceil((end_s - self.first_s) / self.step_s))


def skip(
    state: Site, sure: Mapping[Watch, int], rtt_s: Mapping[Uplink, float], until_s: float
) -> tuple[Site, Mapping[Watch, int]]:
    """Return the state before the next thing that happens, and the probes skipped by watch.

    Args:
        state: The site's state; nothing may be under way.
        sure: How many of each watch's next probes are known to be answered.
        rtt_s: After how long they are.
        until_s: Nothing but such probes happens before this.
    """
    rhythms = _rhythms(state, rtt_s)
    if rhythms is None:
        return state, {}
    until_s = min([until_s, *(rhythm.at_s(sure[watch]) for watch, rhythm in rhythms.items())])
    counts = {watch: rhythm.until(until_s - MARGIN_S) for watch, rhythm in rhythms.items()}
    if sum(counts.values()) < WORTH_IT:
        return state, {}
    judges = {
        watch: _skipped(judge, state.table[watch], rhythms[watch], counts[watch], rtt_s[watch[0]])
        for watch, judge in state.judges.items()
    }
    next_probe = state.next_probe + sum(counts.values())
    return replace(state, judges=judges, next_probe=next_probe), counts


def _rhythms(state: Site, rtt_s: Mapping[Uplink, float]) -> dict[Watch, Rhythm] | None:
    """Return when each judge sends, None if any of them, or the site, is not at rest."""
    failover = state.failover
    if failover.line is not Line.PRIMARY or failover.flaps or state.incident is not None:
        return None
    if any(known.degraded or known.other_s is not None for known in state.quality.values()):
        return None
    found = {}
    for watch, judge in state.judges.items():
        rhythm = _rhythm(judge, state.table[watch], rtt_s[watch[0]])
        if rhythm is None:
            return None
        found[watch] = rhythm
    return found


def _rhythm(judge: Judge, settings: WatchSettings, rtt_s: float) -> Rhythm | None:
    if not _at_rest(judge, settings, rtt_s):
        return None
    if settings.uplink is Uplink.BACKUP:
        return Rhythm(judge.next_s, settings.idle_s, judge.next_s, 0)
    pace = settings.pace
    turns = round((judge.next_s - pace.phase_s) / pace.calm_s)
    on_grid = pace.phase_s + turns * pace.calm_s == judge.next_s
    return Rhythm(judge.next_s, pace.calm_s, pace.phase_s, turns) if on_grid else None


def _at_rest(judge: Judge, settings: WatchSettings, rtt_s: float) -> bool:
    return (
        judge.verdict is Verdict.UP
        and not judge.outstanding
        and not detector.in_doubt(judge, settings)
        and judge.unanswered_s is None
        and judge.attentive is (settings.uplink is Uplink.PRIMARY)
        and all(_mind_at_rest(mind, rtt_s) for mind in judge.anchors)
        and (settings.layer is not Layer.ICMP or _quality_at_rest(judge))
    )


def _quality_at_rest(judge: Judge) -> bool:
    """Answers alone make a line no worse once there are enough outcomes to judge it by."""
    return detector.outcomes(judge) >= LEAST_OUTCOMES or not detector.loss_pct(judge)


def _mind_at_rest(mind: AnchorMind, rtt_s: float) -> bool:
    known = mind.srtt_s is not None and abs(mind.srtt_s - rtt_s) < SAME_S
    return known and mind.down == 0 and not mind.dormant and mind.silent_s is None


def _skipped(
    judge: Judge, settings: WatchSettings, rhythm: Rhythm, count: int, rtt_s: float
) -> Judge:
    """Return a judge after so many calm probes, each answered."""
    if not count:
        return judge
    anchors = len(judge.anchors)
    minds = list(judge.anchors)
    worth = detector.worth_of(judge, settings)
    for index in range(max(0, count - anchors), count):
        place = (judge.turn + index) % anchors
        answers = index // anchors + 1
        minds[place] = _heard(minds[place], worth, answers, rhythm.at_s(index) + rtt_s)
    last_s = rhythm.at_s(count - 1)
    return replace(
        judge,
        anchors=tuple(minds),
        turn=(judge.turn + count) % anchors,
        next_s=rhythm.at_s(count),
        answered_s=last_s + rtt_s,
        heard_s=last_s,
    )


def _heard(mind: AnchorMind, worth: evidence.Steps, answers: int, at_s: float) -> AnchorMind:
    up = mind.up
    for _ in range(answers):
        if up == worth.up_share:
            break
        up = min(up + worth.answer, worth.up_share)
    return replace(
        mind,
        up=up,
        # The round trip is what it was: its deviation fades (RFC 6298 section 2).
        rttvar_s=mind.rttvar_s * 0.75**answers,
        heard_s=at_s,
        refused="",
        recent=mind.recent << min(answers, evidence.RECENT) & ((1 << evidence.RECENT) - 1),
        count=min(mind.count + answers, evidence.RECENT),
    )
