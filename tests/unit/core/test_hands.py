"""What hands do in the life of a site: people acknowledge and ask for drills, the relay cuts the power."""

from __future__ import annotations

from dataclasses import replace

import pytest

from notanker.core import facts, view
from notanker.core.commands import CyclePower
from notanker.core.events import (
    Acknowledged,
    DrillAsked,
    PowerChanged,
    PowerCycleDone,
    SystemsKnown,
)
from notanker.core.facts import CauseKnown, Opened, PowerCycled, PowerCycleOrdered
from notanker.core.graph import System
from notanker.core.names import Cause, Kind, Uplink
from notanker.core.powercycle import PowerCycleSettings
from notanker.core.report import report_of
from tests.unit.core.systems import checks_of, system_of
from tests.unit.core.test_systems import ROWS, fail
from tests.unit.core.world import HOP, World, settings

RULE = PowerCycleSettings(enabled=True, after_s=60.0, per_day=2, off_s=10.0, boot_s=30.0)


@pytest.fixture
def world() -> World:
    config = replace(
        settings(),
        systems=tuple(system_of(row) for row in ROWS),
        checks=checks_of(ROWS),
        hop=HOP,
        power_cycle=RULE,
    )
    found = World(config)
    found.run(20)
    return found


def router_dies(world: World) -> None:
    world.dead.add(Uplink.PRIMARY)
    fail(world, "router", "hop")


def orders(world: World) -> list[float]:
    return [at_s for at_s, command in world.done if isinstance(command, CyclePower)]


def finish(world: World, *, ok: bool = True) -> None:
    world.run(10)
    world.happen(PowerCycleDone(world.state.power.running, ok))


def test_whoever_acknowledges_has_all_open_incidents_once(world: World) -> None:
    world.dead.add(Uplink.PRIMARY)
    world.run(20)
    world.happen(Acknowledged(0, "panel", "panel"))
    world.happen(Acknowledged(0, "mara", "sms"))
    (one,) = world.state.incidents.open
    assert one.acknowledged_by == "panel"
    assert [fact.contact for fact in world.of(facts.Acknowledged)] == ["panel"]
    world.restart()
    (again,) = world.state.incidents.open
    assert again.acknowledged == one.acknowledged


def test_one_incident_can_be_acknowledged_by_its_number(world: World) -> None:
    world.dead.add(Uplink.PRIMARY)
    world.run(20)
    number = world.state.incidents.open[0].number
    world.happen(Acknowledged(number + 1, "mara", "sms"))
    assert world.state.incidents.open[0].acknowledged is None
    world.happen(Acknowledged(number, "mara", "sms"))
    assert world.state.incidents.open[0].acknowledged_by == "mara"


def test_without_an_incident_there_is_nothing_to_acknowledge(world: World) -> None:
    before = len(world.facts)
    world.happen(Acknowledged(0, "panel", "panel"))
    assert len(world.facts) == before


def test_a_drill_that_is_asked_for_changes_nothing_but_the_record(world: World) -> None:
    world.happen(DrillAsked("panel", "panel"))
    status = view.status_of(world.state, world.moment())
    assert status.box.drill_asked is not None
    assert status.incident is None
    world.restart()
    assert view.status_of(world.state, world.moment()).box.drill_asked is not None


def test_a_dead_router_is_restarted_after_its_time(world: World) -> None:
    router_dies(world)
    world.run(50)
    assert not orders(world)
    world.run(20)
    assert len(orders(world)) == 1
    finish(world)
    assert [fact.ok for fact in world.of(PowerCycled)] == [True]
    assert "router" in world.of(PowerCycleOrdered)[0].reason


def test_the_site_wakes_for_it_by_itself(world: World) -> None:
    router_dies(world)
    world.run(30)
    blamed = [
        fact for fact in world.of(Opened) + world.of(CauseKnown) if fact.cause is Cause.ROUTER
    ]
    due_s = blamed[0].at.boot_s + RULE.after_s
    assert world.wake_s() <= due_s
    world.run(due_s - world.now_s + 0.5)
    assert orders(world) == [pytest.approx(due_s, abs=0.05)]


def test_it_waits_for_start_and_patience_before_it_does_so_again(world: World) -> None:
    router_dies(world)
    world.run(90)
    finish(world)
    world.run(300)
    first_s, second_s = orders(world)
    assert second_s - first_s >= RULE.off_s + RULE.boot_s + RULE.after_s
    finish(world)
    world.run(3000)
    assert len(orders(world)) == 2, "no more on that day"


def test_a_crash_within_the_cut_is_written_down_and_not_repeated_at_once(world: World) -> None:
    router_dies(world)
    world.run(80)
    assert len(orders(world)) == 1
    world.restart()
    world.run(40)
    assert [fact.ok for fact in world.of(PowerCycled)] == [False]
    assert len(orders(world)) == 1


def test_no_restart_while_mains_power_is_away_or_the_plan_says_hands_off(world: World) -> None:
    world.happen(PowerChanged(mains=False))
    router_dies(world)
    world.run(300)
    world.happen(PowerChanged(mains=True))
    systems = tuple(system_of(row) for row in ROWS if row["id"] != "router")
    router = System("router", Kind.ROUTER, ("R", "R"), ("switch",), hands_off=True)
    world.happen(SystemsKnown((*systems, router)))
    world.run(300)
    assert not orders(world)


def test_a_line_that_is_dead_behind_its_router_is_nobodys_restart(world: World) -> None:
    world.dead.add(Uplink.PRIMARY)
    world.run(600)
    assert not orders(world)


def test_the_report_tells_what_hands_did(world: World) -> None:
    router_dies(world)
    world.run(80)
    world.happen(Acknowledged(0, "panel", "panel"))
    finish(world)
    rows = [row.en for row in report_of(world.state.incidents.open[0], "musterhafen").rows]
    for said in (
        "Acknowledged at the box",
        "router without power for 10 s",
        "Router has power again",
    ):
        assert any(said in row for row in rows), rows
