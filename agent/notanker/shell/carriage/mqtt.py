"""A beat by way of a broker: published, and answered by the centre on a topic of the site's own.

The broker's own acknowledgement is passed over: it says that the broker has the beat, not that the centre
has stored it. A connection is kept where the next beat comes before anybody's address translation forgets
it, and then the broker sets the topic `here` to `0` when it is lost; else it ends with the answer.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from notanker.core.names import Uplink
from notanker.shell import clock, spending
from notanker.shell.carriage.addresses import Addresses
from notanker.shell.carriage.contract import CarrierError, Mine
from notanker.shell.carriage.mqtt_wire import (
    DISCONNECT,
    Login,
    Reader,
    connect,
    publish,
    subscribe,
    told,
)
from notanker.shell.carriage.tls import TlsPipe, trust
from notanker.shell.probes.sockets import open_on

ROOM_BYTES: Final = 60 * 1024
"""Brokers take much more; what lies between need not."""
KEPT_S: Final = 150.0
"""Mobile networks forget a connection that is idle for three minutes, some after two and a half."""
STALE_S: Final = 4.0
"""A connection that was kept gets so long to answer; then a new one is made for the same beat."""
ROOT: Final = "notanker/1"


@dataclass(frozen=True, slots=True)
class Broker:
    """Which broker, and who is there.

    Attributes:
        ca: Who signed its certificate, None for whomever the system trusts.
        password: The file that holds it.
    """

    host: str
    port: int
    site: str
    ca: Path | None = None
    user: str = ""
    password: Path | None = None


@dataclass(slots=True)
class _Link:
    """A connection to the broker."""

    sock: socket.socket
    pipe: TlsPipe
    kept: bool
    used_s: float
    reader: Reader = field(default_factory=Reader)
    number: int = 0

    def next_number(self) -> int:
        self.number = self.number % 0xFFFF + 1
        return self.number

    def close(self) -> None:
        spending.charge_connection(self.sock)
        self.sock.close()


class Mqtt:
    """The carrier `mqtt`.

    Args:
        broker: Where it is.
        addresses: Its addresses.
        interfaces: The interface of each uplink.
        kept_s: A connection is kept if beats come within so many seconds.
    """

    room_bytes = ROOM_BYTES

    def __init__(
        self,
        broker: Broker,
        addresses: Addresses,
        interfaces: Mapping[Uplink, str],
        kept_s: float = KEPT_S,
    ) -> None:
        self._broker = broker
        self._addresses = addresses
        self._interfaces = interfaces
        self._kept_s = kept_s
        self._tls: ssl.SSLContext | None = None
        self._session: ssl.SSLSession | None = None
        self._links: dict[Uplink, _Link] = {}
        self._sent_s: dict[Uplink, float] = {}
        self._careful = False
        base = f"{ROOT}/{broker.site}"
        self._beat, self._answer, self._here = f"{base}/beat", f"{base}/answer", f"{base}/here"

    async def send(self, over: Uplink, sealed: bytes, mine: Mine) -> bytes:
        """Publish the beat and wait for the centre's answer.

        Raises:
            CarrierError: the broker refuses, or the centre does not answer.
            OSError: there is no way there, or TLS was refused.
        """
        now_s = clock.boot_s()
        often = now_s < self._sent_s.get(over, -self._kept_s) + self._kept_s
        self._sent_s[over] = now_s
        try:
            link = self._links.pop(over, None)
            answer = None if link is None else await self._again(link, sealed, mine)
            if link is None or answer is None:
                link = await self._open(over, kept=often)
                answer = await self._ask(link, sealed, mine)
        except BaseException:
            self._session, self._careful = None, True
            self._addresses.failed(over)
            raise
        self._careful = False
        await self._keep(over, link)
        return answer

    async def close(self) -> None:
        """End all connections, and say so."""
        for link in self._links.values():
            await self._leave(link)
        self._links.clear()
        self._session = None

    async def _again(self, link: _Link, sealed: bytes, mine: Mine) -> bytes | None:
        """Send over a connection that was kept; None if it turns out to be dead."""
        if clock.boot_s() > link.used_s + self._kept_s:
            link.close()
            return None
        try:
            async with asyncio.timeout(STALE_S):
                return await self._ask(link, sealed, mine)
        except (TimeoutError, OSError, CarrierError):
            return None

    async def _open(self, over: Uplink, *, kept: bool) -> _Link:
        """Connect; what is sent first goes out together with the first beat."""
        address = await self._addresses.find(over)
        sock = open_on(self._interfaces[over], address, socket.SOCK_STREAM)
        try:
            await asyncio.get_running_loop().sock_connect(sock, (address, self._broker.port))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            pipe = TlsPipe(sock, self._context(), self._broker.host, self._session)
            await pipe.secure()
            link = _Link(sock, pipe, kept, clock.boot_s())
            # No word of the broker is waited for in between (section 3.1.4 allows it): that saves packets.
            pipe.hold(connect(await self._login(over, kept=kept), int(self._kept_s)))
            if (
                self._careful
            ):  # but one that refuses says why, and nobody hears it who is still talking
                await pipe.send(b"")
                await self._heard(link, lambda _: False)
            pipe.hold(subscribe(link.next_number(), self._answer))
            if kept:
                pipe.hold(publish(self._here, b"1", retain=True))
        except BaseException:
            spending.charge_connection(sock)
            sock.close()
            raise
        return link

    async def _ask(self, link: _Link, sealed: bytes, mine: Mine) -> bytes:
        try:
            await link.pipe.send(publish(self._beat, sealed, link.next_number()))
            while (answer := await self._heard(link, mine)) is None:
                pass
        except BaseException:
            link.close()
            raise
        link.used_s = clock.boot_s()
        return answer

    async def _heard(self, link: _Link, mine: Mine) -> bytes | None:
        """Return the answer if it is in what comes next."""
        data = await link.pipe.receive()
        if not data:
            raise CarrierError("the broker ended the connection")
        said = (told(packet, self._answer) for packet in link.reader.feed(data))
        return next((answer for answer in said if answer is not None and mine(answer)), None)

    async def _keep(self, over: Uplink, link: _Link) -> None:
        self._session = link.pipe.session or self._session
        if link.kept:
            self._links[over] = link
        else:
            await self._leave(link)

    async def _leave(self, link: _Link) -> None:
        try:
            if link.kept:
                link.pipe.hold(publish(self._here, b"0", retain=True))
            await link.pipe.send(DISCONNECT)
        except OSError:
            pass  # it is lost already, and the broker says so by itself
        finally:
            link.close()

    async def _login(self, over: Uplink, *, kept: bool) -> Login:
        broker = self._broker
        login = Login(
            f"notanker-{broker.site}-{over}", broker.user, will=self._here if kept else ""
        )
        if broker.password is None:
            return login
        return replace(login, password=await asyncio.to_thread(_read, broker.password))

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = trust(self._broker.ca)
        return self._tls


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes().strip()
    except OSError as error:
        raise CarrierError(f"the broker's password in {path} cannot be read: {error}") from None
