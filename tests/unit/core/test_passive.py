"""The counters of a busy line: what they say, and what they must not."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.core import passive
from notanker.core.passive import Counters, Silence


def listen(readings: list[tuple[float, int, int]]) -> list[tuple[float, float]]:
    """Return when which silence was told, from readings of (instant, received, sent)."""
    first_s, received, sent = readings[0]
    silence = Silence(Counters(received, sent), first_s)
    told: list[tuple[float, float]] = []
    for now_s, received, sent in readings[1:]:
        silence, since_s = passive.look(silence, Counters(received, sent), now_s)
        if since_s is not None:
            told.append((now_s, since_s))
    return told


def busy_until(cut_s: float, end_s: float, step_s: float = 0.04) -> list[tuple[float, int, int]]:
    """Return readings of a line with 100 packets a second each way, cut at an instant."""
    steps = round(end_s / step_s)
    instants = [round(step * step_s, 3) for step in range(steps + 1)]
    return [(at_s, int(min(at_s, cut_s) * 100), int(at_s * 100)) for at_s in instants]


def test_a_busy_line_that_is_cut_is_told_within_a_quarter_of_a_second() -> None:
    told = listen(busy_until(cut_s=1.0, end_s=2.0))
    assert len(told) == 1
    now_s, since_s = told[0]
    assert now_s <= 1.25
    assert since_s == pytest.approx(1.0, abs=0.02)


def test_a_busy_line_that_works_is_never_told() -> None:
    assert listen(busy_until(cut_s=100.0, end_s=20.0)) == []


def test_a_line_that_nothing_leaves_by_is_not_silent() -> None:
    assert listen([(step * 0.25, 10, 20) for step in range(100)]) == []


def test_two_datagrams_that_want_no_answer_are_no_silence() -> None:
    assert listen([(0.0, 10, 20), (0.25, 10, 22), (0.5, 10, 22), (5.0, 10, 22)]) == []


def test_traffic_that_is_never_answered_is_told_once() -> None:
    assert len(listen([(step * 0.04, 10, 20 + step) for step in range(1000)])) == 1


def test_hints_keep_their_distance() -> None:
    """A line that pauses a quarter of a second each half second."""
    readings, received = [], 0
    for step in range(1000):
        received += step % 12 == 0
        readings.append((step * 0.04, received, step * 4))
    told = [now_s for now_s, _ in listen(readings)]
    assert told
    assert all(b - a >= passive.PAUSE_S for a, b in itertools.pairwise(told))


def test_counters_that_begin_anew_are_no_silence() -> None:
    assert listen([(0.0, 900, 900), (0.1, 0, 0), (0.2, 0, 0), (9.0, 0, 0)]) == []


@given(
    st.lists(
        st.tuples(st.floats(0.001, 2), st.integers(0, 3), st.integers(0, 50)),
        min_size=2,
        max_size=60,
    )
)
def test_a_silence_that_is_told_is_as_long_as_it_says(
    steps: list[tuple[float, int, int]],
) -> None:
    readings, now_s, received, sent, heard_s = [(0.0, 0, 0)], 0.0, 0, 0, [0.0]
    for step_s, more, out in steps:
        now_s, received, sent = now_s + step_s, received + more, sent + out
        readings.append((now_s, received, sent))
        heard_s.append(now_s if more else heard_s[-1])
    for told_s, since_s in listen(readings):
        last_s = next(
            h for (at_s, _, _), h in zip(readings, heard_s, strict=True) if at_s == told_s
        )
        assert last_s <= since_s <= told_s - passive.STALL_S + 1e-9
