"""What the centre may want of a site, and that nothing is lost or done twice on the way."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.core import centre_orders
from notanker.core.beating import HURRY_S
from notanker.core.centre_orders import MOST_CHARACTERS, answer, event_of, orders_of
from notanker.core.commands import Beat
from notanker.core.facts import Acknowledged, Queued
from notanker.core.heartbeat import MOST_ORDERS, Ack, CentreOrder, OrderAnswer
from notanker.core.names import Uplink
from notanker.core.settings import Step, Telling
from tests.unit.core.world import JONAS, MARA, World, settings

ORDER = CentreOrder(99, "acknowledge", 1, "Ida Zentrale", "centre", 1_790_001_030.0)


@pytest.fixture
def world() -> World:
    steps = (Step(1, "it", (MARA,)), Step(2, "lead", (JONAS,)))
    found = World(replace(settings(), telling=Telling(steps)))
    found.run(20)
    found.dead.add(Uplink.PRIMARY)
    found.run(10)
    return found


def obey(world: World, order: CentreOrder) -> OrderAnswer | None:
    """Do as the shell does."""
    if answer(order, world.state, world.moment()) is None:
        world.happen(event_of(order, world.state))
    return answer(order, world.state, world.moment())


def test_the_centre_s_order_acknowledges_and_says_who_it_was(world: World) -> None:
    assert obey(world, ORDER) == OrderAnswer(99, taken=True)
    (one,) = world.state.incidents.open
    assert one.acknowledged_by == "Ida Zentrale"
    world.run(400)
    assert {fact.contact for fact in world.of(Queued)} == {"mara"}, "nobody else is alarmed"


def test_an_order_that_comes_again_is_not_done_again(world: World) -> None:
    obey(world, ORDER)
    world.restart()
    assert obey(world, ORDER) == OrderAnswer(99, taken=True)
    world.dead.clear()
    world.run(60)
    assert not world.state.incidents.open
    assert obey(world, ORDER) == OrderAnswer(99, taken=True), (
        "it was, however late the centre hears"
    )
    assert len(world.of(Acknowledged)) == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"incident": 2}, "unknown"), ({"kind": "explode"}, "kind")],
)
def test_what_cannot_be_done_is_refused_with_its_reason(
    world: World, change: dict[str, object], reason: str
) -> None:
    order = replace(ORDER, **change)  # type: ignore[arg-type]
    assert obey(world, order) == OrderAnswer(99, taken=False, reason=reason)
    assert not world.of(Acknowledged)


def test_who_comes_second_or_too_late_is_told_so(world: World) -> None:
    obey(world, replace(ORDER, id=98))
    assert obey(world, ORDER) == OrderAnswer(99, taken=False, reason="had")
    world.dead.clear()
    world.run(60)
    assert obey(world, ORDER) == OrderAnswer(99, taken=False, reason="resolved")


def test_word_of_a_newer_plan_is_heard_whatever_else_is_the_matter(world: World) -> None:
    order = CentreOrder(7, centre_orders.FETCH, 43, "", "centre", 1.0)
    assert answer(order, world.state, world.moment()) == OrderAnswer(7, taken=True)


@given(
    st.lists(
        st.builds(
            CentreOrder, st.integers(), st.text(), st.integers(), st.text(), st.text(), st.floats()
        )
    )
)
def test_an_answer_of_any_size_is_cut_to_what_an_honest_centre_sends(
    orders: list[CentreOrder],
) -> None:
    heard = orders_of(Ack(1, 1, tuple(orders)))
    assert len(heard) <= MOST_ORDERS
    for order in heard:
        assert 0 < len(order.contact) <= MOST_CHARACTERS
        assert order.contact.isprintable()
        assert order.how in centre_orders.WAYS


def beats(world: World) -> list[float]:
    return [at_s for at_s, command in world.done if isinstance(command, Beat)]


def test_while_others_are_being_alarmed_an_order_waits_no_longer_than_the_hurried_interval(
    world: World,
) -> None:
    world.run(570)
    (one,) = world.state.incidents.open
    assert one.chained is not None
    first_s, end_s = one.chained.boot_s, one.chained.boot_s + 600
    at = [first_s, *(at_s for at_s in beats(world) if first_s < at_s < end_s)]
    assert max(b - a for a, b in pairwise(at)) <= HURRY_S + 0.1


@pytest.mark.parametrize("how", ["acknowledged", "nobody is left"])
def test_the_hurry_ends_with_its_reason(world: World, how: str) -> None:
    if how == "acknowledged":
        obey(world, ORDER)
    else:
        world.run(700)
    before = len(beats(world))
    world.run(600)
    assert len(beats(world)) - before <= 12


def test_that_somebody_has_it_is_news_for_the_centre(world: World) -> None:
    world.run(700)
    before_s = world.now_s
    obey(world, ORDER)
    assert beats(world)[-1] == pytest.approx(before_s, abs=0.1)
