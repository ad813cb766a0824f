"""What the portal reads. Every read is bounded, and none of them raises."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from notanker.core.report import Report
from notanker.core.status import Status
from notanker.plan import live
from notanker.plan.index import Index, decoded
from notanker.plan.outcome import STANDING
from notanker.portal.freshness import Standing

MAX_BYTES: Final = 2_000_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wifi:
    """The portal's own Wi-Fi, as it is configured: `key` is a file, None for an open one."""

    ssid: str
    key: Path | None = None


@dataclass(frozen=True, slots=True)
class PortalFiles:
    """Where the portal reads, and what is configured of it.

    Attributes:
        status_file: The agent's snapshot.
        plan_store: The store of accepted plans; `current` in it is the one in force.
        reports: The folder with one `<number>.json` for each incident.
        leads_code: The file with the leads' code, if there is one.
        address: The portal's literal address, for others to type; empty for the one that a page was asked of.
        wifi: The portal's own Wi-Fi, if it has one.
    """

    status_file: Path
    plan_store: Path
    reports: Path
    leads_code: Path | None = None
    address: str = ""
    wifi: Wifi | None = None

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

    def leads(self, language: str) -> str | None:
        """Return the page for leads."""
        raw = read(self.plan_store / "current" / "leads" / f"{language}.html")
        return None if raw is None else raw.decode("utf-8", "replace")

    def veil(self, language: str) -> dict[str, str]:
        """Return what stands in place of each name and id that only leads may read."""
        raw = read(self.plan_store / "current" / "leads" / "veil.json")
        return (_decoded(raw, dict[str, dict[str, str]]) or {}).get(language, {})

    def facts(self) -> live.Facts | None:
        """Return what stands on what in the plan."""
        raw = read(self.plan_store / "current" / "live.json")
        return None if raw is None else live.decoded(raw)

    def standing(self) -> Standing:
        """Return how the plan in force stood when it was looked at last."""
        return _decoded(read(self.plan_store / STANDING), Standing) or Standing()

    @property
    def search_index(self) -> Path:
        """The index of what can be found."""
        return self.plan_store / "current" / "search.sqlite"


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
