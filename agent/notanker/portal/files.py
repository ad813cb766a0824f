"""What the portal reads. Every read is bounded, and none of them raises."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from notanker.core.report import Report
from notanker.core.status import Status
from notanker.plan.index import Index, decoded

MAX_BYTES: Final = 2_000_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PortalFiles:
    """Where the portal reads.

    Attributes:
        status_file: The agent's snapshot.
        plan_store: The store of accepted plans; `current` in it is the one in force.
        reports: The folder with one `<number>.json` for each incident.
    """

    status_file: Path
    plan_store: Path
    reports: Path

    def status(self) -> Status | None:
        """Return the snapshot; None if there is none that can be read."""
        return _decoded(read(self.status_file), Status)

    def report(self, number: int) -> Report | None:
        """Return the report of that incident; None if there is none that can be read."""
        return _decoded(read(self.reports / f"{number}.json"), Report)

    def has_report(self, number: int) -> bool:
        """Tell whether there is a report of that incident."""
        try:
            return (self.reports / f"{number}.json").is_file()
        except OSError:
            return False

    def index(self) -> Index | None:
        """Return what there is in the accepted plan; None if there is none."""
        raw = read(self.plan_store / "current" / "index.json")
        return None if raw is None else decoded(raw)

    def page(self, language: str, name: str) -> str | None:
        """Return a rendered page. The name must be one that the index or this program holds."""
        raw = read(self.plan_store / "current" / "pages" / language / f"{name}.html")
        return None if raw is None else raw.decode("utf-8", "replace")


def read(path: Path) -> bytes | None:
    """Return a regular file's content; None if it is missing, odd or too large."""
    try:
        if not path.is_file():
            return None
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError):
        return None
    return content if len(content) <= MAX_BYTES else None


def _decoded(raw: bytes | None, kind: type[T]) -> T | None:
    """Read JSON of an older or newer form as far as the fields agree."""
    if raw is None:
        return None
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
