"""Where the centre is: asked seldom, and asked anew after a failure."""

from __future__ import annotations

import asyncio

import pytest

from notanker.core.names import Uplink
from notanker.shell.carriage import addresses
from notanker.shell.carriage.addresses import Addresses
from notanker.shell.carriage.contract import CarrierError

BACKUP = Uplink.BACKUP
LOOPBACK = dict.fromkeys(Uplink, "lo")
TYPES = {1: bytes([203, 0, 113, 7]), 28: bytes.fromhex("20010db8000000000000000000000007")}


class _Names(asyncio.DatagramProtocol):
    """A name server that knows addresses of one type."""

    def __init__(self, known: int) -> None:
        self.known = known
        self.asked: list[int] = []

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        kind = int.from_bytes(data[-4:-2], "big")
        self.asked.append(kind)
        told = TYPES[kind] if kind == self.known else b""
        record = data[12:-4] + kind.to_bytes(2, "big") + b"\0\1\0\0\0\x3c"
        head = data[:2] + b"\x81\x80\0\1" + (b"\0\1" if told else b"\0\0") + b"\0\0\0\0"
        whole = head + data[12:] + (record + len(told).to_bytes(2, "big") + told if told else b"")
        self.transport.sendto(whole, addr)


@pytest.mark.parametrize(
    ("kind", "address", "asked"),
    [(1, "203.0.113.7", [1]), (28, "2001:db8::7", [1, 28])],
)
def test_a_name_is_asked_for_once_and_anew_after_a_failure(
    monkeypatch: pytest.MonkeyPatch, kind: int, address: str, asked: list[int]
) -> None:
    async def work() -> None:
        transport, names = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Names(kind), local_addr=("127.0.0.1", 0)
        )
        monkeypatch.setattr(addresses, "DNS_PORT", transport.get_extra_info("sockname")[1])
        book = Addresses("centre.example", (), LOOPBACK, dict.fromkeys(Uplink, ("127.0.0.1",)))
        assert [await book.find(BACKUP) for _ in range(3)] == [address] * 3
        assert names.asked == asked
        book.failed(BACKUP)
        assert await book.find(BACKUP) == address
        assert names.asked == asked * 2
        transport.close()
        await asyncio.sleep(0)

    asyncio.run(work())


def test_given_addresses_take_turns_when_one_fails() -> None:
    book = Addresses("x", ("192.0.2.1", "2001:db8::1"), LOOPBACK, dict.fromkeys(Uplink, ()))

    async def work() -> None:
        assert await book.find(BACKUP) == "192.0.2.1"
        assert await book.find(BACKUP) == "192.0.2.1"
        book.failed(BACKUP)
        assert await book.find(BACKUP) == "2001:db8::1"
        book.failed(BACKUP)
        assert await book.find(BACKUP) == "192.0.2.1"

    asyncio.run(work())


def test_a_line_without_a_name_server_says_so() -> None:
    book = Addresses("centre.example", (), LOOPBACK, dict.fromkeys(Uplink, ()))
    with pytest.raises(CarrierError, match=r"no address for centre\.example over backup"):
        asyncio.run(book.find(BACKUP))
