"""The resolver in a router or stick: passes each DNS question on over its line, and the answer back.

``python -m notanker_lab.resolver ADDRESS ...``. Not dnsmasq, which holds a question back while the
same one is on its way: after a cut it would stay silent for seconds on a line that works again.
"""

import asyncio
import contextlib
import socket
import sys
from typing import cast

from notanker_lab import addresses, proxy

_WAIT_S = 3.0
_MAX_QUESTIONS = 512


class Relay(asyncio.DatagramProtocol):
    """Asks the provider's resolver by a socket of its own for each question."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Pass a question on; too many at once are dropped."""
        if len(self._tasks) < _MAX_QUESTIONS:
            task = asyncio.create_task(self._ask(data, addr))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _ask(self, question: bytes, asker: tuple[str, int]) -> None:
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.setblocking(False)
            # No answer, or "network unreachable": the asker waits in vain, as on a dead line.
            with contextlib.suppress(OSError, TimeoutError):
                await loop.sock_connect(sock, (addresses.ISP_DNS, 53))
                await loop.sock_sendall(sock, question)
                answer = await asyncio.wait_for(loop.sock_recv(sock, 4096), _WAIT_S)
                self._transport.sendto(answer, asker)


async def serve(listen: list[str]) -> None:
    """Relay for ever, UDP and TCP."""
    loop = asyncio.get_running_loop()
    servers = []
    for address in listen:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        await loop.create_datagram_endpoint(Relay, local_addr=(address, 53), family=family)
        sock = socket.create_server((address, 53), family=family)
        servers.append(proxy.serve(sock, addresses.ISP_DNS, 53))
    await asyncio.gather(*servers)


def main() -> None:
    """Command line of the resolver."""
    asyncio.run(serve(sys.argv[1:]))


if __name__ == "__main__":
    main()
