"""What users met, read off their own echoes."""

import math
import time
from collections.abc import Callable
from itertools import pairwise

from notanker_lab.analysis import Record

NEVER = math.inf
"""It did not happen within the time that was waited for it."""
ECHO_S = 0.01
"""The users' pace, and with it the resolution of what is read off their echoes."""
SETTLE_S = 0.3
"""Echoes sent this shortly before the end of a record may have been on their way still."""


def wait_for(condition: Callable[[], object], timeout_s: float) -> bool:
    """Wait until ``condition()`` is true, and say whether it came to be within ``timeout_s``."""
    end_s = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end_s:
            return False
        time.sleep(0.02)
    return True


def first_by(record: Record, uplink: str, since_s: float) -> float:
    """Give the seconds from ``since_s`` to the first echo that came back by ``uplink``."""
    for echo in record.echoes:
        if echo.sent_s >= since_s and echo.good and echo.uplink == uplink:
            return echo.sent_s - since_s
    return NEVER


def lost_since(record: Record, since_s: float) -> int:
    """Count the echoes that were sent from ``since_s`` on and never answered."""
    last_s = record.echoes[-1].sent_s if record.echoes else 0.0
    return record.between(since_s, last_s - SETTLE_S).lost()


def outage_s(record: Record, from_s: float, to_s: float = NEVER) -> float:
    """Give the longest time between two answered echoes sent within the second before and ``to_s``.

    The fault itself may begin a little after ``from_s``; the longest gap is the outage nevertheless.
    """
    last_s = record.echoes[-1].sent_s if record.echoes else 0.0
    echoes = record.between(from_s - 1, min(to_s, last_s - SETTLE_S)).echoes
    good = [echo.sent_s for echo in echoes if echo.good]
    if not good:
        return NEVER
    longest_s = max((after - before for before, after in pairwise(good)), default=0.0)
    return NEVER if echoes[-1].sent_s - good[-1] > max(longest_s, SETTLE_S) else longest_s
