"""What a report takes from the table of messages: the channel and the words of each, while they are there."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import msgspec

from notanker.core.report import Carried
from notanker.shell.journal.work import Work


def carried(number: int) -> Work[dict[str, Carried]]:
    """Return the work of reading what is known of one incident's messages, by mark.

    A message that was merged into another one went with that one's words.
    """

    def work(connection: sqlite3.Connection) -> dict[str, Carried]:
        rows = connection.execute(
            "select mark, channel, text, unknowns, carries from outbox where incident = ?"
            " order by rowid",
            (number,),
        )
        return {mark: what for row in rows for mark, what in _each(row)}

    return work


def _each(row: tuple[Any, ...]) -> Iterator[tuple[str, Carried]]:
    mark, channel, text, unknowns, carries = row
    what = Carried(str(channel), str(text), repeated=int(unknowns) > 0)
    try:
        others = msgspec.json.decode(carries, type=tuple[str, ...])
    except msgspec.MsgspecError:
        others = ()
    for one in (mark, *others):
        yield one, what
