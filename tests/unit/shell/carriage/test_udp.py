"""A beat as a datagram: what is lost is sent again as it was, what is forged is passed over."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import pytest

from notanker.core.names import Uplink
from notanker.shell import spending
from notanker.shell.carriage.addresses import Addresses
from notanker.shell.carriage.contract import CarrierError
from notanker.shell.carriage.udp import Udp

PRIMARY = Uplink.PRIMARY
LOOPBACK = dict.fromkeys(Uplink, "lo")
NOBODY: dict[Uplink, tuple[str, ...]] = dict.fromkeys(Uplink, ())
BEAT, ANSWER = b"beat 17", b"stored 17"
Says = Callable[[bytes, int], Iterator[bytes]]
"""What a centre says to the n-th datagram."""


class _Centre(asyncio.DatagramProtocol):
    def __init__(self, says: Says) -> None:
        self.says = says
        self.heard: list[bytes] = []

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.heard.append(data)
        for answer in self.says(data, len(self.heard)):
            self.transport.sendto(answer, addr)


@asynccontextmanager
async def centre(says: Says, host: str = "127.0.0.1") -> AsyncIterator[tuple[_Centre, int]]:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(
        lambda: _Centre(says), local_addr=(host, 0)
    )
    yield protocol, transport.get_extra_info("sockname")[1]
    transport.close()
    await asyncio.sleep(0)


async def send(port: int, host: str = "127.0.0.1", waits_s: tuple[float, ...] = (30.0,)) -> bytes:
    carrier = Udp(Addresses("x", (host,), LOOPBACK, NOBODY), port, LOOPBACK, waits_s)
    async with asyncio.timeout(30):
        return await carrier.send(PRIMARY, BEAT, lambda answer: answer == ANSWER)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_beat_is_one_datagram_and_so_is_its_answer(host: str) -> None:
    async def work() -> None:
        async with centre(lambda *_: iter([ANSWER]), host) as (there, port):
            assert await send(port, host) == ANSWER
            assert there.heard == [BEAT]

    asyncio.run(work())


def test_what_is_lost_is_sent_again_as_it_was() -> None:
    def deaf_at_first(_: bytes, number: int) -> Iterator[bytes]:
        return iter([ANSWER] if number == 3 else [])

    async def work() -> None:
        async with centre(deaf_at_first) as (there, port):
            assert await send(port, waits_s=(0.01, 0.01, 30.0)) == ANSWER
            assert there.heard == [BEAT] * 3

    asyncio.run(work())


def test_what_is_forged_late_or_another_beats_is_passed_over() -> None:
    def noise(_: bytes, number: int) -> Iterator[bytes]:
        return iter([b"", b"forged", b"stored 16", b"x" * 60_000, ANSWER, b"after"])

    async def work() -> None:
        async with centre(noise) as (there, port):
            assert await send(port) == ANSWER
            assert len(there.heard) == 1

    asyncio.run(work())


def test_answers_of_somebody_else_do_not_reach_the_socket() -> None:
    """The socket is connected: what comes from another address or port is the kernel's to drop."""
    stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    class Spoofed(_Centre):
        def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
            stranger.sendto(ANSWER, addr)
            super().datagram_received(data, addr)

    async def work() -> None:
        loop = asyncio.get_running_loop()
        transport, there = await loop.create_datagram_endpoint(
            lambda: Spoofed(lambda *_: iter([])), local_addr=("127.0.0.1", 0)
        )
        with pytest.raises(CarrierError, match="no answer to 2 datagrams"):
            await send(transport.get_extra_info("sockname")[1], waits_s=(0.05, 0.05))
        assert there.heard == [BEAT] * 2
        transport.close()
        await asyncio.sleep(0)

    with stranger:
        asyncio.run(work())


def test_a_closed_port_is_tried_again_like_a_lost_datagram() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

    async def work() -> None:
        with pytest.raises(CarrierError, match="no answer"):
            await send(port, waits_s=(0.01, 0.01))

    asyncio.run(work())


def test_every_datagram_is_paid_for() -> None:
    paid: list[int] = []

    async def work() -> None:
        async with centre(lambda *_: iter([b"forged", ANSWER])) as (_, port):
            with spending.on_account(paid.append):
                await send(port)

    asyncio.run(work())
    assert paid == [28 + len(BEAT), 28 + len(b"forged"), 28 + len(ANSWER)]
