"""A bound on the time of blocking code, whatever it waits in: a socket, a pipe, a library's own lock."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn


class TooLateError(Exception):
    """The time is over. No OSError: nobody on the way may take it for a line that broke."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raise TooLateError in the main thread once the time is over. Whoever had an alarm gets it back."""

    def ring(_signal: int, _frame: FrameType | None) -> NoReturn:
        raise TooLateError

    begun_s = time.monotonic()
    before = signal.signal(signal.SIGALRM, ring)
    left_s, _ = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if left_s:
            signal.setitimer(signal.ITIMER_REAL, max(0.01, left_s - time.monotonic() + begun_s))
