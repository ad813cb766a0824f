"""One HTTP request over one interface: h11 on a bound socket, bounded in size; the caller bounds time."""

from __future__ import annotations

import asyncio
import socket
import ssl
from dataclasses import dataclass
from typing import Final, Protocol

import h11

from notanker import __version__
from notanker.shell import spending
from notanker.shell.probes.sockets import open_on

MAX_BODY_BYTES: Final = 64 * 1024
USER_AGENT: Final = f"notanker/{__version__}"


@dataclass(frozen=True, slots=True)
class Response:
    """Status and body of an answer."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Peer:
    """Where a request goes.

    Attributes:
        interface: The interface it leaves by.
        address: An IP address.
        host: The name in the host header, and in the certificate where there is TLS.
        tls: None for plain HTTP.
    """

    interface: str
    address: str
    port: int
    host: str
    tls: ssl.SSLContext | None = None


class Pipe(Protocol):
    """An open connection."""

    async def send(self, data: bytes) -> None:
        """Send all of it."""
        ...

    async def receive(self) -> bytes:
        """Return what has come, empty bytes once the other side has ended."""
        ...


async def request(
    peer: Peer,
    method: str,
    path: str,
    headers: tuple[tuple[str, str], ...] = (),
    body: bytes = b"",
) -> Response:
    """Send one request and read the answer.

    Raises:
        OSError: no way there, or TLS refused (ssl.SSLError).
        h11.RemoteProtocolError: what answers does not speak HTTP, or says too much.
    """
    sock = open_on(peer.interface, peer.address, socket.SOCK_STREAM)
    try:
        await asyncio.get_running_loop().sock_connect(sock, (peer.address, peer.port))
        reader, writer = await asyncio.open_connection(
            sock=sock, ssl=peer.tls, server_hostname=peer.host if peer.tls else None
        )
    except BaseException:
        sock.close()
        raise
    try:
        pipe = _Streams(reader, writer)
        return await exchange(pipe, _head(peer, method, path, headers, body), body)
    finally:
        spending.charge_connection(sock)
        # Not closed politely: waiting for the peer's goodbye over a dying line is waiting for nothing.
        writer.transport.abort()


def _head(
    peer: Peer, method: str, path: str, headers: tuple[tuple[str, str], ...], body: bytes
) -> h11.Request:
    lines = [("host", peer.host), ("user-agent", USER_AGENT), ("connection", "close"), *headers]
    if body:
        lines.append(("content-length", str(len(body))))
    return h11.Request(method=method, target=path, headers=lines)


async def exchange(pipe: Pipe, head: h11.Request, body: bytes) -> Response:
    """Send a request over a connection that is open, and read the answer.

    Raises:
        OSError: the connection broke.
        h11.RemoteProtocolError: what answers does not speak HTTP, or says too much.
    """
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=16 * 1024)
    data = [connection.send(head)]
    if body:
        data.append(connection.send(h11.Data(data=body)))
    data.append(connection.send(h11.EndOfMessage()))
    await pipe.send(b"".join(part for part in data if part))
    status, received = 0, b""
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await pipe.receive())
        elif isinstance(event, h11.Response):
            status = event.status_code
        elif isinstance(event, h11.Data):
            received += event.data
            if len(received) > MAX_BODY_BYTES:
                raise h11.RemoteProtocolError("answer too long")
        elif isinstance(event, h11.EndOfMessage | h11.ConnectionClosed) or event is h11.PAUSED:
            return Response(status, received)


@dataclass(frozen=True, slots=True)
class _Streams:
    """A connection as asyncio gives it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def receive(self) -> bytes:
        return await self.reader.read(16 * 1024)
