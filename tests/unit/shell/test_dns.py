"""The DNS codec: one question, and no packet in the world raises anything but `DnsError`."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.shell.probes import dns
from notanker.shell.probes.dns import Answer, DnsError, build_query, parse_answer

IDENT = 0x1742
QUERY = build_query(IDENT, "zentrale.example", 1)
QUESTION = QUERY[12:]


def packet(
    *records: bytes,
    code: int = 0,
    ident: int = IDENT,
    count: int | None = None,
    flags: int = 0x8180,
) -> bytes:
    """Return an answer to our question with these records."""
    number = len(records) if count is None else count
    head = struct.pack("!HHHHHH", ident, flags | code, 1, number, 0, 0)
    return head + QUESTION + b"".join(records)


def record(kind: int, data: bytes, name: bytes = b"\xc0\x0c") -> bytes:
    return name + struct.pack("!HHIH", kind, 1, 60, len(data)) + data


A = record(1, bytes([192, 0, 2, 7]))
AAAA = record(28, bytes.fromhex("20010db8000000000000000000000007"))
CNAME = record(5, b"\x03www\xc0\x0c")
REAL = packet(CNAME, A, AAAA)


def test_a_query_asks_for_recursion_and_one_name() -> None:
    """RFC 1035 section 4.1: header, then the labels with their lengths, type and class."""
    assert QUERY[:12] == bytes.fromhex("174201000001000000000000")
    assert QUESTION == b"\x08zentrale\x07example\x00\x00\x01\x00\x01"


def test_the_addresses_of_both_families_are_read_and_the_rest_is_skipped() -> None:
    assert parse_answer(REAL, IDENT, QUESTION) == Answer(0, ("192.0.2.7", "2001:db8::7"), 60)


def test_an_answer_without_addresses_is_an_answer() -> None:
    assert parse_answer(packet(code=3), IDENT, QUESTION) == Answer(dns.NXDOMAIN, ())


def test_capitals_in_the_repeated_question_don_t_matter() -> None:
    answer = packet(A).replace(b"zentrale", b"ZENTRALE")
    assert parse_answer(answer, IDENT, QUESTION).addresses == ("192.0.2.7",)


@pytest.mark.parametrize(
    "stray",
    [
        b"",
        QUERY,
        packet(A, ident=0x1743),
        packet(A, flags=0x0180),
        packet(A)[:20],
        packet(A).replace(b"zentrale", b"anderswo"),
        packet(count=1),
        packet(A, count=2),
        packet(record(1, b"")[:-3]),
    ],
)
def test_what_is_no_answer_to_the_question_is_refused(stray: bytes) -> None:
    with pytest.raises(DnsError):
        parse_answer(stray, IDENT, QUESTION)


@pytest.mark.parametrize("name", ["", ".", "a..b", "x" * 64, "a." * 127 + "ab", "ä" * 32])
def test_what_is_no_domain_name_is_not_asked_for(name: str) -> None:
    with pytest.raises(DnsError):
        build_query(1, name, 1)


def test_a_name_that_points_at_itself_is_read_in_bounded_steps() -> None:
    loop = bytes([0xC0, 12 + len(QUESTION)])
    assert parse_answer(packet(record(1, b"\1\2\3\4", loop)), IDENT, QUESTION).code == 0


def test_a_name_of_endless_labels_is_refused() -> None:
    with pytest.raises(DnsError, match="too long"):
        parse_answer(packet(b"\1a" * 200 + b"\0" + A[2:]), IDENT, QUESTION)


def test_no_more_than_64_records_are_read() -> None:
    assert len(parse_answer(packet(*[A] * 300), IDENT, QUESTION).addresses) == 64


@given(st.binary(max_size=600))
def test_no_bytes_raise_anything_but_a_dns_error(data: bytes) -> None:
    with suppress(DnsError):
        parse_answer(data, IDENT, QUESTION)


@given(st.binary(max_size=300), st.integers(0, 0xFFFF))
def test_no_bytes_after_a_right_head_raise_anything_but_a_dns_error(
    data: bytes, count: int
) -> None:
    with suppress(DnsError):
        parse_answer(packet(data, count=count), IDENT, QUESTION)


@given(st.lists(st.tuples(st.integers(0, len(REAL) - 1), st.integers(0, 255)), max_size=8))
def test_no_damage_to_a_real_answer_raises_anything_but_a_dns_error(
    damage: list[tuple[int, int]],
) -> None:
    data = bytearray(REAL)
    for at, value in damage:
        data[at] = value
    for end in (len(data), len(data) // 2, len(QUERY) + 1):
        with suppress(DnsError):
            parse_answer(bytes(data[:end]), IDENT, QUESTION)


@given(st.text(max_size=300))
def test_no_name_raises_anything_but_a_dns_error(name: str) -> None:
    with suppress(DnsError):
        build_query(1, name, 1)


# Over a real socket.


def serve(answers: Callable[[bytes], list[bytes]]) -> Answer:
    """Ask a name server on loopback that answers a query with these packets."""

    class Server(asyncio.DatagramProtocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = cast("asyncio.DatagramTransport", transport)

        def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
            for answer in answers(data):
                self.transport.sendto(answer, addr)

    async def work() -> Answer:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(Server, local_addr=("127.0.0.1", 0))
        try:
            port = transport.get_extra_info("sockname")[1]
            asking = dns.ask("lo", "127.0.0.1", port, "zentrale.example")
            return await asyncio.wait_for(asking, 30)
        finally:
            transport.close()

    return asyncio.run(work())


def right(query: bytes) -> bytes:
    return query[:2] + packet(A)[2:]


def test_a_question_over_loopback_is_answered() -> None:
    assert serve(lambda query: [right(query)]) == Answer(0, ("192.0.2.7",), 60)


def test_forged_and_broken_packets_don_t_keep_the_true_answer_away() -> None:
    forged = packet(record(1, bytes([203, 0, 113, 66])))
    answer = serve(lambda query: [b"", b"rubbish", forged, right(query)[:30], right(query)])
    assert answer.addresses == ("192.0.2.7",)


def test_a_server_that_is_not_there_is_known_at_once() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    async def work() -> None:
        await asyncio.wait_for(dns.ask("lo", "127.0.0.1", port, "zentrale.example"), 30)

    with pytest.raises(ConnectionRefusedError):
        asyncio.run(work())


def test_an_interface_that_is_not_there_is_an_error_and_no_detour() -> None:
    async def work() -> None:
        await dns.ask("notthere0", "127.0.0.1", 53, "zentrale.example")

    with pytest.raises(OSError, match="No such device"):
        asyncio.run(work())
