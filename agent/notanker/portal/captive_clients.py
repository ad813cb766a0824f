"""Which devices have seen the portal. In memory alone, bounded, and forgotten with the process."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Final

RELEASED_S: Final = 12 * 3600.0
"""A shift and its overtime; after it the device is led to the portal again."""
MOST: Final = 1000
NEIGHBOURS: Final = Path("/proc/net/arp")
MAX_TABLE_BYTES: Final = 262_144
"""3,000 neighbours; the kernel keeps 1,024 by itself (arp(7), gc_thresh3)."""
_COMPLETE: Final = 0x2
"""ATF_COM of linux/if_arp.h: the hardware address is known."""


def boot_s() -> float:
    """Return the seconds since boot: no wrong clock moves them."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Clients:
    """The devices that have been released.

    Args:
        now: Seconds, by a clock that only goes forward.
        neighbours: The kernel's table of neighbours (proc(5)): a device that gets another address,
            or shares one after another, is told by its hardware's.
    """

    def __init__(self, now: Callable[[], float] = boot_s, neighbours: Path = NEIGHBOURS) -> None:
        self._now, self._neighbours = now, neighbours
        self._until_s: OrderedDict[str, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._until_s)

    def release(self, address: str) -> None:
        """Note that somebody at this device has seen the portal."""
        who = self.who(address)
        self._until_s.pop(who, None)
        self._until_s[who] = self._now() + RELEASED_S
        if len(self._until_s) > MOST:
            self._until_s.popitem(last=False)

    def left_s(self, address: str) -> float:
        """Return for how long the device is still released; 0 if it is not."""
        return max(0.0, self._until_s.get(self.who(address), 0.0) - self._now())

    def who(self, address: str) -> str:
        """Return what tells the device from others: its hardware's address, else the one given."""
        address = address.removeprefix("::ffff:")
        try:
            with self._neighbours.open("rb") as table:
                lines = table.read(MAX_TABLE_BYTES).decode("ascii", "replace").splitlines()
        except OSError:
            return address
        return next((mac for line in lines[1:] if (mac := _mac(line, address))), address)


def _mac(line: str, address: str) -> str:
    """Return the hardware address of a row: IP, type, flags, hardware address, mask, device."""
    fields = line.split()
    if len(fields) < 4 or fields[0] != address:
        return ""
    try:
        complete = int(fields[2], 16) & _COMPLETE
    except ValueError:
        return ""
    return fields[3].lower() if complete else ""
