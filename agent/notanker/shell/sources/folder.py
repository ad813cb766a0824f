"""A folder of this machine, or a stick that is there at times."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from notanker.plan.copying import MAX_ENTRIES
from notanker.plan.files import MANIFEST
from notanker.plan.trust import offer as offers
from notanker.plan.trust.manifest import Listed
from notanker.shell.sources.contract import Absent, failed, offered

_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


class FolderSource:
    """The source.

    Args:
        path: Where the plan lies.
        stick: Whether it may be missing: an empty mount point is nobody's fault.
    """

    wire_bytes: Final = 0

    def __init__(self, path: Path, *, stick: bool) -> None:
        self._path = path
        self._stick = stick

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing was opened that stays open."""

    def offer(self) -> dict[str, bytes]:
        """Return what the folder offers: looked for in a bounded number of names, links not followed."""
        names = self._names()
        if MANIFEST not in names:
            raise self._nothing(f"no {MANIFEST}")
        return offered(names, self._read, str(self._path))

    def content(self, name: str, listed: Listed, before: bytes) -> bytes:
        """Return a file of the folder."""
        del before
        return self._read(name, listed.size)

    def _names(self) -> list[str]:
        try:
            with os.scandir(self._path) as entries:
                seen = [entry.name for _, entry in zip(range(MAX_ENTRIES), entries, strict=False)]
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ENOTDIR):
                raise self._nothing(error.strerror or str(error)) from None
            raise failed("not-reached", str(self._path), reason=error.strerror) from None
        return [name for name in seen if offers.is_part(name)][: offers.MAX_FILES + 1]

    def _nothing(self, reason: str) -> Exception:
        if self._stick:
            return Absent()
        return failed("nothing-there", str(self._path), reason=reason)

    def _read(self, name: str, limit_bytes: int) -> bytes:
        """Return a regular file's content, one byte more than allowed if it is longer."""
        try:
            handle = os.open(self._path / name, _FILE)
            with os.fdopen(handle, "rb") as stream:
                if not stat.S_ISREG(os.fstat(handle).st_mode):
                    raise failed("odd-answer", name, reason="no regular file")
                return stream.read(limit_bytes + 1)
        except OSError as error:  # a stick that is pulled, a link, a bad sector
            raise failed("not-reached", name, reason=error.strerror) from None
