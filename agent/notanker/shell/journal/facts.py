"""The table of facts: append-only, each with its moment."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Final

from notanker.core.facts import Fact
from notanker.core.heartbeat import BeatEvent
from notanker.core.moment import Moment
from notanker.shell.codec import CodecError, decode_fact, encode_fact
from notanker.shell.journal.work import Work

HISTORY: Final = 5_000
"""So many of the last facts are read at a start."""

SCHEMA: Final = """
create table if not exists event(
  position integer primary key autoincrement,
  kind text not null, boot text not null, boot_s real not null,
  wall_s real not null, trusted integer not null, fields text not null);
create trigger if not exists event_stays before update on event
  begin select raise(abort, 'the journal is append-only'); end;
"""


def append(connection: sqlite3.Connection, facts: Iterable[tuple[object, ...]]) -> None:
    """Write rows of facts."""
    connection.executemany(
        "insert into event(kind, boot, boot_s, wall_s, trusted, fields) values(?,?,?,?,?,?)", facts
    )


def row_of(fact: Fact) -> tuple[object, ...]:
    """Return what the table holds of a fact."""
    kind, values = encode_fact(fact)
    at = fact.at
    return (kind, at.boot, at.boot_s, at.wall_s, at.trusted, values)


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


def last_facts(connection: sqlite3.Connection) -> tuple[tuple[Fact, ...], int]:
    """Return the last facts, and how many there are that this version cannot read.

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
    for kind, values, boot_s, wall, trusted, boot in rows:
        try:
            facts.append(decode_fact(kind, values, Moment(boot_s, wall, bool(trusted), boot)))
        except CodecError:
            continue
    return tuple(facts), len(rows) - len(facts)
