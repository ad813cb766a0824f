"""The site as a whole: nothing is forgotten, and a restart takes up what was."""

from __future__ import annotations

import ast
import typing
from pathlib import Path

import notanker
from notanker.core import commands, events, incident, site
from notanker.core.facts import KINDS, Fact, Opened
from notanker.core.names import Stage, Uplink
from tests.unit.core.world import settled


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


# Restarts.


def test_a_restart_on_the_backup_moves_no_traffic_and_tells_nobody_again() -> None:
    world = settled()
    world.dead.add(Uplink.PRIMARY)
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
    world.dead.add(Uplink.PRIMARY)
    world.run(30)
    world.dead.clear()
    world.reboot(600)
    world.run(120)
    assert world.told() == [("mara", "T1"), ("mara", "T12")]
    assert world.state.incident is None


def test_numbers_go_on_after_a_restart() -> None:
    world = settled()
    for _ in range(3):
        world.dead.add(Uplink.PRIMARY)
        world.run(30)
        world.dead.clear()
        world.run(60 + incident.REOPEN_S)
        world.restart()
    assert [fact.incident for fact in world.of(Opened)] == [1, 2, 3]


def test_the_live_incident_is_the_fold_of_its_facts() -> None:
    world = settled()
    world.dead.add(Uplink.PRIMARY)
    world.run(30)
    assert incident.fold(world.facts).line == world.state.incident
    world.dead.clear()
    world.run(300)
    known = incident.fold(world.facts)
    assert known == world.state.incidents
    assert known.done[0].stage is Stage.RESOLVED
