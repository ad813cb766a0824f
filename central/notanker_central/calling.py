"""Tells sites of a newer plan in the depot: an order `fetch` rides in the answer to the next beat.

Without it a site finds the plan when it looks the next time, hours later. Each number is told of once; a
site that does not get it then has its usual look.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable
from typing import Final

import msgspec
import structlog
from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from notanker.core.centre_orders import FETCH
from notanker_central import orders
from notanker_central import tables as t
from notanker_central.clock import Clock
from notanker_central.depot import Depot
from notanker_central.store import Store

log: Final = structlog.get_logger(__name__)

LOOK_S: Final = 20.0
MOST_AT_ONCE: Final = 100
"""So many sites are told in one look: a plan for a thousand sites is not fetched by all in one minute."""


class _Told(msgspec.Struct):
    """What a site's last beat says of its plan."""

    plan_seq: int = 0


class Calling:
    """The part of the centre that looks into the depot by itself.

    Args:
        store: Where orders are written down.
        depot: Where the plans are.
        clock: The centre's clock.
    """

    def __init__(self, store: Store, depot: Depot, clock: Clock) -> None:
        self._store = store
        self._depot = depot
        self._clock = clock
        self._seen: dict[str, Hashable] = {}
        self._news: set[str] = set()
        self._failing = False

    def run(self, stop: threading.Event) -> None:
        """Look until told to stop. Neither a disk nor a database ends it."""
        while not stop.is_set():
            try:
                self.look()
                self._failing = False
            except (SQLAlchemyError, OSError) as error:
                if not self._failing:
                    log.warning("plans_not_looked_for", reason=type(error).__name__)
                self._failing = True
            stop.wait(LOOK_S)

    def look(self) -> None:
        """Look once for plans that were put into the depot, and tell the sites that have older ones.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database does not answer.
        """
        for site in self._depot.sites():
            looks = self._depot.looks(site)
            if looks is not None and looks != self._seen.get(site):
                self._seen[site] = looks
                self._news.add(site)
        told = self._plans() if self._news else {}
        for site in sorted(self._news & told.keys())[:MOST_AT_ONCE]:
            if self._settled(site, told[site]):
                self._news.discard(site)

    def _plans(self) -> dict[str, int]:
        """Return the number of the plan at each site that has ever reported."""
        c = t.site.c
        b = t.full_beat.c
        query = select(c.id, b.told).join_from(t.full_beat, t.site, c.id == b.site).where(c.listed)
        with self._store.read() as connection:
            return {
                site: msgspec.json.decode(beat, type=_Told).plan_seq
                for site, beat in connection.execute(query)
                if site in self._news
            }

    def _settled(self, site: str, has: int) -> bool:
        """Tell the site if it has an older plan. Returns whether nothing is left to be told."""
        if self._depot.announced(site) <= has:
            return True
        number = self._depot.number(site)  # of what is whole, and only that is handed out
        if number <= has:
            return False
        now_s = self._clock.wall_s()
        with self._store.write() as connection:
            known = _known(connection, site)
            if number in known:
                return True
            wish = orders.Wish(number, "", now_s, kind=FETCH)
            placed = orders.note(connection, site, wish, now_s)
        log.info("site_called", site=site, plan=number)
        return placed


def _known(connection: Connection, site: str) -> set[int]:
    """Return the plans that the site was told of."""
    c = t.centre_order.c
    query = select(c.incident).where(c.site == site, c.kind == FETCH)
    return set(connection.execute(query).scalars())
