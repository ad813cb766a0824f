"""Which after-action reports the centre does not have yet, one after the other, the latest first."""

from __future__ import annotations

import asyncio
import sqlite3
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from notanker.shell import journal
from notanker.shell.journal import Journal

MOST: Final = 100
"""Of a box that gets a centre after years only the last hundred are sent."""
DISK_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Pending:
    """One report that is to be sent: its incident's number, and when its file was written, in ns."""

    number: int
    written_ns: int


class Reporting:
    """The reports' folder as the centre's receiver sees it.

    A report that is written anew because more is known is sent anew.

    Args:
        folder: Where the reports are.
        store: Remembers what the centre has.
    """

    def __init__(self, folder: Path, store: Journal) -> None:
        self._folder = folder
        self._store = store
        self._looked_ns = -1
        self._pending: list[Pending] = []

    async def next(self) -> tuple[Pending, bytes] | None:
        """Return a report with its bytes as they travel (deflated JSON), None if the centre has all.

        Raises:
            OSError: the folder or the file cannot be read.
            sqlite3.Error: what was sent cannot be read.
            TimeoutError: the journal does not answer.
        """
        await self._look()
        if not self._pending:
            return None
        first = self._pending[0]
        return first, await asyncio.to_thread(_deflated, self._folder / f"{first.number}.json")

    async def done_with(self, pending: Pending) -> None:
        """Note that the centre has it, or will never take it."""
        self._pending.remove(pending)
        work = journal.note(_key(pending.number), pending.written_ns)
        async with asyncio.timeout(DISK_S):
            await self._store.do(work)

    async def _look(self) -> None:
        """Look through the folder if anything in it was written since the last time."""
        written_ns = await asyncio.to_thread(_written_ns, self._folder)
        if written_ns == self._looked_ns:
            return
        found = await asyncio.to_thread(lambda: list(_reports(self._folder)))

        def unsent(connection: sqlite3.Connection) -> list[Pending]:
            return [
                one
                for one in found
                if journal.recall(_key(one.number))(connection) != one.written_ns
            ]

        async with asyncio.timeout(DISK_S):
            self._pending = await self._store.do(unsent)
        self._looked_ns = written_ns


def _key(number: int) -> str:
    return f"report_at_centre {number}"


def _written_ns(folder: Path) -> int:
    try:
        return (
            folder.stat().st_mtime_ns
        )  # a file that takes another's place is a change of the folder
    except FileNotFoundError:
        return 0


def _reports(folder: Path) -> Iterator[Pending]:
    numbered = (file for file in folder.glob("*.json") if file.stem.isdigit())
    latest = sorted(numbered, key=lambda file: int(file.stem), reverse=True)[:MOST]
    yield from (Pending(int(file.stem), file.stat().st_mtime_ns) for file in latest)


def _deflated(file: Path) -> bytes:
    return zlib.compress(file.read_bytes(), level=9)
