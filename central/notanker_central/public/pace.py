"""How much one address of strangers may ask for, so that none keeps the others waiting."""

from __future__ import annotations

import ipaddress
import threading
from collections import OrderedDict
from typing import Final

from notanker_central.clock import Clock

MOST_ADDRESSES: Final = 10_000
"""Remembered at once, some 2 MB; then the one that asked longest ago is forgotten."""


class Pace:
    """A bucket of requests for each address, filled up by time.

    Args:
        clock: The centre's clock.
        burst: So many at once.
        per_minute: So many more in each minute.
    """

    def __init__(self, clock: Clock, burst: int, per_minute: float) -> None:
        self._clock = clock
        self._burst: Final = float(burst)
        self._per_s: Final = per_minute / 60.0
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def allows(self, address: str) -> bool:
        """Count a request, and tell whether it may be answered."""
        key = network_of(address)
        now_s = self._clock.steady_s()
        with self._lock:
            left, since_s = self._left.pop(key, (self._burst, now_s))
            left = min(self._burst, left + (now_s - since_s) * self._per_s)
            allowed = left >= 1.0
            self._left[key] = (left - 1.0 if allowed else left, now_s)
            if len(self._left) > MOST_ADDRESSES:
                self._left.popitem(last=False)
        return allowed


def network_of(address: str) -> str:
    """Return what counts as one: an IPv4 address, or the /64 that a subscriber has in IPv6."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
