"""Who may stay connected when there are too many: whoever comes is let in, who kept us waiting goes.

One address gets a small share, so a flood from it is at its own cost; and of all, who has been waited for
longest is let go first: that is a slow request held open on purpose, and hardly ever a phone.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Final, Generic, Protocol, TypeVar

MOST: Final = 512
"""Connections at once; below the 1024 files that a process may open by itself."""
MOST_EACH: Final = 24
"""Connections of one address at once; a browser opens at most six to one server."""


class Guest(Protocol):
    """A connection, as far as it matters here.

    Attributes:
        household: Whom it belongs to, see `household_of`.
        waiting: Whether it is its turn to send something.
        since_s: Since when it is as it is.
    """

    household: str
    waiting: bool
    since_s: float


G = TypeVar("G", bound=Guest)


class Crowd(Generic[G]):
    """All connections that are open."""

    def __init__(self, most: int = MOST, most_each: int = MOST_EACH) -> None:
        self._most, self._most_each = most, most_each
        self._households: dict[str, dict[G, None]] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def enter(self, guest: G) -> G | None:
        """Let one in, and return the one that has to leave for it, if any. It still has to `leave`."""
        own = self._households.setdefault(guest.household, {})
        leaves = None
        if len(own) >= self._most_each:
            leaves = _first_to_go(own)
        elif self._count >= self._most:
            leaves = _first_to_go(self._largest())
        own[guest] = None
        self._count += 1
        return leaves

    def leave(self, guest: G) -> None:
        """Forget one; one that is not there may be told as well."""
        own = self._households.get(guest.household, {})
        if guest in own:
            del own[guest]
            self._count -= 1
            if not own:
                del self._households[guest.household]

    def all(self) -> list[G]:
        """Return everybody."""
        return [guest for own in self._households.values() for guest in own]

    def _largest(self) -> Iterable[G]:
        """Return the largest household; everybody, if none has more than one."""
        largest = max(self._households.values(), key=len)
        return largest if len(largest) > 1 else self.all()


def _first_to_go(guests: Iterable[G]) -> G:
    return min(guests, key=lambda guest: (not guest.waiting, guest.since_s))


def household_of(address: str) -> str:
    """Return what counts as one visitor: an IPv4 address, or the /64 of an IPv6 one (RFC 6177)."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv4Address):
        return address
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(ipaddress.ip_network((ip, 64), strict=False).network_address)
