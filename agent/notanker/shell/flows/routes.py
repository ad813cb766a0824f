"""What the kernel's routing says of one flow: by which interface it leaves, and whether its peer is near."""

from __future__ import annotations

import ipaddress
import socket
import struct
from typing import Final

from notanker.shell.flows.conntrack import Address
from notanker.shell.flows.netlink import DUMP, ROUTE, Netlink, attribute, attributes

_GET: Final = 26  # RTM_GETROUTE
_HEAD: Final = struct.Struct("=BBBBBBBBI")  # struct rtmsg
_DST, _SRC, _OIF, _MARK, _UID, _TABLE = 1, 2, 4, 16, 25, 15
_MAIN: Final = 254
_UNICAST: Final = 1
_UINT: Final = struct.Struct("=I")

Prefix = tuple[int, int]
"""A network's first bits, and how many bits follow them."""


class Routes:
    """The kernel's routing tables."""

    def __init__(self) -> None:
        self._netlink = Netlink(ROUTE)

    def close(self) -> None:
        """Close the socket."""
        self._netlink.close()

    def leaves_by(self, source: Address, remote: bytes, uid: int, mark: int) -> int:
        """Return the index of the interface by which a socket's packets leave now, 0 for none."""
        family = socket.AF_INET if source.version == 4 else socket.AF_INET6
        bits = len(remote) * 8
        body = _HEAD.pack(family, bits, bits, 0, 0, 0, 0, 0, 0)
        body += attribute(_DST, remote) + attribute(_SRC, source.packed)
        body += attribute(_UID, _UINT.pack(uid)) + attribute(_MARK, _UINT.pack(mark))
        try:
            for answer in self._netlink.ask(_GET, body):
                return _uint(attributes(answer, _HEAD.size).get(_OIF))
        except OSError:  # unreachable, or the address is gone: by none
            pass
        return 0

    def near(self, version: int) -> Near:
        """Return the networks that the main table has routes to, the default ones excepted.

        The first of our rules sends to them whatever the switch says: they are not the line's.

        Raises:
            OSError: the kernel refused.
        """
        family = socket.AF_INET if version == 4 else socket.AF_INET6
        prefixes = set()
        for answer in self._netlink.ask(_GET, _HEAD.pack(family, *[0] * 8), DUMP):
            _, length, _, _, table, _, _, kind, _ = _HEAD.unpack_from(answer)
            found = attributes(answer, _HEAD.size)
            of = _uint(found[_TABLE]) if _TABLE in found else table
            if of == _MAIN and kind == _UNICAST and length and _DST in found:
                rest = len(found[_DST]) * 8 - length
                prefixes.add((int.from_bytes(found[_DST], "big") >> rest, rest))
        return Near(frozenset(prefixes))


class Near:
    """Tells whether an address lies in one of some networks; what was asked once is remembered."""

    def __init__(self, prefixes: frozenset[Prefix]) -> None:
        self._prefixes = prefixes
        self._known: dict[bytes, bool] = {}

    def __contains__(self, packed: bytes) -> bool:
        """Tell it of a packed address."""
        known = self._known.get(packed)
        if known is None:
            number = int.from_bytes(packed, "big")
            known = any(number >> rest == bits for bits, rest in self._prefixes)
            if len(self._known) < _REMEMBERED:
                self._known[packed] = known
        return known


_REMEMBERED: Final = 10_000


def _uint(value: bytes | None) -> int:
    return _UINT.unpack(value)[0] if value else 0


def parsed(texts: tuple[str, ...]) -> tuple[Address, ...]:
    """Return addresses out of their texts."""
    return tuple(ipaddress.ip_address(text) for text in texts)
