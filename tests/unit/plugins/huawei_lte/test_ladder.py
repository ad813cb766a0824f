"""Which step is taken with a modem that has no data session, or does not answer, and when."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from notanker_huawei_lte.ladder import DEAF_S, HOLD_S, PATIENCE_S, PAUSE_S, Ladder, Rung


def ladder_with(*, power: bool, restart_after_s: float = 0.0) -> Ladder:
    return Ladder(can_power=power, restart_after_s=restart_after_s)


def test_a_modem_that_looks_for_its_network_is_not_restarted_at_once() -> None:
    ladder = ladder_with(power=True, restart_after_s=60.0)
    assert ladder.without_data(0.0, None) is Rung.REDIAL
    assert ladder.without_data(59.0, None) is None
    assert ladder.without_data(60.0, None) is Rung.RESTART
    assert ladder.without_data(119.0, None) is None
    assert ladder.without_data(120.0, None) is Rung.POWER


def test_it_climbs_from_redialling_to_power() -> None:
    ladder = ladder_with(power=True)
    assert ladder.without_data(0.0, None) is Rung.REDIAL
    assert ladder.without_data(10.0, None) is Rung.RESTART
    assert ladder.without_data(20.0, None) is None
    assert ladder.without_data(10.0 + PATIENCE_S[Rung.RESTART], None) is Rung.POWER


def test_a_modem_that_is_connected_again_starts_at_the_bottom() -> None:
    ladder = ladder_with(power=True)
    ladder.without_data(0.0, None)
    ladder.connected()
    assert ladder.without_data(PAUSE_S[Rung.REDIAL], None) is Rung.REDIAL


def test_no_power_is_cut_where_nothing_can() -> None:
    ladder = ladder_with(power=False)
    ladder.without_data(0.0, None)
    ladder.without_data(10.0, None)
    assert ladder.without_data(100.0, None) is Rung.REDIAL
    assert ladder.without_answer(1000.0, None) is None
    assert ladder.without_answer(9000.0, None) is None


def test_an_sms_that_may_be_on_its_way_is_not_destroyed_by_a_restart() -> None:
    ladder = ladder_with(power=True)
    ladder.without_data(100.0, 99.0)
    assert ladder.without_data(110.0, 99.0) is None
    assert ladder.without_data(99.0 + HOLD_S, 99.0) is Rung.RESTART


def test_a_modem_that_answers_nothing_for_a_while_loses_its_power_once() -> None:
    ladder = ladder_with(power=True)
    assert ladder.without_answer(0.0, None) is None
    assert ladder.without_answer(DEAF_S, None) is Rung.POWER
    assert ladder.without_answer(DEAF_S + 600.0, None) is None
    assert ladder.without_answer(DEAF_S + PAUSE_S[Rung.POWER], None) is Rung.POWER


def test_a_modem_that_answers_in_between_is_not_deaf() -> None:
    ladder = ladder_with(power=True)
    ladder.without_answer(0.0, None)
    ladder.answered()
    assert ladder.without_answer(DEAF_S, None) is None


@given(st.lists(st.floats(min_value=0.0, max_value=900.0), max_size=60))
def test_no_rung_is_taken_again_within_its_pause(steps_s: list[float]) -> None:
    ladder, now_s = ladder_with(power=True), 0.0
    last_s: dict[Rung, float] = {}
    for step_s in steps_s:
        now_s += step_s
        rung = ladder.without_data(now_s, None)
        if rung is not None:
            assert now_s - last_s.get(rung, float("-inf")) >= PAUSE_S[rung]
            last_s[rung] = now_s
