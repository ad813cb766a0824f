"""The centre's clocks: the one place of the centre that reads them, so that tests can put in their own."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


def _wall_s() -> float:
    return time.clock_gettime(time.CLOCK_REALTIME)


@dataclass(frozen=True, slots=True)
class Clock:
    """Two readings of the time.

    Attributes:
        wall_s: Seconds since 1970 UTC. Kept in the database, shown to people, may be set at any moment.
        steady_s: Seconds that are never set. Tells how long this process has really been watching.
    """

    wall_s: Callable[[], float] = _wall_s
    steady_s: Callable[[], float] = time.monotonic
