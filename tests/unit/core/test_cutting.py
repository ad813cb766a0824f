"""When the flows of a line that was left are cut."""

from __future__ import annotations

from notanker.core.commands import Cut, Switch
from notanker.core.names import Line, Uplink
from tests.unit.core.world import World

PRIMARY, BACKUP = Uplink.PRIMARY, Uplink.BACKUP


def calm() -> World:
    """Return a world that has been calm for a while, with an empty list of what was done."""
    world = World()
    world.run(10)
    world.done.clear()
    return world


def done(world: World) -> list[Switch | Cut]:
    """Return switches and cuts in their order."""
    return [command for _, command in world.done if isinstance(command, Switch | Cut)]


def test_each_switch_is_followed_by_one_cut_of_the_line_that_was_left() -> None:
    world = calm()
    world.dead.add(PRIMARY)
    world.run(20)
    world.dead.clear()
    world.run(60)
    assert done(world) == [Switch(BACKUP), Cut(PRIMARY), Switch(PRIMARY), Cut(BACKUP)]


def test_the_cut_waits_for_an_answer_over_a_new_line_that_was_idle() -> None:
    world = calm()
    world.dead.add(BACKUP)  # nobody has noticed: it is idle
    world.pull(PRIMARY)
    world.run(0.2)
    assert world.route is BACKUP
    assert done(world) == [Switch(BACKUP)]
    world.dead.discard(BACKUP)
    world.run(5)
    assert done(world) == [Switch(BACKUP), Cut(PRIMARY)]


def test_a_line_that_has_just_answered_need_not_be_asked_again() -> None:
    world = calm()
    world.dead.add(PRIMARY)
    world.run(20)
    world.dead.clear()
    world.run(60)
    at_s = {command: at_s for at_s, command in world.done if isinstance(command, Switch | Cut)}
    assert at_s[Cut(PRIMARY)] - at_s[Switch(BACKUP)] <= 0.002  # the kernel takes one millisecond
    assert at_s[Cut(BACKUP)] - at_s[Switch(PRIMARY)] <= 0.002


def test_nothing_is_cut_for_a_line_that_is_dead_as_well() -> None:
    world = calm()
    world.dead.add(BACKUP)
    world.pull(PRIMARY)
    world.run(20)
    assert Switch(BACKUP) in done(world)
    assert world.state.failover.line is Line.ISOLATED
    assert not [command for command in done(world) if isinstance(command, Cut)]


def test_a_switch_that_the_kernel_refuses_cuts_nothing() -> None:
    world = calm()
    world.refused = "not permitted"
    world.dead.add(PRIMARY)
    world.run(20)
    assert Switch(BACKUP) in done(world)
    assert Cut(PRIMARY) not in done(world)


def test_somebody_elses_short_hand_on_the_rule_cuts_nothing_of_the_line_in_use() -> None:
    world = calm()
    world.meddle(BACKUP)
    world.run(5)
    assert done(world) == [Switch(PRIMARY), Cut(BACKUP)]


def test_a_crash_between_switch_and_cut_is_made_good_by_the_next_start() -> None:
    world = calm()
    world.dead.add(PRIMARY)
    world.run(3)
    assert world.route is BACKUP
    world.restart()
    world.done.clear()
    world.run(10)
    assert done(world) == [Cut(PRIMARY)]
