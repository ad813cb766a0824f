"""The plan depot: a signed plan for each site, and of each file what a site has not got yet.

    <folder>/<site>/        the packed and signed plan, put there by whatever means
    <archive>/<sha256>      every file and offer that was handed out lately
    <archive>/<site>.json   what the site was offered, the latest first

A plan is handed out once all of it is there, and out of the archive: a folder that is half copied offers
what it offered before. The depot believes nobody and signs nothing; the box checks.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec
import structlog

from notanker.plan.delta import digest
from notanker.plan.files import MANIFEST, MAX_BYTES, content_of
from notanker.plan.store import write
from notanker.plan.trust import manifest as manifests
from notanker.plan.trust import offer as offers
from notanker.plan.trust.manifest import Listed, Manifest

log: Final = structlog.get_logger(__name__)

KEEP: Final = 8
"""So many offers of a site stay in the archive: a box that was away longer gets whole files."""
MAX_ROWS_BYTES: Final = 1_000_000
_MAX_NAMES: Final = 2000


class Offered(msgspec.Struct, frozen=True):
    """One offer of the past: its SHA-256, those of its files, and the number of the plan."""

    sha256: str
    files: tuple[str, ...]
    seq: int = 0


@dataclass(slots=True)
class _Shelf:
    """One site's place: what its folder looked like last, and what it is offered."""

    looks: tuple[tuple[str, int, int, int], ...] = ()
    rows: tuple[Offered, ...] | None = None
    told: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True, slots=True)
class Ready:
    """What lies in the depot for a site: the offer by its SHA-256, and the plan's number in the row."""

    sha256: str
    seq: int


class Depot:
    """Hands out plans.

    Args:
        folder: Where each site's plan is put.
        archive: Where the depot keeps what it hands out.
        released: Tells which offer a site may have, None for none; without it the newest.
    """

    def __init__(
        self, folder: Path, archive: Path, released: Callable[[str], str | None] | None = None
    ) -> None:
        self._released = released
        self._folder = folder
        self._archive = archive
        self._shelves: dict[str, _Shelf] = {}

    def sites(self) -> list[str]:
        """Return for whom a plan was put there; nothing while the folder cannot be read."""
        try:
            with os.scandir(self._folder) as entries:
                return sorted(entry.name for entry in entries if entry.is_dir())
        except OSError:
            return []

    def looks(self, site: str) -> tuple[int, int, int] | None:
        """Return what differs once somebody has put another plan there; None if there is none."""
        try:
            info = (self._folder / site / MANIFEST).stat()
        except OSError:
            return None
        return info.st_mtime_ns, info.st_ino, info.st_size

    def announced(self, site: str) -> int:
        """Return the number of the plan that lies there, whole or not; 0 if that cannot be told."""
        raw = content_of(self._folder / site / MANIFEST, offers.limit_bytes(MANIFEST))
        found, _ = manifests.read(raw) if raw is not None else (None, ())
        return 0 if found is None else found.seq

    def number(self, site: str) -> int:
        """Return the number of the plan that this site is offered, 0 for none."""
        row = self._offered(site)
        return 0 if row is None else row.seq

    def offer(self, site: str) -> bytes | None:
        """Return what that site, which has proved who it is, is offered; None if there is nothing."""
        row = self._offered(site)
        return None if row is None else self.content(site, row.sha256)

    def ready(self, site: str) -> Ready | None:
        """Return what lies there for a site, None if there is nothing whole."""
        shelf = self._shelves.setdefault(site, _Shelf())
        with shelf.lock:
            self._look(site, shelf)
            rows = shelf.rows or ()
        raw = content_of(self._folder / site / MANIFEST, manifests.MAX_MANIFEST_BYTES)
        if not rows or raw is None or shelf.told:
            return None
        return Ready(rows[0].sha256, _manifest(raw).seq)

    def content(self, site: str, sha256: str) -> bytes | None:
        """Return a file that belongs to what this site was offered lately, None for any other."""
        shelf = self._shelves.setdefault(site, _Shelf())
        with shelf.lock:
            rows = self._rows(site, shelf)
        if not any(sha256 == row.sha256 or sha256 in row.files for row in rows):
            return None
        content = content_of(self._archive / sha256, MAX_BYTES)
        return content if content is not None and digest(content) == sha256 else None

    def _offered(self, site: str) -> Offered | None:
        shelf = self._shelves.setdefault(site, _Shelf())
        with shelf.lock:
            self._look(site, shelf)
            rows = shelf.rows or ()
        if self._released is not None:
            wanted = self._released(site)
            rows = tuple(row for row in rows if row.sha256 == wanted)
        return rows[0] if rows else None

    def _look(self, site: str, shelf: _Shelf) -> None:
        """Take a plan that was put there since, once it is whole."""
        try:
            looks = self._looks(site)
            if looks == shelf.looks:
                return
            row = self._taken(site)
        except (OSError, ValueError, offers.OfferError) as error:
            self._tell(site, shelf, str(error) or type(error).__name__)
            return
        shelf.looks = looks
        rows = [one for one in self._rows(site, shelf) if one.sha256 != row.sha256]
        shelf.rows = (row, *rows)[:KEEP]
        self._tell(site, shelf, "")
        try:
            write(self._archive / f"{site}.json", msgspec.json.encode(shelf.rows))
            self._clean()
        except OSError as error:
            self._tell(site, shelf, error.strerror or str(error))

    def _tell(self, site: str, shelf: _Shelf, reason: str) -> None:
        if reason and reason != shelf.told:
            log.warning("plan_not_handed_out", site=site, reason=reason[:200])
        elif not reason:
            log.info("plan_handed_out", site=site)
        shelf.told = reason

    def _looks(self, site: str) -> tuple[tuple[str, int, int, int], ...]:
        """Return what tells whether somebody has put anything new there."""
        found = []
        for path in self._parts(site):
            info = path.stat()
            found.append((path.name, info.st_mtime_ns, info.st_ino, info.st_size))
        return tuple(found)

    def _parts(self, site: str) -> list[Path]:
        try:
            with os.scandir(self._folder / site) as entries:
                names = [entry.name for _, entry in zip(range(_MAX_NAMES), entries, strict=False)]
        except OSError:
            return []
        return [self._folder / site / name for name in sorted(names) if offers.is_part(name)]

    def _taken(self, site: str) -> Offered:
        """Put a whole plan into the archive.

        Raises:
            OSError: it cannot be read, or not be kept.
            ValueError: it is not whole.
            OfferError: it is no plan.
        """
        found: dict[str, bytes] = {}
        for path in self._parts(site):
            content = content_of(path, offers.limit_bytes(path.name))
            if content is None:
                raise ValueError(f"{path.name} cannot be read")
            found[path.name] = content
        offer = offers.encode(offers.checked(found))
        files = self._files(site, found[MANIFEST])
        for sha256, content in (*files, (digest(offer), offer)):
            self._put(sha256, content)
        manifest = _manifest(found[MANIFEST])
        listed = tuple(item.sha256 for item in manifest.files.values())
        return Offered(digest(offer), listed, manifest.seq)

    def _files(self, site: str, raw: bytes) -> Iterator[tuple[str, bytes]]:
        manifest = _manifest(raw)
        if manifests.limits(manifest):
            raise ValueError("the manifest asks for more than a plan may hold")
        for name, listed in manifest.files.items():
            content = self._file(self._folder / site / name, listed)
            if content is not None:
                yield listed.sha256, content

    def _file(self, path: Path, listed: Listed) -> bytes | None:
        """Return a listed file, None if the archive has it."""
        content = content_of(path, listed.size)
        if content is not None and digest(content) == listed.sha256:
            return content
        if (self._archive / listed.sha256).exists():
            return None
        raise ValueError(f"{path.name} is not there as it was signed")

    def _put(self, sha256: str, content: bytes) -> None:
        if not (self._archive / sha256).exists():
            write(self._archive / sha256, content)

    def _rows(self, site: str, shelf: _Shelf) -> tuple[Offered, ...]:
        """Return what the site was offered, as another process or an earlier life may have left it."""
        if shelf.rows is None:
            shelf.rows = _rows_in(self._archive / f"{site}.json")
        return shelf.rows

    def _clean(self) -> None:
        """Remove what no site was offered lately."""
        files = [path for path in self._archive.iterdir() if path.is_file()]
        rows = [row for path in files if path.suffix == ".json" for row in _rows_in(path)]
        known = {name for row in rows for name in (row.sha256, *row.files)}
        for path in files:
            if not path.suffix and path.name not in known:
                path.unlink(missing_ok=True)


def _manifest(raw: bytes) -> Manifest:
    found, _ = manifests.read(raw)
    if found is None:
        raise ValueError("the manifest cannot be read")
    return found


def _rows_in(path: Path) -> tuple[Offered, ...]:
    raw = content_of(path, MAX_ROWS_BYTES)
    try:
        return () if raw is None else msgspec.json.decode(raw, type=tuple[Offered, ...])
    except (ValueError, RecursionError):  # msgspec's errors are ValueErrors
        return ()


def piece_of(content: bytes, header: str) -> tuple[int, int] | None:
    """Return where the piece that a Range header asks for begins and ends, None for the whole.

    One range of bytes (RFC 9110, 14.1.2) is understood; anything else is answered with the whole, as the
    standard allows.
    """
    unit, _, span = header.partition("=")
    first, dash, last = span.strip().partition("-")
    digits = first.isdecimal() and last.isdecimal() and len(first) < 12 and len(last) < 12
    if unit.strip() != "bytes" or not dash or not digits or not first.isascii():
        return None
    begin, end = int(first), int(last) + 1
    return (begin, min(end, len(content))) if begin < min(end, len(content)) else None
