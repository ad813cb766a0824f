"""Keeps `status.json` fresh: on every change, and every few seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from notanker import notify
from notanker.core.status import REFRESH_S, Status
from notanker.files import replace_file
from notanker.shell import codec
from notanker.shell.logs import Log

SOON_S: Final = 0.05
"""Changes come in bursts: one file for all of them."""


class Snapshot:
    """The status file.

    Args:
        path: Where it is; its folder should lie in memory.
        status: Gives the present status.
        log: Where changes are logged.
    """

    def __init__(self, path: Path, status: Callable[[], Status], log: Log) -> None:
        self._path = path
        self._status = status
        self._log = log
        self._timer: asyncio.TimerHandle | None = None
        self._begun = False
        self._trouble = ""

    def soon(self) -> None:
        """Have it written soon; before `run` there is no status yet."""
        if self._begun and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SOON_S, self._write)

    async def run(self) -> None:
        """Write it now and then, and tell systemd that the loop lives."""
        self._begun = True
        interval_s = min(REFRESH_S, notify.watchdog_interval_s() or REFRESH_S)
        while True:
            self._write()
            notify.notify(notify.WATCHDOG)
            await asyncio.sleep(interval_s)

    def _write(self) -> None:
        self._timer = None
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(self._path, codec.encode(self._status()), sync=False)
            self._tell("")
        except OSError as error:
            self._tell(str(error))

    def _tell(self, trouble: str) -> None:
        if trouble and trouble != self._trouble:
            self._log.error("status_not_written", reason=trouble)
        self._trouble = trouble
