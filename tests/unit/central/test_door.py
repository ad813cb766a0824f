"""The door's limits: how long and how many, tried with small numbers on one event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from notanker_central.web.door import Door, listen
from notanker_central.web.http import Limits

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

REQUEST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody"
SHORT = Limits(head_s=0.1, body_s=0.1, idle_s=0.1)

Visit = Callable[[int], Awaitable[None]]


def echo(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    body = environ["wsgi.input"].read()
    if body == b"fail":
        raise RuntimeError("an application that fails")
    start_response("200 OK", [("content-type", "text/plain")])
    return [body]


def through(visit: Visit, limits: Limits) -> None:
    async def run() -> None:
        with ThreadPoolExecutor(2) as workers:
            door = Door(listen("127.0.0.1", 0), echo, workers, limits=limits)
            task = asyncio.ensure_future(door.run())
            async with asyncio.timeout(30):
                await visit(door.port)
            task.cancel()
            await door.close()

    asyncio.run(run())


async def ask(port: int, data: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    try:
        return await reader.read()
    finally:
        writer.close()


@pytest.mark.parametrize(
    "stuck",
    [b"", b"POST / HTTP/1.1\r\nHost", REQUEST[:-2]],
    ids=["nothing", "half a head", "half a body"],
)
def test_a_client_that_stops_is_closed_after_its_time(stuck: bytes) -> None:
    async def visit(port: int) -> None:
        assert await ask(port, stuck) == b""

    through(visit, SHORT)


def test_when_all_places_are_taken_the_longest_stuck_one_gives_up_its_own() -> None:
    async def visit(port: int) -> None:
        stuck = [await asyncio.open_connection("127.0.0.1", port) for _ in range(4)]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(REQUEST)
        assert (await reader.readuntil(b"body")).startswith(b"HTTP/1.1 200")
        assert await stuck[0][0].read() == b""
        for _, other in [*stuck, (None, writer)]:
            other.close()

    through(visit, Limits(connections=4))


def test_a_crowd_larger_than_the_house_is_served_nevertheless() -> None:
    async def visit(port: int) -> None:
        once = REQUEST.replace(b"Host: x", b"Host: x\r\nConnection: close")
        for _ in range(5):
            held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(10)]
            assert b"200" in await ask(port, once)
            for _, writer in held:
                writer.close()

    through(visit, Limits(connections=8))


def test_an_application_that_fails_answers_500_and_the_next_one_is_served() -> None:
    async def visit(port: int) -> None:
        once = REQUEST.replace(b"Host: x", b"Host: x\r\nConnection: close")
        assert b" 500 " in await ask(port, once.replace(b"body", b"fail"))
        assert b" 200 " in await ask(port, once)

    through(visit, Limits())


def test_requests_sent_in_one_piece_are_answered_one_after_the_other() -> None:
    async def visit(port: int) -> None:
        last = REQUEST.replace(b"Host: x", b"Host: x\r\nConnection: close")
        assert (await ask(port, REQUEST + last)).count(b"HTTP/1.1 200") == 2

    through(visit, Limits())


def test_a_client_that_asks_first_is_told_to_go_on() -> None:
    async def visit(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head, body = REQUEST.split(b"\r\n\r\n")
        writer.write(head + b"\r\nExpect: 100-continue\r\n\r\n")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100")
        writer.write(body)
        assert (await reader.readuntil(b"body")).startswith(b"HTTP/1.1 200")
        writer.close()

    through(visit, Limits())


def test_a_body_that_grows_too_large_is_refused_while_it_comes() -> None:
    async def visit(port: int) -> None:
        chunk = b"400\r\n" + b"x" * 1024 + b"\r\n"
        data = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk * 3
        assert (await ask(port, data)).startswith(b"HTTP/1.1 413")

    through(visit, Limits(body_bytes=2000))


def test_a_head_request_gets_no_body() -> None:
    async def visit(port: int) -> None:
        answer = await ask(port, b"HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert answer.endswith(b"\r\n\r\n")

    through(visit, Limits())
