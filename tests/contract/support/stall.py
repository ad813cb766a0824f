"""Measures how long each callback of an event loop keeps the loop from everything else.

Lateness by the wall clock would measure the machine: its other processes, its hypervisor. So a
callback is charged for the CPU time of the loop's thread; if it gave up the CPU of its own accord
(it waited for something: a lock, a disk, a child), for its whole time less what it waited for a CPU.

Two waits are not the loop's: vfork holds it until the new process had a CPU and called exec (on a
busy machine as long as the queue for the CPU; a test of its own measures it), and the garbage collector
goes through what all the tests before have left in this process.
"""

from __future__ import annotations

import asyncio
import gc
import resource
import subprocess
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

# A blocking call waits for seconds, a callback that does its work takes a millisecond (measured: 1 to 4).
# A hypervisor that lends the CPU to somebody else added 20 to a callback that did nothing.
LIMIT_S = 0.1


def _waited_for_cpu_s() -> float:
    """Time that this thread was ready and had no CPU (scheduler statistics, second field)."""
    return int(Path("/proc/thread-self/schedstat").read_bytes().split()[1]) / 1e9


def _gave_up_cpu() -> int:
    return resource.getrusage(resource.RUSAGE_THREAD).ru_nvcsw


class StallMeter:
    """Measures every callback that the current thread's loop runs while the meter is entered."""

    def __init__(self) -> None:
        self.stalls: list[tuple[float, float, str]] = []
        self.callbacks = 0
        self.vforks: list[float] = []
        self._thread = threading.get_ident()
        self._vfork_s = 0.0
        self._collected_s = 0.0
        self._collecting_since_s = 0.0
        self._run: Any = None
        self._fork_exec: Any = None

    def __enter__(self) -> Self:
        self._run = asyncio.Handle._run
        self._fork_exec = vars(subprocess)["_fork_exec"]
        plain, fork_exec, meter = self._run, self._fork_exec, self

        def timed(*arguments: Any) -> Any:
            cpu, wall = time.thread_time(), time.perf_counter()
            try:
                return fork_exec(*arguments)
            finally:
                cpu, wall = time.thread_time() - cpu, time.perf_counter() - wall
                if threading.get_ident() == meter._thread:
                    meter._vfork_s = wall - cpu
                    meter.vforks.append(wall)

        def measured(handle: asyncio.Handle) -> None:
            if threading.get_ident() != meter._thread:
                plain(handle)
                return
            meter._measure(handle, plain)

        setattr(asyncio.Handle, "_run", measured)  # noqa: B010
        setattr(subprocess, "_fork_exec", timed)  # noqa: B010
        gc.callbacks.append(self._collects)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        setattr(asyncio.Handle, "_run", self._run)  # noqa: B010
        setattr(subprocess, "_fork_exec", self._fork_exec)  # noqa: B010
        gc.callbacks.remove(self._collects)

    def _collects(self, phase: str, _info: dict[str, int]) -> None:
        if threading.get_ident() != self._thread:
            return
        if phase == "start":
            self._collecting_since_s = time.thread_time()
        else:
            self._collected_s += time.thread_time() - self._collecting_since_s

    def _measure(self, handle: asyncio.Handle, plain: Any) -> None:
        self._vfork_s = self._collected_s = 0.0
        waited, gave_up = _waited_for_cpu_s(), _gave_up_cpu()
        cpu, wall = time.thread_time(), time.perf_counter()
        plain(handle)
        cpu, wall = time.thread_time() - cpu, time.perf_counter() - wall
        charged = cpu
        if _gave_up_cpu() != gave_up:
            charged = max(cpu, wall - self._vfork_s - (_waited_for_cpu_s() - waited))
        charged -= self._collected_s
        self.callbacks += 1
        self.stalls.append((charged, wall, repr(handle)[:200] if charged > LIMIT_S / 4 else ""))

    @property
    def worst_s(self) -> float:
        """The longest stall of the loop, the machine's own noise taken off."""
        return max((stall[0] for stall in self.stalls), default=0.0)

    @property
    def worst_wall_s(self) -> float:
        """The longest callback by the wall clock, noise and all."""
        return max((stall[1] for stall in self.stalls), default=0.0)

    def report(self, what: str) -> str:
        """Say it in one line."""
        worst = max(self.stalls, default=(0.0, 0.0, ""))
        return (
            f"{what}: worst stall {self.worst_s * 1e3:.2f} ms, by the wall clock "
            f"{self.worst_wall_s * 1e3:.2f} ms, {self.callbacks} callbacks {worst[2]}"
        )
