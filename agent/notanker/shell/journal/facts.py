"""The table of facts: append-only, each with its moment.

An incident is whole or it is not there: a start, and whoever asks for an old one, gets all of it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any, Final

from notanker.core.facts import Fact
from notanker.core.heartbeat import BeatEvent
from notanker.core.moment import Moment
from notanker.shell.codec import CodecError, decode_fact, encode_fact
from notanker.shell.journal.work import Work

HISTORY: Final = 5_000
"""So many of the last facts are read at a start."""
OPEN: Final = 50
"""So many open incidents are taken up; a site has one of the line, and one for each broken system."""
FIRST: Final = 2_000
"""So many facts of one incident are read whatever they are,"""
FURTHER: Final = 10_000
"""and so many of the last ones after those, without what a line that flaps for weeks repeats."""
REPEATED: Final = ("LineChanged", "Switched", "BearerMoved", "BandEntered")
BESIDE: Final = (
    "Started",
    "QualityChanged",
    "BearerTested",
    "DeviceTold",
    "OrderRefused",
    "BandEntered",
)
"""Facts of no incident that may tell why one went as it did."""
MOST_BESIDE: Final = 500

_INCIDENT: Final = (
    "case when json_valid(fields) then cast(json_extract(fields, '$.incident') as integer) end"
)
"""The incident's number; the index is found by this very expression."""
SCHEMA: Final = f"""
create table if not exists event(
  position integer primary key autoincrement,
  kind text not null, boot text not null, boot_s real not null,
  wall_s real not null, trusted integer not null, fields text not null);
create index if not exists event_incident on event({_INCIDENT}, kind) where {_INCIDENT} is not null;
create trigger if not exists event_stays before update on event
  begin select raise(abort, 'the journal is append-only'); end;
"""
_LAST_OPENED: Final = "max(case when kind in ('Opened', 'Reopened') then position end)"
_RESOLVED: Final = "max(case when kind = 'Resolved' then position end)"
_ROW: Final = "select position, kind, fields, boot_s, wall_s, trusted, boot from event"

Row = tuple[Any, ...]


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
    """Return what a start needs to know, and how many facts of it this version cannot read.

    These are the last facts, and all that belongs to an incident which is open, is among them, or was the
    last: its number, and who was told what.
    """
    after = last_position(connection) - HISTORY
    last = connection.execute(f"{_ROW} where position > ? order by position", (after,)).fetchall()
    shown = dict(
        connection.execute(
            f"select {_INCIDENT}, max(kind = 'Opened') from event"  # noqa: S608 - a constant
            f" where position > ? and {_INCIDENT} is not null group by 1",
            (after,),
        )
    )
    wanted = {*shown, *_open(connection), *incident_numbers(1)(connection)}
    partly = [number for number in wanted if not shown.get(number)]
    older = [row for number in partly for row in _rows_of(connection, number) if row[0] <= after]
    return _read([*sorted(older, key=lambda row: int(row[0])), *last])


def incident_numbers(limit: int) -> Work[tuple[int, ...]]:
    """Return the work of reading the numbers of the last incidents, the latest first."""

    def work(connection: sqlite3.Connection) -> tuple[int, ...]:
        rows = connection.execute(
            f"select distinct {_INCIDENT} from event where {_INCIDENT} is not null"  # noqa: S608 - a constant
            " and kind = 'Opened' order by 1 desc limit ?",
            (limit,),
        )
        return tuple(row[0] for row in rows)

    return work


def facts_of(number: int) -> Work[tuple[Fact, ...]]:
    """Return the work of reading all facts of one incident, however long ago it was."""

    def work(connection: sqlite3.Connection) -> tuple[Fact, ...]:
        return _read(_rows_of(connection, number))[0]

    return work


def facts_beside(number: int) -> Work[tuple[Fact, ...]]:
    """Return the work of reading what else befell the site while the incident was open.

    The first is, if there is one, how much LTE data had been used before.
    """

    def work(connection: sqlite3.Connection) -> tuple[Fact, ...]:
        begin, end = _extent(connection, number)
        if begin is None:
            return ()
        before = connection.execute(
            f"{_ROW} where kind = 'BandEntered' and position < ? order by position desc limit 1",
            (begin,),
        ).fetchall()
        during = connection.execute(
            f"{_ROW} where position between ? and ? and kind in ({_marks(BESIDE)})"
            f" and {_INCIDENT} is null order by position limit ?",
            (begin, end, *BESIDE, MOST_BESIDE),
        ).fetchall()
        return _read([*before, *during])[0]

    return work


def _extent(connection: sqlite3.Connection, number: int) -> tuple[int | None, int]:
    """Return the positions of an incident's opening and end; it goes on while it has none."""
    begin, again, end = connection.execute(
        "select min(case when kind = 'Opened' then position end),"  # noqa: S608 - constants
        f" {_LAST_OPENED}, {_RESOLVED} from event where {_INCIDENT} = ?",
        (number,),
    ).fetchone()
    return begin, end if end is not None and end > (again or 0) else 2**62


def _open(connection: sqlite3.Connection) -> Iterator[int]:
    """Yield the numbers of the incidents that no fact ends, the latest first."""
    rows = connection.execute(
        f"select {_INCIDENT} from event where {_INCIDENT} is not null group by 1"  # noqa: S608 - a constant
        f" having {_LAST_OPENED} > coalesce({_RESOLVED}, 0) order by 1 desc limit ?",
        (OPEN,),
    )
    return (row[0] for row in rows)


def _rows_of(connection: sqlite3.Connection, number: int) -> list[Row]:
    """Return the rows of one incident in order: the first, and what counts of the others."""
    rows = connection.execute(
        f"{_ROW} where {_INCIDENT} = ? order by position limit ?", (number, FIRST)
    ).fetchall()
    if len(rows) < FIRST:
        return rows
    further = connection.execute(
        f"{_ROW} where {_INCIDENT} = ? and position > ? and kind not in ({_marks(REPEATED)})"
        " order by position desc limit ?",
        (number, rows[-1][0], *REPEATED, FURTHER),
    ).fetchall()
    return rows + further[::-1]


def _marks(values: tuple[str, ...]) -> str:
    return ",".join("?" * len(values))


def _read(rows: list[Row]) -> tuple[tuple[Fact, ...], int]:
    """Return the facts, and how many there are that this version cannot read."""
    facts: list[Fact] = []
    for _, kind, values, boot_s, wall, trusted, boot in rows:
        try:
            facts.append(decode_fact(kind, values, Moment(boot_s, wall, bool(trusted), boot)))
        except CodecError:
            continue
    return tuple(facts), len(rows) - len(facts)
