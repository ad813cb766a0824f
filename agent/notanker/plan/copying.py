"""Makes a private copy of a folder that somebody else may be writing in.

What is checked must be what is used. So a plan is read once, into files of its own; whatever becomes of the
folder meanwhile (a stick that is pulled, a link that is swapped in), all that follows looks at the copy.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from notanker.errors import Place, Problem
from notanker.plan.catalogue import CATALOGUE
from notanker.plan.files import MAX_BYTES, MAX_DEPTH, MAX_FILES, PlanFile, allowed, printable
from notanker.plan.trust.catalogue import CATALOGUE as TRUST

MAX_ENTRIES: Final = 4 * MAX_FILES
"""So many names are looked at altogether: folders in folders must not keep a box busy."""
_CHUNK_BYTES: Final = 64 * 1024
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


class _BoundError(Exception):
    """The folder holds more than a plan may; nothing more of it is read."""


def copy(source: Path, target: Path) -> tuple[tuple[PlanFile, ...], list[Problem]]:
    """Copy the regular files of a plan into a new folder: no link is followed, no device opened.

    Returns:
        The files of the copy, sorted by name, and what is wrong with the rest of the source.

    Raises:
        OSError: the copy cannot be written.
    """
    target.mkdir(parents=True)
    copying = _Copying(target)
    try:
        with _opened(str(source), _FOLDER, None) as handle:
            copying.folder(handle, "")
    except _BoundError:
        pass
    except _ReadError as error:
        place = Place(printable(str(source)))
        copying.problems.append(CATALOGUE.problem("no-folder", place, reason=error.reason))
    return tuple(sorted(copying.files, key=lambda item: item.name)), copying.problems


class _ReadError(Exception):
    """The source cannot be read there; told apart from a copy that cannot be written."""

    def __init__(self, error: OSError) -> None:
        self.reason: Final = error.strerror or str(error)
        self.errno: Final = error.errno


@contextmanager
def _opened(name: str, flags: int, folder: int | None) -> Iterator[int]:
    try:
        handle = os.open(name, flags, dir_fd=folder)
    except OSError as error:
        raise _ReadError(error) from None
    try:
        yield handle
    finally:
        os.close(handle)


class _Copying:
    """One copy on its way; every bound counts while it is made, not afterwards."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.files: list[PlanFile] = []
        self.problems: list[Problem] = []
        self._names = MAX_ENTRIES
        self._room_bytes = MAX_BYTES

    def folder(self, handle: int, prefix: str) -> None:
        """Copy what an open folder holds: files first, so that no bound costs those that matter most."""
        inner = []
        for name in self._listed(handle, prefix):
            if not allowed(name):
                self._odd("bad-name", prefix + name, name=f"„{printable(prefix + name)}“")
            elif self._entry(handle, name, prefix):
                inner.append(name)
        for name in inner:
            with (
                self._told(prefix + name),
                _opened(name, _FOLDER | os.O_NOFOLLOW, handle) as deeper,
            ):
                (self.target / prefix / name).mkdir()
                self.folder(deeper, f"{prefix}{name}/")

    def _listed(self, handle: int, prefix: str) -> list[str]:
        names = []
        with self._told(prefix):
            try:
                with os.scandir(handle) as entries:
                    for entry in entries:
                        self._count_name(prefix)
                        names.append(entry.name)
            except OSError as error:
                raise _ReadError(error) from None
        return sorted(name for name in names if not name.startswith("."))

    def _count_name(self, prefix: str) -> None:
        self._names -= 1
        if self._names < 0:
            self._stop("too-many-files", prefix, MAX_FILES)

    def _entry(self, handle: int, name: str, prefix: str) -> bool:
        """Copy the entry if it is a file, and tell whether it is a folder to go into."""
        path = prefix + name
        with self._told(path):
            mode = _mode(name, handle)
            if stat.S_ISDIR(mode) and path.count("/") < MAX_DEPTH:
                return True
            if not stat.S_ISREG(
                mode
            ):  # before it is opened: some devices do something when they are
                self._odd("no-regular-file", path)
                return False
            with _opened(name, _FILE, handle) as file:
                self._file(file, path)
        return False

    def _file(self, handle: int, path: str) -> None:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            self._odd("no-regular-file", path)
            return
        if len(self.files) == MAX_FILES:
            self._stop("too-many-files", "", MAX_FILES)
        target = self.target / path
        size_bytes = 0
        with os.fdopen(os.open(target, _NEW, 0o644), "wb") as stream:
            while chunk := _read(handle):
                size_bytes += len(chunk)
                self._room_bytes -= len(chunk)
                if self._room_bytes < 0:
                    self._stop("plan-too-large", path, MAX_BYTES)
                stream.write(chunk)
        self.files.append(PlanFile(path, target, size_bytes))

    def _stop(self, code: str, path: str, limit: int) -> None:
        self.problems.append(CATALOGUE.problem(code, Place(path), limit=limit))
        raise _BoundError

    def _odd(self, code: str, path: str, **values: object) -> None:
        self.problems.append(CATALOGUE.problem(code, Place(printable(path)), **values))

    @contextmanager
    def _told(self, path: str) -> Iterator[None]:
        """Tell what cannot be read, and go on with the rest."""
        try:
            yield
        except _ReadError as error:
            if error.errno in (
                errno.ELOOP,
                errno.ENXIO,
                errno.ENOTDIR,
            ):  # swapped for a link meanwhile
                self._odd("no-regular-file", path)
            else:
                place = Place(printable(path))
                self.problems.append(TRUST.problem("file-not-read", place, reason=error.reason))


def _mode(name: str, folder: int) -> int:
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    except OSError as error:
        raise _ReadError(error) from None


def _read(handle: int) -> bytes:
    try:
        return os.read(handle, _CHUNK_BYTES)
    except OSError as error:
        raise _ReadError(error) from None
