"""The table of messages: where each is on its way, written before every step of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from notanker.core.delivery import MOST_QUESTIONS, Delivery
from notanker.core.names import Outcome
from notanker.core.ways import Way
from notanker.shell.journal.work import Work

UNTOLD: Final = 50
"""So many of the messages changed last are looked at for an end that no fact tells of."""

MOST_REPORTS: Final = 500
"""A device gives a report again until it is told to forget it; none holds more than some hundred."""

COLUMNS: Final = (
    "mark", "incident", "number", "text", "queued_s", "outcome", "attempts", "unknowns", "reason",
    "channel", "rank", "reference", "parts", "carries", "awaits", "over",
)  # fmt: skip
SCHEMA: Final = """
create table if not exists outbox(
  mark text primary key, incident integer not null, number text not null, text text not null,
  queued_s real not null, outcome text not null, attempts integer not null,
  unknowns integer not null, reason text not null, channel text not null, rank integer not null,
  reference integer not null, parts text not null, carries text not null, awaits integer not null,
  over integer not null);
create table if not exists reported(key text primary key);
"""
_INTO: Final = f"into outbox({','.join(COLUMNS)}) values({','.join('?' * len(COLUMNS))})"


class _Parts(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is known of the single SMS that a message was cut into, and of the ways that are open to it."""

    references: tuple[int, ...] = ()
    left: tuple[int, ...] = ()
    arrived: tuple[int, ...] = ()
    reported: bool = False
    refusing: tuple[str, ...] = ()
    count: int = 1
    owed: int = 0
    contact: str = ""
    channels: tuple[Way, ...] = ()
    kind: str = ""
    broken: int = 0
    chased: bool = False
    first: str = ""
    earlier: tuple[int, ...] = ()
    sums_up: bool = False


def add(connection: sqlite3.Connection, messages: list[tuple[object, ...]]) -> None:
    """Write down new messages; one that is known already stays as it is."""
    connection.executemany(f"insert or ignore {_INTO}", messages)


def update(*deliveries: Delivery) -> Work[None]:
    """Return the work of writing down where messages are on their way, all of them or none."""
    rows = [row_of(delivery) for delivery in deliveries]

    def work(connection: sqlite3.Connection) -> None:
        connection.executemany(f"insert or replace {_INTO}", rows)

    return work


def reported(deliveries: Iterable[Delivery], keys: Iterable[str]) -> Work[None]:
    """Return the work of writing down what status reports changed, and that they were taken."""
    rows = [row_of(delivery) for delivery in deliveries]
    taken = [(key,) for key in keys]

    def work(connection: sqlite3.Connection) -> None:
        connection.executemany(f"insert or replace {_INTO}", rows)
        connection.executemany("insert or ignore into reported values(?)", taken)
        connection.execute(
            "delete from reported where rowid <= (select max(rowid) from reported) - ?",
            (MOST_REPORTS,),
        )

    return work


def reports_taken(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Return the keys of the reports that were taken last."""
    return tuple(key for (key,) in connection.execute("select key from reported order by rowid"))


def merge(delivery: Delivery, others: list[str]) -> Work[None]:
    """Return the work of writing down a message that stands for others, and striking those out."""
    row = row_of(delivery)

    def work(connection: sqlite3.Connection) -> None:
        connection.execute(f"insert or replace {_INTO}", row)
        connection.executemany("delete from outbox where mark=?", [(mark,) for mark in others])

    return work


def open_messages(connection: sqlite3.Connection) -> tuple[Delivery, ...]:
    """Return the messages that are on their way, wait for a report, or whose end no fact tells of.

    A crash may have come between the end and its fact. Each change of a message gives it the highest rowid.
    """
    rows = connection.execute(
        f"select {', '.join(COLUMNS)} from outbox where not over or awaits"  # noqa: S608 - a constant
        " or (rowid > (select max(rowid) from outbox) - ? and mark not in"
        " (select coalesce(json_extract(fields, '$.mark'), '') from event"
        " where kind = 'Settled' and json_valid(fields)))"
        " order by rowid",
        (UNTOLD,),
    )
    known = {str(outcome): outcome for outcome in Outcome}
    # What another version wrote may have left or not: the channel is asked.
    return tuple(_delivery(row, known) for row in rows)


def _delivery(row: tuple[Any, ...], known: dict[str, Outcome]) -> Delivery:
    parts = msgspec.json.decode(row[12], type=_Parts)
    return Delivery(
        mark=row[0], incident=row[1], number=row[2], text=row[3], queued_s=row[4],
        outcome=known.get(row[5], Outcome.UNKNOWN), attempts=row[6], unknowns=row[7], reason=row[8],
        channel=row[9], rank=row[10], reference=row[11], references=parts.references, left=parts.left,
        arrived=parts.arrived, reported=parts.reported, refusing=parts.refusing, pieces=parts.count,
        owed=parts.owed,
        contact=parts.contact, channels=parts.channels, kind=parts.kind, broken=parts.broken,
        chased=parts.chased, first=parts.first, earlier=parts.earlier,
        sums_up=parts.sums_up,
        carries=msgspec.json.decode(row[13], type=tuple[str, ...]),
        # Asked about to the end once, it is not asked about again at each start.
        questions=MOST_QUESTIONS if row[15] else 0,
    )  # fmt: skip


def row_of(delivery: Delivery) -> tuple[object, ...]:
    """Return what the table holds of a message."""
    parts = _Parts(
        delivery.references,
        delivery.left,
        delivery.arrived,
        delivery.reported,
        delivery.refusing,
        delivery.pieces,
        delivery.owed,
        delivery.contact,
        delivery.channels,
        delivery.kind,
        delivery.broken,
        delivery.chased,
        delivery.first,
        delivery.earlier,
        delivery.sums_up,
    )
    return (
        delivery.mark, delivery.incident, delivery.number, delivery.text, delivery.queued_s,
        str(delivery.outcome), delivery.attempts, delivery.unknowns, delivery.reason, delivery.channel,
        delivery.rank, delivery.reference, _json(parts), _json(delivery.carries),
        delivery.awaits, delivery.over,
    )  # fmt: skip


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
