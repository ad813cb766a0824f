"""Where files of a plan wait until all are there: kept by their hash, so that no line carries one twice.

A line that breaks off, or a kill, costs what was under way and nothing else. What is read is checked
against its hash again: the card may have lost it meanwhile.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from notanker.plan.delta import digest
from notanker.plan.files import HEARTBEAT, content_of
from notanker.plan.store import put, write
from notanker.plan.trust.manifest import Listed

FILES: Final = "files"
PLAN: Final = "plan"
OFFER: Final = "offer"


class Arrivals:
    """The folder; for its owner alone, for a plan holds personal data before anybody has released it.

    Raises:
        OSError: it cannot be made.
    """

    def __init__(self, folder: Path) -> None:
        self.folder: Final = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        self._files: Final = folder / FILES
        self._files.mkdir(exist_ok=True)

    def get(self, listed: Listed) -> bytes | None:
        """Return the file of that hash, None if it is not there whole."""
        content = content_of(self._files / listed.sha256, listed.size)
        return content if content is not None and digest(content) == listed.sha256 else None

    def add(self, content: bytes) -> None:
        """Keep a file. Not put on the disk by force: what is lost is fetched again.

        Raises:
            OSError: the disk is full, read-only or not ours.
        """
        beside = self._files / "new"
        beside.write_bytes(content)
        beside.replace(self._files / digest(content))

    def keep_only(self, wanted: Iterable[str]) -> None:
        """Remove all files but those of these hashes: an offer that nobody makes any more is over."""
        known = frozenset(wanted)
        for path in self._files.iterdir():
            if path.name not in known:
                path.unlink(missing_ok=True)

    def lay_out(self, name: str, files: Mapping[str, bytes]) -> Path:
        """Write these files into a folder of that name, and no other into it.

        Raises:
            OSError: the disk is full, read-only or not ours.
        """
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        put(files, folder)
        return folder

    def clear(self) -> None:
        """Remove what was only on its way."""
        self.keep_only(())
        for name in (PLAN, OFFER):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def hear(self, offer: Mapping[str, bytes]) -> None:
        """Keep the heartbeat of an offer where the next check of the plan in force looks for it.

        Raises:
            OSError: the disk is full, read-only or not ours.
        """
        for name in (HEARTBEAT, f"{HEARTBEAT}.sig"):
            content, path = offer.get(name), self.folder / name
            if content is not None and content_of(path, len(content)) != content:
                write(path, content)
