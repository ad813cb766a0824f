"""The only place where notanker reads a clock."""

from __future__ import annotations

import ctypes
import time
from datetime import UTC, datetime, tzinfo
from functools import cache
from pathlib import Path
from typing import Final

from notanker.core.moment import Moment

_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
_STA_UNSYNC: Final = 0x0040
_TIMEX_BYTES: Final = 512  # struct timex has 208 bytes on 64-bit Linux; more is harmless
_STATUS_OFFSET: Final = 40  # modes, offset, freq, maxerror, esterror come first (adjtimex(2))


@cache
def boot_id() -> str:
    """Return the kernel's id of this boot."""
    return _BOOT_ID.read_text(encoding="ascii").strip()


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def boot_s() -> float:
    """Return seconds since boot, suspended time included."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def wall_s() -> float:
    """Return seconds since 1970, UTC."""
    return time.time()  # noqa: TID251 - the one place


def trusted() -> bool:
    """Tell whether the kernel's wall clock is synchronised (chrony or timesyncd told it so)."""
    buffer = ctypes.create_string_buffer(_TIMEX_BYTES)
    if _libc().adjtimex(buffer) == -1:
        return False
    status = int.from_bytes(buffer.raw[_STATUS_OFFSET : _STATUS_OFFSET + 4], "little")
    return not status & _STA_UNSYNC


class Clock:
    """Makes moments. Whether the wall clock is trusted is asked at most once a second."""

    def __init__(self) -> None:
        self._asked_s = float("-inf")
        self._trusted = False

    def now(self) -> Moment:
        """Return the present moment."""
        now_s = boot_s()
        if now_s - self._asked_s >= 1.0:
            self._asked_s, self._trusted = now_s, trusted()
        return Moment(now_s, wall_s(), self._trusted, boot_id())


def age_s(moment: Moment) -> float:
    """Return how long ago a moment was: by the boot clock within this boot, else by the wall clock."""
    if moment.boot == boot_id():
        return boot_s() - moment.boot_s
    return wall_s() - moment.wall_s


def offset_s(moment: Moment, zone: tzinfo | None = None) -> float:
    """Return how far local time is ahead of UTC at a moment: in a time zone, or the machine's own."""
    if zone is None:
        return float(time.localtime(moment.wall_s).tm_gmtoff)
    ahead = datetime.fromtimestamp(moment.wall_s, UTC).astimezone(zone).utcoffset()
    return ahead.total_seconds() if ahead is not None else 0.0


def local_time(seconds: float) -> str:
    """Return a wall time in the machine's own time zone, as `2026-11-22 10:42:07`."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds))
