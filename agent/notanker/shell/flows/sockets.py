"""The box's own sockets through sock_diag(7): which hang on an address, and an end to some of them.

A socket keeps the source address it was connected with. After a switch its packets would leave by the new
line with the old line's address, for minutes, until TCP gives up. `SOCK_DESTROY` tells the program at once
(ECONNABORTED), and it connects anew. Only kernels with CONFIG_INET_DIAG_DESTROY can do so.
"""

from __future__ import annotations

import errno
import socket
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from notanker.shell.flows.conntrack import Address
from notanker.shell.flows.netlink import DUMP, SOCK_DIAG, Netlink, attributes

_BY_FAMILY: Final = 20  # SOCK_DIAG_BY_FAMILY
_DESTROY: Final = 21  # SOCK_DESTROY
_REQUEST: Final = struct.Struct("=BBBBI")  # family, protocol, extensions, padding, states
_IDENTITY: Final = struct.Struct(
    "!HH16s16s"
)  # source and target port and address (inet_diag_sockid)
_REST: Final = struct.Struct("=III")  # interface, cookie in two halves
_ANSWER: Final = struct.Struct("=BBBB")  # family, state, timer, retransmits (inet_diag_msg)
_OWNER: Final = struct.Struct("=IIIII")  # expires, rqueue, wqueue, uid, inode
_OFFSET_REST: Final = _ANSWER.size + _IDENTITY.size
_OFFSET_OWNER: Final = _OFFSET_REST + _REST.size

_TCP_STATES: Final = sum(1 << state for state in (1, 2, 3, 4, 5, 8, 9, 11))
"""All but TIME_WAIT, CLOSE and LISTEN (include/net/tcp_states.h): what has a peer, and sends to it."""
_CONNECTED: Final = 1 << 1
"""A connected datagram socket counts as established; one that serves everybody does not."""
_KINDS: Final = ((socket.IPPROTO_TCP, _TCP_STATES), (socket.IPPROTO_UDP, _CONNECTED))
_MARK: Final = 15  # INET_DIAG_MARK
_MAPPED: Final = bytes(10) + b"\xff\xff"


@dataclass(frozen=True, slots=True)
class Socket:
    """One socket with a peer.

    Attributes:
        remote: The peer's packed address.
        key: Protocol, own port, remote port.
        interface: Index of the interface it is bound to, 0 if it is bound to none.
        uid: Whose it is.
        mark: Its mark, by which rules of others may route it.
    """

    remote: bytes
    key: tuple[int, int, int]
    interface: int
    uid: int
    mark: int
    handle: bytes


class Sockets:
    """The kernel's list of sockets."""

    def __init__(self) -> None:
        self._netlink = Netlink(SOCK_DIAG)

    def close(self) -> None:
        """Close the netlink socket."""
        self._netlink.close()

    def of(self, address: Address) -> Iterator[Socket]:
        """Give the sockets with a peer whose own address this is.

        Raises:
            OSError: the kernel refused.
        """
        # A program that serves both families holds IPv4 peers in IPv6 sockets.
        families = (socket.AF_INET, socket.AF_INET6) if address.version == 4 else (socket.AF_INET6,)
        for family in families:
            for protocol, states in _KINDS:
                body = _REQUEST.pack(family, protocol, 0, 0, states) + bytes(48)
                for answer in self._netlink.ask(_BY_FAMILY, body, DUMP):
                    found = _socket(answer, address.packed, protocol)
                    if found is not None:
                        yield found

    def destroy(self, found: list[Socket]) -> int:
        """Destroy the sockets; return how many there were still.

        Raises:
            OSError: the kernel cannot (EOPNOTSUPP), or may not for us.
        """
        told = self._netlink.order([(_DESTROY, item.handle) for item in found])
        for code in told:
            if code not in (0, errno.ENOENT):
                raise OSError(code, _REASONS.get(code, f"error {code}"))
        return told.count(0)


_REASONS: Final = {
    errno.EOPNOTSUPP: "this kernel cannot destroy sockets (CONFIG_INET_DIAG_DESTROY)",
    errno.EPERM: "CAP_NET_ADMIN is missing",
}


def _socket(answer: bytes, own: bytes, protocol: int) -> Socket | None:
    """Read one socket; None if its address is another."""
    family, state, _, _ = _ANSWER.unpack_from(answer)
    own_port, port, source, target = _IDENTITY.unpack_from(answer, _ANSWER.size)
    if family == socket.AF_INET6 and len(own) == 4:
        if not source.startswith(_MAPPED):
            return None
        address, remote = source[12:], target[12:]
    else:
        address, remote = source[: len(own)], target[: len(own)]
    if address != own:
        return None
    interface, *_ = _REST.unpack_from(answer, _OFFSET_REST)
    uid = _OWNER.unpack_from(answer, _OFFSET_OWNER)[3]
    request = _REQUEST.pack(family, protocol, 0, 0, 1 << state)
    identity = answer[_ANSWER.size : _OFFSET_OWNER]
    mark = attributes(answer, _OFFSET_OWNER + _OWNER.size).get(_MARK, bytes(4))
    key = (protocol, own_port, port)
    return Socket(
        remote, key, interface, uid, int.from_bytes(mark, sys.byteorder), request + identity
    )
