"""rtnetlink(7): links, policy rules and routes, as far as the switch needs them.

The numbers are those of linux/rtnetlink.h, linux/if_link.h and linux/fib_rules.h.
"""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from typing import Final

from notanker.shell.netlink import wire
from notanker.shell.netlink.channel import Netlink
from notanker.shell.netlink.wire import Message

NEW_LINK, DEL_LINK, GET_LINK = 16, 17, 18
NEW_ADDRESS, DEL_ADDRESS, GET_ADDRESS = 20, 21, 22
NEW_ROUTE, DEL_ROUTE, GET_ROUTE = 24, 25, 26
NEW_RULE, DEL_RULE, GET_RULE = 32, 33, 34
ROUTING: Final = (NEW_ADDRESS, DEL_ADDRESS, NEW_ROUTE, DEL_ROUTE, NEW_RULE, DEL_RULE)

NEWS_GROUPS: Final = 0x1 | 0x10 | 0x40 | 0x80 | 0x100 | 0x400 | 0x40000
"""Links; IPv4 addresses, routes, rules; IPv6 addresses, routes, rules. No neighbours: those are noise."""

MAIN: Final = 254
UNICAST: Final = 1
UNREACHABLE: Final = 7

_LINK: Final = struct.Struct("=BxHiII")
_RULE: Final = struct.Struct("=BBBBBBBBI")
_ROUTE: Final = struct.Struct("=BBBBBBBBI")
_RANGE: Final = struct.Struct("=II")
_PORTS: Final = struct.Struct("=HH")
_ADDRESS: Final = struct.Struct("=BBBBI")  # struct ifaddrmsg
_IFA_ADDRESS, _IFA_LOCAL = 1, 2
_UP: Final = 0x1
_DOWN: Final = 2
_TO_TABLE: Final = 1
_NO_SUPPRESSION: Final = 0xFFFFFFFF

_IFLA_NAME, _IFLA_OPERSTATE, _IFLA_CARRIER = 3, 16, 33
_FRA_PRIORITY, _FRA_MARK, _FRA_SUPPRESS, _FRA_TABLE, _FRA_MASK = 6, 10, 14, 15, 16
_FRA_OUT, _FRA_USERS, _FRA_PROTOCOL = 17, 20, 21
_FRA_TO, _FRA_IN, _FRA_PORTS = 1, 3, 24
_OWN: Final = "lo"
"""What the box itself sends comes in by the loopback, as rules see it."""
_RTA_OUT, _RTA_GATEWAY, _RTA_METRIC, _RTA_TABLE = 4, 5, 6, 15


@dataclass(frozen=True, slots=True)
class Link:
    """An interface.

    Attributes:
        present: False in the news that it went.
        carrier: Whether it is up and has its carrier (RFC 2863 states).
    """

    index: int
    name: str
    present: bool
    carrier: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """A policy rule that leads to a table (ip-rule(8)). Two that are equal are the same rule.

    Attributes:
        table: Where it leads.
        suppress: Routes with a prefix of this length or less do not count; None: all do.
        out: The interface that the socket is bound to, empty for any.
        user: The user whose traffic it is, None for all.
        mark: Value and mask of the firewall mark, None for any.
        to: The one address that it leads to, empty for all.
        port: The port that is asked, None for any; with it, only what the box itself sends is meant.
    """

    family: int
    priority: int
    table: int
    protocol: int
    suppress: int | None = None
    out: str = ""
    user: int | None = None
    mark: tuple[int, int] | None = None
    to: str = ""
    port: int | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """A default route, or (from a dump) another one with the length of its prefix."""

    family: int
    table: int
    protocol: int
    kind: int = UNICAST
    out: int | None = None
    gateway: str | None = None
    metric: int = 0
    prefix: int = 0


def links(netlink: Netlink) -> list[Link]:
    """Return all interfaces."""
    found = map(link_of, netlink.dump(GET_LINK, _LINK.pack(0, 0, 0, 0, 0)))
    return [link for link in found if link is not None]


def link_of(message: Message) -> Link | None:
    """Return the interface that a message is about, None for any other message."""
    if message.kind not in (NEW_LINK, DEL_LINK) or len(message.body) < _LINK.size:
        return None
    family, _, index, flags, _ = _LINK.unpack_from(message.body)
    if family != socket.AF_UNSPEC:
        return None  # AF_BRIDGE tells of a bridge's port, whose "del" leaves the interface alone
    found = wire.attributes(message.body[_LINK.size :])
    present = message.kind == NEW_LINK
    carries = bool(flags & _UP) and bool(wire.number_in(found, _IFLA_CARRIER))
    down = wire.number_in(found, _IFLA_OPERSTATE) == _DOWN
    return Link(index, wire.text_in(found, _IFLA_NAME), present, present and carries and not down)


def addressed(netlink: Netlink, index: int) -> bool:
    """Tell whether the interface has an address that is good beyond its own link."""
    return bool(addresses(netlink, index))


def addresses(netlink: Netlink, index: int) -> tuple[str, ...]:
    """Return the interface's own addresses, those of its link excepted."""
    messages = netlink.dump(GET_ADDRESS, _ADDRESS.pack(0, 0, 0, 0, index))
    found = [_own_address(message, index) for message in messages]
    return tuple(address for address in found if address is not None)


def _own_address(message: Message, index: int) -> str | None:
    if message.kind != NEW_ADDRESS or len(message.body) < _ADDRESS.size:
        return None
    family, _, _, scope, of = _ADDRESS.unpack_from(message.body)
    if (scope, of) != (0, index):
        return None
    found = wire.attributes(message.body[_ADDRESS.size :])
    # On a point-to-point link the address is the peer's.
    return _address(family, found.get(_IFA_LOCAL) or found.get(_IFA_ADDRESS))


def rules(netlink: Netlink, family: int) -> list[Rule]:
    """Return the rules of one family that lead to a table."""
    messages = netlink.dump(GET_RULE, _RULE.pack(family, 0, 0, 0, 0, 0, 0, 0, 0))
    # A kernel without IPv6 answers with what it has of other families.
    return [rule for rule in map(rule_of, messages) if rule is not None and rule.family == family]


def add_rule(netlink: Netlink, rule: Rule) -> None:
    """Add the rule.

    Raises:
        OSError: EEXIST if it is there.
    """
    netlink.change(NEW_RULE, rule_body(rule), wire.CREATE | wire.EXCLUDE)


def delete_rule(netlink: Netlink, rule: Rule) -> None:
    """Delete the rule.

    Raises:
        OSError: ENOENT if it is not there.
    """
    netlink.change(DEL_RULE, rule_body(rule))


def rule_body(rule: Rule) -> bytes:
    """Return the rule as the kernel reads it."""
    small = rule.table if rule.table < 256 else 0  # a byte; the attribute below has room
    target = socket.inet_pton(rule.family, rule.to) if rule.to else b""
    head = _RULE.pack(rule.family, len(target) * 8, 0, 0, small, 0, 0, _TO_TABLE, 0)
    parts = [
        head,
        wire.number(_FRA_PRIORITY, rule.priority),
        wire.number(_FRA_TABLE, rule.table),
        wire.attribute(_FRA_PROTOCOL, bytes([rule.protocol])),
    ]
    if rule.suppress is not None:
        parts.append(wire.number(_FRA_SUPPRESS, rule.suppress))
    if rule.out:
        parts.append(wire.text(_FRA_OUT, rule.out))
    if rule.user is not None:
        parts.append(wire.attribute(_FRA_USERS, _RANGE.pack(rule.user, rule.user)))
    if rule.mark is not None:
        value, mask = rule.mark
        parts += [wire.number(_FRA_MARK, value), wire.number(_FRA_MASK, mask)]
    if target:
        parts.append(wire.attribute(_FRA_TO, target))
    if rule.port is not None:
        parts += [
            wire.attribute(_FRA_PORTS, _PORTS.pack(rule.port, rule.port)),
            wire.text(_FRA_IN, _OWN),
        ]
    return b"".join(parts)


def rule_of(message: Message) -> Rule | None:
    """Return the rule that a message is about, None for any other message or rule."""
    if message.kind not in (NEW_RULE, DEL_RULE) or len(message.body) < _RULE.size:
        return None
    family, *_, small, _, _, action, _ = _RULE.unpack_from(message.body)
    if action != _TO_TABLE:
        return None
    found = wire.attributes(message.body[_RULE.size :])
    suppress = wire.number_in(found, _FRA_SUPPRESS)
    return Rule(
        family=family,
        priority=wire.number_in(found, _FRA_PRIORITY) or 0,
        table=wire.number_in(found, _FRA_TABLE) or small,
        protocol=wire.number_in(found, _FRA_PROTOCOL) or 0,
        suppress=None if suppress == _NO_SUPPRESSION else suppress,
        out=wire.text_in(found, _FRA_OUT),
        user=_user(found),
        mark=_mark(found),
        to=_address(family, found.get(_FRA_TO)) or "",
        port=_port(found),
    )


def routes(netlink: Netlink, family: int, table: int) -> list[Route]:
    """Return the routes of one table."""
    found = map(route_of, _dump_routes(netlink, family, table))
    return [route for route in found if route is not None]


def replace_route(netlink: Netlink, route: Route) -> None:
    """Put the default route in place of one like it, or add it.

    Raises:
        OSError: ENETUNREACH or EINVAL while its next hop cannot be reached, among others.
    """
    netlink.change(NEW_ROUTE, route_body(route), wire.CREATE | wire.REPLACE)


def flush(netlink: Netlink, family: int, table: int) -> None:
    """Delete every route of the table.

    Raises:
        OSError: the rights are missing.
    """
    for message in _dump_routes(netlink, family, table):
        netlink.change(DEL_ROUTE, message.body)  # what it told is what it understands, as in ip(8)


def route_body(route: Route) -> bytes:
    """Return the default route as the kernel reads it."""
    small = route.table if route.table < 256 else 0
    head = _ROUTE.pack(route.family, 0, 0, 0, small, route.protocol, 0, route.kind, 0)
    parts = [head, wire.number(_RTA_TABLE, route.table)]
    if route.metric:
        parts.append(wire.number(_RTA_METRIC, route.metric))
    if route.gateway is not None:
        gateway = socket.inet_pton(route.family, route.gateway)
        parts.append(wire.attribute(_RTA_GATEWAY, gateway))
    if route.out is not None:
        parts.append(wire.number(_RTA_OUT, route.out))
    return b"".join(parts)


def route_of(message: Message) -> Route | None:
    """Return the route that a message is about, None for any other message."""
    if message.kind not in (NEW_ROUTE, DEL_ROUTE) or len(message.body) < _ROUTE.size:
        return None
    family, prefix, _, _, small, protocol, _, kind, _ = _ROUTE.unpack_from(message.body)
    found = wire.attributes(message.body[_ROUTE.size :])
    return Route(
        family=family,
        table=wire.number_in(found, _RTA_TABLE) or small,
        protocol=protocol,
        kind=kind,
        out=wire.number_in(found, _RTA_OUT),
        gateway=_address(family, found.get(_RTA_GATEWAY)),
        metric=wire.number_in(found, _RTA_METRIC) or 0,
        prefix=prefix,
    )


def _dump_routes(netlink: Netlink, family: int, table: int) -> list[Message]:
    head = _ROUTE.pack(family, 0, 0, 0, 0, 0, 0, 0, 0)
    try:
        messages = netlink.dump(GET_ROUTE, head + wire.number(_RTA_TABLE, table))
    except FileNotFoundError:
        return []  # nothing was ever put into it
    found = [(message, route_of(message)) for message in messages]
    return [m for m, route in found if route and (route.family, route.table) == (family, table)]


def _user(found: dict[int, bytes]) -> int | None:
    value = found.get(_FRA_USERS, b"")
    if len(value) != _RANGE.size:
        return None
    first, last = _RANGE.unpack(value)
    return int(first) if first == last else None


def _mark(found: dict[int, bytes]) -> tuple[int, int] | None:
    value, mask = wire.number_in(found, _FRA_MARK), wire.number_in(found, _FRA_MASK)
    return None if value is None else (value, 0xFFFFFFFF if mask is None else mask)


def _port(found: dict[int, bytes]) -> int | None:
    value = found.get(_FRA_PORTS, b"")
    if len(value) != _PORTS.size or wire.text_in(found, _FRA_IN) != _OWN:
        return None
    first, last = _PORTS.unpack(value)
    return int(first) if first == last else None


def _address(family: int, value: bytes | None) -> str | None:
    try:
        return None if value is None else socket.inet_ntop(family, value)
    except (OSError, ValueError):  # a family or a length that is no address of ours
        return None
