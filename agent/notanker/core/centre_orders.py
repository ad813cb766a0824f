"""Orders of the centre: which of them are heard, and what became of each.

They ride in the answer to a beat and come again until a later beat says what became of them, so neither a
lost answer nor a restart loses one, and none is done twice: the record itself says whether it was.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from notanker.core import drafts
from notanker.core.events import Acknowledged, ReleaseAsked
from notanker.core.facts import Acknowledged as Acknowledgement
from notanker.core.heartbeat import MOST_ORDERS, Ack, CentreOrder, OrderAnswer
from notanker.core.incident import Incident, Incidents
from notanker.core.moment import Moment
from notanker.core.names import Stage
from notanker.core.outside import Released, Withdrawn

if TYPE_CHECKING:
    from notanker.core.state import Site

ACKNOWLEDGE: Final = "acknowledge"
CHANGE_KEY: Final = "change_key"
"""The site agrees with the centre on another key; that it is used is the answer, so there is no other."""
FETCH: Final = "fetch"
"""There is a newer plan; its number stands where others name an incident. Heard is done: whether the plan
comes is told by its number in the beats, and the usual look at the sources comes anyway."""
RELEASE: Final = "release"
WITHDRAW: Final = "withdraw"
CENTRE: Final = "centre"
OTHER_WORDS: Final = "other_words"
"""Why a release is refused that was meant for a version which is none any more."""
WAYS: Final = frozenset({CENTRE, "link"})
MOST_CHARACTERS: Final = 64
"""Of a person's name, and of a text's id; what is longer is cut."""
SKEW_S: Final = 5.0
"""Two clocks that are both synchronised differ by less."""


def orders_of(ack: Ack) -> tuple[CentreOrder, ...]:
    """Return the orders of an answer, as many and as long as an honest centre sends, made fit to be shown."""
    return tuple(
        replace(
            order,
            contact=_shown(order.contact),
            how=order.how if order.how in WAYS else CENTRE,
            template=_shown(order.template) if order.template else "",
        )
        for order in ack.orders[:MOST_ORDERS]
    )


def answer(order: CentreOrder, site: Site, now: Moment) -> OrderAnswer | None:
    """Return what became of an order, None if it is still to be done."""
    if order.kind == CHANGE_KEY:
        return None
    if order.kind == FETCH or any(_is_by(order, one) for one in site.incidents.all):
        return OrderAnswer(order.id, taken=True)
    if order.kind == ACKNOWLEDGE:
        reason = _against_acknowledgement(order, site.incidents)
    elif order.kind in (RELEASE, WITHDRAW):
        reason = _against_release(order, site, now)
    else:
        reason = "kind"
    return OrderAnswer(order.id, taken=False, reason=reason) if reason else None


def event_of(order: CentreOrder, site: Site) -> Acknowledged | ReleaseAsked:
    """Return what the order makes happen."""
    if order.kind == ACKNOWLEDGE:
        return Acknowledged(order.incident, order.contact, order.how, order.id)
    who = drafts.person_called(site.settings.telling, order.contact)
    back = order.kind == WITHDRAW
    return ReleaseAsked(order.incident, order.template, who, CENTRE, back, order.id)


def _against_acknowledgement(order: CentreOrder, known: Incidents) -> str:
    incident = known.find(order.incident)
    if incident is None:
        return "unknown"
    if incident.stage is Stage.RESOLVED:
        return "resolved"
    if incident.since.trusted and order.at_s < incident.since.wall_s - SKEW_S:
        return "stale"  # it was said of an outage that was resolved meanwhile
    return "had" if incident.acknowledged is not None else ""


def _against_release(order: CentreOrder, site: Site, now: Moment) -> str:
    known, telling = site.incidents, site.settings.telling
    who = drafts.person_called(telling, order.contact)
    incident = known.find(order.incident)
    draft = drafts.find(incident.drafts, order.template) if incident is not None else None
    if draft is not None and drafts.has_other_words(draft, order.version, order.at_s):
        return OTHER_WORDS
    if order.kind == WITHDRAW:
        why = drafts.against_withdrawal(known, telling, order.incident, order.template, who)
    else:
        why = drafts.refusal(known, telling, order.incident, order.template, who, now)
    return "" if why is None else str(why)


def _is_by(order: CentreOrder, incident: Incident) -> bool:
    done = (Acknowledgement, Released, Withdrawn)
    return any(isinstance(fact, done) and fact.order == order.id for fact in incident.facts)


def _shown(text: str) -> str:
    return "".join(sign for sign in text[:MOST_CHARACTERS] if sign.isprintable()).strip() or "?"
