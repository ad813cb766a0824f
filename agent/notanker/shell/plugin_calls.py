"""The calls that wait for a plugin: in order, bounded in number and time."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from notanker.plugin.frames import NOTHING, Answer, FrameError, Request, pack
from notanker.shell.plugin_faults import PluginDown, answered, lost
from notanker.shell.plugin_limits import Limits


@dataclass(slots=True)
class Call:
    """A call that waits for its turn or is being carried out."""

    request: Request
    answer: Any
    deadline_s: float | None
    future: asyncio.Future[Any]

    def settle(self, result: object) -> None:
        """Give the caller, if there still is one, the result or exception."""
        if self.future.done():
            return
        if isinstance(result, Exception):
            self.future.set_exception(result)
        else:
            self.future.set_result(result)

    def lose(self, reason: str, *, handed_over: bool) -> None:
        """Tell the caller that there will be no answer."""
        self.settle(lost(self.request.method, reason, handed_over=handed_over))


class WrongAnswer(Exception):  # noqa: N818 - ends the child, like the other reasons
    """What the plugin answered leaves nothing to go on with; the text says why."""


def result_of(answer: Answer, kind: Any) -> object:
    """Return the result of the wanted type, or the exception that the plugin answered with.

    Raises:
        WrongAnswer: another type, or an exception that the contract doesn't know. After that the
            plugin's state is worth nothing.
    """
    if answer.fault is None:
        try:
            return msgspec.json.decode(answer.result, type=kind)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise WrongAnswer("the answer is of the wrong kind") from None
    if answer.fault.kind in ("bug", "options"):
        raise WrongAnswer(answer.fault.reason)
    return answered(answer.fault)


class CallQueue:
    """The queue in front of one plugin.

    Attributes:
        wake: Set whenever a call comes in.
    """

    def __init__(self, limits: Limits) -> None:
        self.wake: Final = asyncio.Event()
        self._limits: Final = limits
        self._numbers: Final = itertools.count(1)
        self._calls: Final[deque[Call]] = deque()
        self._closed = ""

    async def put(self, method: str, argument: object, deadline_s: float | None, kind: Any) -> Any:
        """Queue a call and wait for what comes of it.

        Raises:
            PluginDown: the queue is closed or full, or the call's turn did not come in time.
        """
        if self._closed:
            raise PluginDown(self._closed)
        if len(self._calls) >= self._limits.queue_length:
            raise PluginDown("too many calls are waiting")
        loop = asyncio.get_running_loop()
        request = _request(next(self._numbers), method, argument)
        call = Call(request, kind, deadline_s, loop.create_future())
        self._calls.append(call)
        self.wake.set()
        timer = loop.call_later(self._limits.queue_s, self._expire, call)
        try:
            return await call.future
        finally:
            timer.cancel()

    def take(self) -> Call | None:
        """Take the next call whose caller still waits for it."""
        while self._calls:
            call = self._calls.popleft()
            if not call.future.done():
                return call
        return None

    def open(self) -> None:
        """Let calls wait for the child to come."""
        self._closed = ""

    def close(self, reason: str) -> None:
        """Take no calls, and tell those who wait."""
        self._closed = reason
        while (call := self.take()) is not None:
            call.lose(reason, handed_over=False)

    def _expire(self, call: Call) -> None:
        if call in self._calls:
            call.lose("its turn did not come in time", handed_over=False)


def _request(number: int, method: str, argument: object) -> Request:
    raw = NOTHING if argument is None else msgspec.Raw(msgspec.json.encode(argument))
    request = Request(number, method, raw)
    try:
        pack(request)
    except FrameError as error:
        raise PluginDown(f"the call is too large: {error}") from None
    return request
