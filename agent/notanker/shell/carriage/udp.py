"""A beat as one datagram: no handshake, no state in anybody's address translation, no certificate.

The datagram is sealed, and so is the answer; what else comes to the socket is passed over. A lost one is
sent again as it is, with the same counter: the centre stores it once and answers each copy.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from notanker.core.names import Uplink
from notanker.shell import clock, spending
from notanker.shell.carriage.addresses import Addresses
from notanker.shell.carriage.contract import ANSWER_BYTES, CarrierError, Mine
from notanker.shell.probes.sockets import open_on

ROOM_BYTES: Final = 1200
"""A datagram of 1,232 bytes passes every IPv6 path unbroken (RFC 8200, section 5: 1,280 less 48)."""
WAITS_S: Final = (1.0, 2.0, 4.0, 6.0)
"""How long each copy waits for its answer (RFC 8085, section 3.1.1: a second at first, then doubled)."""


class Udp:
    """The carrier `udp`.

    Args:
        addresses: Where the centre is.
        port: Where it takes datagrams.
        interfaces: The interface of each uplink.
        waits_s: How long each copy of a beat waits for its answer.
    """

    room_bytes = ROOM_BYTES

    def __init__(
        self,
        addresses: Addresses,
        port: int,
        interfaces: Mapping[Uplink, str],
        waits_s: tuple[float, ...] = WAITS_S,
    ) -> None:
        self._addresses = addresses
        self._port = port
        self._interfaces = interfaces
        self._waits_s = waits_s

    async def send(self, over: Uplink, sealed: bytes, mine: Mine) -> bytes:
        """Send the datagram until it is answered.

        Raises:
            CarrierError: no copy of it was.
            OSError: there is no way there.
        """
        address = await self._addresses.find(over)
        try:
            with open_on(self._interfaces[over], address, socket.SOCK_DGRAM) as sock:
                await asyncio.get_running_loop().sock_connect(sock, (address, self._port))
                return await self._until_answered(sock, sealed, mine)
        except BaseException:
            self._addresses.failed(over)
            raise

    async def close(self) -> None:
        """Do nothing: nothing is kept."""

    async def _until_answered(self, sock: socket.socket, sealed: bytes, mine: Mine) -> bytes:
        for wait_s in self._waits_s:
            # A port that is refused may be open again for the next copy: the centre was restarted.
            with suppress(ConnectionRefusedError):
                await asyncio.get_running_loop().sock_sendall(sock, sealed)
            spending.charge_datagram(sock, len(sealed))
            if (answer := await _answer(sock, mine, clock.boot_s() + wait_s)) is not None:
                return answer
        raise CarrierError(f"no answer to {len(self._waits_s)} datagrams")


async def _answer(sock: socket.socket, mine: Mine, until_s: float) -> bytes | None:
    """Return the answer to this beat; forged, late and foreign ones are passed over."""
    loop = asyncio.get_running_loop()
    with suppress(TimeoutError):
        async with asyncio.timeout(max(0.0, until_s - clock.boot_s())):
            while True:
                with suppress(ConnectionRefusedError):
                    answer = await loop.sock_recv(sock, ANSWER_BYTES)
                    spending.charge_datagram(sock, len(answer))
                    if mine(answer):
                        return answer
    return None
