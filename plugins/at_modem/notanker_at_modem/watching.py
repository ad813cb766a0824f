"""Notices that a port comes back (inotify(7)), so that nobody has to look again and again.

The folder of the port may go with it: /dev/serial is there only while a serial device is. So the deepest
folder that exists is watched. Python's library has no inotify, hence ctypes, which a child has anyway.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
from pathlib import Path
from typing import Final

_CREATE: Final = 0x100
_MOVED_TO: Final = 0x80
_ATTRIB: Final = 0x4
_NONBLOCK: Final = os.O_NONBLOCK
_CLOEXEC: Final = os.O_CLOEXEC
_READ_BYTES: Final = 4096


class FolderWatch:
    """Watches for one path, or one pattern, to appear."""

    def __init__(self, port: str) -> None:
        self._port: Final = Path(port)
        self._libc: Final = ctypes.CDLL(None, use_errno=True)
        self._fd: int | None = None

    def fileno(self) -> int | None:
        """Return a descriptor that can be read when something has appeared; None if there is none."""
        if self._fd is None:
            fd = self._libc.inotify_init1(_NONBLOCK | _CLOEXEC)
            self._fd = None if fd < 0 else fd
            self._watch()
        return self._fd

    def take(self) -> None:
        """Take in what has appeared, and watch what is the deepest folder now."""
        if self._fd is not None:
            with contextlib.suppress(BlockingIOError):
                os.read(self._fd, _READ_BYTES)
            self._watch()

    def close(self) -> None:
        """Watch no more."""
        if self._fd is not None:
            os.close(self._fd)
        self._fd = None

    def _watch(self) -> None:
        folder = next((one for one in self._port.parents if one.is_dir()), None)
        if self._fd is not None and folder is not None:
            # The same folder again is the same watch: nothing piles up.
            self._libc.inotify_add_watch(
                self._fd, os.fsencode(folder), _CREATE | _MOVED_TO | _ATTRIB
            )
