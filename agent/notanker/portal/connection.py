"""One connection: reads a request, has it answered, sends the answer; each of it within a time."""

from __future__ import annotations

import asyncio
import time
from typing import Final, cast

from notanker.portal import request as requests
from notanker.portal.answer import Answer, sorry
from notanker.portal.crowd import Crowd, household_of
from notanker.portal.front import Front
from notanker.portal.request import RefusedError, Request

IDLE_S: Final = 20.0
"""A browser may ask for the next page by the same connection within this."""
REQUEST_S: Final = 10.0
"""A request has to be complete within this, however slowly its bytes come."""
ANSWER_S: Final = 30.0
"""An answer has to be taken within this: the largest page, 250 kB, at 70 kbit/s."""
MAX_AHEAD_BYTES: Final = requests.MAX_HEAD_BYTES + requests.MAX_BODY_BYTES
"""What may come before it is its turn."""


class Connection(asyncio.Protocol):
    """One browser's connection.

    Args:
        front: Answers.
        crowd: All connections.
        secure: Whether it is an encrypted one.
    """

    def __init__(self, front: Front, crowd: Crowd[Connection], *, secure: bool = False) -> None:
        self._front, self._crowd, self._secure = front, crowd, secure
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._task: asyncio.Task[None] | None = None
        self._full = self._last = self._queues = False
        self.address = self.household = ""
        self.waiting = True
        self.since_s = self.deadline_s = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Come in; whoever has to leave for it leaves."""
        self._transport = cast("asyncio.Transport", transport)  # a stream's, always
        self._transport.set_write_buffer_limits(high=0)
        peer = transport.get_extra_info("peername")
        self.address = str(peer[0]) if peer else ""
        self.household = household_of(self.address)
        self._turn(waiting=True, within_s=REQUEST_S)
        leaves = self._crowd.enter(self)
        if leaves is not None:
            leaves.drop()

    def connection_lost(self, error: Exception | None) -> None:
        """Leave."""
        del error
        self._crowd.leave(self)
        self._transport = None
        if self._task is not None:
            self._task.cancel()

    def drop(self) -> None:
        """End the connection at once, whatever was to be sent."""
        self._crowd.leave(self)
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Take bytes in."""
        if self._last or self._transport is None:
            return
        if not self._received and self.waiting:
            self._turn(waiting=True, within_s=REQUEST_S)
        self._received += data
        if len(self._received) > MAX_AHEAD_BYTES:
            self._transport.pause_reading()
        self._advance()

    def pause_writing(self) -> None:
        """The answer is not all sent: the browser is given its time to take it."""
        self._full = True
        self._turn(waiting=False, within_s=ANSWER_S)

    def resume_writing(self) -> None:
        """The answer has been taken."""
        self._full = False
        if self._task is None:
            self._go_on()

    def _turn(self, *, waiting: bool, within_s: float) -> None:
        self.waiting, self.since_s = waiting, time.monotonic()
        self.deadline_s = self.since_s + within_s

    def _go_on(self) -> None:
        """Wait for the next request, which may have come already."""
        if self._full or self._last or self._transport is None:
            return
        self._turn(waiting=True, within_s=REQUEST_S if self._received else IDLE_S)
        if len(self._received) <= MAX_AHEAD_BYTES:
            self._transport.resume_reading()
        if self._received:
            self._queue()  # the others first: of many requests in one piece, one in each round

    def _queue(self) -> None:
        self._queues = True
        asyncio.get_running_loop().call_soon(self._called)

    def _called(self) -> None:
        self._queues = False
        self._advance()

    def _takes_turn(self) -> bool:
        if self._crowd.fresh_round:
            asyncio.get_running_loop().call_soon(self._crowd.next_round)
        return self._crowd.takes_turn(self.household)

    def _advance(self) -> None:
        """Answer the request if it is complete, and if it may be in this round of the loop."""
        busy = self._task is not None or self._full or self._queues
        if busy or self._last or self._transport is None:
            return
        if not self._takes_turn():
            self._queue()
            return
        try:
            taken = self._taken()
        except RefusedError as error:
            self._send(sorry(error.status), body=True, lasts=False)
            return
        if taken is not None:
            self._answer(*taken)

    def _taken(self) -> tuple[Request, bytes] | None:
        """Take a request out of what was received; None if it is not complete."""
        end = self._received.find(requests.END)
        if end > requests.MAX_HEAD_BYTES or (end < 0 and len(self._received) > MAX_AHEAD_BYTES):
            raise RefusedError(431)
        if end < 0:
            return None
        request = requests.read(bytes(self._received[:end]))
        begin = end + len(requests.END)
        stop = begin + request.body_bytes
        if len(self._received) < stop:
            return None
        body = bytes(self._received[begin:stop])
        del self._received[:stop]
        return request, body

    def _answer(self, request: Request, body: bytes) -> None:
        meant = self._front.passed(request, self.address, secure=self._secure)
        found = meant if isinstance(meant, Answer) else self._front.at_hand(meant)
        if found is None and isinstance(meant, Request):
            self._turn(waiting=False, within_s=ANSWER_S)
            self._task = asyncio.get_running_loop().create_task(self._later(meant, body))
        elif found is not None:
            self._send(found, body=request.method != "HEAD", lasts=request.lasts)
            self._go_on()

    async def _later(self, request: Request, body: bytes) -> None:
        found = await self._front.in_time(request, body, self.address)
        self._task = None
        self._send(found, body=request.method != "HEAD", lasts=request.lasts)
        self._go_on()

    def _send(self, found: Answer, *, body: bool, lasts: bool) -> None:
        if self._transport is None:
            return
        self._last = not lasts
        self._turn(waiting=False, within_s=ANSWER_S)
        self._transport.write(found.wire(body=body, lasts=lasts))
        if self._last:
            self._transport.close()
