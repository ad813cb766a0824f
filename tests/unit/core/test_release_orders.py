"""Releases that come from the centre: of the words that the person saw, by a person of the plan, once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from notanker.core.centre_orders import answer, event_of
from notanker.core.events import DrillAsked
from notanker.core.heartbeat import CentreOrder, OrderAnswer
from notanker.core.names import Uplink
from notanker.core.outside import Drafted, Released, Withdrawn
from notanker.core.settings import Recipient
from tests.unit.core.outside_world import PIA, RULES, Outside, outage, recovered, telling
from tests.unit.core.world import MARA


def order(
    world: Outside, who: str, template: str = "T7", version: int = 1, **more: object
) -> CentreOrder:
    now_s = world.moment().wall_s
    made = CentreOrder(len(world.facts), "release", 1, who, "centre", now_s, template, version)
    return replace(made, **more)  # type: ignore[arg-type]


def obey(world: Outside, wanted: CentreOrder) -> OrderAnswer | None:
    """Do as the shell does."""
    if answer(wanted, world.state, world.moment()) is None:
        world.happen(event_of(wanted, world.state))
    return answer(wanted, world.state, world.moment())


def reason(world: Outside, wanted: CentreOrder) -> str:
    told = obey(world, wanted)
    assert told is not None
    assert not told.taken
    return told.reason


def test_a_release_at_the_centre_counts_as_one_at_the_box() -> None:
    world = outage()
    wanted = order(world, "pia")
    assert obey(world, wanted) == OrderAnswer(wanted.id, taken=True)
    assert world.draft("T7").is_released
    (said,) = world.of(Released)
    assert (said.contact, said.name, said.how) == ("pia", "Pia Entwurf", "centre")


def test_a_name_will_do_where_it_is_one_person_s() -> None:
    world = outage()
    assert obey(world, order(world, "  pia  ENTWURF ")) is not None
    assert world.draft("T7").is_released
    twin = replace(PIA, contact="pia2")
    rules = tuple(replace(one, people=(PIA, twin, MARA)) for one in RULES)
    world = outage(replace(telling(), drafts=rules))
    assert reason(world, order(world, "Pia Entwurf")) == "not_yours"


@pytest.mark.parametrize("who", ["Ida Zentrale", "panel", "?", ""])
def test_who_is_not_of_the_plan_releases_nothing(who: str) -> None:
    world = outage()
    assert reason(world, order(world, who)) == "not_yours"
    assert not world.of(Released)


def test_a_contact_called_like_the_button_is_nobody_special() -> None:
    panel = Recipient("jana", "Panel", "+493023125116")
    rules = tuple(replace(one, people=(panel,)) for one in RULES)
    world = outage(replace(telling(), drafts=rules))
    obey(world, order(world, "panel"))
    assert [one.contact for one in world.of(Released)] == ["jana"]


def test_what_takes_two_takes_two() -> None:
    world = outage()
    assert obey(world, order(world, "pia", "T9")) is not None
    assert not world.draft("T9").is_released
    assert reason(world, order(world, "Pia Entwurf", "T9")) == "you_did"
    obey(world, order(world, "mara", "T9"))
    assert world.draft("T9").is_released
    assert reason(world, order(world, "jonas", "T9")) == "released_already"


def test_a_release_of_words_that_are_others_by_now_is_refused() -> None:
    world = outage()
    seen = order(world, "pia", "T9")
    world.said = "nothing works"
    world.dead.add(Uplink.BACKUP)
    world.run(60)
    assert world.draft("T9").version == 2
    assert reason(world, seen) == "other_words"
    assert reason(world, replace(seen, version=3)) == "other_words"
    assert obey(world, order(world, "pia", "T9", 2)) is not None
    assert world.draft("T9").missing == 1


def test_a_release_from_before_an_outage_went_on_is_not_of_its_words() -> None:
    """The versions count from 1 again then."""
    world = outage()
    seen = order(world, "pia", "T9")
    recovered(world)
    world.said = "another outage"
    world.dead.add(Uplink.PRIMARY)
    world.run(60)
    assert world.draft("T9").version == 1
    assert world.draft("T9").words == (("de", "T9 another outage"),)
    assert reason(world, seen) == "other_words"
    assert obey(world, order(world, "pia", "T9")) is not None


def test_an_order_that_comes_again_releases_once_even_after_a_withdrawal() -> None:
    world = outage()
    wanted = order(world, "pia")
    obey(world, wanted)
    world.restart()
    world.release("T7", MARA, back=True)
    assert obey(world, wanted) == OrderAnswer(wanted.id, taken=True)
    assert len(world.of(Released)) == 1
    assert not world.draft("T7").is_released


def test_a_release_is_taken_back_at_the_centre() -> None:
    world = outage()
    assert reason(world, order(world, "mara", kind="withdraw")) == "not_released"
    obey(world, order(world, "pia"))
    assert obey(world, order(world, "mara", kind="withdraw")) is not None
    assert not world.draft("T7").is_released
    assert [one.how for one in world.of(Withdrawn)] == ["centre"]


def test_a_drill_s_draft_is_not_released() -> None:
    world = Outside(outage().config)
    world.run(5)
    world.happen(DrillAsked("panel", "panel"))
    world.dead.add(Uplink.PRIMARY)
    world.run(30)
    assert world.of(Drafted)
    assert reason(world, order(world, "pia")) == "drill"
    assert not world.of(Released)


def test_what_there_is_not_cannot_be_released() -> None:
    world = outage()
    assert reason(world, order(world, "pia", incident=9)) == "no_such_incident"
    assert reason(world, order(world, "pia", "T8")) == "no_such_draft"
    recovered(world)
    assert reason(world, order(world, "pia")) == "too_late"
