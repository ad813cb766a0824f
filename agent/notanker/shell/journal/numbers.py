"""Numbers that outlive the process: counters that never go back, and how far something has come."""

from __future__ import annotations

import sqlite3
from typing import Final

from notanker.shell.journal.work import Work

SCHEMA: Final = """
create table if not exists number(name text primary key, value integer not null);
"""


def reserve(name: str, count: int, default: int = 1) -> Work[int]:
    """Return the work of setting numbers aside for good; it yields the first of them."""

    def work(connection: sqlite3.Connection) -> int:
        row = connection.execute("select value from number where name=?", (name,)).fetchone()
        first = int(row[0]) if row else default
        connection.execute("insert or replace into number values(?,?)", (name, first + count))
        return first

    return work


def reserve_above(name: str, count: int, least: int, first_ever: int) -> Work[int]:
    """Return the work of setting numbers aside for good; it yields the first of them.

    Args:
        name: What they are for.
        count: How many.
        least: The first of them is not below this.
        first_ever: Where to begin if none were set aside before; with 0 none are, and 0 is what it yields.
    """

    def work(connection: sqlite3.Connection) -> int:
        row = connection.execute("select value from number where name=?", (name,)).fetchone()
        if row is None and first_ever < 1:
            return 0
        first = max(int(row[0]) if row else first_ever, least)
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
