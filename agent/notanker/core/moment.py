"""Points in time as the core sees them.

A Pi has no clock of its own: decisions use the clock that counts from boot, people get wall times, and
each wall time says whether it can be trusted.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Moment:
    """One point in time.

    Attributes:
        boot_s: Seconds since boot, suspended time included (CLOCK_BOOTTIME).
        wall_s: Seconds since 1970 UTC.
        trusted: Whether the wall time was synchronised when the moment was taken.
        boot: The kernel's id of the boot that `boot_s` belongs to.
    """

    boot_s: float
    wall_s: float
    trusted: bool = True
    boot: str = ""


def between_s(earlier: Moment, later: Moment) -> float:
    """Return the seconds from one moment to the other.

    Within one boot the boot clock decides, which no clock step can falsify; across boots only the wall
    clock is left.
    """
    if earlier.boot == later.boot:
        return later.boot_s - earlier.boot_s
    return later.wall_s - earlier.wall_s
