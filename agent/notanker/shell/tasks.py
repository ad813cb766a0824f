"""The agent's parts as tasks: none may take the others with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

from notanker.shell.logs import Log

AGAIN_S: Final = 1.0


class Tasks:
    """Runs parts until they are cancelled together."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._running: set[asyncio.Task[None]] = set()

    def keep(self, name: str, part: Callable[[], Awaitable[None]]) -> None:
        """Run a part for ever: one that fails is logged, and begun again."""
        self.once(name, self._forever(name, part))

    def once(self, name: str, part: Coroutine[Any, Any, None]) -> None:
        """Run something to its end: if it fails, that is logged."""
        task = asyncio.get_running_loop().create_task(part, name=name)
        self._running.add(task)
        task.add_done_callback(self._ended)

    async def cancel(self) -> None:
        """Cancel all, and wait until they have ended."""
        running = tuple(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _forever(self, name: str, part: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await part()
            except Exception as error:  # noqa: BLE001 - whatever it is, the part must go on
                self._log.error("part_failed", part=name, exc_info=error)
            await asyncio.sleep(AGAIN_S)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._log.error("part_failed", part=task.get_name(), exc_info=error)
