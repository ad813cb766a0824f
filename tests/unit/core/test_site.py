"""The site as a whole, in virtual time: detection, switching, telling."""

from __future__ import annotations

import ast
import typing
from dataclasses import replace
from pathlib import Path

import pytest

import notanker
from notanker.core import commands, detector, events, incident, site
from notanker.core.events import Answered, PeopleKnown, RouteSeen
from notanker.core.facts import (
    KINDS,
    CauseKnown,
    Fact,
    LineChanged,
    Opened,
    Queued,
    Resolved,
    Switched,
)
from notanker.core.names import LINE_LAYERS, Cause, Layer, Line, Stage, Uplink, Verdict
from tests.unit.core.world import JONAS, MARA, World, settings, to

EVERY_LAYER = LINE_LAYERS
PRIMARY, BACKUP = Uplink.PRIMARY, Uplink.BACKUP


def settled(**values: typing.Any) -> World:
    """Return a world in which both lines have proven themselves and all is calm."""
    world = World(**values)
    world.run(4)
    assert (world.verdict(PRIMARY), world.verdict(BACKUP)) == (Verdict.UP, Verdict.UP)
    return world


# Nothing is forgotten.


def test_every_event_has_a_handler() -> None:
    assert set(site.HANDLERS) == set(typing.get_args(events.Event))


def test_every_command_has_an_action_in_the_agent() -> None:
    """`Record` alone is the runtime's own: the facts of one step are written together."""
    path = Path(notanker.__file__).parent / "shell" / "agent.py"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    actions = next(
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name == "_actions"
    )
    table = next(node for node in ast.walk(actions) if isinstance(node, ast.Dict))
    named = {key.id for key in table.keys if isinstance(key, ast.Name)}
    assert named | {"Record"} == {kind.__name__ for kind in typing.get_args(commands.Command)}


def test_every_fact_is_in_the_list_of_kinds() -> None:
    assert set(KINDS) == set(typing.get_args(Fact))


# Detection, in figures.


def test_a_silent_cut_moves_the_traffic_within_1_45_s_whatever_the_moment() -> None:
    """Over 200 phases of a quiet line: half a second at most to the next probe, then the patience."""
    took = []
    for phase in range(200):
        world = settled(seed=phase, config=settings(EVERY_LAYER))
        world.run(phase * 0.01)
        world.dead.add(PRIMARY)
        cut_s = world.now_s
        world.run(2)
        took.append(world.switches()[0][0] - cut_s)
    assert max(took) <= 1.45
    assert sum(took) / len(took) <= 1.2


def test_a_short_gap_does_not_move_traffic() -> None:
    """Cuts of half a second: none of 200 here, and none of 1,000 tried once, switches."""
    for trial in range(200):
        world = World(seed=trial)
        world.run(3 + trial * 0.0025)
        world.dead.add(PRIMARY)
        world.run(0.5)
        world.dead.clear()
        world.run(1.5)
        assert world.switches() == [], f"seed {trial}"


@pytest.mark.parametrize("seed", range(2))
def test_a_loss_of_every_fifth_packet_moves_no_traffic_in_ten_minutes(seed: int) -> None:
    world = settled(seed=seed)
    world.loss[PRIMARY] = 0.2
    world.run(600)
    assert world.switches() == []
    assert world.of(Opened) == []


def test_a_loss_of_six_packets_of_ten_moves_the_traffic_within_4_s() -> None:
    took = []
    for seed in range(15):
        world = settled(seed=seed)
        world.loss[PRIMARY] = 0.6
        began_s = world.now_s
        world.run(15)
        took.append(world.switches()[0][0] - began_s)
    assert sorted(took)[len(took) // 2] <= 4.0
    assert max(took) <= 10.0


def test_a_loss_of_four_packets_of_ten_moves_the_traffic_within_20_s() -> None:
    took = []
    for seed in range(10):
        world = settled(seed=seed, config=settings(EVERY_LAYER))
        world.loss[PRIMARY] = 0.4
        began_s = world.now_s
        world.run(60)
        took.append(world.switches()[0][0] - began_s)
    assert sorted(took)[len(took) // 2] <= 20.0


def test_a_lost_carrier_moves_the_traffic_in_the_same_step() -> None:
    world = settled()
    world.pull(PRIMARY)
    assert world.switches() == [(world.now_s, BACKUP)]
    assert world.of(Opened)[0].cause is Cause.ACCESS_LINE


@pytest.mark.parametrize(
    ("layers", "cause"),
    [
        ({Layer.TCP, Layer.DNS}, Cause.HALF_DEAD),
        ({Layer.TCP}, Cause.HALF_DEAD),
        ({Layer.DNS}, Cause.DNS),
    ],
)
def test_half_dead_lines_are_left_within_3_s_and_named(layers: set[Layer], cause: Cause) -> None:
    """Up to 2 s until the next probe of a dead service, then the patience."""
    took = []
    for phase in range(20):
        world = settled(config=settings(EVERY_LAYER))
        world.run(phase * 0.1)
        world.dead_layers.update((PRIMARY, layer) for layer in layers)
        began_s = world.now_s
        world.run(4)
        took.append(world.switches()[0][0] - began_s)
        assert world.state.incident is not None
        assert world.state.incident.cause is cause
    assert max(took) <= 3.0
    assert sum(took) / len(took) <= 2.0


def test_an_anchor_that_falls_silent_is_asked_over_the_backup_at_once() -> None:
    world = settled()
    world.run(30)
    asked = world.probes(BACKUP)
    world.dead_anchors.add("203.0.113.2")
    world.run(15)
    minds = {u: world.state.judges[u, Layer.ICMP].anchors[1] for u in Uplink}
    assert world.probes(BACKUP) > asked
    assert all(mind.silent_s is not None for mind in minds.values()), "it answers nowhere"
    world.run(600)
    assert world.probes(BACKUP) - asked < 60, "it is asked until that is clear, and then no more"


def test_an_anchor_that_died_a_moment_before_the_line_does_not_delay_the_switch() -> None:
    world = settled()
    world.dead_anchors.add("203.0.113.1")
    world.dead.add(PRIMARY)
    world.run(2)
    assert world.route is BACKUP


def test_an_anchor_that_answers_over_the_backup_alone_shows_that_it_lives() -> None:
    world = settled()
    world.run(30)
    world.dead_paths.add((PRIMARY, "203.0.113.2"))
    world.run(15)
    minds = {u: world.state.judges[u, Layer.ICMP].anchors[1] for u in Uplink}
    silent_s = minds[PRIMARY].silent_s
    assert silent_s is not None
    assert (minds[BACKUP].heard_s or 0.0) > silent_s
    assert world.switches() == []


def test_a_dead_anchor_moves_nothing_and_is_named() -> None:
    world = settled(dead_anchors={"203.0.113.2"})
    world.run(600)
    assert world.switches() == []
    judge = world.state.judges[PRIMARY, Layer.ICMP]
    watch = world.state.table[PRIMARY, Layer.ICMP]
    assert [a.address for a in detector.silent(judge, watch)] == ["203.0.113.2"]


def test_two_dead_anchors_of_three_move_nothing() -> None:
    world = settled()
    world.dead_anchors.update({"203.0.113.2", "203.0.113.3"})
    world.run(600)
    assert world.switches() == []


def test_a_box_that_starts_into_a_dead_line_is_on_the_backup_within_2_s() -> None:
    world = World(dead={PRIMARY})
    start_s = world.now_s
    world.run(5)
    assert world.switches()[0][0] - start_s <= 2.0


def test_a_primary_that_is_back_is_believed_soon_in_every_layer() -> None:
    """HTTP is asked each 30 s in calm times; the layers that answer already make it hurry."""
    world = settled(config=settings(EVERY_LAYER))
    world.dead.add(PRIMARY)
    world.run(60)
    world.dead.clear()
    world.run(3)
    assert world.verdict(PRIMARY) is Verdict.UP


def test_the_standby_costs_few_probes() -> None:
    """6 MB a month over LTE, heartbeat included: an echo request and its reply are 2 x 44 bytes."""
    world = settled()
    world.run(60)
    world.done.clear()
    world.run(900)
    a_month = world.probes(BACKUP) * 4 * 24 * 30 * 2 * 44
    assert a_month <= 8_000_000
    assert world.probes(PRIMARY) <= 900 * 2 + 10


def test_a_backup_with_one_living_anchor_costs_little_too() -> None:
    world = World(dead_anchors={"203.0.113.2", "203.0.113.3"})
    world.run(60)
    world.done.clear()
    world.run(600)
    assert world.probes(BACKUP) <= 600 / 30 + 10


# Switching.


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
    world = settled(config=settings(EVERY_LAYER, wait_to_restore_s=30.0))
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


# Telling.


def test_an_outage_is_told_once_and_cleared_once() -> None:
    world = settled()
    world.dead.add(PRIMARY)
    world.run(300)
    world.dead.clear()
    world.run(300)
    assert world.told() == [("mara", "T1"), ("mara", "T12")]
    assert [fact.incident for fact in world.of(Resolved)] == [1]


def test_the_alarm_is_queued_within_two_seconds_of_the_cut() -> None:
    world = settled()
    world.dead.add(PRIMARY)
    cut = world.moment()
    world.run(5)
    assert world.of(Queued)[0].at.boot_s - cut.boot_s <= 2.0


def test_who_comes_late_is_told_and_nobody_twice() -> None:
    world = settled()
    world.dead.add(PRIMARY)
    world.run(10)
    world.happen(PeopleKnown(to(MARA, JONAS)))
    world.happen(PeopleKnown(to(JONAS, MARA)))
    world.dead.clear()
    world.run(300)
    assert world.told() == [
        ("mara", "T1"), ("jonas", "T1"), ("mara", "T12"), ("jonas", "T12"),
    ]  # fmt: skip


def test_who_is_no_longer_in_the_plan_still_gets_the_all_clear() -> None:
    world = settled()
    world.dead.add(PRIMARY)
    world.run(10)
    world.happen(PeopleKnown(to()))
    world.dead.clear()
    world.run(300)
    assert world.told() == [("mara", "T1"), ("mara", "T12")]


def test_where_nobody_was_alarmed_nobody_gets_an_all_clear() -> None:
    world = settled()
    world.happen(PeopleKnown(to()))
    world.dead.add(PRIMARY)
    world.run(30)
    world.dead.clear()
    world.run(300)
    assert world.told() == []
    assert len(world.of(Resolved)) == 1


def test_the_loss_of_the_backup_is_told_once_it_lasts() -> None:
    world = settled()
    world.dead.add(PRIMARY)
    world.run(30)
    world.dead.add(BACKUP)
    world.run(8)
    assert world.told() == [("mara", "T1")]
    world.run(20)
    assert world.told() == [("mara", "T1"), ("mara", "T1-isolated")]


def test_a_foreign_page_at_one_anchor_is_no_captive_portal() -> None:
    world = settled(config=settings(EVERY_LAYER))
    judges = dict(world.state.judges)
    http = judges[PRIMARY, Layer.HTTP]
    foreign = replace(http.anchors[0], refused="captive_portal")
    judges[PRIMARY, Layer.HTTP] = replace(http, anchors=(foreign, *http.anchors[1:]))
    world.state = replace(world.state, judges=judges)
    world.dead.add(PRIMARY)
    world.run(3)
    assert world.of(Opened)[0].cause is Cause.PROVIDER


def test_a_captive_portal_is_named() -> None:
    world = settled(config=settings(EVERY_LAYER))
    world.run(1)  # the HTTP probe has just been; the next is half a minute away
    world.captive.add(PRIMARY)
    world.run(10)
    assert world.state.incident is not None
    assert world.state.incident.cause is Cause.CAPTIVE_PORTAL


def test_a_cause_is_corrected_upwards_only() -> None:
    world = settled(config=settings(EVERY_LAYER))
    world.dead_layers.add((PRIMARY, Layer.DNS))
    world.run(15)
    world.dead.add(PRIMARY)
    world.run(15)
    world.pull(PRIMARY)
    world.run(15)
    causes = [world.of(Opened)[0].cause, *(fact.cause for fact in world.of(CauseKnown))]
    assert causes == [Cause.DNS, Cause.HALF_DEAD, Cause.PROVIDER] or causes == [
        Cause.DNS, Cause.PROVIDER,
    ]  # fmt: skip


def test_evidence_names_no_layer_that_was_not_asked_since() -> None:
    world = settled(config=settings(EVERY_LAYER))
    world.dead.add(PRIMARY)
    world.run(3)
    assert world.of(Opened)[0].evidence == "icmp 0/3, dns 0/3, tcp 0/3"


# Restarts.


def test_a_restart_on_the_backup_moves_no_traffic_and_tells_nobody_again() -> None:
    world = settled()
    world.dead.add(PRIMARY)
    world.run(30)
    world.restart()
    world.run(60)
    assert len(world.switches()) == 1
    assert world.told() == [("mara", "T1")]
    world.dead.clear()
    world.run(300)
    assert world.told() == [("mara", "T1"), ("mara", "T12")]


def test_an_outage_that_ended_while_the_power_was_away_is_still_closed() -> None:
    world = settled()
    world.dead.add(PRIMARY)
    world.run(30)
    world.dead.clear()
    world.reboot(600)
    world.run(120)
    assert world.told() == [("mara", "T1"), ("mara", "T12")]
    assert world.state.incident is None


def test_numbers_go_on_after_a_restart() -> None:
    world = settled()
    for _ in range(3):
        world.dead.add(PRIMARY)
        world.run(30)
        world.dead.clear()
        world.run(60 + incident.REOPEN_S)
        world.restart()
    assert [fact.incident for fact in world.of(Opened)] == [1, 2, 3]


def test_the_live_incident_is_the_fold_of_its_facts() -> None:
    world = settled()
    world.dead.add(PRIMARY)
    world.run(30)
    assert incident.fold(world.facts).line == world.state.incident
    world.dead.clear()
    world.run(300)
    known = incident.fold(world.facts)
    assert known == world.state.incidents
    assert known.done[0].stage is Stage.RESOLVED


def test_an_answer_to_no_known_probe_changes_nothing() -> None:
    world = settled()
    before = world.state.judges
    world.happen(Answered(10**12))
    assert world.state.judges == before


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


def test_who_was_told_of_no_backup_hears_when_it_comes() -> None:
    world = World()
    world.run(20)
    world.dead.update(Uplink)
    world.run(60)
    world.dead.discard(BACKUP)
    world.run(60)
    assert [fact.template for fact in world.of(Queued)] == ["T1-isolated", "T1"]
