"""Runs one receiver's sender: a thread, a queue that is bounded by the database, and what became of it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Final, Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError

from notanker_central.alarm.channels import ChannelError
from notanker_central.clock import Clock
from notanker_central.push.picture import CHANGES_AT_ONCE, Picture, last_change, picture
from notanker_central.push.settings import Push
from notanker_central.store import Store

log: Final = structlog.get_logger(__name__)

LOOK_S: Final = 2.0
MOST_PAUSE_S: Final = 30.0


class Sender(Protocol):
    """One kind of receiver."""

    wants_changes: bool
    """Whether it is told each change, and not only what is."""

    def send(self, told: Picture) -> None:
        """Tell the picture, within a bounded time.

        Raises:
            ChannelError: it did not take all of it.
        """


@dataclass(slots=True)
class Health:
    """How a receiver does, for the board; `reason` is why it failed last, empty while it takes all.

    Attributes:
        failures: How often in a row it did not.
        since_s: Since when, wall seconds.
        told_s: When it took the last picture.
        behind: How many changes it has not been told.
        skipped: How many it never will be, because it was away for too long.
    """

    name: str
    kind: str
    failures: int = 0
    reason: str = ""
    since_s: float | None = None
    told_s: float | None = None
    behind: int = 0
    skipped: int = 0


class Pusher:
    """One receiver at work."""

    def __init__(self, store: Store, settings: Push, sender: Sender, clock: Clock) -> None:
        self._store = store
        self._sender = sender
        self._clock = clock
        self._every_s = settings.every_s
        self._known: int | None = None
        self._last_s: float | None = None
        self._told: object = None
        self.health: Final = Health(settings.name, settings.kind)

    def run(self, stop: threading.Event) -> None:
        """Tell until told to stop. Nothing that a receiver does ends it."""
        while not stop.is_set():
            stop.wait(self._pause_s() if not self.push() else 0.0)

    def push(self) -> bool:
        """Tell what is due. Returns whether there is more to tell at once."""
        try:
            told = self._picture()
        except SQLAlchemyError:
            return False  # the watch reports a database that fails
        if told is None:
            return False
        try:
            self._sender.send(told)
        except ChannelError as error:
            self._failed(str(error))
            return False
        self._took(told)
        return len(told.changes) == CHANGES_AT_ONCE

    def _picture(self) -> Picture | None:
        now_s = self._clock.wall_s()
        with self._store.read() as connection:
            last = last_change(connection)
            if self._known is None:
                self._known = last  # what was before this life, the receiver heard from that one
            after = self._known if self._sender.wants_changes else None
            told = picture(connection, after, now_s)
        self.health.behind = last - self._known if self._sender.wants_changes else 0
        return told if self._is_due(told) else None

    def _is_due(self, told: Picture) -> bool:
        steady_s = self._clock.steady_s()
        if self._last_s is None or steady_s - self._last_s >= self._every_s or told.changes:
            return True
        return _essence(told) != self._told

    def _took(self, told: Picture) -> None:
        health = self.health
        if health.failures:
            log.info("receiver_works_again", name=health.name)
        if told.changes:
            self._known = told.changes[-1].id
        if told.skipped:
            health.skipped += told.skipped
            log.warning("changes_skipped", name=health.name, count=told.skipped)
        self._last_s = self._clock.steady_s()
        self._told = _essence(told)
        health.failures, health.reason, health.since_s = 0, "", None
        health.told_s = told.now_s

    def _failed(self, reason: str) -> None:
        health = self.health
        if not health.failures:
            health.since_s = self._clock.wall_s()
            log.warning("receiver_failing", name=health.name, reason=reason[:200])
        health.failures += 1
        health.reason = reason[:200]

    def _pause_s(self) -> float:
        """Return how long to wait: longer with each failure, so that nobody is hammered."""
        return min(LOOK_S * 2.0 ** min(self.health.failures, 10), MOST_PAUSE_S)


def _essence(told: Picture) -> object:
    """Return what is worth telling at once: which incidents there are, how large, and who has them."""
    return [(one.number, one.sites, one.acknowledged_by) for one in told.open]
