"""Whose telephone rings after an SMS."""

from __future__ import annotations

import pytest

from notanker.core import facts, ringing
from notanker.core.events import Acknowledged, MessageSettled
from notanker.core.facts import Queued
from notanker.core.names import Outcome, Uplink
from tests.unit.core.world import World, settings


@pytest.fixture
def world() -> World:
    found = World(settings())
    found.run(20)
    found.dead.add(Uplink.PRIMARY)
    found.run(20)
    return found


def alarm(world: World) -> Queued:
    return next(fact for fact in world.of(Queued) if fact.template == "T1")


def due(world: World, mark: str, later_s: float = 0.0) -> Queued | None:
    return ringing.due(world.state.incidents.open, mark, world.moment().boot_s + later_s)


def settle(world: World, outcome: Outcome) -> str:
    told = alarm(world)
    world.happen(MessageSettled(told.mark, told.incident, outcome, 1))
    return told.mark


@pytest.mark.parametrize(
    ("outcome", "rings"),
    [
        (Outcome.SENT, True),
        (Outcome.DELIVERED, True),
        (Outcome.UNKNOWN, True),
        (Outcome.FAILED, False),
    ],
)
def test_it_rings_only_after_an_sms_that_left_or_may_have(
    world: World, outcome: Outcome, rings: bool
) -> None:
    mark = settle(world, outcome)
    assert (due(world, mark) is not None) is rings


def test_whoever_is_told_is_rung(world: World) -> None:
    found = due(world, settle(world, Outcome.SENT))
    assert found is not None
    assert found.contact == alarm(world).contact


def test_once_somebody_has_it_nobody_is_rung(world: World) -> None:
    mark = settle(world, Outcome.SENT)
    world.happen(Acknowledged(0, "mara", "sms"))
    assert due(world, mark) is None


def test_once_the_line_is_back_nobody_is_rung(world: World) -> None:
    mark = settle(world, Outcome.SENT)
    world.dead.clear()
    world.run(60)
    assert world.of(facts.PrimaryBack)
    assert due(world, mark) is None


def test_an_all_clear_rings_nobody(world: World) -> None:
    world.dead.clear()
    world.run(60)
    clear = next(fact for fact in world.of(Queued) if fact.template == "T12")
    assert due(world, clear.mark) is None


def test_what_is_no_news_any_more_rings_nobody(world: World) -> None:
    assert due(world, settle(world, Outcome.SENT), later_s=ringing.FRESH_S) is None


def test_a_mark_of_nothing_rings_nobody(world: World) -> None:
    assert due(world, "99-1") is None
