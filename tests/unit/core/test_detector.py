"""The judge of one layer: what it needs to say `down`, what to say `up`, and how often it asks.

The figures are those of a sequential test of 20 % against 60 % loss with a threshold of 21 nats.
"""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.core import detector, evidence
from notanker.core.names import Verdict
from notanker.core.settings import Evidence
from tests.unit.core.judging import Bench, watch


def test_a_loss_is_worth_ln_3_and_an_answer_ln_2() -> None:
    worth = evidence.steps(Evidence(), 3)
    assert worth.loss == pytest.approx(math.log(3))
    assert worth.answer == pytest.approx(math.log(2))
    assert worth.share == pytest.approx(7.0)


@pytest.mark.parametrize(
    ("threshold", "losses"), [(10, 10), (14, 13), (17, 16), (19, 18), (21, 20), (24, 22)]
)
def test_a_single_stream_trips_after_so_many_losses_in_a_row(threshold: int, losses: int) -> None:
    config = replace(watch(anchors=1), evidence=Evidence(down_nats=threshold))
    bench = Bench(config).proven()
    bench.lose(losses - 1)
    assert bench.verdict() is Verdict.UP
    bench.lose()
    assert bench.verdict() is Verdict.DOWN


def test_three_anchors_need_seven_losses_each() -> None:
    bench = Bench().proven()
    bench.lose(20)
    assert bench.verdict() is Verdict.UP, "the third anchor has not given its share yet"
    bench.lose()
    assert bench.verdict() is Verdict.DOWN


def test_one_dead_anchor_never_trips_and_is_left_out_after_a_while() -> None:
    bench = Bench().proven()
    for _ in range(9):
        bench.win(2)
        bench.lose()
    assert bench.evidence == pytest.approx(7.0)
    for _ in range(1000):
        bench.win(2)
        bench.lose()
    assert bench.verdict() is Verdict.UP
    assert bench.evidence == 0.0
    assert len(detector.silent(bench.judge, bench.settings)) == 1
    assert detector.answering(bench.judge, bench.settings) == 2


def test_where_two_of_three_anchors_are_left_out_the_third_must_give_all_the_evidence() -> None:
    bench = Bench().proven()
    for _ in range(30):
        bench.win()
        bench.lose(2)
    assert sorted(mind.dormant for mind in bench.judge.anchors) == [False, True, True]
    bench.lose(3 * 19)
    assert bench.verdict() is Verdict.UP
    bench.lose(3)
    assert bench.verdict() is Verdict.DOWN


def test_an_anchor_that_was_left_out_has_its_say_again_at_its_first_answer() -> None:
    bench = Bench().proven()
    for _ in range(30):
        bench.win(2)
        bench.lose()
    bench.win(3)
    assert not any(mind.dormant for mind in bench.judge.anchors)
    assert bench.evidence == 0.0


def test_two_of_three_dead_anchors_never_trip() -> None:
    bench = Bench().proven()
    for _ in range(1000):
        bench.win()
        bench.lose(2)
    assert bench.verdict() is Verdict.UP
    assert len(detector.silent(bench.judge, bench.settings)) == 2
    assert detector.answering(bench.judge, bench.settings) == 1


def test_a_late_answer_takes_its_loss_back() -> None:
    on_time, late = Bench().proven(), Bench().proven()
    on_time.win()
    probe = late.send()
    late.wait(1.0)
    assert late.evidence > 0
    late.judge = detector.answer(late.judge, late.settings, probe.number, late.now_s)
    assert late.evidence == on_time.evidence == 0.0


def test_an_answer_after_four_seconds_is_no_answer_any_more() -> None:
    bench = Bench().proven()
    probe = bench.send()
    bench.wait(4.01)
    before = bench.judge
    bench.judge = detector.answer(bench.judge, bench.settings, probe.number, bench.now_s)
    assert bench.judge == before
    assert bench.evidence > 0


def test_an_answer_counts_once_however_often_it_comes() -> None:
    bench = Bench()
    probe = bench.send()
    once = detector.answer(bench.judge, bench.settings, probe.number, 0.02)
    assert detector.answer(once, bench.settings, probe.number, 0.03) == once


def test_a_refusal_is_a_loss_at_once_and_keeps_its_reason() -> None:
    bench = Bench().proven()
    probe = bench.send()
    judge = detector.answer(bench.judge, bench.settings, probe.number, bench.now_s, "no route")
    assert detector.down_evidence(judge, bench.settings) == pytest.approx(math.log(3))
    assert judge.anchors[probe.anchor].refused == "no route"


def test_a_refusal_after_the_time_out_is_not_a_second_loss() -> None:
    bench = Bench().proven()
    probe = bench.send()
    bench.wait(1.0)
    before = bench.evidence
    bench.judge = detector.answer(
        bench.judge, bench.settings, probe.number, bench.now_s, "no route"
    )
    assert bench.evidence == before


def test_nothing_is_up_before_two_anchors_have_proven_it() -> None:
    bench = Bench()
    while bench.now_s < evidence.DORMANT_S:  # only the first of three anchors ever answers
        bench.win()
        bench.lose(2)
        assert bench.verdict() is Verdict.UNKNOWN


def test_an_anchor_that_is_alone_for_long_proves_the_line_by_itself() -> None:
    """Else a site would stay on LTE for ever because two anchors are dead."""
    bench = Bench().proven()
    bench.lose(30)
    assert bench.verdict() is Verdict.DOWN
    for _ in range(30):
        bench.win()
        bench.lose(2)
    assert bench.verdict() is Verdict.UP


def test_eight_answers_prove_a_line() -> None:
    bench = Bench()
    bench.win(7)
    assert bench.verdict() is Verdict.UNKNOWN
    bench.win()
    assert bench.verdict() is Verdict.UP


def test_where_there_is_one_anchor_it_proves_the_line_alone() -> None:
    bench = Bench(watch(anchors=1))
    bench.win(8)
    assert bench.verdict() is Verdict.UP


def test_a_line_that_is_dead_at_the_start_is_down_within_two_seconds() -> None:
    bench = Bench()
    while bench.verdict() is Verdict.UNKNOWN:
        bench.send()
    assert bench.verdict() is Verdict.DOWN
    assert bench.now_s < 2.0


def test_a_dead_line_is_up_again_soon_after_its_first_answer() -> None:
    bench = Bench().proven()
    bench.lose(30)
    assert bench.verdict() is Verdict.DOWN
    back_s = bench.now_s
    bench.proven()
    assert bench.now_s - back_s < 1.0


def test_what_was_lost_in_an_outage_is_not_held_against_the_proven_line() -> None:
    bench = Bench().proven()
    bench.lose(60)
    bench.proven()
    assert bench.evidence == 0.0
    assert not detector.loss_pct(bench.judge)
    bench.lose(20)
    assert bench.verdict() is Verdict.UP


def test_a_lost_carrier_needs_no_probe() -> None:
    bench = Bench().proven()
    bench.send()
    judge = detector.carrier_lost(bench.judge)
    assert judge.verdict is Verdict.DOWN
    assert judge.outstanding == ()


def test_an_answer_under_way_when_the_carrier_went_proves_nothing() -> None:
    bench = Bench().proven()
    probe = bench.send()
    judge = detector.carrier_lost(bench.judge)
    assert detector.answer(judge, bench.settings, probe.number, bench.now_s + 0.01) == judge


# The time-out: RFC 6298 section 2, with bounds.


def test_the_first_probe_waits_the_longest_time() -> None:
    assert evidence.timeout_s(evidence.AnchorMind(), watch().pace) == 0.5


def test_the_first_round_trip_sets_srtt_and_half_of_it_as_deviation() -> None:
    bench = Bench()
    bench.win(rtt_s=0.08)
    mind = bench.judge.anchors[0]
    assert mind.srtt_s == pytest.approx(0.08)
    assert mind.rttvar_s == pytest.approx(0.04)
    assert evidence.timeout_s(mind, bench.settings.pace) == pytest.approx(0.08 + 4 * 0.04)


def test_the_next_round_trips_are_smoothed_by_an_eighth_and_a_quarter() -> None:
    bench = Bench(watch(anchors=1))
    bench.win(rtt_s=0.08)
    bench.win(rtt_s=0.16)
    mind = bench.judge.anchors[0]
    assert mind.srtt_s == pytest.approx(0.875 * 0.08 + 0.125 * 0.16)
    assert mind.rttvar_s == pytest.approx(0.75 * 0.04 + 0.25 * 0.08)


@given(st.floats(0, 10, allow_nan=False), st.floats(0, 10, allow_nan=False))
def test_the_time_out_stays_within_its_bounds(srtt_s: float, rttvar_s: float) -> None:
    mind = evidence.AnchorMind(srtt_s=srtt_s, rttvar_s=rttvar_s)
    assert 0.1 <= evidence.timeout_s(mind, watch().pace) <= 1.0
