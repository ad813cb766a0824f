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
