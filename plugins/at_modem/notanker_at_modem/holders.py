"""Who else has a port open (proc(5)): ModemManager and getty take what looks like a modem."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

PROC: Final = Path("/proc")


def holders_of(port: str, proc: Path = PROC) -> list[str]:
    """Return the names of other processes that have the port open.

    Without rights those of other users cannot be looked into; they are missing then.
    """
    device = os.path.realpath(port)
    own = str(os.getpid())
    return sorted(
        {
            _name(process)
            for process in proc.glob("[0-9]*")
            if process.name != own and device in _open_files(process)
        }
    )


def words(port: str, proc: Path = PROC) -> str:
    """Return who holds the port, in words."""
    names = holders_of(port, proc)
    if not names:
        return "another program"
    advice = {"ModemManager": " (tell it to leave this device alone, see the README)"}
    return ", ".join(names) + "".join(advice.get(name, "") for name in names)


def _open_files(process: Path) -> Iterator[str]:
    try:
        for link in (process / "fd").iterdir():
            try:
                yield str(link.readlink())
            except OSError:  # closed in between
                continue
    except OSError:  # it ended, or belongs to somebody else
        return


def _name(process: Path) -> str:
    try:
        return (process / "comm").read_text().strip()[:40] or process.name
    except OSError:
        return process.name
