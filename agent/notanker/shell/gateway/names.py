"""Resolves the names of core services over the line in use, and keeps what was found for a while.

A name with many addresses is answered with a few of them at a time: what was found an hour ago may still be
where a client of the LAN is. And where no resolver answers, the last known addresses are the best ones.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from notanker.core.names import Uplink
from notanker.shell import clock
from notanker.shell.probes import dns

ASK_S: Final = 3.0
LEAST_S, MOST_S, RETRY_S = 60.0, 900.0, 15.0
"""A name is asked for again after its answer's lifetime, within these bounds; sooner where none came."""
KEPT_S: Final = 3600.0
MOST_ADDRESSES: Final = 64
MOST_NAMES: Final = 256
_AT_ONCE: Final = 8


@dataclass(slots=True)
class _Known:
    """One name: when each address was heard last, and when it is asked for again."""

    heard_s: dict[str, float] = field(default_factory=dict)
    next_s: float = 0.0


class Names:
    """The addresses of some names.

    Args:
        interfaces: The interface of each uplink.
        resolvers: Its resolvers: a line's own are never asked over the other.
    """

    def __init__(
        self, interfaces: Mapping[Uplink, str], resolvers: Mapping[Uplink, tuple[str, ...]]
    ) -> None:
        self._interfaces = interfaces
        self._resolvers = resolvers
        self._known: dict[str, _Known] = {}

    def want(self, names: frozenset[str]) -> None:
        """Know these names from now on, and no others."""
        kept = sorted(names)[:MOST_NAMES]
        self._known = {name: self._known.get(name, _Known()) for name in kept}

    def addresses(self) -> dict[str, frozenset[str]]:
        """Return what is known."""
        return {name: frozenset(known.heard_s) for name, known in self._known.items()}

    def next_s(self) -> float | None:
        """Return when a name is due, in boot seconds, None where there is none."""
        return min((known.next_s for known in self._known.values()), default=None)

    def again(self) -> None:
        """Have all names asked for at once: another line's resolvers may answer otherwise."""
        for known in self._known.values():
            known.next_s = 0.0

    async def refresh(self, over: Uplink) -> None:
        """Ask for what is due, over this uplink."""
        now_s = clock.boot_s()
        due = [name for name, known in self._known.items() if known.next_s <= now_s]
        for start in range(0, len(due), _AT_ONCE):
            await asyncio.gather(*(self._ask(name, over) for name in due[start : start + _AT_ONCE]))

    async def _ask(self, name: str, over: Uplink) -> None:
        answers = await asyncio.gather(*(self._answer(name, over, version) for version in (4, 6)))
        known = self._known.get(name)
        if known is None:
            return  # the plan has changed meanwhile
        now_s = clock.boot_s()
        heard = [answer for answer in answers if answer is not None and answer.addresses]
        found = {address: now_s for answer in heard for address in answer.addresses}
        older = {a: at_s for a, at_s in known.heard_s.items() if not heard or now_s - at_s < KEPT_S}
        known.heard_s = _fewest(found | {a: s for a, s in older.items() if a not in found})
        ttl_s = min((answer.ttl_s for answer in heard), default=0)
        known.next_s = now_s + (min(max(ttl_s, LEAST_S), MOST_S) if heard else RETRY_S)

    async def _answer(self, name: str, over: Uplink, version: int) -> dns.Answer | None:
        for server in self._resolvers[over]:
            try:
                async with asyncio.timeout(ASK_S):
                    return await dns.ask(self._interfaces[over], server, 53, name, version)
            except (OSError, dns.DnsError):  # a time-out is an OSError as well
                continue
        return None


def _fewest(heard_s: dict[str, float]) -> dict[str, float]:
    """Return the addresses heard last, as many as are kept."""
    latest = sorted(heard_s.items(), key=lambda item: -item[1])
    return dict(latest[:MOST_ADDRESSES])
