"""What breaks again soon after its all-clear is one incident with a count, and asks anew."""

from __future__ import annotations

from dataclasses import replace

import pytest

from notanker.core import centre_orders, escalation, judging
from notanker.core.events import Acknowledged
from notanker.core.facts import Fact, Opened, Queued, Reopened, Resolved
from notanker.core.heartbeat import CentreOrder, OrderAnswer
from notanker.core.incident import REOPEN_S, Incident, fold, reopenable, take
from notanker.core.moment import Moment
from notanker.core.names import Cause, Line, Phase, Stage, Uplink
from notanker.core.report import report_of
from notanker.core.settings import Step, Telling
from tests.unit.core.world import JONAS, MARA, World, settings


@pytest.fixture
def world() -> World:
    steps = (Step(1, "it", (MARA,)), Step(2, "lead", (JONAS,)))
    found = World(replace(settings(), telling=Telling(steps)))
    found.run(20)
    outage(found)
    return found


def outage(world: World) -> None:
    world.dead.add(Uplink.PRIMARY)
    world.run(20)


def recovery(world: World) -> None:
    world.dead.clear()
    world.run(60)
    assert not world.state.incidents.open


def said(world: World) -> list[tuple[str, str]]:
    return [(fact.template, fact.contact) for fact in world.of(Queued)]


def the_open(world: World) -> Incident:
    (one,) = world.state.incidents.open
    return one


def test_a_second_outage_soon_after_the_all_clear_goes_on_with_the_incident(world: World) -> None:
    recovery(world)
    outage(world)
    one = the_open(world)
    assert (one.number, one.reopened, one.flaps) == (1, 1, 1)
    assert said(world) == [("T1", "mara"), ("T12", "mara"), ("T1", "mara")]
    assert [fact.mark for fact in world.of(Queued)] == ["1-1", "1-2", "1-3"]
    recovery(world)
    assert said(world)[-1] == ("T12", "mara")
    assert len(world.of(Opened)) == 1
    assert len(world.of(Resolved)) == 2


def test_later_than_that_it_is_a_new_one(world: World) -> None:
    recovery(world)
    world.run(REOPEN_S)
    outage(world)
    assert the_open(world).number == 2
    assert not world.of(Reopened)


def test_what_somebody_had_nobody_has_once_it_has_broken_again(world: World) -> None:
    world.happen(Acknowledged(0, "mara", "sms"))
    recovery(world)
    outage(world)
    assert the_open(world).acknowledged is None
    assert the_open(world).phase in (Phase.OPENED, Phase.MITIGATED)
    world.run(320)
    assert ("T1", "jonas") in said(world), "the chain begins anew"
    world.happen(Acknowledged(0, "jonas", "sms"))
    assert the_open(world).acknowledged_by == "jonas"


def test_a_restart_in_between_changes_nothing(world: World) -> None:
    recovery(world)
    world.restart()
    world.run(20)
    outage(world)
    before = the_open(world)
    world.restart()
    assert the_open(world) == before


def test_an_order_for_the_outage_before_does_not_stop_this_one(world: World) -> None:
    told_s = world.moment().wall_s
    recovery(world)
    outage(world)
    order = CentreOrder(5, centre_orders.ACKNOWLEDGE, 1, "mara", "link", told_s)
    refused = OrderAnswer(5, taken=False, reason="stale")
    assert centre_orders.answer(order, world.state, world.moment()) == refused
    fresh = replace(order, at_s=world.moment().wall_s)
    assert centre_orders.answer(fresh, world.state, world.moment()) is None


def test_the_report_counts_it_and_leaves_the_calm_between_out_of_the_outage(world: World) -> None:
    recovery(world)
    world.run(300)
    outage(world)
    recovery(world)
    done = world.state.recent[-1]
    report = report_of(done, "musterhafen")
    assert report.flaps == 1
    assert report.outage_s is not None
    assert report.outage_s < 60
    assert any("broke out again" in row.en for row in report.rows)
    assert judging.asked_at(done) == [f.at for f in world.of(Queued)][2]


def at(seconds: float, boot: str = "b1") -> Moment:
    return Moment(seconds, 1_790_000_000.0 + seconds, trusted=True, boot=boot)


def resolved(system: str = "", into: int = 0) -> list[Fact]:
    opened = Opened(at(0), 7, Cause.SYSTEM, "", Line.PRIMARY, system=system)
    return [opened, Resolved(at(100), 7, into)]


@pytest.mark.parametrize(
    ("system", "into", "asked", "now", "again"),
    [
        ("pbx", 0, "pbx", at(200), True),
        ("pbx", 0, "dialler", at(200), False),
        ("pbx", 0, "", at(200), False),
        ("pbx", 6, "pbx", at(200), False),
        ("pbx", 0, "pbx", at(100 + REOPEN_S), False),
        ("", 0, "", at(50, "b2"), False),
        ("", 0, "", at(200, "b2"), True),
    ],
    ids=["same", "other", "line", "was a part", "late", "clock went back", "after a reboot"],
)
def test_only_the_same_kind_goes_on_and_only_while_the_time_is_known(
    system: str, into: int, asked: str, now: Moment, again: bool
) -> None:
    found = reopenable(fold(resolved(system, into)), asked, now)
    assert (found is not None) is again


def test_the_fact_brings_a_resolved_system_back_among_the_open(world: World) -> None:
    known = take(fold(resolved("pbx")), Reopened(at(300), 7, Cause.SYSTEM, "", Line.PRIMARY))
    (one,) = known.systems
    assert (one.stage, one.system, known.done) == (Stage.OPEN, "pbx", ())
    assert escalation.alarmed(one) == frozenset()
