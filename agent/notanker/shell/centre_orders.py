"""What the centre wants of the site: heard in its answer to a beat, answered in the next one."""

from __future__ import annotations

from collections.abc import Callable

from notanker.core import centre_orders as rules
from notanker.core.events import Event, OrderRefused
from notanker.core.heartbeat import Ack, CentreOrder, OrderAnswer
from notanker.core.incident import Incidents


class CentreOrders:
    """The orders that the centre waits for an answer to.

    Args:
        incidents: Gives the incidents as they are.
        happen: Lets the core take an event.
    """

    def __init__(self, incidents: Callable[[], Incidents], happen: Callable[[Event], None]) -> None:
        self._incidents = incidents
        self._happen = happen
        self._asked: dict[int, CentreOrder] = {}

    def take(self, ack: Ack) -> None:
        """Do what the answer asks for, as far as it is still to be done."""
        before, asked = self._asked, rules.orders_of(ack)
        self._asked = {order.id: order for order in asked}
        for order in asked:
            told = rules.answer(order, self._incidents())
            if told is None:
                self._happen(rules.event_of(order))
            elif not told.taken and order.id not in before:
                what = f"{order.kind[:20]} {order.incident}"
                self._happen(OrderRefused(order.contact, what, told.reason))

    def answers(self) -> tuple[OrderAnswer, ...]:
        """Return what became of each; the centre goes on asking for those that are left out."""
        known = self._incidents()
        found = (rules.answer(order, known) for order in self._asked.values())
        return tuple(one for one in found if one is not None)
