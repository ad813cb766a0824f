"""Connection tracking through ctnetlink: which flows answer to an address, and an end to some of them.

The kernel picks the flows by IPv4 address (CTA_FILTER, Linux 5.8), so only those come here.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from notanker.shell.flows.netlink import DUMP, NESTED, Netlink, attribute, attributes

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

OWN_ZONES: Final = (1742, 1743)
"""The zones that the gateway's rules give to the primary and to the backup: a flow moves from one to the
other by itself, and what is left behind in the old one lets late answers through."""

_GET: Final = 0x101  # NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET
_DELETE: Final = 0x102
# enum ctattr_type, ctattr_tuple, ctattr_ip, ctattr_l4proto (linux/netfilter/nfnetlink_conntrack.h)
_ORIG, _REPLY, _ID, _ZONE, _FILTER = 1, 2, 12, 18, 25
_TUPLE_IP, _TUPLE_PROTO = 1, 2
_SOURCE: Final = {socket.AF_INET: 1, socket.AF_INET6: 3}
_TARGET: Final = {socket.AF_INET: 2, socket.AF_INET6: 4}
_PROTO_NUMBER, _SOURCE_PORT, _TARGET_PORT = 1, 2, 3
_FILTER_ORIG, _FILTER_REPLY = 1, 2
_BY_TARGET: Final = 1 << 1  # CTA_FILTER_FLAG(CTA_IP_DST): compare the target address alone
_UINT: Final = struct.Struct("=I")
_PORT: Final = struct.Struct("!H")


@dataclass(slots=True)
class Flow:
    """One entry.

    Attributes:
        source: Who began it, as packed address.
        remote: Whom the answers come from, as packed address.
        home: Where the answers go to, as packed address: the line's own where addresses are translated.
        key: Protocol, the box's port and the remote port, 0 where there are none.
        zone: The zone it is in, 0 for none.
    """

    source: bytes
    remote: bytes
    home: bytes
    key: tuple[int, int, int]
    zone: int
    handle: bytes

    @property
    def translated(self) -> bool:
        """Whether its source address is not the one that the world sees."""
        return self.source != self.home


class Conntrack:
    """The kernel's table of flows."""

    def __init__(self) -> None:
        self._netlink = Netlink(12)

    def close(self) -> None:
        """Close the socket."""
        self._netlink.close()

    def answering_to(self, address: Address) -> Iterator[Flow]:
        """Give the flows whose answers go to the address.

        Raises:
            OSError: the kernel refused.
        """
        family = _family(address)
        if family is socket.AF_INET6:
            # Linux (seen on 6.18) compares IPv6 addresses the wrong way round here: every other one fits.
            return self._list(family, b"", address.packed)
        home = attribute(_TUPLE_IP | NESTED, attribute(_TARGET[family], address.packed))
        flags = attribute(_FILTER_ORIG, _UINT.pack(0)) + attribute(
            _FILTER_REPLY, _UINT.pack(_BY_TARGET)
        )
        wanted = attribute(_REPLY | NESTED, home) + attribute(_FILTER | NESTED, flags)
        return self._list(family, wanted, address.packed)

    def delete(self, flows: Iterable[Flow]) -> int:
        """Delete the flows; return how many there were still.

        Raises:
            OSError: the kernel refused.
        """
        told = self._netlink.order([(_DELETE, flow.handle) for flow in flows])
        for code in told:
            if code not in (0, errno.ENOENT):
                raise OSError(code, f"the kernel does not delete flows (error {code})")
        return told.count(0)

    def _list(
        self, family: socket.AddressFamily, wanted: bytes, holds: bytes = b""
    ) -> Iterator[Flow]:
        """Give what the kernel picks; an entry that does not hold these bytes is not even read."""
        head = _head(family)
        source, target = _SOURCE[family], _TARGET[family]
        for answer in self._netlink.ask(_GET, head + wanted, DUMP):
            flow = _flow(answer, head, source, target) if holds in answer else None
            if flow is not None:
                yield flow


def _family(address: Address) -> socket.AddressFamily:
    return socket.AF_INET if address.version == 4 else socket.AF_INET6


def _head(family: int) -> bytes:
    return struct.pack("!BBH", family, 0, 0)  # struct nfgenmsg


def _flow(answer: bytes, head: bytes, source: int, target: int) -> Flow | None:
    """Read one entry; None for what this kernel writes in some other way."""
    found = attributes(answer, 4)
    try:
        orig, reply = attributes(found[_ORIG]), attributes(found[_REPLY])
        from_, back = attributes(orig[_TUPLE_IP]), attributes(reply[_TUPLE_IP])
        handle = head + attribute(_ORIG | NESTED, found[_ORIG]) + attribute(_ID, found[_ID])
        zone = int.from_bytes(found.get(_ZONE, b""), "big")
        if zone:
            handle += attribute(_ZONE, found[_ZONE])
        return Flow(from_[source], back[source], back[target], _key(reply), zone, handle)
    except (KeyError, struct.error):
        return None


def _key(reply: dict[int, bytes]) -> tuple[int, int, int]:
    proto = attributes(reply.get(_TUPLE_PROTO, b""))
    number = proto[_PROTO_NUMBER][0]
    if _SOURCE_PORT not in proto:
        return number, 0, 0
    # The reply's: what the box is there is the target, whoever began.
    remote, own = _PORT.unpack(proto[_SOURCE_PORT])[0], _PORT.unpack(proto[_TARGET_PORT])[0]
    return number, own, remote
