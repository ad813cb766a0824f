"""Orders of the centre: which of them are heard, and what became of each.

They ride in the answer to a beat and come again until a later beat says what became of them, so neither a
lost answer nor a restart loses one, and none is done twice: the record itself says whether it was.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from notanker.core.events import Acknowledged
from notanker.core.facts import Acknowledged as Acknowledgement
from notanker.core.heartbeat import MOST_ORDERS, Ack, CentreOrder, OrderAnswer
from notanker.core.incident import Incident, Incidents
from notanker.core.names import Stage

ACKNOWLEDGE: Final = "acknowledge"
WAYS: Final = frozenset({"centre", "link"})
MOST_CHARACTERS: Final = 64
"""Of a person's name; what is longer is cut."""
SKEW_S: Final = 5.0
"""Two clocks that are both synchronised differ by less."""


def orders_of(ack: Ack) -> tuple[CentreOrder, ...]:
    """Return the orders of an answer, as many and as long as an honest centre sends, made fit to be shown."""
    return tuple(
        replace(
            order, contact=_shown(order.contact), how=order.how if order.how in WAYS else "centre"
        )
        for order in ack.orders[:MOST_ORDERS]
    )


def answer(order: CentreOrder, known: Incidents) -> OrderAnswer | None:
    """Return what became of an order, None if it is still to be done."""
    if any(_is_by(order, one) for one in known.all):
        return OrderAnswer(order.id, taken=True)
    reason = _refusal(order, known)
    return OrderAnswer(order.id, taken=False, reason=reason) if reason else None


def event_of(order: CentreOrder) -> Acknowledged:
    """Return what the order makes happen."""
    return Acknowledged(order.incident, order.contact, order.how, order.id)


def _refusal(order: CentreOrder, known: Incidents) -> str:
    if order.kind != ACKNOWLEDGE:
        return "kind"
    incident = known.find(order.incident)
    if incident is None:
        return "unknown"
    if incident.stage is Stage.RESOLVED:
        return "resolved"
    if incident.since.trusted and order.at_s < incident.since.wall_s - SKEW_S:
        return "stale"  # it was said of an outage that was resolved meanwhile
    return "had" if incident.acknowledged is not None else ""


def _is_by(order: CentreOrder, incident: Incident) -> bool:
    return any(
        isinstance(fact, Acknowledgement) and fact.order == order.id for fact in incident.facts
    )


def _shown(text: str) -> str:
    return "".join(sign for sign in text[:MOST_CHARACTERS] if sign.isprintable()).strip() or "?"
