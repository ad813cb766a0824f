"""The site as a whole, in virtual time: where the traffic goes, and how often it moves."""

from __future__ import annotations

import pytest

from notanker.core import commands
from notanker.core.events import RouteSeen
from notanker.core.facts import LineChanged, Opened, Switched
from notanker.core.names import LINE_LAYERS, Layer, Line, Uplink
from tests.unit.core.world import World, settings, settled

PRIMARY, BACKUP = Uplink.PRIMARY, Uplink.BACKUP


def test_both_lines_dead_the_primary_serves_again_without_any_switch() -> None:
    world = settled()
    world.dead.update(Uplink)
    world.run(60)
    assert world.state.failover.line is Line.ISOLATED
    assert world.route is PRIMARY
    world.dead.discard(PRIMARY)
    world.run(60)
    assert world.switches() == []


def test_traffic_leaves_a_backup_that_dies() -> None:
    world = settled()
    world.dead.add(PRIMARY)
    world.run(30)
    world.dead.add(BACKUP)
    world.run(10)
    assert world.route is PRIMARY


def test_flapping_moves_the_traffic_twice_at_most() -> None:
    world = settled(config=settings(LINE_LAYERS, wait_to_restore_s=30.0))
    for _ in range(6):
        world.dead.add(PRIMARY)
        world.run(5)
        world.dead.clear()
        world.run(15)
    world.run(1000)
    assert [to for _, to in world.switches()] == [BACKUP, PRIMARY]
    assert world.told() == [("mara", "T1"), ("mara", "T12")]


def test_a_line_that_fails_soon_after_it_was_restored_must_wait_longer() -> None:
    world = settled()
    waits = []
    for _ in range(4):
        world.dead.add(PRIMARY)
        world.run(20)
        world.dead.clear()
        back_s = world.now_s
        world.run(200)
        waits.append(world.switches()[-1][0] - back_s)
    assert waits == pytest.approx([5, 10, 20, 40], abs=1.5)


def test_a_switch_that_the_kernel_refuses_is_asked_for_each_second_and_noted_once() -> None:
    world = settled()
    world.refused = "Operation not permitted"
    world.dead.add(PRIMARY)
    world.run(30)
    assert 25 <= len(world.switches()) <= 31
    assert [fact.ok for fact in world.of(Switched)] == [False]
    world.refused = ""
    world.run(2)
    assert [fact.ok for fact in world.of(Switched)] == [False, True]
    assert world.route is BACKUP


def test_nobody_is_told_that_the_backup_works_while_the_kernel_refuses_it() -> None:
    world = settled()
    world.refused = "Operation not permitted"
    world.dead.add(PRIMARY)
    world.run(30)
    assert world.told() == [("mara", "T1-isolated")]


def test_a_rule_that_somebody_else_deleted_is_put_back() -> None:
    world = settled()
    world.dead.add(PRIMARY)
    world.run(10)
    world.meddle(PRIMARY)
    world.run(0.1)
    assert world.route is BACKUP


def test_a_rule_that_somebody_else_added_is_taken_away() -> None:
    world = settled()
    world.meddle(BACKUP)
    world.run(0.1)
    assert world.route is PRIMARY


def test_the_switch_is_asked_for_before_anything_else() -> None:
    world = settled()
    world.done.clear()
    world.pull(PRIMARY)
    assert isinstance(world.done[0][1], commands.Switch)


def test_the_line_s_states_are_recorded_in_order() -> None:
    world = settled()
    world.dead.add(PRIMARY)
    world.run(30)
    world.dead.clear()
    world.run(60)
    assert [fact.line for fact in world.of(LineChanged)] == [
        Line.BACKUP, Line.WAIT_TO_RESTORE, Line.PRIMARY,
    ]  # fmt: skip


def test_a_layer_that_is_dead_over_both_lines_is_nobodys_line() -> None:
    world = World(config=settings((Layer.ICMP, Layer.HTTP)))
    world.run(20)
    world.dead_layers.update({(PRIMARY, Layer.HTTP), (BACKUP, Layer.HTTP)})
    world.run(120)
    assert world.state.failover.line is Line.PRIMARY
    assert not world.of(Opened)
    world.dead.add(PRIMARY)
    world.run(10)
    assert [to for _, to in world.switches()] == [BACKUP]


def test_a_fight_over_the_rule_is_fought_once_a_second() -> None:
    world = World()
    world.run(20)
    world.dead.add(PRIMARY)
    world.run(5)
    before = len(world.switches())
    for _ in range(200):  # somebody takes the rule away ten times a second
        world.happen(RouteSeen(PRIMARY))
        world.run(0.1)
    assert 15 <= len(world.switches()) - before <= 21
