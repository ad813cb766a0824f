"""The site as a whole, in virtual time: how soon it detects, and what it must not take for an outage."""

from __future__ import annotations

import pytest

from notanker.core import detector
from notanker.core.events import Answered
from notanker.core.facts import Opened
from notanker.core.names import LINE_LAYERS, Cause, Layer, Uplink, Verdict
from tests.unit.core.world import World, settings, settled

PRIMARY, BACKUP = Uplink.PRIMARY, Uplink.BACKUP


def test_a_silent_cut_moves_the_traffic_within_1_45_s_whatever_the_moment() -> None:
    """Over 200 phases of a quiet line: half a second at most to the next probe, then the patience."""
    took = []
    for phase in range(200):
        world = settled(seed=phase, config=settings(LINE_LAYERS))
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
        world = settled(seed=seed, config=settings(LINE_LAYERS))
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
        world = settled(config=settings(LINE_LAYERS))
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
    world = settled(config=settings(LINE_LAYERS))
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


def test_an_answer_to_no_known_probe_changes_nothing() -> None:
    world = settled()
    before = world.state.judges
    world.happen(Answered(10**12))
    assert world.state.judges == before
