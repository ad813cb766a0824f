"""Looks at the sites every second, in one thread, and writes down what the dead man's switch decides."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from typing import Final

import structlog
from sqlalchemy import Connection, bindparam, func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from notanker.core.heartbeat import Beat
from notanker_central import newest
from notanker_central import tables as t
from notanker_central.alarm.kinds import Kind, hint_of
from notanker_central.clock import Clock
from notanker_central.states import State, rank_of
from notanker_central.store import Store
from notanker_central.watch import LATE_S, LEAST_HEARD, SCAN_S, Hearing, Look, Watched, decide

log: Final = structlog.get_logger(__name__)

AT_ONCE: Final = 2_000
"""At most so many sites fall silent in one transaction, so that beats get their turn in between."""
STALE_S: Final = 30.0


PROOF_LOOK_S: Final = 60.0


class Watcher:
    """The dead man's switch at work.

    Args:
        store: The database.
        clock: Its clocks.
        proof_s: A backup that nothing has proven for so long is an alarm; 0 turns that off.
    """

    def __init__(self, store: Store, clock: Clock, proof_s: float = 0.0) -> None:
        self._store = store
        self._clock = clock
        self._proof_s = proof_s
        self._last: Look | None = None
        self._proofs: Look | None = None
        self._deaf_since_s: float | None = None
        self._grace_s = -math.inf
        self._failing = False
        self.took_s = 0.0
        """How long the last look took."""

    @property
    def alive(self) -> bool:
        """Whether the last look is recent: who watches the watcher asks this at /healthz."""
        return self.lag_s < STALE_S

    @property
    def lag_s(self) -> float:
        """How long ago the last look was."""
        last = self._last
        return math.inf if last is None else self._clock.steady_s() - last.steady_s

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
            if self._last is None:
                self._deaf_since_s = _deaf_since_s(connection)
            since_s = self._deaf_since_s
            again = since_s is not None and _anybody(connection, since_s)
            hearing = _hearing(connection, overdue, now) if overdue else Hearing()
        decision = decide(self._last, now, overdue)
        more = False
        if decision.fresh_grace:
            self._grant_grace(now)
        elif again:
            self._hear_again(now)
        elif self._deaf_since_s is None and decision.silent and hearing.is_deaf:
            self._go_deaf(now)
        elif self._deaf_since_s is None and decision.silent:
            self._silence(now)
            more = len(overdue) == AT_ONCE
        self._look_at_proofs(now)
        self._last = now
        self.took_s = self._clock.steady_s() - now.steady_s
        self._note_success()
        return more

    def _grant_grace(self, now: Look) -> None:
        with self._store.write() as connection:
            granted = _grant(connection, now)
        self._grace_s = now.wall_s
        log.info("fresh_grace", sites=granted, after_start=self._last is None)

    def _go_deaf(self, now: Look) -> None:
        """Blame the centre itself: no site falls silent while nobody is heard."""
        with self._store.write() as connection:
            connection.execute(insert(t.alarm).values(kind=Kind.DEAF, opened_s=now.wall_s))
        self._deaf_since_s = now.wall_s
        log.warning("nobody_heard")

    def _hear_again(self, now: Look) -> None:
        deaf = (t.alarm.c.kind == Kind.DEAF, t.alarm.c.closed_s.is_(None))
        with self._store.write() as connection:
            connection.execute(update(t.alarm).where(*deaf).values(closed_s=now.wall_s))
            granted = _grant(connection, now)
        self._grace_s, self._deaf_since_s = now.wall_s, None
        log.info("heard_again", sites=granted)

    def _silence(self, now: Look) -> None:
        # Decided again inside the writing transaction: a beat may have come since.
        with self._store.write() as connection:
            overdue = _overdue(connection, now)
            silent = set(decide(self._last, now, overdue).silent)
            _fall_silent(connection, [item for item in overdue if item.site in silent], now.wall_s)
        log.warning("sites_silent", count=len(silent), sites=sorted(silent)[:10])

    def _look_at_proofs(self, now: Look) -> None:
        """Open and close the alarms of backups that nothing proves, once a minute."""
        last = self._proofs
        if not self._proof_s or (last and now.steady_s - last.steady_s < PROOF_LOOK_S):
            return
        self._proofs = now
        since_s = now.wall_s - self._proof_s
        # Of the time in which nobody watched, nothing can be said.
        watched = since_s >= self._grace_s and self._deaf_since_s is None
        with self._store.read() as connection:
            unproven = _unproven(connection, since_s) if watched else []
            proven = _proven(connection, since_s)
        if unproven or proven:
            with self._store.write() as connection:
                _open_proofs(connection, unproven, now.wall_s)
                _close_proofs(connection, proven, now.wall_s)
            log.info("proofs", missing=len(unproven), back=len(proven))

    def _note_failure(self, error: Exception) -> None:
        if not self._failing:
            log.warning("watch_failing", reason=type(error).__name__, detail=str(error)[:200])
        self._failing = True

    def _note_success(self) -> None:
        if self._failing:
            log.info("watch_recovered")
        self._failing = False


def _overdue(connection: Connection, now: Look) -> list[Watched]:
    interval_s = t.site.c.patience_s - t.site.c.grace_s
    query = (
        select(t.site.c.id, t.site.c.state, t.site.c.due_s, interval_s)
        .where(t.site.c.due_s <= now.wall_s)
        .order_by(t.site.c.due_s)
        .limit(AT_ONCE)
    )
    rows = connection.execute(query)
    return [Watched(row[0], State(row[1]), row[2], row[3]) for row in rows]


def _hearing(connection: Connection, overdue: Sequence[Watched], now: Look) -> Hearing:
    s = t.site.c
    some = select(s.id).where(s.due_s.is_not(None)).limit(LEAST_HEARD).subquery()
    waited_for = connection.execute(select(func.count()).select_from(some)).scalar_one()
    shortest_s = min(item.interval_s for item in overdue)
    return Hearing(waited_for, _anybody(connection, now.wall_s - shortest_s - LATE_S))


def _anybody(connection: Connection, since_s: float) -> bool:
    """Tell whether any site was heard after that; quick where one was, one scan of all where none was."""
    s = t.site.c
    query = select(s.id).where(s.received_s > since_s, s.listed).limit(1)
    return connection.execute(query).first() is not None


def _grant(connection: Connection, now: Look) -> int:
    waited_for = t.site.c.due_s.is_not(None)
    granting = update(t.site).where(waited_for).values(due_s=now.wall_s + t.site.c.patience_s)
    return connection.execute(granting).rowcount


def _deaf_since_s(connection: Connection) -> float | None:
    """Return since when nobody is heard, as an earlier life of the centre wrote it down."""
    a = t.alarm.c
    query = select(a.opened_s).where(a.kind == Kind.DEAF, a.closed_s.is_(None)).limit(1)
    return connection.execute(query).scalar()


def _fall_silent(connection: Connection, items: Sequence[Watched], now_s: float) -> None:
    if not items:
        return
    silent = {"state": State.SILENT, "rank": rank_of(State.SILENT), "since_s": now_s, "due_s": None}
    beats = _beats(connection, [item.site for item in items])
    rows = [{"one": item.site} for item in items]
    connection.execute(update(t.site).where(t.site.c.id == bindparam("one")).values(**silent), rows)
    flips = [
        {"site": item.site, "at_s": now_s, "before": item.state, "after": State.SILENT, "cause": ""}
        for item in items
    ]
    connection.execute(insert(t.flip), flips)
    alarms = [
        {
            "site": item.site,
            "kind": Kind.SILENT,
            "hint": hint_of(beats.get(item.site)),
            "opened_s": now_s,
        }
        for item in items
    ]
    connection.execute(insert(t.alarm), alarms)


def _beats(connection: Connection, sites: Sequence[str]) -> dict[str, Beat]:
    """Return the sites' last beats, of those that can be read."""
    found: dict[str, Beat] = {}
    for first in range(0, len(sites), 500):  # SQLite takes a bounded number of values in a query
        some = t.site.c.id.in_(sites[first : first + 500])
        for row in connection.execute(newest.sites().where(some)):
            if (beat := newest.beat_in(row)) is not None:
                found[row.id] = beat
    return found


def _unproven(connection: Connection, since_s: float) -> list[str]:
    """Return the sites whose beats arrive and whose backup nothing has proven since then, not told yet."""
    s, a = t.site.c, t.alarm.c
    told = select(a.site).where(a.kind == Kind.PROOF, a.closed_s.is_(None))
    query = (
        select(s.id)
        .where(
            s.listed,
            s.due_s.is_not(None),
            func.coalesce(s.lte_proven_s, s.since_s) <= since_s,
            s.id.not_in(told),
        )
        .limit(AT_ONCE)
    )
    return list(connection.execute(query).scalars())


def _proven(connection: Connection, since_s: float) -> list[int]:
    """Return the alarms of backups that have been proven since, or whose site is silent altogether."""
    s, a = t.site.c, t.alarm.c
    query = (
        select(a.id)
        .join_from(t.alarm, t.site, s.id == a.site)
        .where(a.kind == Kind.PROOF, a.closed_s.is_(None))
        .where((func.coalesce(s.lte_proven_s, s.since_s) > since_s) | s.due_s.is_(None))
        .limit(AT_ONCE)
    )
    return list(connection.execute(query).scalars())


def _open_proofs(connection: Connection, sites: Sequence[str], now_s: float) -> None:
    rows = [{"site": site, "kind": Kind.PROOF, "hint": "", "opened_s": now_s} for site in sites]
    if rows:
        connection.execute(insert(t.alarm), rows)


def _close_proofs(connection: Connection, alarms: Sequence[int], now_s: float) -> None:
    if alarms:
        closing = update(t.alarm).where(t.alarm.c.id == bindparam("one")).values(closed_s=now_s)
        connection.execute(closing, [{"one": one} for one in alarms])
