"""What the tests of the journal write, and what befalls its file."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from notanker.core.delivery import Delivery
from notanker.core.facts import Opened, Started
from notanker.core.moment import Moment
from notanker.core.names import Cause, Line, Outcome, Uplink
from notanker.shell import journal
from notanker.shell.journal import Journal


def at(number: float) -> Moment:
    return Moment(float(number), 1_790_000_000.0, trusted=True, boot="b1")


def started(number: float) -> Started:
    return Started(at(number), Uplink.PRIMARY, "0.1.0")


def opened(number: int) -> Opened:
    return Opened(at(number), number, Cause.PROVIDER, "icmp 0/3", Line.BACKUP)


def message(mark: str = "1-1", outcome: Outcome = Outcome.QUEUED) -> Delivery:
    return Delivery(mark, 1, "+493023125110", "Störung 1 …", 5.0, outcome)


@asynccontextmanager
async def open_journal(
    path: Path, changed: Callable[[str], None] = lambda _: None
) -> AsyncIterator[Journal]:
    store = Journal(path, changed)
    store.start()
    try:
        yield store
    finally:
        await asyncio.to_thread(store.close)


def live(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let another program hold the write lock."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("begin immediate")
    try:
        yield
    finally:
        other.execute("rollback")
        other.close()


def sql(statement: str, values: tuple[object, ...] = ()) -> journal.Work[None]:
    """Return the work of one statement."""

    def work(connection: sqlite3.Connection) -> None:
        connection.execute(statement, values)

    return work


def held(begun: threading.Event, gate: threading.Event) -> journal.Work[None]:
    """Return work that keeps the thread busy until the gate opens."""

    def work(_: sqlite3.Connection) -> None:
        begun.set()
        gate.wait(30)

    return work


def rows(path: Path) -> list[tuple[Any, ...]]:
    with sqlite3.connect(path) as connection:
        found = connection.execute("select position, kind, boot_s from event").fetchall()
    connection.close()
    return found


class Troubles:
    """What the journal says of itself; `told` and `over` can be waited for."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.told = threading.Event()
        self.over = threading.Event()

    def __call__(self, trouble: str) -> None:
        self.said.append(trouble)
        (self.told if trouble else self.over).set()
