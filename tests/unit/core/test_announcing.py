"""What callers hear: on after a release alone, off until it surely is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from notanker.core import announcing, escalation, incident, view
from notanker.core.calendar import window_of
from notanker.core.commands import Announce
from notanker.core.events import AnnouncementDone
from notanker.core.facts import Queued, Withheld
from notanker.core.findings import findings
from notanker.core.names import Uplink
from notanker.core.outside import AnnouncementOrdered, AnnouncementSwitched
from notanker.core.settings import Announcement
from tests.unit.core.outside_world import HEAD, PIA, Outside, outage, recovered, telling
from tests.unit.core.world import JONAS, MARA


def by_hand() -> Outside:
    """Return an outage at a site whose telephone system people switch, Jonas before all."""
    known = telling("")
    row = replace(known.announcements[0], hand=(JONAS,))
    return outage(replace(known, announcements=(row,)))


def reminders(world: Outside) -> list[float]:
    off = [fact for fact in world.of(Queued) if fact.template == escalation.SWITCH_OFF]
    return [fact.at.boot_s for fact in off if fact.contact == "pia"]


def due(world: Outside, boot_s: float) -> bool:
    """Tell whether anybody would be reminded at that time."""
    return bool(announcing.asks(world.state, replace(world.moment(), boot_s=boot_s)))


def test_callers_hear_it_after_the_release_and_not_before() -> None:
    world = outage()
    assert (world.plays, world.orders) == (False, [])
    world.release("T7")
    world.run(1)
    assert world.plays
    assert world.orders == [Announce(HEAD, "pbx", True)]


def test_the_order_is_on_record_before_it_is_given() -> None:
    world = outage()
    world.release("T7")
    done = [command for _, command in world.done]
    ordered = next(
        place
        for place, command in enumerate(done)
        if isinstance(getattr(command, "fact", None), AnnouncementOrdered)
    )
    assert ordered < next(place for place, one in enumerate(done) if isinstance(one, Announce))


def test_it_is_switched_off_with_the_outage_and_the_record_says_how_long_it_was_on() -> None:
    world = outage()
    world.release("T7")
    world.run(100)
    recovered(world)
    assert not world.plays
    last = world.of(AnnouncementSwitched)[-1]
    assert (last.on, last.ok) == (False, True)
    assert 100 < last.on_s < 220
    assert reminders(world) == []


def test_a_withdrawal_switches_it_off() -> None:
    world = outage()
    world.release("T7")
    world.run(5)
    world.release("T7", MARA, back=True)
    world.run(5)
    assert not world.plays


def test_an_order_that_a_crash_came_into_is_given_again() -> None:
    world = outage(broken="no connection")
    world.release("T7")
    world.broken = ""
    world.restart()
    world.run(5)
    assert world.orders[-1] == Announce(HEAD, "pbx", True, again=True)
    assert world.plays


def test_one_that_surely_is_on_is_not_ordered_again_after_a_restart() -> None:
    world = outage()
    world.release("T7")
    world.run(5)
    world.restart()
    world.run(5)
    assert len(world.orders) == 1


def test_one_that_was_on_before_is_left_to_whoever_switched_it() -> None:
    world = outage(broken="not yet")
    world.release("T7")
    world.happen(AnnouncementDone(HEAD, True, True, "", found=True))
    recovered(world)
    assert [order.on for order in world.orders] == [True]
    assert world.of(AnnouncementOrdered)[-1].plugin == ""
    assert reminders(world)


def test_a_system_that_does_nothing_has_people_asked_once() -> None:
    world = outage(broken="log-in refused")
    world.release("T7")
    world.run(600)
    asked = [fact for fact in world.of(Queued) if fact.template == escalation.SWITCH_ON]
    assert [fact.contact for fact in asked] == ["pia"]
    assert [fact.reason for fact in world.of(AnnouncementSwitched)] == ["log-in refused"]


def test_without_a_plugin_whoever_switches_is_asked_to() -> None:
    world = by_hand()
    world.release("T7")
    world.run(1)
    assert ("jonas", escalation.SWITCH_ON) in world.told()
    assert world.orders == []


def test_people_are_reminded_each_quarter_of_an_hour_until_it_is_off() -> None:
    world = by_hand()
    world.release("T7")
    recovered(world)
    (first,) = reminders(world)
    assert not due(world, first + 899)
    assert due(world, first + 901)
    world.run(901)
    assert len(reminders(world)) == 2
    assert ("jonas", escalation.SWITCH_OFF) in world.told()
    world.happen(AnnouncementDone(HEAD, False, True, "Pia Entwurf (sms)"))
    assert not due(world, first + 10_000)


def test_after_two_hours_the_reminders_are_an_hour_apart() -> None:
    world = by_hand()
    world.release("T7")
    recovered(world)
    (first,) = reminders(world)
    told = next(fact for fact in world.of(Queued) if fact.template == escalation.SWITCH_OFF)
    last = first + announcing.EAGER_S
    later = replace(told, mark="1-99", at=replace(told.at, boot_s=last))
    world.state = replace(world.state, incidents=incident.take(world.state.incidents, later))
    assert not due(world, last + 3599)
    assert due(world, last + 3601)


def test_quiet_hours_hold_back_reminders_but_the_first() -> None:
    world = outage(broken="gone")
    quiet = telling("pbx", quiet=window_of("00:00-23:59"))
    world.state = replace(world.state, metered=replace(world.state.metered, offset_s=0.0))
    world.plan(quiet)
    world.release("T7")
    recovered(world)
    world.run(1000)
    assert len(reminders(world)) == 1
    assert [one.template for one in world.of(Withheld)].count(escalation.SWITCH_OFF) == 1


def test_reminders_survive_restarts_and_many_other_incidents() -> None:
    world = by_hand()
    world.release("T7")
    recovered(world)
    for _ in range(11):
        world.dead.add(Uplink.PRIMARY)
        world.run(20)
        recovered(world)
    world.restart()
    before = len(reminders(world))
    world.run(1000)
    assert len(reminders(world)) == before + 1


def test_one_that_the_plan_no_longer_names_is_switched_off_all_the_same() -> None:
    world = outage()
    world.release("T7")
    world.run(1)
    world.plan(replace(telling(), announcements=()))
    world.run(1)
    assert not world.plays


def test_the_status_says_what_is_not_surely_off() -> None:
    world = by_hand()
    world.release("T7")
    recovered(world)
    status = view.status_of(world.state, world.moment())
    assert [(one.on, one.sure) for one in status.announcements] == [(False, False)]
    assert f"Announcement {HEAD} is not surely off" in [pair[1] for pair in findings(status)]


@pytest.mark.parametrize("number", ["", HEAD])
def test_the_end_of_an_order_that_nobody_gave_changes_nothing(number: str) -> None:
    world = outage()
    before = len(world.facts)
    world.happen(AnnouncementDone(number, True, True, "asked"))
    assert len(world.facts) == before


def test_two_head_numbers_are_switched_each_by_its_own() -> None:
    known = telling()
    rows = (*known.announcements, Announcement("+493023125001", "T7", "other", lead=(PIA,)))
    world = outage(replace(known, announcements=rows))
    world.release("T7")
    assert [order.plugin for order in world.orders] == ["pbx", "other"]
    world.run(5)
    assert all(one.done for one in world.state.announced)
    assert announcing.recall(world.facts) == world.state.announced
