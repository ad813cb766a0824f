"""Looks at the sites every second, in one thread, and writes down what the dead man's switch decides."""

from __future__ import annotations

import threading
from typing import Final

import structlog
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from notanker_central import tables as t
from notanker_central.clock import Clock
from notanker_central.states import State, rank_of
from notanker_central.store import Store
from notanker_central.taking import flip
from notanker_central.watch import SCAN_S, Look, Watched, decide

log: Final = structlog.get_logger(__name__)

AT_ONCE: Final = 2_000
"""At most so many sites fall silent in one transaction, so that beats get their turn in between."""
STALE_S: Final = 30.0


class Watcher:
    """The dead man's switch at work."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._last: Look | None = None
        self._failing = False

    @property
    def alive(self) -> bool:
        """Whether the last look is recent: who watches the watcher asks this at /healthz."""
        last = self._last
        return last is not None and self._clock.steady_s() - last.steady_s < STALE_S

    def run(self, stop: threading.Event) -> None:
        """Look until told to stop. No fault of the database ends the watch."""
        while not stop.is_set():
            try:
                more = self.look()
            except SQLAlchemyError as error:
                self._note_failure(error)
                more = False
            stop.wait(0.0 if more else SCAN_S)

    def look(self) -> bool:
        """Take one look. Returns whether there was more to do than one look should.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database does not answer. Nothing is decided then; a long
                failure counts as absence, after which each site gets its patience anew.
        """
        now = Look(self._clock.wall_s(), self._clock.steady_s())
        with self._store.read() as connection:
            overdue = _overdue(connection, now)
        decision = decide(self._last, now, overdue)
        if decision.fresh_grace:
            self._grant_grace(now)
        elif decision.silent:
            self._silence(now)
        self._last = now
        self._note_success()
        return len(overdue) == AT_ONCE

    def _grant_grace(self, now: Look) -> None:
        with self._store.write() as connection:
            waited_for = t.site.c.due_s.is_not(None)
            granted = connection.execute(
                update(t.site).where(waited_for).values(due_s=now.wall_s + t.site.c.patience_s)
            )
        log.info("fresh_grace", sites=granted.rowcount, after_start=self._last is None)

    def _silence(self, now: Look) -> None:
        # Decided again inside the writing transaction: a beat may have come since.
        with self._store.write() as connection:
            overdue = _overdue(connection, now)
            silent = decide(self._last, now, overdue).silent
            before = {item.site: item.state for item in overdue}
            for site in silent:
                _fall_silent(connection, site, before[site], now.wall_s)
        log.warning("sites_silent", count=len(silent), sites=silent[:10])

    def _note_failure(self, error: Exception) -> None:
        if not self._failing:
            log.warning("watch_failing", reason=type(error).__name__, detail=str(error)[:200])
        self._failing = True

    def _note_success(self) -> None:
        if self._failing:
            log.info("watch_recovered")
        self._failing = False


def _overdue(connection: Connection, now: Look) -> list[Watched]:
    query = (
        select(t.site.c.id, t.site.c.state, t.site.c.due_s)
        .where(t.site.c.due_s <= now.wall_s)
        .order_by(t.site.c.due_s)
        .limit(AT_ONCE)
    )
    return [Watched(row.id, State(row.state), row.due_s) for row in connection.execute(query)]


def _fall_silent(connection: Connection, site: str, before: State, now_s: float) -> None:
    silent = {"state": State.SILENT, "rank": rank_of(State.SILENT), "since_s": now_s, "due_s": None}
    connection.execute(update(t.site).where(t.site.c.id == site).values(**silent))
    flip(connection, site, before, State.SILENT, now_s)
    connection.execute(insert(t.alarm).values(site=site, kind="silent", opened_s=now_s))
