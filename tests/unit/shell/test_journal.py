"""The journal on a real file: what is acknowledged stays, and no disk holds up the loop."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from notanker.core.delivery import Delivery
from notanker.core.facts import Fact, Opened, Queued, Settled, Started
from notanker.core.moment import Moment
from notanker.core.names import Cause, Line, Outcome, Uplink
from notanker.shell import journal
from notanker.shell.journal import Journal, engine, facts

DIARY = Path(__file__).with_name("diary.py")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "journal.sqlite"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again at once: the tests don't wait for what a disk needs seconds for."""
    monkeypatch.setattr(engine, "RETRY_S", 0.01)
    monkeypatch.setattr(engine, "BUSY_MS", 1)


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


# What is written stays.


def test_facts_and_messages_come_back_in_order(path: Path) -> None:
    async def write() -> None:
        async with open_journal(path) as store:
            await store.do(
                journal.append([started(1), opened(1)], [message("1-1"), message("1-2")])
            )

    async def read() -> None:
        async with open_journal(path) as store:
            past = await store.do(journal.past)
            assert past.facts == (started(1), opened(1))
            assert [delivery.mark for delivery in past.deliveries] == ["1-1", "1-2"]
            assert past.unreadable == 0

    live(write())
    live(read())


def test_a_message_that_is_over_is_not_taken_up_again(path: Path) -> None:
    async def work() -> None:
        async with open_journal(path) as store:
            await store.do(journal.append([], [message("1-1"), message("1-2")]))
            await store.do(journal.update(message("1-1", Outcome.SENT)))
            await store.do(journal.append([Settled(at(2), 1, "1-1", Outcome.SENT, 1)]))
            past = await store.do(journal.past)
            assert [delivery.mark for delivery in past.deliveries] == ["1-2"]

    live(work())


def test_a_message_that_is_over_and_of_whose_end_no_fact_tells_comes_back(path: Path) -> None:
    async def work() -> None:
        async with open_journal(path) as store:
            await store.do(journal.append([], [message("1-1")]))
            await store.do(journal.update(message("1-1", Outcome.SENT)))
            broken = "insert into event values(9, 'Settled', '', 0, 0, 0, 'no JSON')"
            await store.do(sql(broken))
            (found,) = (await store.do(journal.past)).deliveries
            assert (found.mark, found.over) == ("1-1", True)

    live(work())


def test_the_journal_is_append_only(path: Path) -> None:
    async def work() -> None:
        async with open_journal(path) as store:
            await store.do(journal.append([started(1)]))
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                await store.do(sql("update event set kind = 'Never'"))
            assert (await store.do(journal.past)).facts == (started(1),)

    live(work())


def test_what_waits_shares_one_transaction(path: Path) -> None:
    commits: list[str] = []

    async def work() -> None:
        async with open_journal(path) as store:
            await store.do(lambda c: c.set_trace_callback(commits.append))
            gate = threading.Event()
            waiting = [store.do(held(threading.Event(), gate))]
            waiting += [store.do(journal.append([started(n)])) for n in range(100)]
            gate.set()
            await asyncio.gather(*waiting)

    live(work())
    assert len(rows(path)) == 100
    assert sum(statement.upper() == "COMMIT" for statement in commits) <= 3


def test_a_mistake_in_one_work_harms_no_other_of_its_batch(path: Path) -> None:
    async def work() -> None:
        async with open_journal(path) as store:
            gate = threading.Event()
            first = store.do(lambda _: gate.wait(30))
            good = store.do(journal.append([started(1)]))
            bad = store.do(sql("insert into event(kind) values(null)"))
            later = store.do(journal.append([started(2)]))
            gate.set()
            await asyncio.gather(first, good, later)
            with pytest.raises(sqlite3.IntegrityError):
                await bad
        assert [row[2] for row in rows(path)] == [1.0, 2.0]

    live(work())


@pytest.mark.parametrize("error", [ValueError, OverflowError, KeyError, RuntimeError])
def test_no_error_of_any_kind_ends_the_journal(path: Path, error: type[Exception]) -> None:
    def broken(_: sqlite3.Connection) -> None:
        raise error("a mistake")

    async def work() -> None:
        async with open_journal(path) as store:
            with pytest.raises(error):
                await store.do(broken)
            await store.do(journal.append([started(1)]))
        assert len(rows(path)) == 1

    live(work())


def test_a_text_that_no_database_can_hold_is_refused_alone(path: Path) -> None:
    async def work() -> None:
        async with open_journal(path) as store:
            bad = Delivery("1-1", 1, "", "\ud800", 0.0)
            with pytest.raises(UnicodeEncodeError):
                await store.do(journal.append([started(1)], [bad]))
            await store.do(journal.append([started(2)]))

    live(work())
    assert [row[2] for row in rows(path)] == [2.0]


def test_who_stops_waiting_stops_nothing_else(path: Path) -> None:
    """A beat that gives up on a slow disk must not take the journal with it."""

    async def work() -> None:
        async with open_journal(path) as store:
            gate = threading.Event()
            blocked = store.do(lambda _: gate.wait(30))
            given_up = store.do(journal.append([started(1)]))
            given_up.cancel()
            gate.set()
            await blocked
            await store.do(journal.append([started(2)]))

    live(work())
    assert [row[2] for row in rows(path)] == [1.0, 2.0]


# A disk in trouble.


def test_a_locked_database_holds_up_nobody_and_loses_nothing(path: Path) -> None:
    troubles = Troubles()

    async def work() -> None:
        async with open_journal(path, troubles) as store:
            await store.do(journal.append([started(0)]))
            with locked(path):
                waiting = [store.do(journal.append([started(n)])) for n in range(1, 50)]
                await asyncio.to_thread(troubles.told.wait, 30)
                for _ in range(100):
                    await asyncio.sleep(0)  # the loop turns
                assert not any(future.done() for future in waiting)
            await asyncio.gather(*waiting)

    live(work())
    assert [row[2] for row in rows(path)] == [float(n) for n in range(50)]
    assert "locked" in troubles.said[0]
    assert troubles.said[-1] == ""


def test_trouble_is_told_on_change_only(path: Path) -> None:
    troubles = Troubles()

    async def work() -> None:
        async with open_journal(path, troubles) as store:
            await store.do(journal.append([started(0)]))
            tries: list[int] = []
            with locked(path):
                waiting = store.do(lambda _: tries.append(1))
                await asyncio.to_thread(troubles.told.wait, 30)
            await waiting
            await store.do(journal.append([started(1)]))

    live(work())
    assert len(troubles.said) == 2


def test_a_full_disk_holds_facts_in_memory_until_there_is_room(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite's own limit of pages stands for the disk's end: the error is the same."""
    full = threading.Event()
    real = journal.open_database

    def small_disk(path: Path) -> sqlite3.Connection:
        connection = real(path)
        if full.is_set():
            connection.execute("pragma max_page_count=1")
        return connection

    monkeypatch.setattr(engine, "open_database", small_disk)
    full.set()
    troubles = Troubles()

    async def work() -> None:
        async with open_journal(path, troubles) as store:
            waiting = [store.do(journal.append([started(n)])) for n in range(2000)]
            await asyncio.to_thread(troubles.told.wait, 30)
            assert not waiting[-1].done()
            full.clear()
            await asyncio.gather(*waiting)

    live(work())
    assert [row[2] for row in rows(path)] == [float(n) for n in range(2000)]
    assert "full" in troubles.said[0]
    assert troubles.said[-1] == ""


def test_more_than_memory_should_hold_is_refused_at_once(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "MOST_WAITING", 5)

    async def work() -> None:
        async with open_journal(path) as store:
            begun, gate = threading.Event(), threading.Event()
            first = store.do(held(begun, gate))
            await asyncio.to_thread(begun.wait, 30)
            waiting = [store.do(journal.append([started(n)])) for n in range(5)]
            with pytest.raises(sqlite3.OperationalError, match="waiting"):
                await store.do(journal.append([started(6)]))
            gate.set()
            await asyncio.gather(first, *waiting)

    live(work())


@pytest.mark.parametrize("damage", [b"this is no database at all" * 100, b"\0" * 5000])
def test_a_file_that_is_no_database_is_set_aside_and_kept(path: Path, damage: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(damage)
    troubles = Troubles()

    async def work() -> None:
        async with open_journal(path, troubles) as store:
            await store.do(journal.append([started(1)]))

    live(work())
    assert len(rows(path)) == 1
    (kept,) = path.parent.glob("journal.sqlite.broken-*")
    assert kept.read_bytes() == damage
    assert troubles.said[-1] == ""


def test_a_page_that_is_damaged_is_found_and_the_file_set_aside(path: Path) -> None:
    async def write() -> None:
        async with open_journal(path) as store:
            facts: list[Fact] = [started(n) for n in range(2000)]
            await store.do(journal.append(facts))

    live(write())
    sqlite3.connect(path).execute("pragma wal_checkpoint(truncate)").connection.close()
    data = bytearray(path.read_bytes())
    data[4096 * 4 :] = b"\xa5" * len(data[4096 * 4 :])
    path.write_bytes(data)

    async def read() -> None:
        async with open_journal(path) as store:
            past = await store.do(journal.past)
            assert past.facts == ()
            await store.do(journal.append([started(1)]))

    live(read())
    (kept,) = path.parent.glob("journal.sqlite.broken-*")
    assert kept.read_bytes() == data
    assert len(rows(path)) == 1


def test_a_second_broken_file_does_not_replace_the_first(path: Path) -> None:
    path.parent.mkdir()
    for number in range(3):
        path.write_bytes(b"%d" % number)
        journal.set_aside(path)
    kept = sorted(file.read_bytes() for file in path.parent.glob("journal.sqlite.broken-*"))
    assert kept == [b"0", b"1", b"2"]


def test_a_folder_that_cannot_be_made_is_trouble_and_not_the_end(path: Path) -> None:
    path.parent.write_text("in the way")
    troubles = Troubles()

    async def work() -> None:
        async with open_journal(path, troubles) as store:
            waiting = store.do(journal.append([started(1)]))
            await asyncio.to_thread(troubles.told.wait, 30)
            path.parent.unlink()
            await waiting

    live(work())
    assert len(rows(path)) == 1


# What a start finds.


def test_facts_that_cannot_be_read_are_counted_and_the_others_used(path: Path) -> None:
    async def work() -> None:
        async with open_journal(path) as store:
            await store.do(journal.append([started(1)]))
            insert = "insert into event(kind,boot,boot_s,wall_s,trusted,fields) values(?,?,?,?,?,?)"
            for kind, values in (("Invented", "{}"), ("Started", "{}"), ("Started", "no json")):
                row = (kind, "b1", 1.0, 1.0, 1, values)
                await store.do(sql(insert, row))
            await store.do(journal.append([started(2)]))
            past = await store.do(journal.past)
            assert past.facts == (started(1), started(2))
            assert past.unreadable == 3

    live(work())


def test_a_message_in_a_state_of_another_version_is_taken_up_as_unknown(path: Path) -> None:
    async def work() -> None:
        async with open_journal(path) as store:
            await store.do(journal.append([], [message()]))
            await store.do(sql("update outbox set outcome = 'invented'"))
            past = await store.do(journal.past)
            assert past.deliveries[0].outcome is Outcome.UNKNOWN

    live(work())


def test_only_the_last_facts_are_read_but_always_the_open_incident(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "HISTORY", 10)

    async def work() -> None:
        async with open_journal(path) as store:
            await store.do(journal.append([started(n) for n in range(30)]))
            assert len((await store.do(journal.past)).facts) == 10
            await store.do(journal.append([opened(1)]))
            await store.do(journal.append([started(n) for n in range(30)]))
            facts = (await store.do(journal.past)).facts
            assert facts[0] == opened(1)
            assert len(facts) == 11
            await store.do(journal.append([opened(2)]))
            facts = (await store.do(journal.past)).facts
            assert len(facts) == 11, "the first is still open"
            assert facts[-1] == opened(2)

    live(work())


def test_events_are_read_for_the_centre_from_a_position_on(path: Path) -> None:
    async def work() -> None:
        async with open_journal(path) as store:
            await store.do(journal.append([started(n) for n in range(10)]))
            events = await store.do(journal.events_after(4, 3))
            assert [event.position for event in events] == [5, 6, 7]
            assert events[0].at == at(4)
            assert await store.do(journal.last_position) == 10

    live(work())


def test_a_number_is_remembered(path: Path) -> None:
    async def work() -> None:
        async with open_journal(path) as store:
            assert await store.do(journal.recall("stored", 7)) == 7
            await store.do(journal.note("stored", 41))
            assert await store.do(journal.recall("stored", 7)) == 41

    live(work())


def test_a_message_and_the_fact_of_it_are_written_together_or_not_at_all(path: Path) -> None:
    queued = Queued(at(1), 1, "1-1", "T1", "mara", "Mara Beispiel", "+493023125110", "de")
    broken = Delivery("1-1", 1, "", "", 0.0, attempts=2**70)  # no database holds this number

    async def work() -> None:
        async with open_journal(path) as store:
            with pytest.raises(OverflowError):
                await store.do(journal.append([queued], [broken]))
            past = await store.do(journal.past)
            assert (past.facts, past.deliveries) == ((), ())

    live(work())


def test_what_waits_is_written_before_the_journal_closes(path: Path) -> None:
    async def work() -> None:
        async with open_journal(path) as store:
            for number in range(100):
                store.do(journal.append([started(number)]))

    live(work())
    assert len(rows(path)) == 100


# Killed.


def test_what_was_acknowledged_survives_a_kill_and_no_counter_comes_twice(path: Path) -> None:
    acknowledged: list[tuple[int, int]] = []
    for _ in range(4):
        child = subprocess.Popen(
            [sys.executable, str(DIARY), str(path)], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        for _ in range(15):
            number, first = child.stdout.readline().split()
            acknowledged.append((int(number), int(first)))
        child.send_signal(signal.SIGKILL)
        rest = child.communicate()[0].splitlines(keepends=True)
        whole = [line.split() for line in rest if line.endswith("\n")]
        acknowledged += [(int(number), int(first)) for number, first in whole]
    written = {int(row[2]) for row in rows(path)}
    assert {number for number, _ in acknowledged} <= written
    counters = [first + n for _, first in acknowledged for n in range(3)]
    assert len(counters) == len(set(counters))


def test_a_settled_message_stays_settled_over_a_start(path: Path) -> None:
    settled = Settled(at(2), 1, "1-1", Outcome.SENT, 1)

    async def work() -> None:
        async with open_journal(path) as store:
            await store.do(journal.append([opened(1), settled], [message()]))
            await store.do(journal.update(message(outcome=Outcome.SENT)))

    async def again() -> None:
        async with open_journal(path) as store:
            past = await store.do(journal.past)
            assert past.facts[-1] == settled
            assert past.deliveries == ()

    live(work())
    live(again())
