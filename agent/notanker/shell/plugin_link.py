"""The agent's end of the wire to a child: one request out, one answer in, now and then a notice.

A child can write what it likes, as much as it likes, or never read. So every step is one
non-blocking system call of bounded size, and the first byte that nobody asked for breaks the wire.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Final

import msgspec

from notanker.plugin.frames import (
    COLLECT,
    HEADER_BYTES,
    NOTICE_FRAME,
    Answer,
    FrameError,
    Request,
    body_length,
    pack,
)
from notanker.shell.plugin_faults import LinkBroken

CHUNK_BYTES: Final = 65536
CLOSED: Final = "closed the wire"
"""The reason that tells nothing by itself: the exit status that follows tells more."""


class PluginLink:
    """One end of a socket pair, on the running event loop.

    Attributes:
        handed_over: The child may have read the whole of the last request.
    """

    def __init__(
        self,
        wire: socket.socket,
        on_broken: Callable[[str], None],
        on_notice: Callable[[], None] = lambda: None,
    ) -> None:
        self.handed_over = False
        self._wire: Final = wire
        self._on_broken: Final = on_broken
        self._on_notice: Final = on_notice
        self._noticed = False
        self._collecting = False
        self._loop: Final = asyncio.get_running_loop()
        self._out = memoryview(b"")
        self._in = bytearray()
        self._waiting: tuple[int, asyncio.Future[Answer]] | None = None
        self._open = True
        wire.setblocking(False)
        self._loop.add_reader(wire.fileno(), self._readable)

    async def exchange(self, request: Request) -> Answer:
        """Hand the request over and wait for its answer; the caller sets the time-out.

        Raises:
            LinkBroken: the child ended or broke the protocol.
            FrameError: the request is too large; nothing was written.
        """
        self.handed_over = False
        frame = pack(request)
        if not self._open:
            raise LinkBroken("the wire is closed")
        answer: asyncio.Future[Answer] = self._loop.create_future()
        self._waiting = (request.id, answer)
        self._collecting = request.method == COLLECT
        self._out = memoryview(frame)
        self._loop.add_writer(self._wire.fileno(), self._writable)
        self._writable()
        try:
            return await answer
        finally:
            self._waiting = None

    def drain(self) -> None:
        """Take in what a child wrote before it ended: at most one frame, by the rules above."""
        while self._open and self._readable():
            pass

    def close(self, reason: str = "the wire is closed") -> None:
        """Close the wire; the child sees its end, and who waits for an answer gets the reason."""
        if not self._open:
            return
        self._open = False
        self._loop.remove_reader(self._wire.fileno())
        self._loop.remove_writer(self._wire.fileno())
        self._wire.close()
        if self._waiting is not None and not self._waiting[1].done():
            self._waiting[1].set_exception(LinkBroken(reason))

    def _writable(self) -> None:
        if not self._open or not self._out:
            return
        try:
            self._out = self._out[self._wire.send(self._out[:CHUNK_BYTES]) :]
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self._break(CLOSED)
            return
        if not self._out:
            self.handed_over = True
            self._loop.remove_writer(self._wire.fileno())

    def _readable(self) -> bool:
        try:
            part = self._wire.recv(CHUNK_BYTES)
        except (BlockingIOError, InterruptedError):
            return False
        except OSError:
            self._break(CLOSED)
            return False
        if not part:
            self._break(CLOSED)
            return False
        self._in += part
        try:
            while self._take_frame():
                pass
        except FrameError as error:
            self._break(f"broke the protocol: {error}")
        return True

    def _take_frame(self) -> bool:
        """Take the next frame from what has come in; say whether there was a whole one."""
        if self._in.startswith(NOTICE_FRAME):
            del self._in[: len(NOTICE_FRAME)]
            self._take_notice()
            return True
        if _may_be_notice(self._in):
            return False
        if self._waiting is None or not self.handed_over:
            raise FrameError("wrote without being asked")
        if len(self._in) < HEADER_BYTES:
            return False
        end = HEADER_BYTES + body_length(self._in)
        if len(self._in) < end:
            return False
        answer = _decoded(bytes(memoryview(self._in)[HEADER_BYTES:end]))
        self._in = self._in[end:]
        if not _may_be_notice(self._in):
            raise FrameError("wrote more than one answer")
        self._take_answer(answer, *self._waiting)
        return True

    def _take_answer(self, answer: Answer, number: int, future: asyncio.Future[Answer]) -> None:
        if answer.id != number:
            raise FrameError(f"answered {answer.id} instead of {number}")
        self._waiting = None
        if self._collecting:
            self._noticed = False
        if not future.done():
            future.set_result(answer)

    def _take_notice(self) -> None:
        if self._noticed:
            raise FrameError("gave notice twice")
        self._noticed = True
        self._on_notice()

    def _break(self, reason: str) -> None:
        self.close(reason)
        self._on_broken(reason)


def _may_be_notice(start: bytearray) -> bool:
    return NOTICE_FRAME.startswith(start[: len(NOTICE_FRAME)])


def _decoded(body: bytes) -> Answer:
    try:
        return msgspec.json.decode(body, type=Answer)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise FrameError("wrote something that is no answer") from None
