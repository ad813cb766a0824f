"""Keeps one plugin's child process alive and carries calls to it.

    start -> init -> calls, one at a time -> (deadline, crash, broken rule) -> end -> pause -> start

The agent never imports a plugin. Whatever a child does, the event loop only ever takes bounded,
non-blocking steps; a child that breaks a rule is ended with its whole process group.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import UnionType
from typing import Any, Final, NoReturn, TypeVar, overload

import msgspec

from notanker.core.names import PluginHealth
from notanker.core.status import PluginStatus
from notanker.errors import Problem
from notanker.plugin.frames import INIT, Answer, FrameError, Ready, Request, Start
from notanker.shell.logs import Log
from notanker.shell.plugin_calls import Call, CallQueue, WrongAnswer, result_of
from notanker.shell.plugin_child import PluginChild
from notanker.shell.plugin_faults import LinkBroken
from notanker.shell.plugin_health import IDLE, STARTING, PluginRecord
from notanker.shell.plugin_limits import Launch, Limits, PluginSpec

T = TypeVar("T")


class _Ended(Exception):  # noqa: N818 - how a child's life ends, always
    def __init__(self, what: str, reason: str, *, hopeless: bool = False) -> None:
        self.what: Final = what
        self.reason: Final = reason
        self.hopeless: Final = hopeless
        super().__init__(reason)


class PluginProcess:
    """One plugin instance in its child process.

    Attributes:
        spec: Which plugin this is.
        parts: The parts it plays ("uplink", "channel"); empty until it was ready once.
        kinds: The kinds of address that it takes as a channel; empty until it was ready once.
        problems: What is wrong with its options; empty while they are fine.
        pid: The process id of the child, None while there is none.
        news: Set when the plugin has something to `collect`: it says so, or is new.
    """

    def __init__(
        self,
        spec: PluginSpec,
        *,
        on_change: Callable[[PluginStatus], None],
        log: Log,
        limits: Limits | None = None,
        launch: Launch | None = None,
    ) -> None:
        self.spec: Final = spec
        self.parts: frozenset[str] = frozenset()
        self.kinds: tuple[str, ...] = ()
        self.problems: tuple[Problem, ...] = ()
        self.pid: int | None = None
        self.news: Final = asyncio.Event()
        self._limits: Final = limits or Limits()
        self._launch: Final = launch or Launch()
        self._log: Final = log.bind(plugin=spec.name)
        self._record: Final = PluginRecord(spec, self._limits, on_change)
        self._calls: Final = CallQueue(self._limits)
        self._ready = Ready(frozenset(), self._limits.longest_deadline_s)

    @property
    def status(self) -> PluginStatus:
        """How the plugin does."""
        return self._record.status

    async def run(self) -> None:
        """Keep the child alive until cancelled; then give it time to close, and end it."""
        try:
            while True:
                self._calls.open()
                await asyncio.sleep(await self._live())
        finally:
            self._calls.close("the agent ends")

    @overload
    async def call(
        self,
        method: str,
        argument: object = None,
        *,
        deadline_s: float | None = None,
        answer: type[T],
    ) -> T: ...

    @overload
    async def call(
        self,
        method: str,
        argument: object = None,
        *,
        deadline_s: float | None = None,
        answer: UnionType,
    ) -> Any: ...

    async def call(
        self,
        method: str,
        argument: object = None,
        *,
        deadline_s: float | None = None,
        answer: object,
    ) -> Any:
        """Call a method of the plugin and return its answer. Calls are carried out in order.

        While the child starts a call waits; while it is down it fails at once. A caller that is
        cancelled doesn't take back a call that the child already has.

        Args:
            method: Such as "send" or "state".
            argument: The method's only argument, or None.
            deadline_s: Counted from the call's turn on; the plugin's own if None.
            answer: The type of the answer: `Receipt`, `bool | None`, `type(None)` for none.

        Raises:
            Retry: the plugin says so.
            Permanent: the plugin says so.
            Unknown: the plugin says so, or it ended while it had a `send`.
            PluginDown: the child is not there, ended, or has too much to do; nothing was sent.
        """
        return await self._calls.put(method, argument, deadline_s, answer)

    async def _live(self) -> float:
        """Start a child, serve until it ends, make sure that it did; return the pause in seconds."""
        try:
            child = PluginChild.start(self._launch, self._log, self._limits, self.news.set)
        except OSError as error:
            return self._failed(_Ended(STARTING, f"cannot be started: {error.strerror}"))
        self.pid = child.pid
        try:
            await self._initialise(child)
            await self._serve(child)
        except _Ended as ended:
            # First the record: who lost a call reads the status next.
            pause = self._failed(ended)
            await child.end(gently=False)
            return pause
        except BaseException:
            self._calls.close("the agent ends")
            await child.end(gently=True)
            raise
        finally:
            self.pid = None

    async def _initialise(self, child: PluginChild) -> None:
        spec = self.spec
        start = Start(spec.kind, spec.name, dict(spec.options))
        request = Request(0, INIT, msgspec.Raw(msgspec.json.encode(start)))
        answer = await self._exchange(child, request, self._limits.start_s, STARTING)
        fault = answer.fault
        self.problems = fault.problems if fault else ()
        if fault is not None:
            hopeless = fault.kind in ("options", "permanent")
            raise _Ended(STARTING, fault.reason, hopeless=hopeless)
        try:
            self._ready = msgspec.json.decode(answer.result, type=Ready)
        except msgspec.MsgspecError:
            raise _Ended(STARTING, "wrong answer to init") from None
        self.parts = self._ready.parts
        self.kinds = self._ready.kinds
        self.news.set()
        self._log.info("plugin_ready", pid=child.pid, parts=sorted(self.parts))
        self._succeeded(STARTING)

    async def _serve(self, child: PluginChild) -> NoReturn:
        wake = self._calls.wake
        child.ended.add_done_callback(lambda _: wake.set())
        loop = asyncio.get_running_loop()
        steady = loop.call_later(self._limits.steady_s, self._succeeded, IDLE)
        try:
            while not child.ended.done():
                wake.clear()
                if (call := self._calls.take()) is not None:
                    await self._carry_out(child, call)
                else:
                    await wake.wait()
        finally:
            steady.cancel()
        raise _Ended(IDLE, await child.ending(child.ended.result()))

    async def _carry_out(self, child: PluginChild, call: Call) -> None:
        method = call.request.method
        try:
            answer = await self._exchange(child, call.request, self._deadline(call), method)
            result = result_of(answer, call.answer)
        except WrongAnswer as error:
            call.lose(str(error), handed_over=True)
            raise _Ended(method, str(error)) from None
        except _Ended as ended:
            call.lose(ended.reason, handed_over=child.link.handed_over)
            raise
        except asyncio.CancelledError:
            call.lose("the agent ends", handed_over=child.link.handed_over)
            raise
        self._succeeded(method)
        call.settle(result)

    async def _exchange(
        self, child: PluginChild, request: Request, deadline_s: float, what: str
    ) -> Answer:
        try:
            async with asyncio.timeout(deadline_s):
                return await child.link.exchange(request)
        except TimeoutError:
            raise _Ended(what, f"no answer to {request.method} in {deadline_s:g} s") from None
        except LinkBroken as error:
            raise _Ended(what, await child.ending(error.reason)) from None
        except FrameError as error:
            raise _Ended(what, f"the call is too large: {error}", hopeless=True) from None

    def _deadline(self, call: Call) -> float:
        own = self._ready.deadlines_s.get(call.request.method, self._ready.deadline_s)
        wanted = own if call.deadline_s is None else call.deadline_s
        return max(0.0, min(wanted, self._limits.longest_deadline_s))

    def _succeeded(self, what: str) -> None:
        before = self.status.health
        self._record.succeeded(what, asyncio.get_running_loop().time())
        if before is PluginHealth.DEGRADED and self.status.health is PluginHealth.OK:
            self._log.info("plugin_recovered")

    def _failed(self, ended: _Ended) -> float:
        now = asyncio.get_running_loop().time()
        self._calls.close(ended.reason)
        pause = self._record.failed(ended.what, ended.reason, now, hopeless=ended.hopeless)
        self._log.warning(
            "plugin_ended",
            during=ended.what,
            reason=ended.reason,
            failures=self.status.failures,
            health=self.status.health.value,
            next_start_s=pause,
        )
        return pause
