"""Where the centre is: asked over the very line that a beat takes, and not before each of them.

A lookup costs a small SIM as much as a beat by `udp`. So an address is kept for an hour on the primary
line and for a day on LTE; a beat that fails has it asked for anew, and then another of them is tried.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterable, Mapping
from typing import Final

from notanker.core.names import Uplink
from notanker.shell import clock
from notanker.shell.carriage.contract import CarrierError
from notanker.shell.probes import dns

LOOKUP_S: Final = 3.0
KEPT_S: Final = {Uplink.PRIMARY: 3600.0, Uplink.BACKUP: 86_400.0}
DNS_PORT: Final = 53


class Addresses:
    """The addresses of one name.

    Args:
        host: The name.
        given: Addresses that are used instead of asking.
        interfaces: The interface of each uplink.
        resolvers: The name servers of each uplink.
    """

    def __init__(
        self,
        host: str,
        given: tuple[str, ...],
        interfaces: Mapping[Uplink, str],
        resolvers: Mapping[Uplink, tuple[str, ...]],
    ) -> None:
        self._host = host
        self._given = given
        self._interfaces = interfaces
        self._resolvers = resolvers
        self._turn = itertools.count()
        self._at = next(self._turn)
        self._known: dict[Uplink, tuple[float, tuple[str, ...]]] = {}

    async def find(self, over: Uplink) -> str:
        """Return an address.

        Raises:
            CarrierError: nobody tells one over this line.
        """
        found = self._given or await self._kept(over)
        return found[self._at % len(found)]

    def failed(self, over: Uplink) -> None:
        """Hear that there was no answer there: the next beat asks again, and takes another one."""
        self._known.pop(over, None)
        self._at = next(self._turn)

    async def _kept(self, over: Uplink) -> tuple[str, ...]:
        until_s, found = self._known.get(over, (0.0, ()))
        if clock.boot_s() < until_s:
            return found
        found = await self._ask(over)
        self._known[over] = (clock.boot_s() + KEPT_S[over], found)
        return found

    async def _ask(self, over: Uplink) -> tuple[str, ...]:
        for server, version in _questions(self._resolvers[over]):
            try:
                async with asyncio.timeout(LOOKUP_S):
                    answer = await dns.ask(
                        self._interfaces[over], server, DNS_PORT, self._host, version
                    )
            except (OSError, TimeoutError, dns.DnsError):
                continue
            if answer.addresses:
                return answer.addresses
        raise CarrierError(f"no address for {self._host} over {over}")


def _questions(servers: Iterable[str]) -> Iterable[tuple[str, int]]:
    """Yield whom to ask for what: every server for IPv4 before any is asked for IPv6."""
    return itertools.chain.from_iterable(((one, version) for one in servers) for version in (4, 6))
