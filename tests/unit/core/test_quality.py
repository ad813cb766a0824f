"""How well a line works that works."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from notanker.core import quality
from notanker.core.detector import Judge
from notanker.core.evidence import AnchorMind
from notanker.core.facts import QualityChanged
from notanker.core.names import Layer, Uplink, Verdict
from notanker.core.quality import Quality
from notanker.core.settings import QualityLimits
from tests.unit.core.world import World

LIMITS = QualityLimits(loss_pct=5.0, delay_ms=400.0)
GOOD = Quality()


def judge(lost: int, of: int, srtt_s: float = 0.02) -> Judge:
    mind = AnchorMind(srtt_s=srtt_s, rttvar_s=0.001, recent=(1 << lost) - 1, count=of)
    return Judge((mind,), Verdict.UP)


def lasting(before: Quality, seen: Judge) -> Quality:
    """Return the quality after the judge has said the same for long enough."""
    for now_s in (0.0, quality.HOLD_S / 2, quality.HOLD_S):
        before = quality.assess(before, seen, LIMITS, now_s)
    return before


def test_a_line_within_its_limits_is_good() -> None:
    found = lasting(GOOD, judge(lost=5, of=120))
    assert not found.degraded
    assert (found.loss_pct, found.delay_ms) == (100 * 5 / 120, 20.0)


def test_loss_from_the_limit_on_is_degraded_if_it_lasts() -> None:
    lossy = judge(lost=6, of=120)
    assert lasting(GOOD, lossy).degraded
    moment = quality.assess(GOOD, lossy, LIMITS, 0.0)
    assert not moment.degraded
    relieved = quality.assess(moment, judge(lost=0, of=120), LIMITS, 5.0)
    assert not quality.assess(relieved, lossy, LIMITS, 12.0).degraded


def test_delay_from_the_limit_on_is_degraded() -> None:
    assert lasting(GOOD, judge(lost=0, of=120, srtt_s=0.4)).degraded


def test_a_few_outcomes_say_nothing_of_the_loss() -> None:
    assert not lasting(GOOD, judge(lost=5, of=29)).degraded


def test_a_degraded_line_is_good_again_below_half_the_limit() -> None:
    bad = replace(GOOD, degraded=True)
    assert not lasting(bad, judge(lost=2, of=120)).degraded
    assert lasting(bad, judge(lost=3, of=120)).degraded
    assert lasting(bad, judge(lost=0, of=20)).degraded, "too little is known yet"


def test_a_line_that_is_down_is_not_degraded() -> None:
    down = replace(judge(lost=120, of=120), verdict=Verdict.DOWN)
    assert not quality.assess(replace(GOOD, degraded=True), down, LIMITS, 0.0).degraded


def test_an_anchor_that_is_left_out_does_not_count() -> None:
    slow = AnchorMind(srtt_s=3.0, dormant=True, recent=1, count=1)
    one = replace(judge(lost=0, of=120), anchors=(AnchorMind(srtt_s=0.02), slow))
    assert lasting(GOOD, one).delay_ms == 20.0
    assert not lasting(GOOD, one).degraded


@given(st.integers(0, 120), st.integers(0, 120), st.floats(0, 5), st.booleans())
def test_more_loss_or_delay_never_makes_a_line_better(
    lost: int, more: int, srtt_s: float, was: bool
) -> None:
    before = Quality(degraded=was)
    less = lasting(before, judge(min(lost, more), 120, srtt_s))
    worse = lasting(before, judge(max(lost, more), 120, srtt_s * 2))
    assert worse.degraded >= less.degraded


def test_a_lossy_line_is_told_once_and_told_again_when_it_is_well() -> None:
    world = World()
    world.run(60)
    world.loss[Uplink.PRIMARY] = 0.15
    world.run(600)
    world.loss.clear()
    world.run(600)
    facts = [fact for fact in world.of(QualityChanged) if fact.uplink is Uplink.PRIMARY]
    assert [fact.degraded for fact in facts] == [True, False]
    assert facts[0].loss_pct >= 5.0
    assert (Uplink.PRIMARY, Layer.ICMP) in world.state.judges
