"""Settles the hours that are over, a few sites at a time, in a thread of its own."""

from __future__ import annotations

import threading
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from notanker_central import rolling
from notanker_central.clock import Clock
from notanker_central.store import Store

log: Final = structlog.get_logger(__name__)

LOOK_S: Final = 60.0
BREATH_S: Final = 0.05
"""Between two transactions: the beats' writer waits for the same database."""


class Roller:
    """Adds up hours (`rolling`)."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._begun = False

    def run(self, stop: threading.Event) -> None:
        """Settle each hour once it is over, until told to stop. No fault of the database ends it."""
        while not stop.is_set():
            try:
                more = self.settle(stop)
            except SQLAlchemyError as error:
                log.warning("hours_not_settled", reason=type(error).__name__)
                more = False
            stop.wait(BREATH_S if more else LOOK_S)

    def settle(self, stop: threading.Event) -> bool:
        """Settle the next hour that is over. Returns whether there was one.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database does not answer; what is done stays done.
        """
        with self._store.read() as connection:
            hour = rolling.next_hour(connection, self._clock.wall_s(), again=not self._begun)
        if hour is None:
            return False
        after: str | None = ""
        while after is not None and not stop.wait(BREATH_S):
            with self._store.write() as connection:
                after = rolling.settle(connection, hour, after)
        self._begun = self._begun or after is None
        return True
