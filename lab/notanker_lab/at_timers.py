"""Things that happen later, in one thread and one after the other."""

import heapq
import itertools
import threading
import time
from collections.abc import Callable


class Timers:
    """Calls functions at their time, holding ``lock``."""

    def __init__(self, lock: "threading.RLock") -> None:
        self._lock = lock
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._count = itertools.count()
        self._changed = threading.Condition()
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="at-timers", daemon=True)
        self._thread.start()

    def later(self, after_s: float, what: Callable[[], None]) -> None:
        """Call ``what`` after so many seconds."""
        with self._changed:
            entry = (time.monotonic() + after_s, next(self._count), what)
            heapq.heappush(self._due, entry)
            self._changed.notify()

    def end(self) -> None:
        """Call nothing more."""
        with self._changed:
            self._ended = True
            self._changed.notify()
        if threading.current_thread() is not self._thread:
            self._thread.join(5)

    def _run(self) -> None:
        while (what := self._next()) is not None:
            with self._lock:
                what()

    def _next(self) -> Callable[[], None] | None:
        with self._changed:
            while not self._ended:
                wait_s = self._due[0][0] - time.monotonic() if self._due else None
                if wait_s is not None and wait_s <= 0:
                    return heapq.heappop(self._due)[2]
                self._changed.wait(wait_s)
        return None
