"""The door: accepts connections, secures them, and never lets one keep another waiting.

Reading and writing happen on one event loop, whole requests are answered by a few threads. When all places
are taken, the connection that made no progress longest gives up its own: an attacker who holds connections
open only pushes out himself and idle clients, who come again.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any, Final

import structlog

from notanker_central.web.http import Conversation, Limits
from notanker_central.web.stream import Stream
from notanker_central.web.wsgi import Answer, Request, ask

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

Direct = Mapping[tuple[str, str], Callable[[Request], Awaitable[Answer]]]
"""By method and path, what the loop answers itself; all else is asked of the application."""

log: Final = structlog.get_logger(__name__)

_NO_PLACE: Final = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


def listen(host: str, port: int) -> socket.socket:
    """Open a listening socket; an empty host means every address of the machine, IPv6 included.

    Raises:
        OSError: the address is not to be had.
    """
    both = not host and socket.has_dualstack_ipv6()
    family = socket.AF_INET6 if both or ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=1024, dualstack_ipv6=both)


class Door:
    """One listening socket with the application behind it."""

    def __init__(
        self,
        listener: socket.socket,
        application: WSGIApplication,
        workers: Executor,
        *,
        tls: ssl.SSLContext | None = None,
        limits: Limits | None = None,
        direct: Direct | None = None,
    ) -> None:
        self._listener = listener
        self._application = application
        self._workers = workers
        self._tls = tls
        self._limits = limits or Limits()
        self._direct = direct or {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting: dict[asyncio.Task[None], None] = {}  # longest without progress first
        self._full = False

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._listener.getsockname()[1])

    async def run(self) -> None:
        """Accept for ever; cancel to stop."""
        self._listener.setblocking(False)
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, address = await loop.sock_accept(self._listener)
            except OSError as error:
                await self._after(error)
                continue
            self._admit(connection, str(address[0]))

    async def close(self, patience_s: float = 5.0) -> None:
        """Stop listening, end idle connections, let answers under way get out."""
        self._listener.close()
        for task in self._waiting:
            task.cancel()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=patience_s)
            for task in late:
                task.cancel()

    async def _after(self, error: OSError) -> None:
        # Anything else concerns the one client that is gone before it was accepted (accept(2)).
        if error.errno in _NO_PLACE:
            log.warning("no_place_for_connections", reason=error.strerror)
            self._evict()
            await asyncio.sleep(0.1)

    def _admit(self, connection: socket.socket, peer: str) -> None:
        if len(self._tasks) >= self._limits.connections:
            self._note_full(full=True)
            if not self._evict():
                connection.close()
                return
        task = asyncio.get_running_loop().create_task(self._serve(connection, peer))
        self._tasks.add(task)
        self._waiting[task] = None
        task.add_done_callback(self._gone)

    def _evict(self) -> bool:
        oldest = next(iter(self._waiting), None)
        if oldest is None:
            return False
        del self._waiting[oldest]
        oldest.cancel()
        return True

    def _gone(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._waiting.pop(task, None)
        if len(self._tasks) < self._limits.connections // 2:
            self._note_full(full=False)

    def _note_full(self, *, full: bool) -> None:
        if full != self._full:
            self._full = full
            log.warning("connections_full" if full else "connections_free_again")

    async def _serve(self, connection: socket.socket, peer: str) -> None:
        stream = Stream(connection)
        try:
            if self._tls is not None:
                async with asyncio.timeout(self._limits.handshake_s):
                    await stream.secure(self._tls)
            scheme = "http" if self._tls is None else "https"
            await Conversation(stream, peer, scheme, self._limits).run(self._handle)
        except (OSError, TimeoutError):
            pass  # the client's line broke or it was too slow: it comes again by itself
        except Exception:  # whatever one client brings about, the door stays open for the others
            log.exception("connection_failed", peer=peer)
        finally:
            stream.close()

    async def _handle(self, request: Request) -> Answer:
        task: Any = asyncio.current_task()
        self._waiting.pop(task, None)
        loop = asyncio.get_running_loop()
        at_once = self._direct.get((request.method, request.target))
        try:
            if at_once is not None:
                return await at_once(request)
            return await loop.run_in_executor(self._workers, ask, self._application, request)
        finally:
            self._waiting[task] = None
