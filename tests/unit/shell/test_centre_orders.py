"""What the centre's answers make the shell do."""

from __future__ import annotations

import pytest

from notanker.core.centre_orders import FETCH
from notanker.core.events import Event, OrderRefused
from notanker.core.heartbeat import Ack, CentreOrder, OrderAnswer
from notanker.shell.centre_orders import CentreOrders
from tests.unit.core.world import World


@pytest.fixture
def happened() -> list[Event]:
    return []


@pytest.fixture
def looks() -> list[None]:
    return []


@pytest.fixture
def orders(happened: list[Event], looks: list[None]) -> CentreOrders:
    return CentreOrders(lambda: World().state, happened.append, lambda: looks.append(None))


def told(*orders: CentreOrder) -> Ack:
    return Ack(1, 1, orders)


def of_plan(id_: int, seq: int) -> CentreOrder:
    return CentreOrder(id_, FETCH, seq, "", "centre", 1.0)


def test_word_of_a_newer_plan_has_the_sources_asked_once_however_often_it_comes(
    orders: CentreOrders, happened: list[Event], looks: list[None]
) -> None:
    orders.take(told(of_plan(7, 43)))
    orders.take(told(of_plan(7, 43)))
    assert len(looks) == 1
    assert orders.answers() == (OrderAnswer(7, taken=True),)
    orders.take(told(of_plan(8, 44)))
    assert len(looks) == 2
    assert happened == []


def test_what_this_version_does_not_know_is_refused_and_told_once(
    orders: CentreOrders, happened: list[Event], looks: list[None]
) -> None:
    unknown = CentreOrder(9, "dance", 1, "Ida", "centre", 1.0)
    orders.take(told(unknown))
    orders.take(told(unknown))
    assert orders.answers() == (OrderAnswer(9, taken=False, reason="kind"),)
    assert happened == [OrderRefused("Ida", "dance 1", "kind")]
    assert looks == []
