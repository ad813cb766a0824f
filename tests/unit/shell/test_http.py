"""The HTTP client against servers that mean no good: bounded in size, and two kinds of error only."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import h11
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notanker.shell.probes import http
from notanker.shell.probes.http import Peer, Response
from tests.unit.shell.loopback import Server, listening, says


def ask(
    server: Server, *, method: str = "GET", body: bytes = b"", wait_s: float = 30.0
) -> Response:
    """Send one request to the server on loopback."""

    async def work() -> Response:
        async with listening(server) as port, asyncio.timeout(wait_s):
            peer = Peer("lo", "127.0.0.1", port, "zentrale.example")
            return await http.request(peer, method, "/path", (("x-test", "1"),), body)

    return asyncio.run(work())


def test_status_and_body_come_back() -> None:
    answer = ask(says(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine"))
    assert answer == Response(200, b"fine")


def test_no_content_is_an_answer() -> None:
    assert ask(says(b"HTTP/1.1 204 No Content\r\n\r\n")) == Response(204, b"")


def test_a_body_without_length_ends_with_the_connection() -> None:
    assert ask(says(b"HTTP/1.0 200 OK\r\n\r\nfine")).body == b"fine"


def test_a_body_in_chunks_is_put_together() -> None:
    chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nfi\r\n2\r\nne\r\n0\r\n\r\n"
    assert ask(says(chunks)).body == b"fine"


def test_the_request_names_host_agent_and_length() -> None:
    heard: list[bytes] = []

    async def server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        heard.append(await reader.readexactly(4))
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")

    ask(server, method="POST", body=b"beat")
    head = heard[0].lower()
    assert head.startswith(b"post /path http/1.1\r\n")
    for line in (
        b"host: zentrale.example",
        b"content-length: 4",
        b"connection: close",
        b"x-test: 1",
    ):
        assert line in head
    assert heard[1] == b"beat"


async def _endless_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(b"x" * 65536)
        await writer.drain()


async def _endless_head(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-More: " + b"x" * 4096 + b"\r\n")
        await writer.drain()


async def _closes_at_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    del reader
    writer.close()


@pytest.mark.parametrize(
    "server",
    [
        _endless_body,
        _endless_head,
        _closes_at_once,
        says(b""),
        says(b"\0\1\2\3 rubbish\r\n\r\n"),
        says(b"SSH-2.0-OpenSSH_9.2p1\r\n"),
        says(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfi"),
        says(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"),
        says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        says(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n" + b"x" * 100_000),
    ],
)
def test_a_server_that_means_no_good_gets_one_of_two_errors(server: Server) -> None:
    with pytest.raises((h11.RemoteProtocolError, OSError)) as caught:
        ask(server)
    assert not isinstance(caught.value, TimeoutError)


def test_a_slow_server_ends_with_the_caller_s_patience() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    with pytest.raises(TimeoutError):
        ask(silent, wait_s=0.05)


def test_hundreds_of_interim_answers_don_t_hide_the_real_one() -> None:
    interim = b"HTTP/1.1 103 Early Hints\r\n\r\n" * 300
    assert ask(says(interim + b"HTTP/1.1 204 No Content\r\n\r\n")).status == 204


def test_nobody_who_listens_is_an_error_of_the_system() -> None:
    async def work() -> None:
        async with listening(says(b"")) as port:
            pass
        await http.request(Peer("lo", "127.0.0.1", port, "x"), "GET", "/")

    with pytest.raises(ConnectionRefusedError):
        asyncio.run(work())


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=200), st.booleans())
def test_no_answer_raises_anything_else(answer: bytes, after_a_head: bool) -> None:
    head = b"HTTP/1.1 200 OK\r\n" if after_a_head else b""
    with suppress(h11.RemoteProtocolError, OSError):
        ask(says(head + answer))
