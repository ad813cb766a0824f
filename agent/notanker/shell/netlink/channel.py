"""Netlink's sockets: one to ask, one to listen."""

from __future__ import annotations

import asyncio
import errno
import itertools
import socket
from collections.abc import Callable, Iterator
from typing import Final

from notanker.shell.netlink import wire
from notanker.shell.netlink.wire import Message

ROUTE: Final = socket.NETLINK_ROUTE
SOCK_DIAG: Final = 4
NETFILTER: Final = 12

ANSWER_S: Final = 1.0
"""The kernel answers at once; this bound is for a kernel that is not as we know it."""
TRIES: Final = 5
"""So often a dump is begun again, because the tables changed meanwhile."""

_READ_BYTES: Final = 65_536  # the kernel fills at most 32 KiB at once
_SOL_NETLINK: Final = 270
_CAP_ACK: Final = 10
_EXT_ACK: Final = 11
_STRICT: Final = 12


class Netlink:
    """A socket for questions. Not for two threads at once.

    Args:
        family: `ROUTE`, `NETFILTER` or `SOCK_DIAG`.

    Raises:
        OSError: the kernel has no such family.
    """

    def __init__(self, family: int) -> None:
        self._socket = _opened(family)
        self._socket.settimeout(ANSWER_S)
        for option in (_CAP_ACK, _EXT_ACK, _STRICT):
            self._socket.setsockopt(_SOL_NETLINK, option, 1)
        self._sequence = itertools.count(1)

    def change(self, kind: int, body: bytes, flags: int = 0) -> None:
        """Have the kernel change something, and take its yes.

        Raises:
            OSError: its no.
        """
        sequence = self._send(kind, wire.REQUEST | wire.ACK | flags, body)
        for message in self._answers(sequence):
            if message.kind == wire.ERROR:  # with status 0 it is the yes
                wire.raise_refusal(message)
                return

    def dump(self, kind: int, body: bytes) -> list[Message]:
        """Return all that the kernel has of a kind.

        Raises:
            OSError: its no, or tables that never stand still (EAGAIN).
        """
        for _ in range(TRIES):
            found = self._dump(kind, body)
            if not any(message.flags & wire.INTERRUPTED for message in found):
                return found[:-1]
        raise OSError(errno.EAGAIN, "netlink: the tables change faster than they can be read")

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def _dump(self, kind: int, body: bytes) -> list[Message]:
        """Return the messages of one dump, and the one that ends it."""
        sequence = self._send(kind, wire.REQUEST | wire.DUMP, body)
        found: list[Message] = []
        for message in self._answers(sequence):
            found.append(message)
            if message.kind in (wire.DONE, wire.ERROR):
                wire.raise_refusal(message)
                break
        return found

    def _send(self, kind: int, flags: int, body: bytes) -> int:
        sequence = next(self._sequence) & 0xFFFFFFFF
        self._socket.send(wire.pack(Message(kind, flags, sequence, body)))
        return sequence

    def _answers(self, sequence: int) -> Iterator[Message]:
        """Yield what answers this question, without end; an older one's answers are passed over."""
        while True:
            for message in wire.messages(self._socket.recv(_READ_BYTES)):
                if message.sequence == sequence:
                    yield message


class News:
    """A socket that hears of changes, as an asynchronous context.

    Args:
        family: As for `Netlink`.
        groups: Bits of the multicast groups (RTMGRP_* of linux/rtnetlink.h).

    Raises:
        OSError: the kernel does not let us listen.
    """

    def __init__(self, family: int, groups: int) -> None:
        self._socket = _opened(family)
        try:
            self._socket.setblocking(False)
            self._socket.bind((0, groups))
        except OSError:
            self._socket.close()
            raise

    async def follow(self, told: Callable[[Message], None]) -> None:
        """Call `told` with each piece of news, until cancelled.

        Raises:
            OSError: the kernel dropped news that nobody read in time (ENOBUFS).
        """
        loop = asyncio.get_running_loop()
        while True:
            for message in wire.messages(await loop.sock_recv(self._socket, _READ_BYTES)):
                told(message)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()


def _opened(family: int) -> socket.socket:
    return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, family)
