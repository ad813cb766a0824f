"""The kernel's routing, through netlink: links, the backup's table, and the switch.

Policy rules of ours, for IPv4 and IPv6, from `priority` p on (all but the last stand as long as the
agent's configuration does; none is needed for the site's own line to work):

    p      lookup main, default routes excepted     local destinations always stay local
    p + 1  sockets bound to the primary -> main     its probes go there whatever the switch says
    p + 2  sockets bound to the backup -> table     and the backup's go to the backup
           port 53 of a line's resolvers -> line    where the box has a forwarder (see forwarder.py)
    p + 3  all that user notanker sends -> table    out of band; only while that user is not root
    p + 4  everything -> table                      THE SWITCH: here or not here

The table holds the backup's default routes, and an unreachable one behind them: where the backup has no
IPv6, clients hear so at once and fall back. All carry our protocol number, so that they are known again.
"""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from notanker.core.names import Uplink
from notanker.shell.netlink import channel, route
from notanker.shell.netlink.channel import Netlink, News
from notanker.shell.netlink.route import MAIN, UNREACHABLE, Route, Rule
from notanker.shell.netlink.wire import Message

PROTOCOL: Final = 142
"""Our mark on routes and rules (rtnetlink(7): 128 to 255 are free for administrators' use)."""
FAMILIES: Final = (socket.AF_INET, socket.AF_INET6)
DNS_PORT: Final = 53
UNREACHABLE_METRIC: Final = 4_000_000
_GONE: Final = (errno.ENOENT, errno.ESRCH, errno.ENODEV)
_UNSUPPORTED: Final = (errno.EOPNOTSUPP, errno.EAFNOSUPPORT)  # a kernel without IPv6
_NOT_YET: Final = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EINVAL, errno.ENETDOWN)


@dataclass(frozen=True, slots=True)
class Numbers:
    """Our numbers in the kernel: the backup's table, the first rule's priority, the user's id."""

    table: int
    priority: int
    uid: int


class Kernel:
    """Reads and writes the kernel's routing for the two uplinks.

    Its methods are plain calls: the kernel answers within them, and each is whole before the next.

    Args:
        interfaces: The interface of each uplink.
        gateways: The backup's next hop by family, where the configuration names it.
        numbers: Our numbers.
        resolvers: Those whom the box asks over this uplink alone.
    """

    def __init__(
        self,
        interfaces: Mapping[Uplink, str],
        gateways: Mapping[socket.AddressFamily, str | None],
        numbers: Numbers,
        resolvers: Mapping[Uplink, tuple[str, ...]] | None = None,
    ) -> None:
        self._interfaces = interfaces
        self._gateways = gateways
        self._numbers = numbers
        self._resolvers = resolvers or {}
        self._netlink = Netlink(channel.ROUTE)

    def prepare(self) -> Uplink:
        """Put the standing rules and the backup's table in place.

        Returns:
            Where the switch points: the rule is the state, and it is read, never reset.

        Raises:
            OSError: the rights are missing.
        """
        for family in FAMILIES:
            self._tidy(family)
        self._fill_table()
        found = self.route()
        if found is Uplink.BACKUP:
            self._complete_switch()
        return found

    def switch(self, to: Uplink) -> None:
        """Move all traffic to the uplink: one rule for each family, added or removed.

        Raises:
            OSError: the kernel refused.
        """
        change = self._add if to is Uplink.BACKUP else self._delete
        for family in FAMILIES:
            change(self._switch_rule(family))

    def route(self) -> Uplink:
        """Return where the kernel sends the traffic."""
        switched = any(self._switch_rule(f) in route.rules(self._netlink, f) for f in FAMILIES)
        return Uplink.BACKUP if switched else Uplink.PRIMARY

    def carrier(self) -> dict[Uplink, bool]:
        """Return which uplinks' interfaces exist, are up and have their carrier."""
        found = {link.name: link.carrier for link in route.links(self._netlink)}
        return {uplink: found.get(name, False) for uplink, name in self._interfaces.items()}

    def primary_path(self) -> tuple[bool, str]:
        """Return whether the primary's interface has an address, and its next hop if it has one.

        IPv4 comes first.

        Raises:
            OSError: the kernel does not answer.
        """
        index = self._index(self._interfaces[Uplink.PRIMARY])
        if index is None:
            return False, ""
        return route.addressed(self._netlink, index), self._first_hop(index, MAIN)

    def next_hop(self, uplink: Uplink) -> str:
        """Return the uplink's next hop, IPv4 first; empty while nobody knows one.

        Raises:
            OSError: the kernel does not answer.
        """
        index = self._index(self._interfaces[uplink])
        if index is None:
            return ""
        if uplink is Uplink.PRIMARY:
            return self._first_hop(index, MAIN)
        named = next(filter(None, self._gateways.values()), "")
        return named or self._first_hop(index, MAIN, self._numbers.table)

    def addresses(self) -> dict[Uplink, tuple[str, ...]]:
        """Return the addresses that each uplink's interface has now, those of its link excepted."""
        found = {link.name: link.index for link in route.links(self._netlink)}
        return {
            uplink: route.addresses(self._netlink, found[name]) if name in found else ()
            for uplink, name in self._interfaces.items()
        }

    def clear(self) -> None:
        """Take away every rule and route of ours, as `notanker clear` does."""
        for family in FAMILIES:
            for rule in self._ours(family):
                self._delete(rule)
            with _tolerant(*_GONE, *_UNSUPPORTED):
                route.flush(self._netlink, family, self._numbers.table)

    def close(self) -> None:
        """Close the netlink socket. Rules and routes stay: they are the state."""
        self._netlink.close()

    def _tidy(self, family: int) -> None:
        """Have each standing rule exactly once, and nothing else of ours but the switch."""
        missing = dict.fromkeys(self._standing(family))
        switch = {self._switch_rule(family)}
        for rule in self._ours(family):
            if rule in missing:
                del missing[rule]
            elif rule in switch:
                switch.clear()
            else:
                self._delete(rule)  # another configuration's, or a double
        for rule in missing:
            self._add(rule)

    def _ours(self, family: int) -> list[Rule]:
        return [r for r in route.rules(self._netlink, family) if r.protocol == PROTOCOL]

    def _standing(self, family: int) -> tuple[Rule, ...]:
        first, table = self._numbers.priority, self._numbers.table
        primary, backup = self._interfaces[Uplink.PRIMARY], self._interfaces[Uplink.BACKUP]
        standing = (
            Rule(family, first, MAIN, PROTOCOL, suppress=0),
            Rule(family, first + 1, MAIN, PROTOCOL, out=primary),
            Rule(family, first + 2, table, PROTOCOL, out=backup),
            *self._to_resolvers(family),
        )
        if not self._numbers.uid:
            return (
                standing  # everything that root does would leave by LTE: then better nothing does
            )
        return (*standing, Rule(family, first + 3, table, PROTOCOL, user=self._numbers.uid))

    def _to_resolvers(self, family: int) -> Iterator[Rule]:
        """Lead the box's questions to each resolver to the uplink that it belongs to."""
        tables = {Uplink.PRIMARY: MAIN, Uplink.BACKUP: self._numbers.table}
        for uplink, addresses in self._resolvers.items():
            for address in addresses:
                if (":" in address) is (family == socket.AF_INET6):
                    yield Rule(
                        family, self._numbers.priority + 2, tables[uplink], PROTOCOL,
                        to=address, port=DNS_PORT,
                    )  # fmt: skip

    def _switch_rule(self, family: int) -> Rule:
        return Rule(family, self._numbers.priority + 4, self._numbers.table, PROTOCOL)

    def _complete_switch(self) -> None:
        """Switch the other family as well: a crash may have come between the two."""
        for family in FAMILIES:
            rule = self._switch_rule(family)
            if rule not in route.rules(self._netlink, family):
                self._add(rule)

    def _fill_table(self) -> None:
        """Follow what DHCP or NetworkManager did to the backup's next hop."""
        index = self._index(self._interfaces[Uplink.BACKUP])
        if index is None:
            return
        for family in FAMILIES:
            self._replace(family, kind=UNREACHABLE, metric=UNREACHABLE_METRIC)
            gateway = self._gateways.get(family) or self._learned(family, index)
            if gateway is not None:
                self._replace(family, out=index, gateway=gateway)

    def _index(self, name: str) -> int | None:
        found = (link.index for link in route.links(self._netlink) if link.name == name)
        return next(found, None)

    def _first_hop(self, index: int, *tables: int) -> str:
        """Return the first next hop that the tables have for the interface, IPv4 first."""
        hops = (self._learned(family, index, table) for family in FAMILIES for table in tables)
        return next(filter(None, hops), "")

    def _learned(self, family: int, index: int, table: int = MAIN) -> str | None:
        """Return the next hop that a table has for the interface."""
        for known in route.routes(self._netlink, family, table):
            if known.prefix == 0 and known.out == index and known.gateway:
                return known.gateway
        return None

    def _add(self, rule: Rule) -> None:
        with _tolerant(errno.EEXIST, *_UNSUPPORTED):
            route.add_rule(self._netlink, rule)

    def _delete(self, rule: Rule) -> None:
        with _tolerant(*_GONE, *_UNSUPPORTED):
            route.delete_rule(self._netlink, rule)

    def _replace(self, family: int, **parts: Any) -> None:
        # A next hop that cannot be reached yet: the link's own event brings us back here.
        with _tolerant(errno.EEXIST, *_NOT_YET, *_GONE, *_UNSUPPORTED):
            wanted = Route(family, self._numbers.table, PROTOCOL, **parts)
            route.replace_route(self._netlink, wanted)


def own_uid() -> int:
    """Return the user whose traffic goes out of band."""
    return os.getuid()


async def watch(
    interfaces: Mapping[Uplink, str],
    link: Callable[[Uplink, bool], None],
    routing: Callable[[], None],
) -> None:
    """Listen to the kernel for ever: `link` on a carrier's change, `routing` on any other.

    Raises:
        OSError: the kernel dropped messages because nobody read them in time.
    """
    uplinks = {name: uplink for uplink, name in interfaces.items()}

    def told(message: Message) -> None:
        changed = route.link_of(message)
        if changed is None:
            if message.kind in route.ROUTING:
                routing()
        elif changed.name in uplinks:
            link(uplinks[changed.name], changed.carrier)

    news = News(channel.ROUTE, route.NEWS_GROUPS)
    try:
        await news.follow(told)
    finally:
        news.close()


@contextmanager
def _tolerant(*codes: int) -> Iterator[None]:
    """Pass over what the kernel refuses with one of these numbers."""
    try:
        yield
    except OSError as error:
        if error.errno not in codes:
            raise
