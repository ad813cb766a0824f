"""The centre's clocks: the one place of the centre that reads them, so that tests can put in their own."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from notanker.core.moment import Moment


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

    def moment(self) -> Moment:
        """Return the present as the core wants it. The centre's wall time is trusted: a server has one."""
        return Moment(self.steady_s(), self.wall_s(), trusted=True, boot=_boot())


@cache
def _boot() -> str:
    """Return the kernel's id of this boot, in which the steady clock counts."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:  # then each life of the process counts as one
        return f"{time.monotonic_ns()}"
