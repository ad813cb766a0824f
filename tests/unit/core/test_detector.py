"""The judge of one layer: what it needs to say `down`, what to say `up`, and how often it asks.

The figures are those of a sequential test of 20 % against 60 % loss with a threshold of 21 nats.
"""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notanker.core import detector, evidence
from notanker.core.detector import Judge
from notanker.core.names import Uplink, Verdict
from notanker.core.settings import Evidence, Pace, WatchSettings
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


# The pace.


def test_a_proven_line_is_probed_calmly() -> None:
    assert Bench().proven().interval_s == 0.5


def test_the_idle_backup_is_probed_at_its_own_slow_pace() -> None:
    bench = Bench(watch(uplink=Uplink.BACKUP)).proven()
    assert bench.interval_s == 0.5
    bench.judge = replace(bench.judge, attentive=False)
    assert bench.interval_s == 30.0


def test_the_first_miss_begins_a_burst_and_brings_the_next_probe_forward() -> None:
    bench = Bench().proven()
    bench.win(3)
    probe = bench.send()
    assert bench.judge.next_s - bench.now_s == pytest.approx(0.5)
    bench.now_s = probe.due_s
    bench.judge, _ = detector.wake(bench.judge, bench.settings, bench.now_s, 10_000)
    assert bench.interval_s == 0.03
    assert bench.judge.next_s <= bench.now_s + 0.03


def test_answers_end_the_burst() -> None:
    bench = Bench().proven()
    bench.lose()
    bench.win(6)
    assert bench.evidence == 0
    assert bench.interval_s == 0.5


def test_a_dead_anchor_is_no_cause_for_a_lasting_burst() -> None:
    bench = Bench().proven()
    for _ in range(20):
        bench.win(2)
        bench.lose()
    assert bench.interval_s == 0.5


def test_two_dead_anchors_are_no_cause_for_a_lasting_burst_even_at_the_start() -> None:
    """A backup with one living anchor must not be asked 33 times a second for a month."""
    bench = Bench(watch(uplink=Uplink.BACKUP))
    for _ in range(10):
        bench.win()
        bench.lose(2)
    assert bench.verdict() is Verdict.UNKNOWN
    assert bench.interval_s == 0.5


def test_two_dead_anchors_are_no_cause_for_a_lasting_burst_after_an_outage() -> None:
    bench = Bench().proven()
    bench.lose(30)
    for _ in range(30):
        bench.win()
        bench.lose(2)
    assert bench.interval_s == 0.5


def test_two_anchors_that_die_just_as_the_third_comes_back_are_no_outage() -> None:
    bench = Bench().proven()
    for _ in range(8):
        bench.win(2)
        bench.lose()
    for _ in range(60):
        bench.lose(2)
        bench.win()
        assert bench.verdict() is Verdict.UP


# Patience: how long a silence must last.


def silent_for(bench: Bench, seconds: float) -> None:
    """Let nobody answer for so long."""
    end_s = bench.now_s + seconds
    while bench.now_s < end_s:
        wake_s = detector.next_wake_s(bench.judge, bench.settings)
        if wake_s > end_s:
            bench.now_s = end_s
            return
        bench.now_s = max(bench.now_s, wake_s)
        bench.number += 1
        bench.judge, _ = detector.wake(bench.judge, bench.settings, bench.now_s, bench.number)


def test_a_silence_that_is_shorter_than_the_patience_is_no_outage_whatever_the_evidence() -> None:
    bench = Bench().proven()
    bench.win(3)
    probe = bench.send()
    silent_for(bench, 0.9)
    assert bench.evidence == pytest.approx(21.0)
    assert bench.verdict() is Verdict.UP
    silent_for(bench, 0.02)
    assert bench.now_s - probe.sent_s > bench.settings.patience_s
    assert bench.verdict() is Verdict.DOWN


@pytest.mark.parametrize("rtt_s", [0.3, 0.6, 0.9])
def test_a_round_trip_that_jumps_within_the_patience_is_no_outage(rtt_s: float) -> None:
    """As when a queue of the provider fills up: each answer comes, but later."""
    bench = Bench().proven()
    bench.win(30)
    due: list[tuple[float, int]] = []
    end_s = bench.now_s + 30
    while bench.now_s < end_s:
        wake_s = detector.next_wake_s(bench.judge, bench.settings)
        if due and due[0][0] <= wake_s:
            bench.now_s, number = due.pop(0)
            bench.judge = detector.answer(bench.judge, bench.settings, number, bench.now_s)
        else:
            bench.now_s, bench.number = max(bench.now_s, wake_s), bench.number + 1
            bench.judge, sent = detector.wake(
                bench.judge, bench.settings, bench.now_s, bench.number
            )
            due += [(sent.sent_s + rtt_s, sent.number)] if sent is not None else []
        assert bench.verdict() is Verdict.UP
    assert bench.evidence == 0.0


def test_a_hint_dates_the_silence_and_begins_a_burst() -> None:
    bench = Bench().proven()
    bench.win(3)
    since_s = bench.now_s
    bench.now_s += 0.16
    bench.judge = detector.hint(bench.judge, since_s, bench.now_s)
    assert bench.interval_s == 0.03
    silent_for(bench, 0.74)
    assert bench.verdict() is Verdict.UP
    silent_for(bench, 0.02)
    assert bench.verdict() is Verdict.DOWN


def test_a_hint_alone_is_no_evidence_and_one_answer_refutes_it() -> None:
    bench = Bench().proven()
    bench.judge = detector.hint(bench.judge, bench.now_s, bench.now_s + 0.16)
    assert bench.evidence == 0.0
    bench.win()
    assert not bench.judge.hinted
    assert bench.judge.unanswered_s is None
    assert bench.interval_s == 0.5


def test_a_hint_about_the_time_before_the_last_answer_is_old_news() -> None:
    bench = Bench().proven()
    bench.win()
    assert detector.hint(bench.judge, 0.0, bench.now_s) == bench.judge


# The grid.


def test_calm_probes_keep_to_the_grid_of_their_layer() -> None:
    config = replace(watch(), pace=Pace(calm_s=2.0, burst_s=0.03, phase_s=0.5), idle_s=2.0)
    bench = Bench(config).proven()
    bench.win(3)
    sent_s = []
    for _ in range(5):
        sent_s.append(bench.judge.next_s)
        bench.win()
    assert sent_s == pytest.approx([sent_s[0] + 2.0 * turn for turn in range(5)])
    assert sent_s[0] % 2.0 == pytest.approx(0.5)


@given(st.floats(0, 1e7), st.floats(0.1, 100), st.floats(0, 100))
def test_the_next_probe_of_a_calm_layer_is_never_much_more_than_an_interval_away(
    now_s: float, calm_s: float, phase_s: float
) -> None:
    config = replace(watch(), pace=Pace(calm_s=calm_s, burst_s=0.03, phase_s=phase_s))
    judge = Bench().proven().judge
    ahead_s = detector.next_probe_s(judge, config, now_s) - now_s
    assert 0.94 * detector.EARLY * calm_s <= ahead_s + 1e-6
    assert ahead_s <= (1 + detector.EARLY) * calm_s + 1e-6


def test_a_dead_line_is_probed_calmly_until_somebody_answers() -> None:
    bench = Bench().proven()
    bench.lose(30)
    assert bench.interval_s == 0.5
    bench.win()
    assert bench.interval_s == 0.03


def test_an_anchor_that_comes_back_is_heard_though_its_evidence_was_capped() -> None:
    bench = Bench().proven()
    for _ in range(300):
        bench.win(2)
        bench.lose()
    bench.win(60)
    assert detector.silent(bench.judge, bench.settings) == ()
    assert bench.evidence == 0.0


# Anything at all.

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
