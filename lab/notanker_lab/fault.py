"""One fault at work, with its way back."""

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from notanker_lab.errors import LabError


class Fault:
    """One fault at work; ``started_s`` is the monotonic instant just before it began."""

    def __init__(self, name: str, start: Callable[[], None], undo: Callable[[], None]) -> None:
        self.name, self._undo, self._healed = name, undo, False
        self.started_s = time.monotonic()
        start()

    def heal(self) -> None:
        """Mend it; a second call does nothing."""
        if not self._healed:
            self._healed = True
            self._undo()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.heal()


class Flapping(Fault):
    """A line that goes away and comes back by a schedule, beside the caller's work."""

    def __init__(self, cut: Callable[[], Fault], up_s: float, down_s: float, times: int) -> None:
        self.edges: list[tuple[float, str]] = []
        self._schedule = (up_s, down_s, times)
        self._cut = cut
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        super().__init__("flapping", self._thread.start, self._end)

    def _run(self) -> None:
        up_s, down_s, times = self._schedule
        for _ in range(times):
            with self._cut():
                self.edges.append((time.monotonic(), "down"))
                self._stop.wait(down_s)
            self.edges.append((time.monotonic(), "up"))
            if self._stop.wait(up_s):
                return

    def _end(self) -> None:
        self._stop.set()
        self._thread.join(5)

    def wait(self, timeout_s: float) -> None:
        """Wait for the end of the schedule.

        Raises:
            LabError: it has not ended after ``timeout_s``.
        """
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            raise LabError(f"The line still flaps after {timeout_s:g} s.")
