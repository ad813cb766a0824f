"""What answers on the simulated internet: HTTP 80, TCP 443, echo 7000, sink and source; or a portal.

``python -m notanker_lab.services inet`` or ``... portal``. The echo answers with the question's
first line followed by the address it came from, so the asker learns which uplink it took.
"""

import asyncio
import socket
import sys
from typing import cast

from notanker_lab import addresses
from notanker_lab.bulk import CONGESTION

_IDLE_S = 30.0
_MAX_HEAD_BYTES = 8192
SUCCESS_TEXT = "success\n"
PORTAL_PORT = 8081
LOGIN_URL = f"http://{addresses.ROUTER}:{PORTAL_PORT}/login"

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def _http(status: str, body: str = "", header: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body.encode())}\r\nConnection: close\r\n"
    kind = "Content-Type: text/plain\r\n" if body else ""
    return f"{head}{kind}{header}\r\n{body}".encode()


def internet_answer(path: str) -> bytes:
    """Answer as a connectivity-check server does."""
    if path == "/generate_204":
        return _http("204 No Content")
    if path == "/success.txt":
        return _http("200 OK", SUCCESS_TEXT)
    return _http("404 Not Found", "no such page\n")


def portal_answer(path: str) -> bytes:
    """Answer as a captive portal does: everything leads to the login page."""
    if path == "/login":
        return _http("200 OK", "Please log in to use this line.\n")
    return _http("302 Found", header=f"Location: {LOGIN_URL}\r\n")


class EchoUdp(asyncio.DatagramProtocol):
    """Sends a datagram back with the sender's address behind it."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        # No isinstance(): until Python 3.12 the loop's own class is no DatagramTransport by name.
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Echo."""
        self._transport.sendto(data + b" " + addr[0].encode(), addr)


async def _echo_tcp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    peer = writer.get_extra_info("peername")[0]
    while line := await asyncio.wait_for(reader.readline(), _IDLE_S):
        writer.write(line.rstrip(b"\n") + b" " + peer.encode() + b"\n")
        await writer.drain()


async def _sink(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    while await asyncio.wait_for(reader.read(65536), _IDLE_S):
        pass


async def _source(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, CONGESTION)
    while True:
        writer.write(bytes(65536))
        await asyncio.wait_for(writer.drain(), _IDLE_S)


async def _hold(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await asyncio.wait_for(reader.read(1), _IDLE_S)


async def _serve_http(streams: Streams, portal: bool) -> None:
    reader, writer = streams
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _IDLE_S)
    path = head.split(b" ", 2)[1].decode("latin-1").split("?")[0]
    writer.write(portal_answer(path) if portal else internet_answer(path))


_TALKS = {"echo": _echo_tcp, "hold": _hold, "sink": _sink, "source": _source}


async def _guarded(kind: str, streams: Streams) -> None:
    writer = streams[1]
    try:
        if kind in _TALKS:
            await _TALKS[kind](*streams)
        else:
            await _serve_http(streams, kind == "portal")
        await asyncio.wait_for(writer.drain(), _IDLE_S)
    except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError, IndexError):
        pass  # a peer that hangs up or talks nonsense is no event here
    finally:
        writer.close()


async def _listen(kind: str, host: str | None, port: int) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _guarded(kind, (reader, writer))

    await asyncio.start_server(talk, host, port, limit=_MAX_HEAD_BYTES, backlog=256)


async def internet() -> None:
    """Serve HTTP, TCP and echo in the internet's namespace for ever."""
    loop = asyncio.get_running_loop()
    await _listen("http", None, 80)
    await _listen("hold", None, 443)
    await _listen("sink", addresses.ECHO, addresses.SINK_PORT)
    await _listen("source", addresses.ECHO, addresses.SOURCE_PORT)
    for address, family in ((addresses.ECHO, socket.AF_INET), (addresses.ECHO6, socket.AF_INET6)):
        await _listen("echo", address, addresses.ECHO_PORT)
        local = (address, addresses.ECHO_PORT)
        await loop.create_datagram_endpoint(EchoUdp, local_addr=local, family=family)
    await asyncio.Event().wait()


async def portal() -> None:
    """Serve the captive portal in the router's namespace for ever."""
    await _listen("portal", None, PORTAL_PORT)
    await asyncio.Event().wait()


def main() -> None:
    """Command line of the services."""
    asyncio.run({"inet": internet, "portal": portal}[sys.argv[1]]())


if __name__ == "__main__":
    main()
