"""HTTP/1.1 on one connection: h11 reads and writes, each step has its deadline.

secure -> (idle -> head -> body -> application -> answer)* -> close
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import h11

from notanker_central.web import usual
from notanker_central.web.stream import Stream
from notanker_central.web.wsgi import Answer, Request, failure

CHUNK_BYTES: Final = 16_384
HEAD_BYTES: Final = 16_384

Handler = Callable[[Request], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much a client may take.

    Attributes:
        idle_s: Between two requests; longer than the usual minute from beat to beat, so that a site may
            keep its connection (525 bytes a beat instead of 2,400).
        body_bytes: A beat with 100 events stays far below.
        connections: At most so many at once; then the one that made no progress longest is closed.
    """

    handshake_s: float = 10.0
    head_s: float = 15.0
    body_s: float = 30.0
    answer_s: float = 30.0
    idle_s: float = 95.0
    body_bytes: int = 256 * 1024
    connections: int = 1024


class _RefusedError(Exception):
    """The request is not worth reading on; `answer` says why."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        super().__init__(answer.status)


class Conversation:
    """All requests of one connection, one after the other."""

    def __init__(self, stream: Stream, peer: str, scheme: str, limits: Limits) -> None:
        self._stream = stream
        self._peer = peer
        self._scheme = scheme
        self._limits = limits
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_BYTES)
        self._bare = False
        self._usual = False

    async def run(self, handler: Handler) -> None:
        """Answer requests until one side has enough.

        Raises:
            OSError: the connection broke.
            TimeoutError: the client took too long.
        """
        try:
            while (request := await self._request()) is not None:
                answer = await handler(request)
                if self._usual:
                    await self._tell(usual.write(answer))
                    continue
                await self._answer(answer)
                if self._http.our_state is not h11.DONE:
                    return
                self._http.start_next_cycle()
        except _RefusedError as refused:
            await self._answer(refused.answer)
        except h11.RemoteProtocolError as error:
            if self._http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
                await self._answer(failure(error.error_status_hint, "bad request"))

    async def _request(self) -> Request | None:
        self._usual = False
        if not self._http.trailing_data[0]:
            async with asyncio.timeout(self._limits.idle_s):
                data = await self._stream.receive(CHUNK_BYTES)
            if (found := usual.read(data)) is not None:
                self._usual = True
                return Request("POST", usual.TARGET, *found, self._peer, self._scheme)
            self._http.receive_data(data)
        async with asyncio.timeout(self._limits.head_s):
            head = await self._event()
        if not isinstance(head, h11.Request):
            return None
        self._bare = head.method == b"HEAD"
        async with asyncio.timeout(self._limits.body_s):
            body = await self._body(head)
        headers = tuple((n.decode("latin-1"), v.decode("latin-1")) for n, v in head.headers)
        method, target = head.method.decode("latin-1"), head.target.decode("latin-1")
        return Request(method, target, headers, body, self._peer, self._scheme)

    async def _body(self, head: h11.Request) -> bytes:
        announced = dict(head.headers).get(b"content-length", b"0")
        if len(announced) > 12 or int(announced) > self._limits.body_bytes:
            raise _RefusedError(failure(413, "body too large"))
        if self._http.they_are_waiting_for_100_continue:
            go_on = h11.InformationalResponse(status_code=100, headers=[])
            await self._tell(self._http.send(go_on) or b"")
        body = bytearray()
        while isinstance(event := await self._event(), h11.Data):
            body += event.data
            if len(body) > self._limits.body_bytes:
                raise _RefusedError(failure(413, "body too large"))
        return bytes(body)

    async def _event(self) -> object:
        while True:
            event = self._http.next_event()
            if event is not h11.NEED_DATA:
                return event
            await self._feed()

    async def _feed(self) -> None:
        self._http.receive_data(await self._stream.receive(CHUNK_BYTES))

    async def _answer(self, answer: Answer) -> None:
        headers = [(n, v) for n, v in answer.headers if n.lower() != "content-length"]
        headers.append(("content-length", str(len(answer.body))))
        if self._http.their_state not in (h11.DONE, h11.MUST_CLOSE, h11.CLOSED):
            headers.append(("connection", "close"))  # a body is still under way, nobody reads it
        response = h11.Response(status_code=answer.status, headers=headers)
        data = self._http.send(response) or b""
        if answer.body and not self._bare:
            data += self._http.send(h11.Data(data=answer.body)) or b""
        data += self._http.send(h11.EndOfMessage()) or b""
        await self._tell(data)

    async def _tell(self, data: bytes) -> None:
        sent = self._stream.send_now(data)
        if sent < len(data):
            async with asyncio.timeout(self._limits.answer_s):
                await self._stream.send(data[sent:])
