"""What became of the last look at each source: a small file, written by the process that looked."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

import msgspec

from notanker.core.moment import Moment
from notanker.errors import Problem
from notanker.plan.files import content_of
from notanker.plan.store import write

FILE: Final = "fetched.json"
MAX_BYTES: Final = 512 * 1024
Result = Literal["accepted", "unchanged", "absent", "older", "waits", "refused", "failed"]


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """One source.

    Attributes:
        source: Its name for people.
        result: `absent`: a stick that is not plugged in. `older`: a plan from before the one in force.
            `waits`: there is a new one, for which LTE is too dear.
        files: How many were fetched.
        wire_bytes: What that took on the line, IP packets and all; 0 where no line was needed.
    """

    source: str
    result: Result
    problems: tuple[Problem, ...] = ()
    files: int = 0
    wire_bytes: int = 0


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All sources, in their order, and who asked them when."""

    process: int
    at: Moment
    sources: tuple[Fetched, ...]

    @property
    def refused(self) -> Fetched | None:
        """The first source whose plan was refused."""
        return next((one for one in self.sources if one.result == "refused"), None)


def save(folder: Path, report: Report) -> None:
    """Write it whole and on the disk.

    Raises:
        OSError: the disk is full, read-only or not ours.
    """
    write(folder / FILE, msgspec.json.encode(report))


def read(folder: Path) -> Report | None:
    """Return the last look, None if there was none."""
    raw = content_of(folder / FILE, MAX_BYTES)
    try:
        return None if raw is None else msgspec.json.decode(raw, type=Report)
    except (ValueError, RecursionError):  # msgspec's errors are ValueErrors
        return None
