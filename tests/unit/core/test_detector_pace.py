"""How often the judge of one layer asks, and how long a silence must last."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.core import detector
from notanker.core.names import Uplink, Verdict
from notanker.core.settings import Pace
from tests.unit.core.judging import Bench, watch

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
