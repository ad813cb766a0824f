"""SIP OPTIONS: what counts as alive, and whatever else a server may send."""

from __future__ import annotations

import asyncio
import contextlib
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.shell.probes import sip
from notanker.shell.probes.sip import Server, SipError
from tests.unit.shell.loopback import listening

BRANCH = "z9hG4bK0123456789abcdef"


def answer(status: str = "200 OK", via: str = "Via", branch: str = BRANCH) -> bytes:
    return (
        f"SIP/2.0 {status}\r\n{via}: SIP/2.0/UDP 192.0.2.1:5060;branch={branch};received=192.0.2.1\r\n"
        "CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
    ).encode()


@pytest.mark.parametrize(
    ("status", "code"),
    [("200 OK", 200), ("401 Unauthorized", 401), ("404 Not Found", 404), ("503 Busy", 503)],
)
def test_whatever_status_a_server_gives_is_read(status: str, code: int) -> None:
    assert sip.status_of(answer(status), BRANCH) == code


@pytest.mark.parametrize("via", ["Via", "via", "v", "VIA ", "v\t"])
def test_the_header_of_the_way_may_be_written_short(via: str) -> None:
    assert sip.status_of(answer(via=via), BRANCH) == 200


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"SIP/2.0 200 OK\r\n\r\n",
        b"SIP/2.0 999 OK\r\nVia: x;branch=" + BRANCH.encode() + b"\r\n\r\n",
        answer()[:-4],
        answer(branch="z9hG4bKsomebodyelse"),
    ],
)
def test_what_is_no_answer_to_us_is_none(packet: bytes) -> None:
    with pytest.raises(SipError):
        sip.status_of(packet, BRANCH)


@given(st.binary(max_size=2000))
def test_no_packet_breaks_the_reader(packet: bytes) -> None:
    with pytest.raises(SipError):
        sip.status_of(packet, BRANCH)


@given(st.integers(0, 400), st.binary(max_size=40))
def test_no_spoilt_answer_breaks_the_reader(at: int, rubbish: bytes) -> None:
    whole = answer()
    spoilt = whole[:at] + rubbish + whole[at + len(rubbish) :]
    with contextlib.suppress(SipError):
        assert 100 <= sip.status_of(spoilt, BRANCH) <= 699


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1"])
def test_a_request_says_what_the_standard_asks_for(address: str) -> None:
    server = Server("", address, 5060)
    text = sip.request(server, (address, 40000), BRANCH).decode("ascii")
    head, end, body = text.partition("\r\n\r\n")
    assert (end, body) == ("\r\n\r\n", "")
    first, *fields = head.split("\r\n")
    assert first.startswith("OPTIONS sip:")
    assert ("[" in first) is (":" in address)
    names = {field.partition(":")[0] for field in fields}
    # RFC 3261 section 8.1.1: what every request must have, and Contact for OPTIONS (11.1).
    assert names >= {"To", "From", "CSeq", "Call-ID", "Max-Forwards", "Via", "Contact"}
    assert f"branch={BRANCH}" in text


def test_a_telephone_system_that_wants_a_password_is_alive() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.setblocking(False)

        async def work() -> int:
            loop = asyncio.get_running_loop()

            def reply() -> None:
                packet, client = server.recvfrom(4096)
                head = packet.decode("ascii")
                via = next(line for line in head.split("\r\n") if line.startswith("Via"))
                server.sendto(b"rubbish", client)
                server.sendto(f"SIP/2.0 401 Unauthorized\r\n{via}\r\n\r\n".encode("ascii"), client)

            loop.add_reader(server, reply)
            try:
                port = server.getsockname()[1]
                return await asyncio.wait_for(sip.ask(Server("lo", "127.0.0.1", port)), 30)
            finally:
                loop.remove_reader(server)

        assert asyncio.run(work()) == 401


def over_tcp(reply: bytes) -> int:
    """Ask over TCP a server that answers so; `%branch%` stands for the request's own."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        branch = head.partition(b"branch=")[2].partition(b"\r\n")[0]
        writer.write(reply.replace(b"%branch%", branch))
        await writer.drain()
        writer.close()

    async def work() -> int:
        async with listening(serve) as port:
            server = Server("lo", "127.0.0.1", port, "tcp", "sip:pbx.example")
            return await asyncio.wait_for(sip.ask(server), 30)

    return asyncio.run(work())


def test_the_same_over_tcp() -> None:
    assert over_tcp(b"SIP/2.0 200 OK\r\nv: SIP/2.0/TCP x;branch=%branch%\r\n\r\n") == 200


@pytest.mark.parametrize("reply", [b"", b"SIP/2.0 200 OK\r\n", b"x" * 40_000])
def test_a_server_that_does_not_end_its_answer_is_refused(reply: bytes) -> None:
    with pytest.raises(SipError):
        over_tcp(reply)
