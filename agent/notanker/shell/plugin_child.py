"""Starts a child, watches its end, ends it with all that it started, and leaves no zombie."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import Callable
from typing import Final

from notanker.shell.logs import Log
from notanker.shell.plugin_limits import Launch, Limits
from notanker.shell.plugin_link import CLOSED, PluginLink
from notanker.shell.plugin_output import PluginOutput

KEPT_ENVIRONMENT: Final = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR")
"""All that a child sees of the agent's environment: no secret can come this way."""

_EXIT_FOLLOWS_S: Final = 0.2
"""A dying child closes its wire a moment before its exit status is there."""


class PluginChild:
    """One running child. Create it with `start`.

    Attributes:
        pid: Also the number of its process group and session.
        link: The wire for calls.
        ended: Gets the reason as soon as the child is of no more use: it exited, or broke the wire.
    """

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        pidfd: int,
        wire: socket.socket,
        outputs: tuple[PluginOutput, ...],
        limits: Limits,
        on_notice: Callable[[], None],
    ) -> None:
        self.pid: Final = process.pid
        self._process: Final = process
        self._outputs: Final = outputs
        self._limits: Final = limits
        self._status = ""
        self._loop: Final = asyncio.get_running_loop()
        self.ended: Final[asyncio.Future[str]] = self._loop.create_future()
        self._reaped: Final[asyncio.Future[None]] = self._loop.create_future()
        self._pidfd: Final = pidfd
        self.link: Final = PluginLink(wire, self._is_over, on_notice)
        self._loop.add_reader(self._pidfd, self._exited)

    @classmethod
    def start(
        cls, launch: Launch, log: Log, limits: Limits, on_notice: Callable[[], None]
    ) -> PluginChild:
        """Start a child on the running event loop; `on_notice` is called when it has something to collect.

        It must be the loop's own thread: the kernel ends the child when the thread that started it
        ends. Python starts it with vfork, so the size of the agent does not matter.

        Raises:
            OSError: no descriptors, no memory, no such interpreter.
        """
        with contextlib.ExitStack() as on_error, contextlib.ExitStack() as theirs:
            ours, wire = socket.socketpair()
            on_error.callback(ours.close)
            theirs.callback(wire.close)
            pipes = [_pipe(on_error, theirs) for _ in ("stdout", "stderr")]
            process = subprocess.Popen(
                _command(launch, wire.fileno()),
                stdin=subprocess.DEVNULL,
                stdout=pipes[0][1],
                stderr=pipes[1][1],
                pass_fds=(wire.fileno(),),
                env={name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ},
                cwd="/",
                start_new_session=True,
            )
            pidfd = _watch(process)
            on_error.pop_all()
            outputs = tuple(
                PluginOutput(pipe[0], stream, log, limits)
                for pipe, stream in zip(pipes, ("stdout", "stderr"), strict=True)
            )
            return cls(process, pidfd, ours, outputs, limits, on_notice)

    async def end(self, *, gently: bool) -> None:
        """End the child and its whole process group, and wait for that within bounds.

        Args:
            gently: Give the plugin the time to give back what its device lent.
        """
        self.link.close()
        try:
            if gently and await self._gone(self._limits.close_s):
                return
            self._signal(signal.SIGTERM)
            await self._gone(self._limits.term_s)
        finally:
            self._signal(signal.SIGKILL)
            # Stuck in the kernel it may outlive this wait; `_exited` reaps it whenever it ends.
            await self._gone(self._limits.kill_s)
            for output in self._outputs:
                output.close()

    async def ending(self, reason: str) -> str:
        """Return how the process ended where it just closed the wire, else the reason given."""
        if reason == CLOSED and await self._gone(_EXIT_FOLLOWS_S):
            return self._status
        return reason

    async def _gone(self, within_s: float) -> bool:
        await asyncio.wait((self._reaped,), timeout=within_s)
        return self._reaped.done()

    def _signal(self, number: signal.Signals) -> None:
        # Until it is reaped its number cannot belong to anybody else.
        if not self._reaped.done():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, number)

    def _exited(self) -> None:
        """Take in the last answer, end the group while the zombie still holds its number, reap."""
        self.link.drain()
        self._signal(signal.SIGKILL)
        self._loop.remove_reader(self._pidfd)
        os.close(self._pidfd)
        self._status = _ending(self._process.wait())  # it has ended: this returns at once
        self._reaped.set_result(None)
        self.link.close(self._status)
        self._is_over(self._status)

    def _is_over(self, reason: str) -> None:
        if not self.ended.done():
            self.ended.set_result(reason)


def _watch(process: subprocess.Popen[bytes]) -> int:
    try:
        return os.pidfd_open(process.pid)
    except OSError:  # no descriptor left: a child that nobody watches must not live
        process.kill()
        process.wait()
        raise


def _pipe(on_error: contextlib.ExitStack, theirs: contextlib.ExitStack) -> tuple[int, int]:
    reading, writing = os.pipe()
    on_error.callback(os.close, reading)
    theirs.callback(os.close, writing)
    return reading, writing


def _command(launch: Launch, wire: int) -> list[str]:
    words = (wire, os.getpid(), *launch.path)
    return [launch.python, "-I", "-m", "notanker.plugin.child", *map(str, words)]


def _ending(status: int) -> str:
    if status >= 0:
        return f"ended with status {status}"
    try:
        return f"ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"ended by signal {-status}"
