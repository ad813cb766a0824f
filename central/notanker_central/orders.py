"""What people want of a site: written down, and delivered until the site says what became of it."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from notanker.core.centre_orders import ACKNOWLEDGE, CENTRE, CHANGE_KEY, FETCH, MOST_CHARACTERS
from notanker.core.heartbeat import MOST_ORDERS, Beat, CentreOrder
from notanker_central import tables as t

MOST_WAITING: Final = 20
"""Of one site: more people than that do not acknowledge within one beat."""
LAST: Final = 10
_ID_BITS: Final = 53
"""Drawn by lot, so that a centre that lost its database uses none twice; JSON carries so many exactly."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants of a site; the fields are those of the order that it becomes.

    Attributes:
        incident: The site's incident.
        contact: Who it is.
        at_s: When the person was told what he answers.
        kind: `acknowledge`, `release`, `withdraw` or `fetch`.
        how: `centre` or `link`.
        template: Of a text that is released or withdrawn, and `version` of its words.
    """

    incident: int
    contact: str
    at_s: float
    kind: str = ACKNOWLEDGE
    how: str = CENTRE
    template: str = ""
    version: int = 0


def place(
    connection: Connection,
    site: str,
    incident: int,
    contact: str,
    how: str,
    at_s: float,
    now_s: float,
) -> bool:
    """Note that somebody acknowledges; see `note`.

    Args:
        connection: An open transaction that writes.
        site: A listed site.
        incident: Its incident.
        contact: Who it is.
        how: `centre` or `link`.
        at_s: When the person was told what he answers.
        now_s: Now, on the centre's clock.

    Returns:
        False if too many wait for this site already.
    """
    return note(connection, site, Wish(incident, contact, at_s, how=how), now_s)


def note(connection: Connection, site: str, wish: Wish, now_s: float) -> bool:
    """Note what somebody wants; saying it twice changes nothing.

    Args:
        connection: An open transaction that writes.
        site: A listed site.
        wish: What it is.
        now_s: Now, on the centre's clock.

    Returns:
        False if too many wait for this site already.
    """
    c = t.centre_order.c
    contact = wish.contact[:MOST_CHARACTERS]
    waiting = select(c.kind, c.incident, c.contact, c.how, c.template, c.version)
    waiting = waiting.where(c.site == site, c.answered_s.is_(None))
    known = [tuple(row) for row in connection.execute(waiting)]
    if (wish.kind, wish.incident, contact, wish.how, wish.template, wish.version) in known:
        return True
    if len(known) >= MOST_WAITING:
        return False
    row = {
        "id": secrets.randbits(_ID_BITS),
        "site": site,
        "kind": wish.kind,
        "incident": wish.incident,
        "contact": contact,
        "how": wish.how,
        "at_s": wish.at_s,
        "template": wish.template,
        "version": wish.version,
        "asked_s": now_s,
        "reason": "",
    }
    connection.execute(insert(t.centre_order).values(**row))
    return True


def newest_of(connection: Connection, site: str, wish: Wish) -> Row[Any] | None:
    """Return the newest order of that kind, incident, contact and way, None if there is none."""
    c = t.centre_order.c
    query = (
        select(t.centre_order)
        .where(c.site == site, c.kind == wish.kind, c.incident == wish.incident)
        .where(c.contact == wish.contact[:MOST_CHARACTERS], c.how == wish.how)
        .order_by(c.asked_s.desc(), c.id)
        .limit(1)
    )
    return connection.execute(query).one_or_none()


def due(connection: Connection, sites: Collection[str]) -> dict[str, tuple[CentreOrder, ...]]:
    """Return what these sites have not answered yet, the oldest first; who has nothing is not named."""
    asked = sorted(waiting(connection).intersection(sites))
    return {site: _due(connection, site) for site in asked}


def waiting(connection: Connection) -> set[str]:
    """Return the sites that something is wanted of."""
    c = t.centre_order.c
    query = select(c.site).where(c.answered_s.is_(None)).distinct()
    return {*connection.execute(query).scalars()}


def _due(connection: Connection, site: str) -> tuple[CentreOrder, ...]:
    c = t.centre_order.c
    query = (
        select(c.id, c.kind, c.incident, c.contact, c.how, c.at_s, c.template, c.version)
        .where(c.site == site, c.answered_s.is_(None))
        .order_by(c.asked_s, c.id)
        .limit(MOST_ORDERS)
    )
    return tuple(CentreOrder(*row) for row in connection.execute(query))


def settle(connection: Connection, beats: Iterable[Beat], now_s: float) -> None:
    """Note what the sites say became of their orders."""
    c = t.centre_order.c
    for beat in beats:
        for answer in beat.answers:
            mine = (c.site == beat.site, c.id == answer.id, c.answered_s.is_(None))
            values = {"answered_s": now_s, "taken": answer.taken, "reason": answer.reason}
            connection.execute(update(t.centre_order).where(*mine).values(**values))


def last(connection: Connection, site: str) -> list[Row[Any]]:
    """Return what people wanted of the site last, the newest first."""
    c = t.centre_order.c
    by_people = (c.site == site, c.kind.not_in((CHANGE_KEY, FETCH)))
    query = select(t.centre_order).where(*by_people).order_by(c.asked_s.desc(), c.id)
    return list(connection.execute(query.limit(LAST)))


def want_key_change(connection: Connection, site: str, now_s: float) -> None:
    """Have the site change its key; saying it twice changes nothing."""
    if key_change_wanted(connection, site):
        return
    row = {"id": secrets.randbits(_ID_BITS), "site": site, "kind": CHANGE_KEY, "incident": 0}
    said = {"contact": "", "how": CENTRE, "at_s": now_s, "asked_s": now_s, "reason": ""}
    said |= {"template": "", "version": 0}
    connection.execute(insert(t.centre_order).values(**row, **said))


def key_change_wanted(connection: Connection, site: str) -> bool:
    """Tell whether the site is to change its key."""
    return (
        connection.execute(select(t.centre_order.c.id).where(*_change_of(site))).first() is not None
    )


def key_changed(connection: Connection, site: str, now_s: float) -> None:
    """Note that the site uses a new key."""
    done = {"answered_s": now_s, "taken": True}
    connection.execute(update(t.centre_order).where(*_change_of(site)).values(**done))


def _change_of(site: str) -> tuple[Any, ...]:
    c = t.centre_order.c
    return c.site == site, c.kind == CHANGE_KEY, c.answered_s.is_(None)
