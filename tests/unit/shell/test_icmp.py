"""ICMP: the checksum of RFC 1071, and only our own answers count."""

from __future__ import annotations

import asyncio
import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.shell.probes.icmp import EchoSocket, checksum, reply_number, request

KEY = 0x17420815
IP = bytes([0x45]) + bytes(19)


def reply(number: int, *, kind: int = 0, code: int = 0, key: int = KEY) -> bytes:
    """Return the reply to our request, as the far end makes it."""
    asked = request(number, key, v6=False)
    return struct.pack("!BBH", kind, code, 0) + asked[4:]


def test_the_checksum_is_that_of_the_rfc_s_own_example() -> None:
    """RFC 1071 section 3: 00 01 f2 03 f4 f5 f6 f7 sums up to ddf2."""
    assert checksum(bytes.fromhex("0001f203f4f5f6f7")) == 0xFFFF - 0xDDF2


def test_an_odd_byte_is_filled_up_with_zero() -> None:
    assert checksum(b"\x01\x02\x03") == checksum(b"\x01\x02\x03\x00")


@given(st.binary(max_size=64))
def test_what_carries_its_checksum_sums_up_to_nothing(data: bytes) -> None:
    even = data + b"\0" * (len(data) % 2)
    assert checksum(even + struct.pack("!H", checksum(even))) in (0, 0xFFFF)


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_our_answer_is_known_by_its_number(number: int, key: int) -> None:
    assert reply_number(IP + reply(number, key=key), key, v6=False) == number
    assert reply_number(reply(number, kind=129, key=key), key, v6=True) == number


@given(st.integers(0, 2**32 - 2))
def test_each_probe_has_an_identifier_of_its_own_so_that_no_router_keeps_a_dead_translation(
    number: int,
) -> None:
    assert request(number, KEY, v6=False)[4:6] != request(number + 1, KEY, v6=False)[4:6]


@given(st.integers(0, 2**32 - 1))
def test_a_request_has_no_payload_and_its_checksum_is_right(number: int) -> None:
    asked = request(number, KEY, v6=False)
    assert len(asked) == 8
    assert checksum(asked) == 0


def test_options_in_the_ip_header_are_skipped() -> None:
    assert reply_number(bytes([0x47]) + bytes(27) + reply(5), KEY, v6=False) == 5


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        IP,
        IP + reply(1)[:-1],
        IP + reply(1, kind=8),
        IP + reply(1, kind=3),
        IP + reply(1, code=1),
        bytes([0x4F]) + bytes(19) + reply(1),
    ],
)
def test_what_is_no_echo_reply_is_nobody_s(packet: bytes) -> None:
    assert reply_number(packet, KEY, v6=False) is None


@given(st.binary(max_size=120), st.booleans())
def test_no_packet_raises_anything(packet: bytes, v6: bool) -> None:
    number = reply_number(packet, KEY, v6=v6)
    assert number is None or number >= 0


@given(st.integers(0, 255), st.binary(max_size=120))
def test_no_header_length_raises_anything(first: int, rest: bytes) -> None:
    reply_number(bytes([first]) + rest, KEY, v6=False)


def exchange(interface: str, address: str, family: socket.AddressFamily) -> list[tuple[int, str]]:
    """Send three requests and return what was answered."""

    async def work() -> list[tuple[int, str]]:
        answers: list[tuple[int, str]] = []
        complete = asyncio.Event()

        def answered(number: int, refusal: str) -> None:
            answers.append((number, refusal))
            if len(answers) == 3:
                complete.set()

        echo = EchoSocket(interface, family, answered)
        for number in (1, 2, 70_000):
            echo.send(number, address)
        await asyncio.wait_for(complete.wait(), 30)
        echo.close()
        return answers

    return asyncio.run(work())


def test_the_loopback_answers_each_request() -> None:
    answers = exchange("lo", "127.0.0.1", socket.AF_INET)
    assert sorted(answers) == [(1, ""), (2, ""), (70_000, "")]


def test_another_program_s_echoes_are_nobody_s() -> None:
    """A raw socket hears the replies to everybody; with 32 bits of secret they are not ours."""
    answers: list[int] = []

    async def work() -> None:
        echo = EchoSocket("lo", socket.AF_INET, lambda number, _: answers.append(number))
        echo.send(1, "127.0.0.1")
        with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as other:
            other.sendto(request(1, 0, v6=False), ("127.0.0.1", 0))
        echo.drain()
        echo.close()

    asyncio.run(work())
    assert answers == [1]


def test_an_interface_that_is_not_there_refuses_at_once() -> None:
    answers = exchange("notthere0", "127.0.0.1", socket.AF_INET)
    assert answers == [(n, "No such device") for n in (1, 2, 70_000)]
