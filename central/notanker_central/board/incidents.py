"""The fleet's open incidents: what nobody has taken on first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, func, select

from notanker_central import tables as t
from notanker_central import views

PAGE: Final = 50
_OPEN: Final = (t.OPEN, t.SHOWN)


@dataclass(frozen=True, slots=True)
class Open:
    """A page of sites that have open incidents."""

    sites: tuple[views.SiteView, ...]
    number: int
    pages: int
    total: int


def count_unheld(connection: Connection) -> int:
    """Return how many sites have an incident that nobody has taken on."""
    query = select(func.count()).where(*_OPEN, t.site.c.unheld > 0)
    return connection.execute(query).scalar_one()


def page(connection: Connection, number: int) -> Open:
    """Return a page; a number out of range gives the nearest."""
    c = t.site.c
    total = connection.execute(select(func.count()).where(*_OPEN)).scalar_one()
    pages = max(1, -(-total // PAGE))
    number = min(max(1, number), pages)
    order = (c.unheld == 0, c.rank, c.name, c.id)
    ids = select(c.id).where(*_OPEN).order_by(*order).limit(PAGE).offset((number - 1) * PAGE)
    found = connection.execute(ids).scalars().all()
    return Open(views.some(connection, found), number, pages, total)
