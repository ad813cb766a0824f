"""The journal: append-only facts and the outbox, in SQLite, in a thread of its own.

WAL with full sync: what is acknowledged survives a power cut (measured on a virtual disk: `FULL` lost 0
commits in 7 cuts, `NORMAL` 53 to 68 in each). All that waits is written in one transaction. A disk that
is full, locked or broken is tried again for ever, and the loop never waits for it.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from notanker.core.delivery import Delivery
from notanker.core.facts import Fact
from notanker.core.heartbeat import BeatEvent
from notanker.core.moment import Moment
from notanker.core.names import Outcome
from notanker.shell import clock
from notanker.shell.codec import CodecError, decode_fact, encode_fact

RETRY_S: Final = 1.0
BUSY_MS: Final = 500
MOST_WAITING: Final = 10_000
"""So many operations are held in memory while the disk fails; later ones are refused."""
HISTORY: Final = 5_000
"""So many of the last facts are read at a start."""

UNTOLD: Final = 50
"""So many of the messages changed last are looked at for an end that no fact tells of."""

MISTAKES: Final = (
    sqlite3.IntegrityError,
    sqlite3.ProgrammingError,
    sqlite3.InterfaceError,
    sqlite3.DataError,
)
"""What is wrong with the work and not with the disk, though SQLite says it."""

SCHEMA: Final = """
create table if not exists event(
  position integer primary key autoincrement,
  kind text not null, boot text not null, boot_s real not null,
  wall_s real not null, trusted integer not null, fields text not null);
create table if not exists outbox(
  mark text primary key, incident integer not null, number text not null, text text not null,
  queued_s real not null, outcome text not null, attempts integer not null,
  unknowns integer not null, reason text not null, channel text not null, over integer not null);
create table if not exists number(name text primary key, value integer not null);
create trigger if not exists event_stays before update on event
  begin select raise(abort, 'the journal is append-only'); end;
"""

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]


@dataclass(frozen=True, slots=True)
class Past:
    """What a start finds: facts in order, and messages not yet over.

    Attributes:
        unreadable: Facts that this version cannot read.
        known: Whether the journal could be read at all.
    """

    facts: tuple[Fact, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    unreadable: int = 0
    known: bool = True


class Journal:
    """The journal's file.

    Args:
        path: The database; its folder is made if it is missing.
        changed: Called from the thread with "" when writing works (again), or with what is wrong.
    """

    def __init__(self, path: Path, changed: Callable[[str], None] = lambda _: None) -> None:
        self._path = path
        self._changed = changed
        self._trouble = ""
        self._work: queue.SimpleQueue[tuple[Work[Any], Future[Any]] | None] = queue.SimpleQueue()
        self._connection: sqlite3.Connection | None = None
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def do(self, work: Work[T]) -> asyncio.Future[T]:
        """Have the work done in order; the future ends once it is on disk."""
        future: Future[T] = Future()
        if self._work.qsize() >= MOST_WAITING:
            future.set_exception(sqlite3.OperationalError("too much is waiting for the disk"))
        else:
            self._work.put((work, future))
        return asyncio.wrap_future(future)

    def close(self, wait_s: float = 2.0) -> None:
        """Write what waits, within the bound, and end the thread."""
        self._closing.set()
        self._work.put(None)
        self._thread.join(wait_s)

    def _run(self) -> None:
        while True:
            batch = self._next_batch()
            if batch is None:
                break
            self._until_written(batch)
        if self._connection is not None:
            self._connection.close()

    def _next_batch(self) -> list[tuple[Work[Any], Future[Any]]] | None:
        """Wait for work; take all that is there, so that it shares one sync."""
        first = self._work.get()
        if first is None:
            return None
        batch = [first]
        while not self._work.empty() and len(batch) < 500:
            item = self._work.get()
            if item is None:
                self._work.put(None)
                break
            batch.append(item)
        return batch

    def _until_written(self, batch: list[tuple[Work[Any], Future[Any]]]) -> None:
        while True:
            try:
                results = self._write(batch)
            except Exception as error:  # noqa: BLE001 - whatever it is, it must not end the thread
                if not is_disk(error):
                    self._give_up(batch, error)
                    return
                self._fail(error)
                if self._closing.wait(RETRY_S):
                    return
            else:
                self._tell("")
                for (_, future), result in zip(batch, results, strict=True):
                    with suppress(InvalidStateError):  # who asked has stopped waiting
                        future.set_result(result)
                return

    def _give_up(self, batch: list[tuple[Work[Any], Future[Any]]], error: Exception) -> None:
        """Refuse what no retry can mend, and only that."""
        if len(batch) == 1:
            with suppress(InvalidStateError):
                batch[0][1].set_exception(error)
            return
        for item in batch:
            self._until_written([item])

    def _write(self, batch: list[tuple[Work[Any], Future[Any]]]) -> list[Any]:
        if self._connection is None:
            self._connection = open_database(self._path)
        with self._connection:  # one transaction: all of it or nothing
            self._connection.execute("begin immediate")
            return [work(self._connection) for work, _ in batch]

    def _fail(self, error: Exception) -> None:
        self._tell(str(error))
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if is_broken(error):
            with suppress(OSError):  # the disk is read-only, or gone: tried again like the rest
                set_aside(self._path)

    def _tell(self, trouble: str) -> None:
        if trouble != self._trouble:
            self._trouble = trouble
            self._changed(trouble)


def open_database(path: Path) -> sqlite3.Connection:
    """Open or make the database.

    Raises:
        sqlite3.Error: it cannot be opened, is locked, or is broken.
        OSError: its folder cannot be made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(
        path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("pragma journal_mode=wal")
        connection.execute("pragma synchronous=full")
        connection.executescript(SCHEMA)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def is_disk(error: Exception) -> bool:
    """Tell whether the disk is at fault, so that trying again may help."""
    return isinstance(error, sqlite3.Error | OSError) and not isinstance(error, MISTAKES)


def is_broken(error: Exception) -> bool:
    """Tell whether the file itself is no database any more."""
    name = getattr(error, "sqlite_errorname", "")  # with a suffix such as _INDEX, _SEQUENCE
    return name == "SQLITE_NOTADB" or name.startswith("SQLITE_CORRUPT")


def set_aside(path: Path) -> None:
    """Rename a broken database, so that a new one can begin; nothing is deleted.

    Raises:
        OSError: it cannot be renamed.
    """
    stamp = int(clock.wall_s())
    while path.with_name(f"{path.name}.broken-{stamp}").exists():
        stamp += 1
    for suffix in ("", "-wal", "-shm"):
        file = path.with_name(path.name + suffix)
        if file.exists():
            file.rename(path.with_name(f"{path.name}.broken-{stamp}{suffix}"))


def append(facts: Iterable[Fact], deliveries: Iterable[Delivery] = ()) -> Work[None]:
    """Return the work of writing facts and new messages together."""
    rows = [_row(fact) for fact in facts]
    messages = [_message(delivery) for delivery in deliveries]

    def work(connection: sqlite3.Connection) -> None:
        connection.executemany(
            "insert into event(kind, boot, boot_s, wall_s, trusted, fields) values(?,?,?,?,?,?)",
            rows,
        )
        connection.executemany(
            "insert or ignore into outbox values(?,?,?,?,?,?,?,?,?,?,?)", messages
        )

    return work


def update(delivery: Delivery) -> Work[None]:
    """Return the work of writing down where a message is on its way."""

    def work(connection: sqlite3.Connection) -> None:
        connection.execute(
            "insert or replace into outbox values(?,?,?,?,?,?,?,?,?,?,?)", _message(delivery)
        )

    return work


def reserve(name: str, count: int, default: int = 1) -> Work[int]:
    """Return the work of setting numbers aside for good; it yields the first of them."""

    def work(connection: sqlite3.Connection) -> int:
        row = connection.execute("select value from number where name=?", (name,)).fetchone()
        first = int(row[0]) if row else default
        connection.execute("insert or replace into number values(?,?)", (name, first + count))
        return first

    return work


def note(name: str, value: int) -> Work[None]:
    """Return the work of remembering a number, such as how far the centre has stored events."""

    def work(connection: sqlite3.Connection) -> None:
        connection.execute("insert or replace into number values(?,?)", (name, value))

    return work


def recall(name: str, default: int = 0) -> Work[int]:
    """Return the work of reading a remembered number."""

    def work(connection: sqlite3.Connection) -> int:
        row = connection.execute("select value from number where name=?", (name,)).fetchone()
        return int(row[0]) if row else default

    return work


def events_after(position: int, limit: int) -> Work[tuple[BeatEvent, ...]]:
    """Return the work of reading events for the centre."""

    def work(connection: sqlite3.Connection) -> tuple[BeatEvent, ...]:
        rows = connection.execute(
            "select position, kind, boot_s, wall_s, trusted, boot, fields from event"
            " where position>? order by position limit ?",
            (position, limit),
        )
        return tuple(
            BeatEvent(row[0], row[1], Moment(row[2], row[3], bool(row[4]), row[5]), row[6])
            for row in rows
        )

    return work


def last_position(connection: sqlite3.Connection) -> int:
    """Return the position of the last event, 0 if there is none."""
    return int(connection.execute("select coalesce(max(position), 0) from event").fetchone()[0])


def past(connection: sqlite3.Connection) -> Past:
    """Return what a start needs: the last facts, and the messages that are still on their way.

    However long an incident lasts, its opening is among the facts: its number, and who was told.
    """
    rows = connection.execute(
        "select kind, fields, boot_s, wall_s, trusted, boot from event where position > min("
        " (select coalesce(max(position), 0) from event) - ?,"
        " (select coalesce(max(position), ?) - 1 from event where kind = 'Opened'))"
        " order by position",
        (HISTORY, 2**62),
    ).fetchall()
    facts: list[Fact] = []
    unreadable = 0
    for kind, values, boot_s, wall, trusted, boot in rows:
        try:
            facts.append(decode_fact(kind, values, Moment(boot_s, wall, bool(trusted), boot)))
        except CodecError:
            unreadable += 1
    return Past(tuple(facts), _open_messages(connection), unreadable)


def _open_messages(connection: sqlite3.Connection) -> tuple[Delivery, ...]:
    """Return the messages that are on their way, and those whose end no fact tells of.

    A crash may have come between the two. Each change of a message gives it the highest rowid.
    """
    rows = connection.execute(
        "select mark, incident, number, text, queued_s, outcome, attempts, unknowns, reason, channel"
        " from outbox where not over or (rowid > (select max(rowid) from outbox) - ? and mark not in"
        " (select coalesce(json_extract(fields, '$.mark'), '') from event"
        " where kind = 'Settled' and json_valid(fields)))"
        " order by rowid",
        (UNTOLD,),
    )
    known = {str(outcome): outcome for outcome in Outcome}
    return tuple(
        Delivery(
            mark=row[0], incident=row[1], number=row[2], text=row[3], queued_s=row[4],
            # What another version wrote may have left or not: the channel is asked.
            outcome=known.get(row[5], Outcome.UNKNOWN), attempts=row[6], unknowns=row[7], reason=row[8],
            channel=row[9],
        )
        for row in rows
    )  # fmt: skip


def _row(fact: Fact) -> tuple[object, ...]:
    kind, values = encode_fact(fact)
    at = fact.at
    return (kind, at.boot, at.boot_s, at.wall_s, at.trusted, values)


def _message(delivery: Delivery) -> tuple[object, ...]:
    return (
        delivery.mark, delivery.incident, delivery.number, delivery.text, delivery.queued_s,
        str(delivery.outcome), delivery.attempts, delivery.unknowns, delivery.reason,
        delivery.channel, delivery.over,
    )  # fmt: skip
