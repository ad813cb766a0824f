"""Systems in the life of a site: one cascade is one incident, in whatever order its parts fall silent."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notanker.core import checking, view
from notanker.core.commands import Probe, Switch
from notanker.core.events import ModemSeen, PathSeen, PowerChanged, SystemsKnown
from notanker.core.facts import CauseKnown, Opened, Queued, Reopened, Resolved, WatchesHeard
from notanker.core.findings import findings
from notanker.core.graph import System
from notanker.core.names import Cause, Kind, Uplink, Verdict
from tests.unit.core import world as worlds
from tests.unit.core.systems import address_of, checks_of, system_of
from tests.unit.core.world import HOP, World

PRIMARY, BACKUP = Uplink.PRIMARY, Uplink.BACKUP
ROWS: list[dict[str, Any]] = [
    {"id": "switch", "kind": "switch", "watch": "lan"},
    {"id": "router", "kind": "router", "needs": ["switch"], "watch": "lan"},
    {"id": "net", "kind": "provider", "needs": ["router"], "provides": ["site-internet"]},
    {"id": "pbx", "kind": "telephony", "needs": ["switch"], "watch": "lan"},
    {"id": "printer", "needs": ["switch"], "watch": "lan"},
    {"id": "vpn", "kind": "vpn", "needs": ["site-internet"], "watch": "either"},
    {"id": "bank", "kind": "client_system", "needs": ["vpn"], "watch": "either"},
]
ADDRESS = {str(row["id"]): address_of(number) for number, row in enumerate(ROWS)}
WATCHED = [str(row["id"]) for row in ROWS if "watch" in row]


def site(hop: str = HOP, wait_to_restore_s: float = 10.0) -> World:
    """Return a site with systems, some seconds after its start."""
    config = replace(
        worlds.settings(wait_to_restore_s=wait_to_restore_s),
        systems=tuple(system_of(row) for row in ROWS),
        checks=checks_of(ROWS),
        hop=hop,
    )
    world = World(config)
    world.run(20)
    return world


def fail(world: World, *names: str) -> None:
    world.silent.update(HOP if name == "hop" else ADDRESS[name] for name in names)


def causes(world: World) -> list[tuple[Cause, str]]:
    """Return the causes that the open incidents have now."""
    return [(one.cause, one.detail.system) for one in world.state.incidents.open]


# One cascade, one incident.


@settings(max_examples=30, deadline=None)
@given(
    st.permutations(["switch", "router", "pbx", "printer"]),
    st.lists(st.floats(0, 0.4), min_size=4, max_size=4),
)
def test_the_order_in_which_a_cascade_falls_silent_does_not_change_its_cause(
    order: list[str], waits: list[float]
) -> None:
    world = site()
    for name, wait_s in zip(order, waits, strict=True):
        fail(world, name)
        world.run(wait_s)
    world.dead.add(PRIMARY)
    world.run(60)
    assert causes(world) == [(Cause.SWITCH, "switch")]
    assert len([fact for fact in world.of(Opened) if not fact.system]) == 1
    alarms = [fact for fact in world.of(Queued) if fact.template.startswith("T1")]
    assert len(alarms) <= 2  # the switch alone may have been told before the line followed


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(WATCHED), st.booleans(), st.floats(0, 40)), max_size=12))
def test_no_two_open_incidents_are_ever_about_one_cascade(
    deeds: list[tuple[str, bool, float]],
) -> None:
    world = site()
    for name, dies, wait_s in deeds:
        (world.silent.add if dies else world.silent.discard)(ADDRESS[name])
        world.run(wait_s)
        systems = [one.detail.system for one in world.state.incidents.systems]
        assert len(systems) == len(set(systems))
    world.silent.clear()
    world.run(120)
    assert world.state.incidents.open == ()
    for told in {fact.incident for fact in world.of(Queued)}:
        templates = [f.template for f in world.of(Queued) if f.incident == told]
        merged = any(f.into for f in world.of(Resolved) if f.incident == told)
        learned = [fact for fact in world.of(CauseKnown) if fact.incident == told]
        # What breaks again soon is the same incident, alarmed and cleared once more.
        again = [fact for fact in world.of(Reopened) if fact.incident == told]
        rounds = " ".join(templates).split("T12-system")
        # That a cause is known better is news between alarm and all-clear, and nothing else is.
        assert templates.count("T11-system") <= len(learned)
        assert merged or re.fullmatch(
            r"(T1-system (T11-system )*T12-system ?)+", " ".join(templates)
        )
        assert merged or len(rounds) - 1 <= 1 + len(again)


def test_nothing_is_switched_because_of_a_system() -> None:
    world = site()
    fail(world, "pbx", "bank", "printer")
    world.run(60)
    assert {system for _, system in causes(world)} == {"pbx", "bank", "printer"} or causes(world)
    assert not [command for _, command in world.done if isinstance(command, Switch)]


def test_a_short_silence_of_a_system_is_told_to_nobody() -> None:
    world = site()
    fail(world, "pbx")
    world.run(14.9)
    world.silent.clear()
    world.run(60)
    silent_long_enough = any(fact.system for fact in world.of(Opened))
    if not silent_long_enough:
        assert world.told() == []


def test_people_are_told_after_everything_has_been_asked_once() -> None:
    world = site()
    fail(world, "switch", "pbx", "printer", "router", "hop")
    world.dead.add(PRIMARY)
    died_s = world.now_s
    world.run(30)
    (told,) = [fact for fact in world.of(Queued) if not fact.mark.startswith("0")][:1]
    (opened,) = world.of(Opened)
    assert opened.cause is Cause.UNKNOWN
    assert [fact.cause for fact in world.of(CauseKnown)] == [Cause.SWITCH]
    assert told.at.boot_s - opened.at.boot_s <= checking.LOOK_S
    assert told.at.boot_s - died_s <= 5.0


def test_a_look_that_finds_no_end_holds_nobody_up_for_long() -> None:
    world = site()
    fail(world, "switch")
    world.dead.add(PRIMARY)
    world.run(2.0)
    # It comes and goes, so that it is never beyond doubt.
    for turn in range(20):
        (world.silent.discard if turn % 2 else world.silent.add)(ADDRESS["switch"])
        world.run(0.3)
    waited_s = world.of(Queued)[0].at.boot_s - world.of(Opened)[0].at.boot_s
    assert waited_s <= checking.LOOK_S + 0.01


def test_a_site_without_watches_waits_for_nothing() -> None:
    world = World(worlds.settings())
    world.run(4)
    world.dead.add(PRIMARY)
    world.run(5)
    (opened,) = world.of(Opened)
    assert opened.cause is Cause.PROVIDER
    assert world.of(Queued)[0].at.boot_s - opened.at.boot_s < 0.1


def test_a_router_that_answered_after_the_line_broke_did_not_break_it() -> None:
    world = site()
    world.dead.add(PRIMARY)
    world.run(20)
    fail(world, "router", "hop")
    world.run(40)
    line = world.state.incident
    assert line is not None
    assert (line.cause, line.detail.system) == (Cause.PROVIDER, "net")


def test_a_system_that_never_answered_is_a_finding_and_no_alarm() -> None:
    config = replace(worlds.settings(), checks=checks_of(ROWS[3:4]))
    world = World(config, silent={address_of(0)})
    world.run(60)
    assert world.of(Opened) == []
    (found,) = findings(view.status_of(world.state, world.moment()))
    assert found == (
        "pbx hat noch nie geantwortet; Adresse in [[watch]] prüfen",
        "pbx has never answered; check its address in [[watch]]",
    )


def test_a_system_that_takes_longer_than_the_box_to_come_up_alarms_nobody() -> None:
    config = replace(worlds.settings(), checks=checks_of(ROWS[3:4]))
    world = World(config, silent={address_of(0)})
    world.run(60)
    world.silent.clear()
    world.run(60)
    assert world.of(Opened) == []
    assert view.status_of(world.state, world.moment()).systems[0].verdict is Verdict.UP
    world.silent.add(address_of(0))
    world.run(60)
    assert len(world.of(Opened)) == 1


@pytest.mark.parametrize(("days", "count"), [(100.0, 0), (20.5, 1), (-3.0, 1)])
def test_a_certificate_that_ends_soon_is_a_finding_and_no_outage(days: float, count: int) -> None:
    config = replace(worlds.settings(), checks=checks_of(ROWS[3:4]))
    world = World(config)
    world.expires_s = world.moment().wall_s + days * 86_400
    world.run(20)
    status = view.status_of(world.state, world.moment())
    assert len(findings(status)) == count
    assert status.systems[0].verdict is Verdict.UP
    assert world.of(Opened) == []


def test_an_anchor_that_is_silent_over_both_lines_is_told_as_an_anchor() -> None:
    world = site()
    world.dead_anchors.add(worlds.ADDRESSES[0])
    world.run(300)
    assert world.of(Opened) == []
    assert world.switches() == []
    status = view.status_of(world.state, world.moment())
    assert [(item.anchor, item.everywhere) for item in status.anchors] == [
        (f"icmp {worlds.ADDRESSES[0]}", True)
    ]


def test_an_anchor_that_answers_over_the_backup_is_a_part_of_the_line() -> None:
    world = site()
    world.dead_paths.add((PRIMARY, worlds.ADDRESSES[0]))
    world.run(300)
    assert world.switches() == []
    status = view.status_of(world.state, world.moment())
    assert [(item.uplink, item.everywhere) for item in status.anchors] == [(PRIMARY, False)]
    assert "schweigt nur über die Hauptleitung" in findings(status)[0][0]


def test_what_comes_back_with_the_line_is_no_trouble_of_its_own() -> None:
    """Even where the line may go back to the primary sooner than a calm watch would ask again."""
    for phase in range(5):
        world = site(wait_to_restore_s=0.5)
        world.run(phase * 3.1)
        fail(world, "switch", "router", "hop", "pbx", "printer")
        world.dead.add(PRIMARY)
        world.run(3.0)
        world.silent.clear()
        world.dead.clear()
        world.run(40)
        assert world.state.incidents.open == ()
        assert [fact.system for fact in world.of(Opened)] == [""]


# What the plan, the kernel, the modem and a sensor tell.


def test_a_new_plan_changes_what_depends_on_what() -> None:
    world = site()
    world.happen(SystemsKnown((System("pbx", Kind.TELEPHONY, ("Anlage", "phones")),)))
    fail(world, "switch", "pbx")
    world.run(60)
    assert {system for _, system in causes(world)} == {"switch", "pbx"}


def test_a_new_next_hop_is_watched_and_a_route_that_is_gone_forgets_none() -> None:
    world = site(hop="")
    world.happen(PathSeen(True, HOP))
    world.run(20)
    assert world.state.around.checks.minds[checking.HOP].verdict is Verdict.UP
    world.happen(PathSeen(False))
    assert world.state.around.path.hop == HOP
    world.happen(PathSeen(True, "192.0.2.77"))
    watch = world.state.around.checks.table[checking.HOP].watch
    assert watch.anchors[0].address == "192.0.2.77"


def test_a_sensor_that_sees_no_mains_power_is_believed() -> None:
    world = site()
    world.happen(PowerChanged(False))
    world.pull(PRIMARY)
    world.run(30)
    assert causes(world) == [(Cause.OWN_POWER, "")]


# The pace.


def test_calm_systems_are_asked_at_their_own_pace_one_after_the_other() -> None:
    world = site()
    world.run(60)
    began = len(world.done)
    world.run(60)
    asked: dict[str, list[float]] = {}
    for at_s, command in world.done[began:]:
        if isinstance(command, Probe) and command.anchor.address in ADDRESS.values():
            asked.setdefault(command.anchor.address, []).append(at_s)
    assert set(asked) == {ADDRESS[name] for name in WATCHED}
    for times in asked.values():
        assert all(14.9 <= later - earlier <= 15.1 for earlier, later in pairwise(times))


def test_a_system_over_either_line_is_asked_where_the_traffic_goes() -> None:
    world = site()
    world.dead.add(PRIMARY)
    world.run(40)
    began = len(world.done)
    world.run(40)
    over = {
        command.uplink
        for _, command in world.done[began:]
        if isinstance(command, Probe) and command.anchor.address == ADDRESS["vpn"]
    }
    assert over == {BACKUP}
    assert [one.system for one in world.state.incidents.systems] == []


def test_an_incident_of_a_system_outlives_a_restart() -> None:
    world = site()
    fail(world, "pbx")
    world.run(40)
    (before,) = world.state.incidents.systems
    world.restart()
    world.run(40)
    (after,) = world.state.incidents.systems
    assert after.number == before.number
    assert len([f for f in world.of(Queued) if f.template == "T1-system"]) == 1
    world.silent.clear()
    world.run(60)
    assert world.state.incidents.open == ()


def test_a_restart_in_an_outage_still_finds_the_system_under_the_line() -> None:
    world = site()
    world.dead.add(PRIMARY)
    world.run(6)  # the line is told; what it stands on has just gone as well
    fail(world, "switch", "router", "pbx", "printer")
    world.run(1)
    world.restart()
    world.run(40)
    states = {
        one.system: one.verdict for one in view.status_of(world.state, world.moment()).systems
    }
    assert states["switch"] is Verdict.DOWN
    assert not findings(view.status_of(world.state, world.moment()))


def test_what_broke_after_the_line_is_not_its_cause_after_a_restart_either() -> None:
    world = site()
    world.dead.add(PRIMARY)
    world.run(60)
    fail(world, "router")
    world.run(60)
    before = world.state.incident
    world.restart()
    world.run(60)
    after = world.state.incident
    assert before is not None
    assert after is not None
    assert (after.cause, after.detail.system) == (before.cause, before.detail.system)


def test_a_system_that_breaks_in_an_incident_is_told_though_the_agent_is_restarted_at_once() -> (
    None
):
    world = site()
    fail(world, "bank")
    world.run(40)
    fail(world, "pbx")
    world.run(0.5)
    world.restart()
    world.run(60)
    assert {one.detail.system for one in world.state.incidents.systems} == {"bank", "pbx"}


def test_after_the_box_s_own_start_nobody_is_blamed_for_taking_longer() -> None:
    world = site()
    fail(world, "bank")
    world.run(40)
    fail(world, "pbx")
    world.reboot(5)
    world.run(60)
    assert "pbx" not in {one.detail.system for one in world.state.incidents.systems}


def test_what_is_known_well_is_written_down_once_for_each_incident() -> None:
    world = site()
    world.run(30)
    assert world.of(WatchesHeard) == []
    fail(world, "bank")
    world.run(300)
    noted = world.of(WatchesHeard)
    assert len(noted) <= 2
    assert {key for fact in noted for key in fact.well} >= {checking.HOP}


def test_the_modem_s_own_word_is_evidence_where_both_lines_are_dead() -> None:
    world = site()
    world.happen(ModemSeen("not connected, no signal"))
    world.dead |= {PRIMARY, BACKUP}
    world.run(60)
    line = world.state.incident
    assert line is not None
    assert line.cause is Cause.BOTH_LINES
    assert line.evidence.endswith("modem not connected, no signal")
