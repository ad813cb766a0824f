"""Reads what a child prints, in bounded bites, and logs a bounded part of it."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Iterator
from typing import Final

from notanker.shell.logs import Log
from notanker.shell.plugin_limits import Limits

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]+")
_LOUD: Final = ("WARNING ", "ERROR ", "CRITICAL ")


class LineBudget:
    """How many lines may be logged now: a bucket that fills with time."""

    def __init__(self, limits: Limits, now: float) -> None:
        self._limits: Final = limits
        self._lines = float(limits.output_burst_lines)
        self._filled = now

    def take(self, now: float) -> bool:
        """Take one line out of the bucket, if there is one."""
        gained = (now - self._filled) * self._limits.output_lines_per_s
        self._lines = min(float(self._limits.output_burst_lines), self._lines + gained)
        self._filled = now
        if self._lines < 1:
            return False
        self._lines -= 1
        return True


class PluginOutput:
    """One of a child's output pipes, on the running event loop.

    After each read the pipe is left alone for a tick, so a flood costs the loop one bounded read
    per tick and waits in the pipe otherwise. Lines over the budget are counted, not kept.
    """

    def __init__(self, pipe: int, stream: str, log: Log, limits: Limits) -> None:
        self._pipe: Final = pipe
        self._log: Final = log.bind(stream=stream)
        self._limits: Final = limits
        self._loop: Final = asyncio.get_running_loop()
        self._budget: Final = LineBudget(limits, self._loop.time())
        self._rest = b""
        self._skipping = False
        self._dropped = 0
        self._reported = self._loop.time()
        self._timer: asyncio.TimerHandle | None = None
        self._open = True
        os.set_blocking(pipe, False)
        self._loop.add_reader(pipe, self._readable)

    def close(self) -> None:
        """Take one last bite, such as the traceback of a crash, and close the pipe."""
        if not self._open:
            return
        self._read()
        if self._rest:
            self._line(self._rest)
        self._report()
        self._open = False
        self._loop.remove_reader(self._pipe)
        if self._timer is not None:
            self._timer.cancel()
        os.close(self._pipe)

    def _readable(self) -> None:
        self._loop.remove_reader(self._pipe)
        if self._read():
            self._timer = self._loop.call_later(self._limits.output_tick_s, self._resume)

    def _resume(self) -> None:
        if self._dropped and self._loop.time() - self._reported >= self._limits.dropped_report_s:
            self._report()
        self._loop.add_reader(self._pipe, self._readable)

    def _read(self) -> bool:
        try:
            data = os.read(self._pipe, self._limits.output_chunk_bytes)
        except BlockingIOError:
            return True
        except OSError:
            return False
        for line in self._lines(data):
            self._line(line)
        return bool(data)

    def _lines(self, data: bytes) -> Iterator[bytes]:
        """Give the lines within the budget; count the others without cutting them out."""
        now, start, most = self._loop.time(), 0, self._limits.output_line_bytes
        while (end := data.find(b"\n", start)) >= 0:
            if not self._skipping and not self._budget.take(now):
                self._dropped += data.count(b"\n", start)
                start, self._rest = data.rfind(b"\n") + 1, b""
                break
            if not self._skipping:
                yield self._rest + data[start : min(end, start + most)]
            self._rest, self._skipping, start = b"", False, end + 1
        self._keep(data[start:])

    def _keep(self, rest: bytes) -> None:
        if self._skipping:
            return
        self._rest += rest[: self._limits.output_line_bytes]
        if len(self._rest) < self._limits.output_line_bytes:
            return
        if self._budget.take(self._loop.time()):
            self._line(self._rest)
        else:
            self._dropped += 1
        self._rest, self._skipping = b"", True

    def _line(self, line: bytes) -> None:
        text = line[: self._limits.output_line_bytes].decode(errors="replace")
        text = _CONTROL.sub(" ", text).rstrip()
        if not text:
            return
        if text.startswith(_LOUD):
            self._log.warning("plugin_output", line=text)
        else:
            self._log.info("plugin_output", line=text)

    def _report(self) -> None:
        if self._dropped:
            self._log.warning("plugin_output_dropped", lines=self._dropped)
        self._dropped, self._reported = 0, self._loop.time()
