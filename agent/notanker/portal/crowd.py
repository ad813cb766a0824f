"""Who may stay connected when there are too many: whoever comes is let in, who kept us waiting goes.

Who has been waited for longest is let go first, out of the address with the most connections: that is a
slow request held open on purpose, and hardly ever a phone. And no address gets more than so many turns in
a round, so that a flood from it is at its own cost. A whole site behind one address is still served well.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterable
from typing import Final, Generic, Protocol, TypeVar

MOST: Final = 512
"""Connections at once; below the 1024 files that a process may open by itself."""
MOST_EACH: Final = 256
"""Connections of one address at once: forty browsers behind it, with six each."""
TURNS: Final = 32
"""Requests of one address that are answered in one round; measured: 32 take 1 to 2 ms on x86."""


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
        self._turns: Counter[str] = Counter()
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

    def takes_turn(self, household: str) -> bool:
        """Tell whether one more request of it is answered in this round, and count it."""
        self._turns[household] += 1
        return self._turns[household] <= TURNS

    def next_round(self) -> None:
        """Begin to count anew."""
        self._turns.clear()

    @property
    def fresh_round(self) -> bool:
        """Whether nobody has taken a turn in this round."""
        return not self._turns

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
