"""The journal: append-only facts, messages and numbers, in one SQLite file.

engine    the file, its thread, transactions, what a broken disk does
facts     what happened            outbox    where each message is on its way
numbers   what must never go back  past      what a start finds
"""

from notanker.shell.journal.engine import Journal, is_broken, is_disk, open_database, set_aside
from notanker.shell.journal.facts import (
    events_after,
    facts_beside,
    facts_of,
    incident_numbers,
    last_position,
)
from notanker.shell.journal.inbox import handled, put, unhandled
from notanker.shell.journal.numbers import note, recall, reserve, reserve_above
from notanker.shell.journal.outbox import MOST_REPORTS, merge, reported, update
from notanker.shell.journal.past import Past, append, past
from notanker.shell.journal.work import Work

__all__ = [
    "MOST_REPORTS",
    "Journal",
    "Past",
    "Work",
    "append",
    "events_after",
    "facts_beside",
    "facts_of",
    "handled",
    "incident_numbers",
    "is_broken",
    "is_disk",
    "last_position",
    "merge",
    "note",
    "open_database",
    "past",
    "put",
    "recall",
    "reported",
    "reserve",
    "reserve_above",
    "set_aside",
    "unhandled",
    "update",
]
