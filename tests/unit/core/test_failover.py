"""The failover machine: a total table, never onto a dead backup, never to stay on one."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.core import failover
from notanker.core.failover import ROUTE, TABLE, Failover
from notanker.core.names import Line, Uplink, Verdict
from notanker.core.settings import FailoverSettings
from notanker.core.uplinks import Backup, Outlook

SETTINGS = FailoverSettings(wait_to_restore_s=30.0, most_wait_s=900.0, calm_s=600.0)
EVERY = list(product(Line, Verdict, Backup, (False, True)))
ON_BACKUP = (Line.BACKUP, Line.WAIT_TO_RESTORE)

DOWN = Outlook(Verdict.DOWN, Backup.USABLE)
UP = Outlook(Verdict.UP, Backup.USABLE)
BOTH_DOWN = Outlook(Verdict.DOWN, Backup.DEAD)


def after(state: Failover, outlook: Outlook, now_s: float) -> Failover:
    return failover.step(state, SETTINGS, outlook, now_s)


def test_the_table_is_total() -> None:
    assert set(TABLE) == set(EVERY)
    assert set(ROUTE) == set(Line)


@pytest.mark.parametrize("situation", EVERY)
def test_every_path_through_the_table_comes_to_rest(situation: failover.Situation) -> None:
    line, primary, backup, elapsed = situation
    seen = []
    while line not in seen:
        seen.append(line)
        line = TABLE[line, primary, backup, elapsed]
    assert seen[-1] is line, f"it goes round and round: {seen}"


@pytest.mark.parametrize("situation", EVERY)
def test_traffic_never_moves_onto_a_backup_that_is_not_usable(
    situation: failover.Situation,
) -> None:
    line, _, backup, _ = situation
    moved = ROUTE[line] is Uplink.PRIMARY and ROUTE[TABLE[situation]] is Uplink.BACKUP
    assert not moved or backup is Backup.USABLE


@pytest.mark.parametrize("situation", EVERY)
def test_traffic_never_stays_on_a_dead_backup(situation: failover.Situation) -> None:
    if situation[2] is Backup.DEAD:
        assert ROUTE[TABLE[situation]] is Uplink.PRIMARY


@pytest.mark.parametrize("situation", EVERY)
def test_traffic_never_leaves_a_primary_that_is_not_down(situation: failover.Situation) -> None:
    line, primary, _, _ = situation
    if line in (Line.PRIMARY, Line.HOLD_OFF) and primary is Verdict.UP:
        assert TABLE[situation] is Line.PRIMARY


def test_isolated_keeps_the_traffic_on_the_primary() -> None:
    assert ROUTE[Line.ISOLATED] is Uplink.PRIMARY


def test_a_proven_backup_takes_the_traffic_in_one_step() -> None:
    assert after(Failover(), DOWN, 0.0).line is Line.BACKUP


def test_the_hold_off_is_waited_for() -> None:
    patient = FailoverSettings(hold_off_s=2.0)
    state = failover.step(Failover(), patient, DOWN, 10.0)
    assert state.line is Line.HOLD_OFF
    assert failover.next_wake_s(state, patient, 10.0) == 12.0
    assert failover.step(state, patient, DOWN, 11.9).line is Line.HOLD_OFF
    assert failover.step(state, patient, DOWN, 12.0).line is Line.BACKUP


def test_a_cut_that_ends_within_the_hold_off_moves_nothing() -> None:
    patient = FailoverSettings(hold_off_s=2.0)
    state = failover.step(Failover(), patient, DOWN, 10.0)
    state = failover.step(state, patient, UP, 11.0)
    assert (state.line, state.flaps) == (Line.PRIMARY, 0)


def test_a_backup_that_cannot_prove_itself_leaves_the_site_isolated() -> None:
    pending = Outlook(Verdict.DOWN, Backup.PENDING)
    state = after(Failover(), pending, 10.0)
    assert state.line is Line.HOLD_OFF
    assert after(state, pending, 14.9).line is Line.HOLD_OFF
    assert after(state, pending, 15.0).line is Line.ISOLATED


def test_the_backup_is_taken_when_it_comes_back_to_an_isolated_site() -> None:
    state = after(Failover(), BOTH_DOWN, 0.0)
    assert state.line is Line.ISOLATED
    assert after(state, DOWN, 1.0).line is Line.BACKUP


def test_the_primary_must_prove_itself_for_the_wait_to_restore() -> None:
    state = after(after(Failover(), DOWN, 0.0), UP, 100.0)
    assert state.line is Line.WAIT_TO_RESTORE
    assert after(state, UP, 129.9).line is Line.WAIT_TO_RESTORE
    assert after(state, UP, 130.0).line is Line.PRIMARY


def test_a_proven_primary_is_taken_at_once_when_the_backup_dies() -> None:
    state = after(after(Failover(), DOWN, 0.0), UP, 100.0)
    assert after(state, Outlook(Verdict.UP, Backup.DEAD), 101.0).line is Line.PRIMARY


def test_each_flap_doubles_the_wait_up_to_the_cap() -> None:
    state, now_s, waits = after(Failover(), DOWN, 0.0), 0.0, []
    for _ in range(8):
        now_s += 1.0
        state = after(state, UP, now_s)
        waits.append(failover.timer_s(state, SETTINGS))
        now_s += 1.0
        state = after(state, DOWN, now_s)
    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]


def test_a_thousand_flaps_are_no_number_too_large() -> None:
    assert failover.restore_wait_s(Failover(flaps=1000), SETTINGS) == 900.0


def test_flaps_are_forgotten_one_by_one_in_calm_times() -> None:
    state = Failover(Line.PRIMARY, 0.0, flaps=2, calm_since_s=0.0)
    assert after(state, UP, 599.0).flaps == 2
    state = after(state, UP, 600.0)
    assert state.flaps == 1
    assert after(state, UP, 1199.0).flaps == 1
    assert after(state, UP, 1200.0).flaps == 0


def test_nothing_is_forgotten_while_the_backup_carries_the_traffic() -> None:
    state = Failover(Line.BACKUP, 0.0, flaps=2, calm_since_s=0.0)
    assert after(state, DOWN, 10_000.0).flaps == 2


outlooks = st.builds(Outlook, st.sampled_from(Verdict), st.sampled_from(Backup))


@given(
    st.lists(st.tuples(outlooks, st.floats(0, 1000, allow_nan=False)), max_size=60),
    st.builds(
        FailoverSettings,
        hold_off_s=st.sampled_from([0.0, 1.0, 10.0]),
        wait_to_restore_s=st.sampled_from([0.0, 5.0, 30.0]),
    ),
)
def test_whatever_the_outlooks_the_traffic_goes_where_something_works(
    life: list[tuple[Outlook, float]], config: FailoverSettings
) -> None:
    state, now_s = Failover(), 0.0
    for outlook, seconds in life:
        now_s += seconds
        before, state = state, failover.step(state, config, outlook, now_s)
        assert failover.step(state, config, outlook, now_s).line is state.line, "not at rest"
        if outlook.backup is Backup.DEAD:
            assert state.line not in ON_BACKUP
        if before.line not in ON_BACKUP and state.line in ON_BACKUP:
            assert outlook.backup is Backup.USABLE
        if state.line is Line.HOLD_OFF and before.line is Line.HOLD_OFF:
            assert now_s - state.since_s <= max(config.proof_s, config.hold_off_s)
        assert state.flaps - before.flaps in (-1, 0, 1)
        wake_s = failover.next_wake_s(state, config, now_s)
        assert wake_s is None or wake_s > now_s


@given(outlooks, st.sampled_from(Line))
def test_a_state_whose_time_can_run_out_says_when(outlook: Outlook, line: Line) -> None:
    """If an hour of nothing else moves the machine, it has asked to be woken."""
    state = failover.step(Failover(line, 0.0), SETTINGS, outlook, 0.0)
    later = failover.step(state, SETTINGS, outlook, 3600.0)
    if later.line is not state.line:
        assert failover.next_wake_s(state, SETTINGS, 0.0) is not None
