"""What the centre wants of the site: heard in its answer to a beat, answered in the next one."""

from __future__ import annotations

from collections.abc import Callable

from notanker.core import centre_orders as rules
from notanker.core.events import Event, OrderRefused
from notanker.core.heartbeat import Ack, CentreOrder, OrderAnswer
from notanker.core.state import Site
from notanker.shell.clock import Clock


class CentreOrders:
    """The orders that the centre waits for an answer to.

    Args:
        site: Gives the present state.
        happen: Lets the core take an event.
        fetch: Has the sources of plans asked soon.

    Attributes:
        new_key: Whether the centre wants the site to change its key.
    """

    def __init__(
        self,
        site: Callable[[], Site],
        happen: Callable[[Event], None],
        fetch: Callable[[], None] = lambda: None,
    ) -> None:
        self._site = site
        self._happen = happen
        self._fetch = fetch
        self._clock = Clock()
        self.new_key = False
        self._asked: dict[int, CentreOrder] = {}

    def take(self, ack: Ack) -> None:
        """Do what the answer asks for, as far as it is still to be done."""
        before, every = self._asked, rules.orders_of(ack)
        asked = tuple(order for order in every if order.kind != rules.CHANGE_KEY)
        self.new_key = len(asked) < len(every)
        self._asked = {order.id: order for order in asked}
        if any(order.kind == rules.FETCH and order.id not in before for order in asked):
            self._fetch()
        for order in asked:
            told = rules.answer(order, self._site(), self._clock.now())
            if told is None:
                self._happen(rules.event_of(order, self._site()))
            elif not told.taken and order.id not in before:
                what = f"{order.kind[:20]} {order.incident} {order.template}".rstrip()
                self._happen(OrderRefused(order.contact, what, told.reason))

    def answers(self) -> tuple[OrderAnswer, ...]:
        """Return what became of each; the centre goes on asking for those that are left out."""
        site, now = self._site(), self._clock.now()
        found = (rules.answer(order, site, now) for order in self._asked.values())
        return tuple(one for one in found if one is not None)
