"""One connection as a pair of calls: `receive` and `send`, with TLS or without.

asyncio's own TLS keeps a buffer of 256 KiB for each connection. Here OpenSSL works on the socket itself,
never blocking, and asyncio only says when to try again; an idle connection costs a tenth of that.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Stream:
    """A non-blocking connection of a client."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        # A kept-alive connection would otherwise wait 40 ms for the client's delayed acknowledgement.
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = connection
        self._loop = asyncio.get_running_loop()
        self._ready: asyncio.Future[None] | None = None
        self._watched = -1
        self._unasked = 0

    async def secure(self, context: ssl.SSLContext) -> None:
        """Do the TLS handshake.

        Raises:
            OSError: the client does not manage one (`ssl.SSLError` is an OSError).
        """
        self._socket = context.wrap_socket(
            self._socket, server_side=True, do_handshake_on_connect=False
        )
        await self._patiently(self._socket.do_handshake)

    async def receive(self, limit: int) -> bytes:
        """Return what has come, at most `limit` bytes; empty bytes when the client has closed.

        Raises:
            OSError: the connection is broken.
        """
        return await self._patiently(lambda: self._socket.recv(limit))

    def send_now(self, data: bytes) -> int:
        """Send what can be sent without waiting, and return how many bytes that were.

        Raises:
            OSError: the connection is broken.
        """
        try:
            return self._socket.send(data)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError, InterruptedError):
            return 0

    async def send(self, data: bytes) -> None:
        """Send all of it.

        Raises:
            OSError: the connection is broken.
        """
        view = memoryview(data)
        while view:
            rest = view
            sent = await self._patiently(lambda: self._socket.send(rest), sending=True)  # noqa: B023
            view = view[sent:]

    def close(self) -> None:
        """Close the connection, with a TLS goodbye if it can be said at once."""
        self._unwatch()
        with contextlib.suppress(OSError, ValueError):
            if isinstance(self._socket, ssl.SSLSocket):
                self._socket.unwrap()
        with contextlib.suppress(OSError):
            self._socket.close()

    async def _patiently(self, attempt: Callable[[], T], *, sending: bool = False) -> T:
        while True:
            try:
                return attempt()
            except ssl.SSLWantReadError:
                await self._readable()
            except ssl.SSLWantWriteError:
                await self._writable()
            except (BlockingIOError, InterruptedError):
                await (self._writable() if sending else self._readable())

    async def _readable(self) -> None:
        # Watched until something comes that nobody waits for: a connection that is kept costs no two calls
        # into the kernel for each request.
        self._ready = self._loop.create_future()
        if self._watched < 0:
            self._watched = self._socket.fileno()
            self._loop.add_reader(self._watched, self._on_readable)
        try:
            await self._ready
        finally:
            self._ready = None

    def _on_readable(self) -> None:
        if self._ready is not None:
            self._unasked = 0
            _wake(self._ready)
            return
        # Once more is usual: the loop looks again before he who was woken has read.
        self._unasked += 1
        if self._unasked > 1:
            self._unwatch()

    def _unwatch(self) -> None:
        if self._watched >= 0:
            self._loop.remove_reader(self._watched)
            self._watched = -1

    async def _writable(self) -> None:
        number, ready = self._socket.fileno(), self._loop.create_future()
        self._loop.add_writer(number, _wake, ready)
        try:
            await ready
        finally:
            self._loop.remove_writer(number)


def _wake(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)
