"""The moment at which a page is asked for."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Final

from notanker.core.moment import Moment

Clock = Callable[[], Moment]

_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


def now() -> Moment:
    """Return the moment, by the kernel's clocks.

    The portal cannot tell whether the wall time is right; the agent's snapshot says so.
    """
    return Moment(
        boot_s=time.clock_gettime(time.CLOCK_BOOTTIME),
        wall_s=time.clock_gettime(time.CLOCK_REALTIME),
        trusted=False,
        boot=_boot_id(),
    )


@lru_cache(maxsize=1)
def _boot_id() -> str:
    try:
        return _BOOT_ID.read_text("ascii").strip()
    except OSError:
        return ""
