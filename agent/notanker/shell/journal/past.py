"""What a start finds in the journal, and what is written together."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from notanker.core.delivery import Delivery
from notanker.core.facts import Fact
from notanker.shell.journal import facts as events
from notanker.shell.journal import outbox
from notanker.shell.journal.work import Work


@dataclass(frozen=True, slots=True)
class Past:
    """What a start finds: facts in order, and messages not yet over.

    Attributes:
        unreadable: Facts that this version cannot read.
        known: Whether the journal could be read at all.
        reports: Keys of the status reports that were taken already.
    """

    facts: tuple[Fact, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    unreadable: int = 0
    known: bool = True
    reports: tuple[str, ...] = ()


def append(facts: Iterable[Fact], deliveries: Iterable[Delivery] = ()) -> Work[None]:
    """Return the work of writing facts and new messages together."""
    rows = [events.row_of(fact) for fact in facts]
    messages = [outbox.row_of(delivery) for delivery in deliveries]

    def work(connection: sqlite3.Connection) -> None:
        events.append(connection, rows)
        outbox.add(connection, messages)

    return work


def past(connection: sqlite3.Connection) -> Past:
    """Return what a start needs: the last facts, and the messages that are still on their way."""
    known, unreadable = events.last_facts(connection)
    reports = outbox.reports_taken(connection)
    return Past(known, outbox.open_messages(connection), unreadable, reports=reports)
