"""How often somebody may try to sign in. Who guesses is slowed down; nobody is locked out.

Three buckets hold failures and leak: of an address, of an account from one address, and of an account from
everywhere. The last one does not count for addresses from which the account has signed in before: guessing
from elsewhere must not keep the person out on the day it matters.
"""

from __future__ import annotations

import ipaddress
import math
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

MOST_KEYS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Rate:
    """So many failures are free; then one comes free each so many seconds."""

    burst: int
    each_s: float


OF_ADDRESS: Final = Rate(20, 6.0)
OF_PAIR: Final = Rate(5, 10.0)
OF_ACCOUNT: Final = Rate(50, 30.0)


class Throttle:
    """Counts failures. Keeps them in memory: a restart forgives."""

    def __init__(self) -> None:
        self._levels: OrderedDict[tuple[str, ...], tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait_s(self, account: str, address: str, now_s: float, *, known: bool) -> float:
        """Return how long to wait before the next try, 0 if it may be made now.

        Args:
            account: Who wants to sign in, known or not.
            address: From where.
            now_s: A clock that is never set.
            known: Whether that account has signed in from there before.
        """
        with self._lock:
            waits = [
                self._wait_s(key, rate, now_s)
                for key, rate in _keys(account, address)
                if rate is not OF_ACCOUNT or not known
            ]
        return max(waits)

    def failed(self, account: str, address: str, now_s: float) -> None:
        """Count a failure."""
        with self._lock:
            for key, rate in _keys(account, address):
                self._levels[key] = (self._level(key, rate, now_s) + 1.0, now_s)
                self._levels.move_to_end(key)
            while len(self._levels) > MOST_KEYS:
                self._levels.popitem(last=False)

    def _wait_s(self, key: tuple[str, ...], rate: Rate, now_s: float) -> float:
        over = self._level(key, rate, now_s) + 1.0 - rate.burst
        return math.ceil(over * rate.each_s) if over > 0 else 0.0

    def _level(self, key: tuple[str, ...], rate: Rate, now_s: float) -> float:
        level, at_s = self._levels.get(key, (0.0, now_s))
        return max(0.0, level - (now_s - at_s) / rate.each_s)


def network_of(address: str) -> str:
    """Return what one person has: an IPv4 address, or an IPv6 network of 64 bits."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def _keys(account: str, address: str) -> tuple[tuple[tuple[str, ...], Rate], ...]:
    name, network = account.casefold()[:64], network_of(address)
    return (
        (("address", network), OF_ADDRESS),
        (("pair", name, network), OF_PAIR),
        (("account", name), OF_ACCOUNT),
    )
