"""The site as a whole, in virtual time: who is told what, and when."""

from __future__ import annotations

from dataclasses import replace

from notanker.core.events import PeopleKnown
from notanker.core.facts import CauseKnown, Opened, Queued, Resolved
from notanker.core.names import LINE_LAYERS, Cause, Layer, Uplink
from tests.unit.core.world import JONAS, MARA, World, settings, settled, to

PRIMARY, BACKUP = Uplink.PRIMARY, Uplink.BACKUP


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
    world = settled(config=settings(LINE_LAYERS))
    judges = dict(world.state.judges)
    http = judges[PRIMARY, Layer.HTTP]
    foreign = replace(http.anchors[0], refused="captive_portal")
    judges[PRIMARY, Layer.HTTP] = replace(http, anchors=(foreign, *http.anchors[1:]))
    world.state = replace(world.state, judges=judges)
    world.dead.add(PRIMARY)
    world.run(3)
    assert world.of(Opened)[0].cause is Cause.PROVIDER


def test_a_captive_portal_is_named() -> None:
    world = settled(config=settings(LINE_LAYERS))
    world.run(1)  # the HTTP probe has just been; the next is half a minute away
    world.captive.add(PRIMARY)
    world.run(10)
    assert world.state.incident is not None
    assert world.state.incident.cause is Cause.CAPTIVE_PORTAL


def test_a_cause_is_corrected_upwards_only() -> None:
    world = settled(config=settings(LINE_LAYERS))
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
    world = settled(config=settings(LINE_LAYERS))
    world.dead.add(PRIMARY)
    world.run(3)
    assert world.of(Opened)[0].evidence == "icmp 0/3, dns 0/3, tcp 0/3"


def test_who_was_told_of_no_backup_hears_when_it_comes() -> None:
    world = World()
    world.run(20)
    world.dead.update(Uplink)
    world.run(60)
    world.dead.discard(BACKUP)
    world.run(60)
    assert [fact.template for fact in world.of(Queued)] == ["T1-isolated", "T1"]
