"""Netlink as far as flows need it: questions, lists, and many small orders at once (netlink(7)).

By hand, because it runs in a thread of its own over up to 100,000 entries: the library that reads links and
routes makes some 40 objects of each message, and takes 4 MiB more for these families.
"""

from __future__ import annotations

import errno
import os
import socket
import struct
import time
from collections.abc import Iterator, Sequence
from typing import Final

ROUTE: Final = 0
SOCK_DIAG: Final = 4
NETFILTER: Final = 12

REQUEST: Final = 0x1
ACK: Final = 0x4
DUMP: Final = 0x300
NESTED: Final = 0x8000

_ERROR: Final = 2
_DONE: Final = 3
_HEAD: Final = struct.Struct("=IHHII")  # length, type, flags, sequence, port (struct nlmsghdr)
_ATTR: Final = struct.Struct("=HH")  # length, type (struct nlattr)
_INT: Final = struct.Struct("=i")
_BUFFER_BYTES: Final = 1 << 16
_AT_ONCE: Final = 128
"""So many orders in one call: their answers fit into the socket's buffer with room to spare."""

Order = tuple[int, bytes]
"""A message's type and its body."""


class Netlink:
    """One netlink socket; every wait has an end.

    Args:
        protocol: `ROUTE`, `SOCK_DIAG` or `NETFILTER`.
        timeout_s: Longest wait for one answer, and for the whole of a list.

    Raises:
        OSError: the kernel has no such family.
    """

    def __init__(self, protocol: int, timeout_s: float = 5.0) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol)
        self._socket.settimeout(timeout_s)
        self._timeout_s = timeout_s
        self._sequence = 0

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def ask(self, kind: int, body: bytes, flags: int = 0) -> Iterator[bytes]:
        """Ask one question; give the body of each answer.

        Raises:
            OSError: the kernel refused, or did not answer in time.
        """
        sequence = self._send([(kind, body)], flags)
        end_s = time.monotonic() + self._timeout_s
        while time.monotonic() < end_s:
            for of, answer, payload in self._receive():
                if of != sequence:
                    continue  # of a list that was not read to its end
                if answer == _DONE:
                    return
                if answer == _ERROR:
                    _raise(_INT.unpack_from(payload)[0])
                    return
                yield payload
                if not flags & DUMP:
                    return
        raise TimeoutError(errno.ETIMEDOUT, "the kernel's list does not end")

    def order(self, orders: Sequence[Order]) -> list[int]:
        """Have many things done; give an error number for each, 0 where it was done.

        Raises:
            OSError: the kernel did not answer in time.
        """
        told: list[int] = []
        for start in range(0, len(orders), _AT_ONCE):
            told += self._order(orders[start : start + _AT_ONCE])
        return told

    def _order(self, orders: Sequence[Order]) -> list[int]:
        last = self._send(orders, ACK)
        told: dict[int, int] = {}
        while last not in told:
            for of, answer, payload in self._receive():
                if answer == _ERROR:
                    told[of] = -_INT.unpack_from(payload)[0]
        first = last - len(orders) + 1
        return [told.get(number, errno.ENOMSG) for number in range(first, last + 1)]

    def _send(self, orders: Sequence[Order], flags: int) -> int:
        parts = []
        for kind, body in orders:
            self._sequence += 1
            length = _HEAD.size + len(body)
            parts.append(_HEAD.pack(length, kind, REQUEST | flags, self._sequence, 0))
            parts.append(body + bytes(-length % 4))
        self._socket.send(b"".join(parts))
        return self._sequence

    def _receive(self) -> Iterator[tuple[int, int, bytes]]:
        data = self._socket.recv(_BUFFER_BYTES)
        offset = 0
        while offset + _HEAD.size <= len(data):
            length, kind, _, sequence, _ = _HEAD.unpack_from(data, offset)
            if length < _HEAD.size:
                return
            yield sequence, kind, data[offset + _HEAD.size : offset + length]
            offset += (length + 3) & ~3


def attribute(kind: int, value: bytes) -> bytes:
    """Return one attribute, padded."""
    length = _ATTR.size + len(value)
    return _ATTR.pack(length, kind) + value + bytes(-length % 4)


def attributes(data: bytes, offset: int = 0) -> dict[int, bytes]:
    """Return the attributes that follow each other from the offset on; what is cut short is left out."""
    found = {}
    end = len(data)
    while offset + _ATTR.size <= end:
        length, kind = _ATTR.unpack_from(data, offset)
        if length < _ATTR.size or offset + length > end:
            break
        found[kind & 0x3FFF] = data[offset + _ATTR.size : offset + length]
        offset += (length + 3) & ~3
    return found


def _raise(code: int) -> None:
    if code:
        raise OSError(-code, os.strerror(-code))
