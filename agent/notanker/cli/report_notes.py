"""Keeps what people add to an after-action report, in a file beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from notanker.files import replace_file
from notanker.plan.report_notes import Note

MOST_TEXT: Final = 2000
MOST_NAME: Final = 100
MOST_ENTRIES: Final = 200


class TooMuch(Exception):  # noqa: N818 - told to the person as it is
    """The text or the list is longer than a report can bear."""


def path_of(reports: Path, number: int) -> Path:
    """Return where the additions to a report are kept."""
    return reports / f"{number}.notes.json"


def read_notes(reports: Path, number: int) -> tuple[Note, ...]:
    """Return the additions; none if there are none yet.

    Raises:
        OSError: the file cannot be read.
        msgspec.MsgspecError: somebody has broken it by hand.
    """
    try:
        return msgspec.json.decode(path_of(reports, number).read_bytes(), type=tuple[Note, ...])
    except FileNotFoundError:
        return ()


def add_note(reports: Path, number: int, note: Note) -> None:
    """Add one to the others.

    Raises:
        TooMuch: it is too long, or there are too many.
        OSError: the file cannot be read or written.
        msgspec.MsgspecError: somebody has broken it by hand; it is left as it is.
    """
    known = read_notes(reports, number)
    if len(note.text) > MOST_TEXT or len(note.by) > MOST_NAME or len(known) >= MOST_ENTRIES:
        raise TooMuch(f"{MOST_TEXT} / {MOST_NAME} / {MOST_ENTRIES}")
    data = msgspec.json.format(msgspec.json.encode((*known, note)), indent=1)
    reports.mkdir(parents=True, exist_ok=True)
    replace_file(path_of(reports, number), data, sync=True)
