"""Opens a connection over the line that was named, and no other."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from typing import Final, Protocol

from notanker.shell import spending
from notanker.shell.probes import dns
from notanker.shell.probes.sockets import open_on
from notanker.shell.sources.contract import failed
from notanker.shell.sources.errand import Way

IO_S: Final = 20.0
"""No answer for so long is none."""
LOOKUP_S: Final = 3.0


class Closing(Protocol):
    """What is spoken over the connection, as far as it matters here."""

    def close(self) -> None:
        """End it."""


class Connected:
    """A source at the other end of a connection, which tells what that has cost."""

    _sock: socket.socket
    _wire_bytes = 0

    @property
    def wire_bytes(self) -> int:
        """What the connection has cost, IP and TCP and what is spoken inside included."""
        if self._sock.fileno() < 0:
            return self._wire_bytes
        return spending.connection_bytes(self._sock)

    def _leave(self, spoken: Closing) -> None:
        """End the connection, and keep in mind what it has cost."""
        self._wire_bytes = self.wire_bytes
        spoken.close()
        self._sock.close()


def connect(way: Way, host: str, port: int, addresses: tuple[str, ...] = ()) -> socket.socket:
    """Return a connection to the host, with a bound on each wait.

    Raises:
        SourceError: there is no way to it.
    """
    address = addresses[0] if addresses else _address(way, host)
    try:
        sock = open_on(way.interface, address, socket.SOCK_STREAM)
    except OSError as error:
        raise not_reached(error) from None
    try:
        sock.settimeout(IO_S)
        sock.connect((address, port))
    except OSError as error:
        sock.close()
        raise not_reached(error) from None
    return sock


def not_reached(error: Exception) -> Exception:
    """Return the error that says why the source was not reached."""
    reason = getattr(error, "strerror", None) or str(error) or "no answer in time"
    return failed("not-reached", reason=reason)


def _address(way: Way, host: str) -> str:
    """Return an address of the host, asked for over the line that the connection takes."""
    try:
        return str(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        pass
    if not way.resolvers:
        try:
            return str(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][4][0])
        except OSError as error:
            raise not_reached(error) from None
    return asyncio.run(_asked(way, host))


async def _asked(way: Way, host: str) -> str:
    for server in way.resolvers:
        try:
            async with asyncio.timeout(LOOKUP_S):
                answer = await dns.ask(way.interface, server, 53, host)
        except (OSError, TimeoutError, dns.DnsError):
            continue
        if answer.addresses:
            return answer.addresses[0]
    raise failed("not-reached", reason=f"no address for {host}")
