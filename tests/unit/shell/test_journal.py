"""The journal on a real file: what is acknowledged stays, and no disk holds up the loop."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from notanker.core.delivery import Delivery
from notanker.core.facts import Fact
from notanker.shell import journal
from notanker.shell.journal import engine
from tests.unit.shell.journal_desk import (
    Troubles,
    held,
    live,
    locked,
    open_journal,
    rows,
    sql,
    started,
)

DIARY = Path(__file__).with_name("diary.py")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again at once: the tests don't wait for what a disk needs seconds for."""
    monkeypatch.setattr(engine, "RETRY_S", 0.01)
    monkeypatch.setattr(engine, "BUSY_MS", 1)


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


def test_what_waits_is_written_before_the_journal_closes(path: Path) -> None:
    async def work() -> None:
        async with open_journal(path) as store:
            for number in range(100):
                store.do(journal.append([started(number)]))

    live(work())
    assert len(rows(path)) == 100


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
