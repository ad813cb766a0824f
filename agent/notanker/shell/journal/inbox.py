"""The table of SMS that came in: each part as it came, until its message was handed on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Final

import msgspec

from notanker.shell.journal.work import Work

MOST_ROWS: Final = 5_000
"""Of those handed on, so many are kept, to know a copy by; the older ones go."""

SCHEMA: Final = """
create table if not exists inbox(
  key text primary key, plugin text not null, pdu text not null, sender text not null,
  text text not null, sent text not null, handled integer not null);
"""


class Row(msgspec.Struct, frozen=True):
    """One part.

    Attributes:
        key: Made of what it says: the same for every copy, whatever the device calls it.
    """

    key: str
    plugin: str
    pdu: str
    sender: str
    text: str
    sent: str


def put(rows: Iterable[Row]) -> Work[tuple[Row, ...]]:
    """Return the work of writing parts down; it yields those that are new."""
    wanted = list(rows)

    def work(connection: sqlite3.Connection) -> tuple[Row, ...]:
        new = []
        for row in wanted:
            known = connection.execute(
                "select handled from inbox where key=?", (row.key,)
            ).fetchone()
            if known is None:
                connection.execute(
                    "insert into inbox values(?,?,?,?,?,?,0)",
                    (row.key, row.plugin, row.pdu, row.sender, row.text, row.sent),
                )
                new.append(row)
        return tuple(new)

    return work


def handled(keys: Iterable[str]) -> Work[None]:
    """Return the work of noting that what these parts say was handed on."""
    wanted = [(key,) for key in keys]

    def work(connection: sqlite3.Connection) -> None:
        connection.executemany("update inbox set handled=1 where key=?", wanted)
        connection.execute(
            "delete from inbox where handled and rowid <= (select max(rowid) from inbox) - ?",
            (MOST_ROWS,),
        )

    return work


def unhandled(connection: sqlite3.Connection) -> tuple[Row, ...]:
    """Return the parts that were not handed on, in the order in which they came."""
    rows = connection.execute(
        "select key, plugin, pdu, sender, text, sent from inbox where not handled order by rowid"
    )
    return tuple(Row(*row) for row in rows)
