"""How the event loop learns which beats the writer has settled: with one call for all of a batch.

`asyncio.wrap_future` writes into the loop's pipe for each single beat, and with each such write the writer
loses Python's lock to the loop. With 64 connections that was most of what a beat cost.
"""

from __future__ import annotations

import asyncio
import threading

from notanker_central.reception import Pending


class Settled:
    """Hands settled beats from the writer's thread to those who wait in one event loop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[Pending, asyncio.Future[None]] = {}
        self._settled: list[Pending] = []

    async def wait(self, pending: Pending) -> None:
        """Wait until a beat is settled, well or not."""
        loop = asyncio.get_running_loop()
        future = self._waiting[pending] = loop.create_future()
        pending.add_done_callback(lambda done: self._note(done, loop))  # type: ignore[arg-type] # itself
        try:
            await future
        finally:
            del self._waiting[pending]

    def _note(self, pending: Pending, loop: asyncio.AbstractEventLoop) -> None:
        with self._lock:
            self._settled.append(pending)
            if len(self._settled) > 1:
                return  # somebody has called already
        try:
            loop.call_soon_threadsafe(self._tell)
        except RuntimeError:  # the loop has ended, and nobody waits any more
            return

    def _tell(self) -> None:
        with self._lock:
            settled, self._settled = self._settled, []
        for pending in settled:
            future = self._waiting.get(pending)
            if future is not None and not future.done():
                future.set_result(None)
