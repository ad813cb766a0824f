"""The failover machine: a total table, never onto a dead backup, never to stay on one."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.core import failover
from notanker.core.facts import Fact, LineChanged
from notanker.core.failover import ROUTE, TABLE, Failover, Restoring
from notanker.core.moment import Moment
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


# Proof, hours, and memory.

WAITING = after(after(Failover(), DOWN, 0.0), UP, 100.0)
LONG_AFTER_S = 1000.0


def home(restoring: Restoring, now_s: float = LONG_AFTER_S) -> Line:
    return failover.step(WAITING, SETTINGS, UP, now_s, restoring).line


def test_echoes_alone_bring_no_traffic_back() -> None:
    """A line that answered a ping a second ago and carried nothing since its return is not proven."""
    assert home(Restoring(transacted_s=None)) is Line.WAIT_TO_RESTORE
    assert home(Restoring(transacted_s=99.0)) is Line.WAIT_TO_RESTORE
    assert home(Restoring(transacted_s=101.0)) is Line.PRIMARY


def test_a_transaction_does_not_shorten_the_wait() -> None:
    assert home(Restoring(transacted_s=101.0), 129.0) is Line.WAIT_TO_RESTORE


def test_outside_the_window_the_failback_waits_and_asks_to_be_woken_for_it() -> None:
    closed = Restoring(transacted_s=101.0, opens_in_s=3600.0)
    assert home(closed) is Line.WAIT_TO_RESTORE
    assert failover.next_wake_s(WAITING, SETTINGS, LONG_AFTER_S, closed) == LONG_AFTER_S + 3600.0


def test_a_dead_backup_is_left_at_once_whatever_stands_in_the_way() -> None:
    bad = Restoring(transacted_s=None, opens_in_s=3600.0)
    gone = Outlook(Verdict.UP, Backup.DEAD)
    assert failover.step(WAITING, SETTINGS, gone, 101.0, bad).line is Line.PRIMARY


def moment(boot_s: float, boot: str = "b1", *, trusted: bool = True, away_s: float = 0.0) -> Moment:
    return Moment(boot_s, 1_790_000_000.0 + boot_s + away_s, trusted, boot)


def flapped(times: int, *, trusted: bool = True) -> list[Fact]:
    """Return the record of a line that came back and failed again so often, a minute each."""
    facts: list[Fact] = [LineChanged(moment(0.0, trusted=trusted), Line.BACKUP)]
    for number in range(times):
        facts.append(
            LineChanged(moment(120.0 * number + 60, trusted=trusted), Line.WAIT_TO_RESTORE)
        )
        facts.append(LineChanged(moment(120.0 * number + 120, trusted=trusted), Line.BACKUP))
    return facts


def test_a_restart_remembers_the_flaps() -> None:
    state = failover.recall(flapped(3), SETTINGS, moment(400.0))
    assert (state.flaps, failover.restore_wait_s(state, SETTINGS)) == (3, 240.0)


def test_a_power_cut_remembers_them_too_where_the_clock_tells_how_long_it_was() -> None:
    soon = failover.recall(flapped(3), SETTINGS, moment(20.0, "b2", away_s=500.0))
    assert soon.flaps == 3


def test_time_that_no_clock_vouches_for_is_no_time() -> None:
    """A year of wall time on a box without a clock is not calm: nobody knows that it went by."""
    home_again = [*flapped(2), LineChanged(moment(400.0), Line.PRIMARY)]
    later = moment(20.0, "b2", trusted=False, away_s=3e7)
    assert failover.recall(home_again, SETTINGS, later).flaps == 2
    known = moment(20.0, "b2", away_s=3e7)
    assert failover.recall(home_again, SETTINGS, known).flaps == 0


def test_calm_that_went_by_while_nobody_counted_is_forgotten_one_by_one() -> None:
    home_again = [*flapped(3), LineChanged(moment(400.0), Line.PRIMARY)]
    # The last flap was at 360 s; a flap is forgotten each 600 s of calm.
    assert failover.recall(home_again, SETTINGS, moment(1559.0)).flaps == 2
    assert failover.recall(home_again, SETTINGS, moment(1560.0)).flaps == 1


def test_a_return_shortly_before_the_restart_is_remembered_as_well() -> None:
    """Otherwise a line that fails right after a failback and a restart would not count as flapping."""
    facts: list[Fact] = [
        LineChanged(moment(0.0), Line.BACKUP), LineChanged(moment(60.0), Line.WAIT_TO_RESTORE),
        LineChanged(moment(90.0), Line.PRIMARY),
    ]  # fmt: skip
    state = failover.recall(facts, SETTINGS, moment(100.0))
    assert (state.restored_s, state.flaps) == (90.0, 0)
    assert after(state, DOWN, 110.0).flaps == 1


def test_no_journal_is_no_history() -> None:
    state = failover.recall([], SETTINGS, moment(100.0))
    assert (state.flaps, state.restored_s) == (0, None)


lives = st.lists(
    st.tuples(st.sampled_from(Line), st.floats(0, 5000), st.booleans(), st.booleans()), max_size=30
)


@given(lives)
def test_whatever_the_journal_holds_the_past_is_past(
    life: list[tuple[Line, float, bool, bool]],
) -> None:
    facts: list[Fact] = []
    boot, boot_s, wall_s = 1, 10.0, 1_790_000_000.0
    for line, seconds, rebooted, trusted in life:
        wall_s += seconds
        boot_s += seconds
        if rebooted:
            boot, boot_s = boot + 1, 10.0
        facts.append(LineChanged(Moment(boot_s, wall_s, trusted, f"b{boot}"), line))
    now = Moment(boot_s + 1.0, wall_s + 1.0, trusted=True, boot=f"b{boot}")
    state = failover.recall(facts, SETTINGS, now)
    assert 0 <= state.flaps <= len(facts)
    assert state.calm_since_s <= now.boot_s
    assert state.restored_s is None or state.restored_s <= now.boot_s
    assert SETTINGS.wait_to_restore_s <= failover.restore_wait_s(state, SETTINGS) <= 900.0


@given(st.lists(st.tuples(outlooks, st.floats(0, 1000, allow_nan=False)), max_size=60), st.data())
def test_no_failback_comes_before_its_wait_and_its_proof(
    life: list[tuple[Outlook, float]], data: st.DataObject
) -> None:
    state, now_s = Failover(), 0.0
    for outlook, seconds in life:
        now_s += seconds
        stands = Restoring(
            data.draw(st.none() | st.floats(0, now_s + 1)), data.draw(st.sampled_from([0.0, 9.0]))
        )
        before, state = state, failover.step(state, SETTINGS, outlook, now_s, stands)
        if before.line is Line.WAIT_TO_RESTORE and state.line is Line.PRIMARY:
            waited = now_s - before.since_s >= failover.restore_wait_s(before, SETTINGS)
            proven = failover.transacted(before, stands) and not stands.opens_in_s
            assert outlook.primary is Verdict.UP
            assert outlook.backup is Backup.DEAD or (waited and proven)
