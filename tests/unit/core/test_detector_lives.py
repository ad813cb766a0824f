"""What holds of the judge of one layer whatever happens to it, and in whatever order."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from notanker.core import detector, evidence
from notanker.core.detector import Judge
from notanker.core.names import Verdict
from notanker.core.settings import WatchSettings
from tests.unit.core.judging import watch

Happening = tuple[str, float, int]


@st.composite
def lives(draw: st.DrawFn) -> list[Happening]:
    return draw(
        st.lists(
            st.tuples(
                st.sampled_from(
                    ["wake", "answer", "answer", "refusal", "carrier", "back", "attend", "stray"]
                ),
                st.floats(0, 4, allow_nan=False) | st.sampled_from([0.0, 0.02, 0.03, 0.1, 0.5]),
                st.integers(0, 200),
            ),
            max_size=150,
        )
    )


def live(judge: Judge, config: WatchSettings, what: str, now_s: float, pick: int) -> Judge:
    """Let one thing happen to a judge."""
    known = [probe.number for probe in judge.outstanding] or [0]
    match what:
        case "wake":
            return detector.wake(judge, config, now_s, 1000 + pick + len(known) * 1000)[0]
        case "answer":
            return detector.answer(judge, config, known[pick % len(known)], now_s)
        case "refusal":
            return detector.answer(judge, config, known[pick % len(known)], now_s, "refused")
        case "carrier":
            return detector.carrier_lost(judge)
        case "back":
            return detector.at_once(judge, now_s)
        case "attend":
            return replace(judge, attentive=pick % 2 == 0)
        case _:
            return detector.answer(judge, config, pick, now_s)


@settings(max_examples=150, deadline=None)
@given(lives(), st.integers(1, 4))
def test_whatever_happens_the_evidence_stays_within_its_bounds(
    life: list[Happening], anchors: int
) -> None:
    config = watch(anchors)
    judge, now_s = detector.start(config, 0.0), 0.0
    worth = evidence.steps(config.evidence, anchors)
    for what, seconds, pick in life:
        now_s += seconds
        before, judge = judge, live(judge, config, what, now_s, pick)
        for mind in judge.anchors:
            assert 0 <= mind.down <= worth.share * evidence.CEILING + worth.loss
            assert 0 <= mind.up <= worth.up_share
        assert 0 <= detector.down_evidence(judge, config) <= config.evidence.down_nats + 1e-6
        # A burst of 30 ms, and four seconds in which a late answer may still come.
        assert len(judge.outstanding) <= detector.LATE_S / config.pace.burst_s + 2
        assert detector.outcomes(judge) <= evidence.RECENT * anchors
        assert (detector.loss_pct(judge) or 0) <= 100
        if judge.verdict is Verdict.UP is not before.verdict:
            proof = sum(mind.up > 0 for mind in before.anchors)
            voices = sum(not mind.dormant for mind in judge.anchors)
            assert proof >= min(2, voices), "one anchor alone proved a line"


@settings(max_examples=100, deadline=None)
@given(lives())
def test_a_judge_who_is_woken_when_it_asks_never_waits_for_ever(life: list[Happening]) -> None:
    config = watch()
    judge, now_s = detector.start(config, 0.0), 0.0
    for what, seconds, pick in life:
        now_s += seconds
        judge = live(judge, config, what, now_s, pick)
    for number in range(5000):
        now_s = max(now_s, detector.next_wake_s(judge, config))
        judge, _ = detector.wake(judge, config, now_s, 10**6 + number)
        if judge.verdict is Verdict.DOWN:
            return
    raise AssertionError("nobody answers, and the line is not down")
