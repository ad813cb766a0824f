"""A site's signs of life in a whole world: the carrier that works, the SMS when none does, a mute centre."""

from __future__ import annotations

from dataclasses import replace

from notanker.core import view
from notanker.core.beating import MUTE_S
from notanker.core.commands import Beat, Show
from notanker.core.findings import findings
from notanker.core.names import Carrier, Uplink
from notanker.core.settings import BeatSettings, CarrierSettings
from notanker.core.status import Status
from tests.unit.core.world import World, settings

HTTPS, UDP, SMS = Carrier.HTTPS, Carrier.UDP, Carrier.SMS
ORDER = CarrierSettings((UDP, HTTPS), (UDP, HTTPS))


def world(texts_per_day: int = 0) -> World:
    beat = BeatSettings(carriers=ORDER, texts_per_day=texts_per_day)
    return World(replace(settings(), beat=beat))


def beats(world: World, *carriers: Carrier) -> list[Beat]:
    return [c for _, c in world.done if isinstance(c, Beat) and c.carrier in carriers]


def status(world: World) -> Status:
    return view.status_of(world.state, world.moment())


def test_a_carrier_that_is_blocked_gives_way_without_a_gap_the_centre_would_see() -> None:
    site = world()
    site.blocked.add(UDP)
    site.run(300)
    assert len(beats(site, UDP)) < 10
    first = next(at_s for at_s, c in site.done if isinstance(c, Beat) and c.carrier is HTTPS)
    assert first - 1060.0 < 20, "the first beat of all went out before anything was blocked"
    assert site.state.beating.heard_s > site.now_s - 61


def test_a_site_without_any_line_tells_the_centre_by_sms_once_and_goes_on_trying() -> None:
    site = world(texts_per_day=4)
    site.run(60)
    site.dead.update(Uplink)
    site.run(1_200)
    assert len(beats(site, SMS)) == 1
    tried = len(beats(site, UDP, HTTPS))
    site.dead.clear()
    site.run(120)
    assert len(beats(site, UDP, HTTPS)) > tried
    assert len(beats(site, SMS)) == 1


def test_while_a_line_works_no_sms_is_spent_on_a_centre_that_is_away() -> None:
    site = world(texts_per_day=4)
    site.blocked.update(Carrier)
    site.run(3_600)
    assert not beats(site, SMS)


def test_a_mute_centre_is_a_finding_until_it_answers() -> None:
    site = world()
    site.blocked.update(Carrier)
    site.run(MUTE_S - 30)
    assert not status(site).heartbeat.mute
    site.done.clear()
    site.run(60)
    assert any(isinstance(c, Show) for _, c in site.done), "what people see is written at once"
    told = status(site)
    assert told.heartbeat.mute
    assert any("Zentrale stumm" in german for german, _ in findings(told))
    site.blocked.clear()
    site.run(120)
    assert not status(site).heartbeat.mute


def test_a_site_without_a_centre_is_never_told_that_it_is_mute() -> None:
    site = World(replace(settings(), beat=BeatSettings(enabled=False)))
    site.run(MUTE_S + 60)
    assert not status(site).heartbeat.mute
