"""The budget in a site's life: bands on record, hours for the failback, bytes beside the wait."""

from __future__ import annotations

from dataclasses import replace

from notanker.core import view
from notanker.core.budget import Band, BudgetSettings, Ledger, Tally, Users
from notanker.core.calendar import Window
from notanker.core.commands import Beat
from notanker.core.events import Counted
from notanker.core.facts import BandEntered
from notanker.core.names import Layer, Line, Uplink
from tests.unit.core import world
from tests.unit.core.world import World

PRIMARY, BACKUP = Uplink.PRIMARY, Uplink.BACKUP
WALL_S = 1_790_000_000.0


def count(it: World, used: int, offset_s: float = 0.0) -> None:
    it.happen(Counted(Ledger(month="2026-09-01", tally=Tally(users=used)), offset_s))


def budgeted(**failover: object) -> World:
    config = world.settings((Layer.ICMP, Layer.TCP), **failover)
    return World(replace(config, budget=BudgetSettings(monthly_bytes=1000)))


def on_backup(**failover: object) -> World:
    it = budgeted(**failover)
    it.run(20)
    count(it, 100)
    it.dead.add(PRIMARY)
    it.run(10)
    assert it.route is BACKUP
    return it


def test_each_band_is_on_record_once_and_told_at_once() -> None:
    it = budgeted()
    it.run(20)
    for used in (100, 800, 810, 960, 1000, 2000):
        told = sum(isinstance(c, Beat) for _, c in it.done)
        before = it.state.metered.band
        count(it, used)
        changed = it.state.metered.band is not before
        assert sum(isinstance(c, Beat) for _, c in it.done) - told == changed
    bands = [fact.band for fact in it.of(BandEntered)]
    assert bands == [Band.WARNED, Band.SCARCE, Band.SPENT]


def test_a_restart_remembers_the_band() -> None:
    """Until the counters are read again, users must not have what was stopped already."""
    it = budgeted()
    count(it, 1000)
    it.restart()
    assert it.state.metered.allowance.users is Users.NONE
    count(it, 1000)
    assert len(it.of(BandEntered)) == 1


def test_a_new_month_allows_everything_again() -> None:
    it = budgeted()
    count(it, 1000)
    count(it, 0)
    assert it.state.metered.allowance.users is Users.ALL
    assert it.of(BandEntered)[-1].band is Band.PLENTY


def test_the_bytes_since_the_switch_stand_beside_the_wait() -> None:
    it = on_backup(wait_to_restore_s=30.0)
    count(it, 450)
    it.dead.clear()
    it.run(5)
    status = view.status_of(it.state, it.moment())
    assert status.line is Line.WAIT_TO_RESTORE
    assert status.restoring is not None
    assert status.restoring.used_bytes == 350
    assert 0 < status.restoring.left_s <= status.restoring.wait_s == 30.0


def test_after_a_restart_the_bytes_since_the_switch_are_unknown_and_not_nothing() -> None:
    it = on_backup(wait_to_restore_s=30.0)
    it.restart()
    count(it, 450)
    it.dead.clear()
    it.run(5)
    status = view.status_of(it.state, it.moment())
    assert status.restoring is not None
    assert status.restoring.used_bytes is None


def closed_now(it: World, hours: int) -> Window:
    """Return a window that opens in so many hours of the world's own time."""
    opens_s = int(WALL_S + it.now_s + hours * 3600) % 86_400
    return Window(opens_s, (opens_s + 3600) % 86_400)


def waiting(it: World) -> None:
    failover = replace(it.state.settings.failover, window=closed_now(it, 1))
    it.state = replace(it.state, settings=replace(it.state.settings, failover=failover))
    it.dead.clear()
    it.run(100)


def test_outside_the_window_traffic_stays_until_it_opens() -> None:
    it = on_backup()
    waiting(it)
    assert it.state.failover.line is Line.WAIT_TO_RESTORE
    it.run(3600)
    assert it.route is PRIMARY


def test_who_runs_out_of_data_does_not_wait_for_the_window() -> None:
    it = on_backup()
    count(it, 950)
    waiting(it)
    assert it.route is PRIMARY


def test_a_backup_that_dies_ends_the_waiting() -> None:
    it = on_backup()
    waiting(it)
    it.dead.add(BACKUP)
    it.run(30)
    assert it.route is PRIMARY


def test_a_line_that_answers_echoes_alone_gets_no_traffic_back() -> None:
    it = on_backup()
    it.dead_layers.add((PRIMARY, Layer.TCP))
    it.dead.clear()
    it.run(120)
    assert it.route is BACKUP
    it.dead_layers.clear()
    it.run(30)
    assert it.route is PRIMARY


def test_flaps_survive_a_restart() -> None:
    it = on_backup(wait_to_restore_s=5.0)
    for _ in range(2):
        it.dead.clear()
        it.run(4)
        it.dead.add(PRIMARY)
        it.run(10)
    before = it.state.failover.flaps
    assert before >= 1
    it.restart()
    assert it.state.failover.flaps == before
