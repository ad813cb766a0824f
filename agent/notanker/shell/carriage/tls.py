"""TLS over a bound socket, resumed where the last connection left a ticket.

asyncio's own TLS cannot be given a session. Resumed, a connection carries no certificates: that is half
of what a beat by `https` costs.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from notanker.certificates import trusting
from notanker.shell.carriage.contract import CarrierError

T = TypeVar("T")
CHUNK_BYTES: Final = 16 * 1024


def trust(ca: Path | None) -> ssl.SSLContext:
    """Return whom to trust: the authority in a file, or those of the system.

    Raises:
        CarrierError: the file cannot be used.
    """
    try:
        return trusting(ca)
    except OSError as error:
        raise CarrierError(f"the certificate in {ca} cannot be used: {error}") from None


class TlsPipe:
    """A connection with TLS; the caller closes the socket.

    Args:
        sock: A connected, non-blocking socket.
        context: Whom to trust.
        host: The name in the certificate.
        session: What an earlier connection left; must be of the same context.
    """

    def __init__(
        self,
        sock: socket.socket,
        context: ssl.SSLContext,
        host: str,
        session: ssl.SSLSession | None,
    ) -> None:
        self._sock = sock
        self._loop = asyncio.get_running_loop()
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(
            self._incoming, self._outgoing, server_hostname=host, session=session
        )

    @property
    def session(self) -> ssl.SSLSession | None:
        """What the next connection may be resumed by; there from the first answer on (RFC 8446, 4.6.1)."""
        found = self._tls.session
        return found if found is not None and found.has_ticket else None

    @property
    def resumed(self) -> bool:
        """Whether the handshake did without certificates."""
        return bool(self._tls.session_reused)

    async def secure(self) -> None:
        """Do the handshake. Its end goes out with the first bytes that are sent, in one packet.

        Raises:
            OSError: the connection broke, or the other side is not who it should be.
        """
        await self._patiently(self._tls.do_handshake)

    async def send(self, data: bytes) -> None:
        """Send all of it, and what was held.

        Raises:
            OSError: the connection is broken.
        """
        if data:
            await self._patiently(lambda: self._tls.write(data))
        await self._flush()

    def hold(self, data: bytes) -> None:
        """Have this go out together with what is sent next."""
        self._tls.write(data)

    async def receive(self) -> bytes:
        """Return what has come, empty bytes once the other side has ended.

        Raises:
            OSError: the connection is broken.
        """
        try:
            return await self._patiently(lambda: self._tls.read(CHUNK_BYTES))
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""

    async def _patiently(self, step: Callable[[], T]) -> T:
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                await self._flush()
                data = await self._loop.sock_recv(self._sock, CHUNK_BYTES)
                if data:
                    self._incoming.write(data)
                else:
                    self._incoming.write_eof()

    async def _flush(self) -> None:
        if data := self._outgoing.read():
            await self._loop.sock_sendall(self._sock, data)
