"""One look at a plan: what is in it, where each thing stands, and which day it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, Protocol, TypeVar

from notanker.config.fields import Document, read
from notanker.errors import Place
from notanker.plan.model import Plan

State = Literal["ok", "missing", "old"]
YEAR_DAYS: Final = 366
"""Once a year, as the plan's own review; the rules say "at planned intervals" and leave the number to us."""
CONTACT_DAYS: Final = 180
"""A number that was not tried for so long is old (the portal's yellow)."""


@dataclass(frozen=True, slots=True)
class Proof:
    """The answer to one question.

    Attributes:
        place: Where it stands; or where it should.
        note: What is missing or old, German and English; empty if nothing is.
    """

    state: State
    place: Place
    note: tuple[str, str] = ("", "")


class Identified(Protocol):
    """What has an id."""

    @property
    def id(self) -> str:
        """The id."""


I = TypeVar("I", bound=Identified)  # noqa: E741 - an item


@dataclass(slots=True)
class Look:
    """The plan in a folder, on a day."""

    plan: Plan
    folder: Path
    today: dt.date
    _documents: dict[str, Document | None] = field(default_factory=dict)

    def _document(self, file: str) -> Document | None:
        if file not in self._documents:
            self._documents[file] = read(self.folder / file, file)[0]
        return self._documents[file]

    def record(self, file: str) -> Mapping[str, Any]:
        """Return what a TOML file holds, nothing if it cannot be read."""
        document = self._document(file)
        return {} if document is None else document.table

    def place(self, file: str, *path: str | int) -> Place:
        """Return where in a TOML file that is, or the file."""
        document = self._document(file)
        return Place(file) if document is None else document.place(path)

    def of(self, file: str, table: str, item_id: str, *path: str) -> Place:
        """Return where the record of that id stands in `[[table]]`."""
        rows = self.record(file).get(table, [])
        for index, row in enumerate(rows if isinstance(rows, list) else []):
            if isinstance(row, dict) and row.get("id") == item_id:
                return self.place(file, table, index, *path)
        return self.place(file, table)

    def age_days(self, day: dt.date) -> int:
        """Return how many days ago that was."""
        return (self.today - day).days

    def head(self, *names: str) -> Proof:
        """Ask for fields of plan.toml that must not be empty."""
        for name in names:
            if not getattr(self.plan.head, name):
                return missing(Place("plan.toml", None, name), name)
        return Proof("ok", self.place("plan.toml", names[0]))

    def each(self, file: str, table: str, items: Iterable[I], wanted: Callable[[I], str]) -> Proof:
        """Ask each record for what it lacks: the name of a field, or nothing."""
        first = None
        for item in items:
            lacking = wanted(item)
            if lacking:
                place = self.of(file, table, item.id)
                return missing(Place(place.file, place.line, f"{item.id}.{lacking}"), lacking)
            first = first or self.of(file, table, item.id)
        return Proof("ok", first) if first is not None else missing(Place(file, None, table), table)


def missing(place: Place, what: str) -> Proof:
    """Return that something is missing there."""
    return Proof("missing", place, (f"{what} fehlt", f"{what} is missing"))


def old(place: Place, days: int, most: int) -> Proof:
    """Return that something there is older than it may be."""
    german = f"{days} Tage alt, höchstens {most}"
    return Proof("old", place, (german, f"{days} days old, {most} at most"))


def first_fault(*proofs: Proof) -> Proof:
    """Return the first proof that is not good, else the first of all."""
    return next((proof for proof in proofs if proof.state != "ok"), proofs[0])
