"""The kernel's routing, through netlink (pyroute2): links, the backup's table, and the switch.

Policy rules of ours, for IPv4 and IPv6, from `priority` p on (all but the last stand as long as the
agent's configuration does; none is needed for the site's own line to work):

    p      lookup main, default routes excepted     local destinations always stay local
    p + 1  sockets bound to the primary -> main     its probes go there whatever the switch says
    p + 2  sockets bound to the backup -> table     and the backup's go to the backup
    p + 3  all that user notanker sends -> table    out of band; only while that user is not root
    p + 4  everything -> table                      THE SWITCH: here or not here

The table holds the backup's default routes, and an unreachable one behind them: where the backup has no
IPv6, clients hear so at once and fall back. All carry our protocol number, so that they are known again.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pyroute2 import AsyncIPRoute
from pyroute2.netlink.exceptions import NetlinkError

from notanker.core.names import Uplink

PROTOCOL: Final = 142
"""Our mark on routes and rules (rtnetlink(7): 128 to 255 are free for administrators' use)."""
FAMILIES: Final = (socket.AF_INET, socket.AF_INET6)
MAIN: Final = 254
UNREACHABLE_METRIC: Final = 4_000_000
_EXISTS: Final = 17  # EEXIST
_GONE: Final = (2, 3, 19)  # ENOENT, ESRCH, ENODEV
_UNSUPPORTED: Final = (95, 97)  # EOPNOTSUPP, EAFNOSUPPORT: a kernel without IPv6

Rule = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Numbers:
    """Our numbers in the kernel: the backup's table, the first rule's priority, the user's id."""

    table: int
    priority: int
    uid: int


class Kernel:
    """Reads and writes the kernel's routing for the two uplinks.

    Args:
        interfaces: The interface of each uplink.
        gateways: The backup's next hop by family, where the configuration names it.
        numbers: Our numbers.
    """

    def __init__(
        self,
        interfaces: Mapping[Uplink, str],
        gateways: Mapping[socket.AddressFamily, str | None],
        numbers: Numbers,
    ) -> None:
        self._interfaces = interfaces
        self._gateways = gateways
        self._numbers = numbers
        self._netlink = AsyncIPRoute()
        self._lock = asyncio.Lock()

    async def prepare(self) -> Uplink:
        """Put the standing rules and the backup's table in place.

        Returns:
            Where the switch points: the rule is the state, and it is read, never reset.

        Raises:
            NetlinkError: the rights are missing.
        """
        async with self._lock:
            for family in FAMILIES:
                await self._tidy(family)
            await self._fill_table()
            route = await self._read_route()
            if route is Uplink.BACKUP:
                await self._complete_switch()
            return route

    async def switch(self, to: Uplink) -> None:
        """Move all traffic to the uplink: one rule for each family, added or removed.

        Raises:
            NetlinkError: the kernel refused.
        """
        action = "add" if to is Uplink.BACKUP else "del"
        async with self._lock:
            for family in FAMILIES:
                await self._tolerant(action, self._switch_rule(family))

    async def route(self) -> Uplink:
        """Return where the kernel sends the traffic."""
        return await self._read_route()

    async def refresh(self) -> None:
        """Follow what DHCP or NetworkManager did to the backup's next hop."""
        async with self._lock:
            await self._fill_table()

    async def carrier(self) -> dict[Uplink, bool]:
        """Return which uplinks' interfaces exist, are up and have their carrier."""
        found = dict.fromkeys(self._interfaces, False)
        async for message in await self._netlink.link("dump"):
            for uplink, name in self._interfaces.items():
                if message.get("ifname") == name:
                    found[uplink] = has_carrier(message)
        return found

    async def clear(self) -> None:
        """Take away every rule and route of ours, as `notanker clear` does."""
        async with self._lock:
            for family in FAMILIES:
                for rule in await self._ours(family):
                    await self._tolerant("del", rule)
                await self._flush(family)

    def close(self) -> None:
        """Close the netlink socket. Rules and routes stay: they are the state."""
        self._netlink.close()

    async def _tidy(self, family: int) -> None:
        """Have each standing rule exactly once, and nothing else of ours but the switch."""
        missing = {_key(rule): rule for rule in self._standing(family)}
        switch = {_key(self._switch_rule(family))}
        for rule in await self._ours(family):
            if missing.pop(_key(rule), None) is None and _key(rule) not in switch:
                await self._tolerant("del", rule)  # another configuration's, or a double
            elif _key(rule) in switch:
                switch.clear()
        for rule in missing.values():
            await self._tolerant("add", rule)

    async def _ours(self, family: int) -> list[Rule]:
        return [rule for rule in await self._rules(family) if rule.get("protocol") == PROTOCOL]

    def _standing(self, family: int) -> tuple[Rule, ...]:
        number = self._numbers
        base: Rule = {"family": family, "protocol": PROTOCOL}
        local = {**base, "priority": number.priority, "table": MAIN, "FRA_SUPPRESS_PREFIXLEN": 0}
        primary = {
            **base,
            "priority": number.priority + 1,
            "table": MAIN,
            "FRA_OIFNAME": self._interfaces[Uplink.PRIMARY],
        }
        backup = {
            **base,
            "priority": number.priority + 2,
            "table": number.table,
            "FRA_OIFNAME": self._interfaces[Uplink.BACKUP],
        }
        own = {
            **base,
            "priority": number.priority + 3,
            "table": number.table,
            "uid_range": f"{number.uid}:{number.uid}",
        }
        # Everything that root does would leave by LTE: then better nothing does.
        standing = (local, primary, backup)
        return (*standing, own) if number.uid else standing

    def _switch_rule(self, family: int) -> Rule:
        number = self._numbers
        priority = number.priority + 4
        return {
            "family": family, "protocol": PROTOCOL, "priority": priority, "table": number.table,
        }  # fmt: skip

    async def _read_route(self) -> Uplink:
        wanted = {_key(self._switch_rule(family)) for family in FAMILIES}
        for family in FAMILIES:
            if any(_key(rule) in wanted for rule in await self._rules(family)):
                return Uplink.BACKUP
        return Uplink.PRIMARY

    async def _complete_switch(self) -> None:
        """Switch the other family as well: a crash may have come between the two."""
        for family in FAMILIES:
            rule = self._switch_rule(family)
            if _key(rule) not in map(_key, await self._rules(family)):
                await self._tolerant("add", rule)

    async def _rules(self, family: int) -> list[Rule]:
        return [_rule_of(m, family) async for m in await self._netlink.rule("dump", family=family)]

    async def _fill_table(self) -> None:
        for family in FAMILIES:
            index, gateway = await self._next_hop(family)
            if index is None:
                continue
            await self._tolerant_route(family, type="unreachable", priority=UNREACHABLE_METRIC)
            if gateway is not None:
                await self._tolerant_route(family, gateway=gateway, oif=index)

    async def _next_hop(self, family: int) -> tuple[int | None, str | None]:
        found = await self._netlink.link_lookup(ifname=self._interfaces[Uplink.BACKUP])
        if not found:
            return None, None
        configured = self._gateways.get(socket.AddressFamily(family))
        return found[0], configured or await self._learned(family, found[0])

    async def _learned(self, family: int, index: int) -> str | None:
        """Return the next hop that the main table has for the interface."""
        async for route in await self._netlink.route("dump", family=family, table=MAIN):
            if route["dst_len"] == 0 and route.get("oif") == index and route.get("gateway"):
                return str(route.get("gateway"))
        return None

    async def _tolerant(self, action: str, rule: Rule) -> None:
        try:
            await self._netlink.rule(action, **rule)
        except NetlinkError as error:
            done = _EXISTS if action == "add" else _GONE
            if error.code not in (done if isinstance(done, tuple) else (done,)) + _UNSUPPORTED:
                raise

    async def _tolerant_route(self, family: int, **route: object) -> None:
        try:
            await self._netlink.route(
                "replace", family=family, dst="default", table=self._numbers.table,
                proto=PROTOCOL, **route,
            )  # fmt: skip
        except NetlinkError as error:
            # A next hop that cannot be reached yet: the link's own event brings us back here.
            if error.code not in (_EXISTS, 101, 113, 22, 100, *_GONE, *_UNSUPPORTED):
                raise

    async def _flush(self, family: int) -> None:
        try:
            await self._netlink.flush_routes(family=family, table=self._numbers.table)
        except NetlinkError as error:
            if error.code not in (*_GONE, *_UNSUPPORTED):
                raise


def has_carrier(message: Any) -> bool:
    """Tell from a link message whether the interface is up with its carrier (RFC 2863 states)."""
    up = bool(message["flags"] & 0x1)
    return up and bool(message.get("carrier")) and message.get("operstate") != "DOWN"


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
        OSError: the kernel closed the socket, or dropped messages because nobody read them in time.
    """
    names = {name: uplink for uplink, name in interfaces.items()}
    async with AsyncIPRoute() as monitor:
        await monitor.bind()
        while True:
            async for message in monitor.get():
                event = message.get("event", "")
                uplink = names.get(message.get("ifname") or "")
                if event in ("RTM_NEWLINK", "RTM_DELLINK") and uplink is not None:
                    link(uplink, event == "RTM_NEWLINK" and has_carrier(message))
                elif event.endswith(("ROUTE", "RULE", "ADDR")):
                    routing()


def _rule_of(message: Any, family: int) -> Rule:
    """Bring a dumped rule into the form in which it was asked for."""
    rule: Rule = {"family": family}
    for key, name in (
        ("priority", "FRA_PRIORITY"),
        ("table", "FRA_TABLE"),
        ("protocol", "FRA_PROTOCOL"),
        ("FRA_OIFNAME", "FRA_OIFNAME"),
    ):
        value = message.get_attr(name)
        if value is not None:
            rule[key] = value
    suppress = message.get_attr("FRA_SUPPRESS_PREFIXLEN")
    if suppress not in (None, 0xFFFFFFFF):
        rule["FRA_SUPPRESS_PREFIXLEN"] = suppress
    users = message.get_attr("FRA_UID_RANGE")
    if users is not None:
        rule["uid_range"] = users if isinstance(users, str) else f"{users['start']}:{users['end']}"
    return rule


def _key(rule: Rule) -> tuple[tuple[str, Any], ...]:
    """Return what makes two rules the same rule."""
    return tuple(sorted((key, value) for key, value in rule.items()))
