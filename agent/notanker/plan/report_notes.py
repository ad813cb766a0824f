"""What people add to an after-action report: notes, measures and reviews, kept apart from the facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import msgspec


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """One note, or one measure: then it has a day until which it is to be done.

    Attributes:
        by: Who wrote the note, or who owns the measure.
        on: When it was written.
        reviewed: Whether it says that the incident was gone through; its text may then be empty.
    """

    text: str
    by: str
    on: dt.date
    due: dt.date | None = None
    reviewed: bool = False


def last_review(notes: Iterable[Note]) -> Note | None:
    """Return the last review, None if the incident was not gone through yet."""
    return next((note for note in reversed(list(notes)) if note.reviewed), None)
