"""A beat as one HTTPS request: passes every proxy, and needs nothing but the centre."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import h11

from notanker.core.names import Uplink
from notanker.shell import spending
from notanker.shell.carriage.addresses import Addresses
from notanker.shell.carriage.contract import CarrierError, Mine
from notanker.shell.carriage.tls import TlsPipe, trust
from notanker.shell.probes import http
from notanker.shell.probes.sockets import open_on

BEAT: Final = "/api/1/beat"
ROOM_BYTES: Final = 200 * 1024
"""The centre reads 256 KiB; some of that is left to be wrong about."""

Headers = tuple[tuple[str, str], ...]


class Https:
    """The carrier `https`, and whatever else is posted to the centre.

    Args:
        host: The centre's name.
        port: Its port.
        ca: Who signed its certificate, None for whomever the system trusts.
        addresses: Where it is.
        interfaces: The interface of each uplink.
    """

    room_bytes = ROOM_BYTES

    def __init__(
        self,
        host: str,
        port: int,
        ca: Path | None,
        addresses: Addresses,
        interfaces: Mapping[Uplink, str],
    ) -> None:
        self._host = host
        self._port = port
        self._ca = ca
        self._addresses = addresses
        self._interfaces = interfaces
        self._tls: ssl.SSLContext | None = None
        self._session: ssl.SSLSession | None = None

    async def send(self, over: Uplink, sealed: bytes, mine: Mine) -> bytes:
        """Post the beat; its seal says whose it is.

        Raises:
            CarrierError: the centre did not take it.
            OSError: there is no way there, or TLS was refused.
            h11.ProtocolError: what answers does not speak HTTP.
        """
        answer = await self.post(over, BEAT, sealed, ())
        if answer.status != 200:
            raise CarrierError(f"the centre answered {answer.status}")
        if not mine(answer.body):
            raise CarrierError("an answer that is not the centre's, or not to this beat")
        return answer.body

    async def post(self, over: Uplink, path: str, body: bytes, headers: Headers) -> http.Response:
        """Post something else.

        Raises:
            CarrierError: there is no address, or the authority's certificate cannot be read.
            OSError: there is no way there, or TLS was refused.
            h11.ProtocolError: what answers does not speak HTTP.
        """
        context, address = self._context(), await self._addresses.find(over)
        try:
            with open_on(self._interfaces[over], address, socket.SOCK_STREAM) as sock:
                await asyncio.get_running_loop().sock_connect(sock, (address, self._port))
                head = [("host", self._host), ("content-length", str(len(body))), *headers]
                request = h11.Request(method="POST", target=path, headers=head)
                return await self._exchange(sock, context, request, body)
        except BaseException:
            # A ticket that a changed centre no longer knows costs nothing: it falls back to the whole
            # handshake by itself. But what lies beneath a failure is not known, so nothing is kept.
            self._session = None
            self._addresses.failed(over)
            raise

    async def close(self) -> None:
        """Forget the session."""
        self._session = None

    async def _exchange(
        self, sock: socket.socket, context: ssl.SSLContext, request: h11.Request, body: bytes
    ) -> http.Response:
        pipe = TlsPipe(sock, context, self._host, self._session)
        try:
            await pipe.secure()
            answer = await http.exchange(pipe, request, body)
            self._session = pipe.session
        finally:
            spending.charge_connection(sock)
            _end_at_once(sock)
        return answer

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = trust(self._ca)
        return self._tls


def _end_at_once(sock: socket.socket) -> None:
    """Have the socket closed with one packet: goodbyes over a dying line are waited for in vain."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
