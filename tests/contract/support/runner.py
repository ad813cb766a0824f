"""Runs a supervisor on an event loop of its own, for tests that are plain functions."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from notanker.core.status import PluginStatus
from notanker.plugin import Message, PluginError, Receipt
from notanker.shell.logs import Log
from notanker.shell.plugin_faults import PluginDown
from notanker.shell.plugin_limits import Launch, Limits, PluginSpec
from notanker.shell.plugin_supervisor import PluginProcess
from tests.contract.support.stall import StallMeter

T = TypeVar("T")

BAD = Path(__file__).parents[1] / "bad"
QUICK = Limits(
    start_s=20.0,
    close_s=2.0,
    term_s=0.3,
    kill_s=5.0,
    back_off_s=(0.01, 0.02, 0.03, 0.04, 0.05),
    output_tick_s=0.02,
)
PATIENCE_S = 30.0


def message(text: str = "Störung 17-1", mark: str = "17-1") -> Message:
    return Message(id=f"m-{mark}", mark=mark, recipient="+491713920017", text=text)


def eventually(true: Callable[[], object], what: str, within_s: float = PATIENCE_S) -> None:
    """Wait until something holds, and fail if it does not in time."""
    end_s = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end_s, f"not within {within_s:g} s: {what}"
        time.sleep(0.005)


def is_alive(pid: int) -> bool:
    """Say whether the process exists and is no zombie."""
    with contextlib.suppress(OSError):
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state not in ("Z", "X")
    return False


class Instance:
    """One plugin under a supervisor."""

    def __init__(self, runner: Runner, process: PluginProcess, seen: list[PluginStatus]) -> None:
        self.process = process
        self.seen = seen
        self._runner = runner

    def call(self, method: str, argument: object = None, *, answer: type[T], **options: Any) -> T:
        call = self.process.call(method, argument, answer=answer, **options)
        return self._runner.do(call)

    def find_sent(self, text: str, mark: str) -> bool | None:
        call = self.process.call("find_sent", message(text, mark), answer=bool | None)
        found: bool | None = self._runner.do(call)
        return found

    def health(self) -> str:
        return self.process.status.health.value

    def send(self, text: str = "Störung 17-1", mark: str = "17-1", **options: Any) -> Receipt:
        return self.call("send", message(text, mark), answer=Receipt, **options)

    def await_health(self, *healths: str) -> PluginStatus:
        eventually(
            lambda: self.process.status.health.value in healths,
            f"{healths}, last {self.process.status}",
        )
        return self.process.status

    def pid(self) -> int:
        eventually(lambda: self.process.pid is not None, "a child")
        assert self.process.pid is not None
        return self.process.pid


class Runner:
    """An event loop in a thread; everything that it started ends with it."""

    def __init__(self) -> None:
        self.logged: list[Mapping[str, Any]] = []
        self.log = Log(self.logged.append)
        self.meter: StallMeter
        self._loop = asyncio.new_event_loop()
        self._tasks: list[asyncio.Task[None]] = []
        self._thread = threading.Thread(target=self._serve, name="loop")
        self._up = threading.Event()

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._up.wait(PATIENCE_S)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.do(self._cancel_all())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()
        self._loop.close()

    def do(self, what: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop and wait for it, within bounds."""
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(PATIENCE_S * 4)

    def spawn(self, what: Coroutine[Any, Any, object]) -> None:
        """Run a coroutine on the loop to its end, or this one's; a plugin's refusal ends it as well."""
        self.do(self._spawn(what))

    def start(
        self,
        kind: str,
        options: Mapping[str, object] | None = None,
        *,
        limits: Limits = QUICK,
        path: tuple[str, ...] = (str(BAD),),
    ) -> Instance:
        """Start a plugin under a supervisor."""
        return self.do(self._start(PluginSpec("lte1", kind, options or {}), limits, path))

    def stop(self, number: int = 0) -> None:
        """End one supervisor, as the agent does when it ends."""
        self.do(self._cancel(self._tasks[number]))

    def output(self) -> str:
        """Everything that was logged, as one text."""
        return "\n".join(repr(event) for event in self.logged)

    async def _start(self, spec: PluginSpec, limits: Limits, path: tuple[str, ...]) -> Instance:
        seen: list[PluginStatus] = []
        process = PluginProcess(
            spec, on_change=seen.append, log=self.log, limits=limits, launch=Launch(path=path)
        )
        self._tasks.append(asyncio.create_task(process.run()))
        return Instance(self, process, seen)

    async def _spawn(self, what: Coroutine[Any, Any, object]) -> None:
        async def carried_out() -> None:
            with contextlib.suppress(PluginError, PluginDown):
                await what

        self._tasks.append(asyncio.create_task(carried_out()))

    async def _cancel(self, task: asyncio.Task[None]) -> None:
        task.cancel()
        await asyncio.wait((task,), timeout=PATIENCE_S)
        assert task.done(), "a supervisor does not end"
        assert task.cancelled() or task.exception() is None, task.exception()

    async def _cancel_all(self) -> None:
        for task in self._tasks:
            await self._cancel(task)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        with StallMeter() as self.meter:
            self._loop.call_soon(self._up.set)
            self._loop.run_forever()
