"""Sees to it that of several centres on one database only one watches and tells.

PostgreSQL keeps an advisory lock for as long as a session lasts; when the holder is gone,
another one gets it within seconds. With SQLite there is one centre, and it always watches.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Final

import structlog
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from notanker_central.database import WATCHING
from notanker_central.store import Store

log: Final = structlog.get_logger(__name__)

LOOK_S: Final = 1.0

Work = Callable[[threading.Event], None]
"""Runs in a thread of its own until its event is set."""


class Lease:
    """The right to watch."""

    def __init__(self, store: Store) -> None:
        self._engine = store.engine
        self._shared = store.engine.dialect.name == "postgresql"
        self._holding: Connection | None = None
        self._elsewhere = False

    @property
    def elsewhere(self) -> bool:
        """Whether another centre watches, as of the last look."""
        return self._elsewhere

    def hold(self) -> bool:
        """Take the lease or find that it is still held. Never raises: without a database nobody holds it."""
        if not self._shared:
            return True
        try:
            held = self._hold()
        except SQLAlchemyError:
            self.release()
            self._elsewhere = False
            return False
        self._elsewhere = not held
        return held

    def release(self) -> None:
        """Give it back."""
        if self._holding is not None:
            self._holding.invalidate()  # ends the session, and with it the lock
            self._holding.close()
            self._holding = None

    def _hold(self) -> bool:
        if self._holding is not None:
            self._holding.execute(select(1))
            return True
        connection = self._engine.execution_options(isolation_level="AUTOCOMMIT").connect()
        try:
            got = bool(connection.execute(select(func.pg_try_advisory_lock(WATCHING))).scalar())
        except SQLAlchemyError:
            connection.close()
            raise
        if got:
            self._holding = connection
        else:
            connection.close()
        return got


def run_as_one(lease: Lease, works: Sequence[Work], stop: threading.Event) -> None:
    """Do the works while the lease is held, and wait for it while it is not, until told to stop."""
    while not stop.is_set():
        if lease.hold():
            _work(lease, works, stop)
        stop.wait(LOOK_S)
    lease.release()


def _work(lease: Lease, works: Sequence[Work], stop: threading.Event) -> None:
    ending = threading.Event()
    # A notice under way is bounded by itself and must not hold up the end.
    threads = [threading.Thread(target=work, args=(ending,), daemon=True) for work in works]
    log.info("watching")
    for thread in threads:
        thread.start()
    while not stop.wait(LOOK_S) and lease.hold():
        pass
    ending.set()
    for thread in threads:
        thread.join(timeout=5.0)
    if not stop.is_set():
        log.warning("watch_handed_on")
