"""ICMP echo over one interface: one raw socket, many anchors (RFC 792, RFC 4443).

The socket takes echo replies only, drops those of other programs, and hands each answer on by the number
of its probe. Reading is bounded per wake-up: a flood of replies must not hold the loop.

A probe's number, mixed with a secret of the socket, is identifier and sequence number together, and there is
no payload: 42 bytes a frame. Each probe has another identifier, so that no router in between keeps an old
translation alive for years.
"""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from collections.abc import Callable
from typing import Final

from notanker.shell.probes.sockets import bind_to
from notanker.shell.spending import ip_header_bytes

_SOL_RAW: Final = 255
_ICMP_FILTER: Final = 1  # linux/icmp.h; the socket module does not name it
_ICMP6_FILTER: Final = 1  # RFC 3542 section 3.2
_READS: Final = 64
_HEADER: Final = struct.Struct("!BBHHH")
_NUMBERS: Final = 1 << 32
_REMEMBERED: Final = 1 << 20
"""A reply to an older probe than these is nobody's; so are nearly all to other programs."""


def echo_bytes(family: int) -> int:
    """Return the size of an echo request of ours, and of its reply, with the IP header."""
    return ip_header_bytes(family) + _HEADER.size


class EchoSocket:
    """Echo requests of one address family over one interface.

    Args:
        interface: Where they leave.
        family: AF_INET or AF_INET6.
        answered: Called with the probe's number and "" or the reason of a refusal.
    """

    def __init__(
        self,
        interface: str,
        family: socket.AddressFamily,
        answered: Callable[[int, str], None],
    ) -> None:
        self._interface = interface
        self._v6 = family == socket.AF_INET6
        self._family = family
        self._answered = answered
        self._key = int.from_bytes(os.urandom(4), "big")
        self._last = 0
        self._sock: socket.socket | None = None

    def send(self, number: int, address: str) -> None:
        """Send one request. What the kernel refuses at once is answered as refused."""
        self._last = number
        try:
            sock = self._sock or self._open()
            sock.sendto(request(number, self._key, v6=self._v6), (address, 0))
        except OSError as error:
            # The interface may be gone, and come back as another one: begin anew next time.
            self.close()
            self._answered(number, error.strerror or "error")

    def drain(self) -> None:
        """Take in what has arrived, at most `_READS` packets."""
        for _ in range(_READS):
            if self._sock is None:
                return
            try:
                packet = self._sock.recv(256)
            except BlockingIOError:
                return
            except OSError:
                self.close()
                return
            self._take(packet)

    def close(self) -> None:
        """Close the socket; the next request opens another."""
        if self._sock is not None:
            asyncio.get_running_loop().remove_reader(self._sock)
            self._sock.close()
            self._sock = None

    def _open(self) -> socket.socket:
        proto = socket.IPPROTO_ICMPV6 if self._v6 else socket.IPPROTO_ICMP
        sock = socket.socket(self._family, socket.SOCK_RAW, proto)
        try:
            sock.setblocking(False)
            bind_to(sock, self._interface)
            _echo_replies_only(sock, v6=self._v6)
        except OSError:
            sock.close()
            raise
        asyncio.get_running_loop().add_reader(sock, self.drain)
        self._sock = sock
        return sock

    def _take(self, packet: bytes) -> None:
        number = reply_number(packet, self._key, v6=self._v6)
        # Numbers count up from 0: none is older than that.
        remembered = min(_REMEMBERED, self._last + 1)
        if number is not None and (self._last - number) % _NUMBERS < remembered:
            self._answered(number, "")


def request(number: int, key: int, *, v6: bool) -> bytes:
    """Return an echo request.

    Args:
        number: The probe's; its lower 32 bits are sent.
        key: A secret of 32 bits.
        v6: Over IPv6, where the kernel fills in the checksum (RFC 3542 section 3.1).
    """
    word = (number ^ key) % _NUMBERS
    kind, ident, sequence = 128 if v6 else 8, word & 0xFFFF, word >> 16
    bare = _HEADER.pack(kind, 0, 0, ident, sequence)
    return bare if v6 else _HEADER.pack(kind, 0, checksum(bare), ident, sequence)


def reply_number(packet: bytes, key: int, *, v6: bool) -> int | None:
    """Return the number of the probe that the packet would answer, None if it is no answer at all.

    Args:
        packet: As a raw socket gives it: with its IP header over IPv4, without over IPv6.
        key: As for the request.
        v6: Which of the two.
    """
    if not v6:
        if len(packet) < 20:
            return None
        packet = packet[(packet[0] & 0x0F) * 4 :]
    if len(packet) < _HEADER.size:
        return None
    kind, code, _, ident, sequence = _HEADER.unpack_from(packet)
    if kind != (129 if v6 else 0) or code != 0:
        return None
    return int(sequence << 16 | ident) ^ key


def checksum(data: bytes) -> int:
    """Return the internet checksum (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return int(~(total + (total >> 16)) & 0xFFFF)


def _echo_replies_only(sock: socket.socket, *, v6: bool) -> None:
    """Let the kernel drop everything that is no echo reply: it wakes nobody then."""
    if v6:
        mask = bytearray(b"\xff" * 32)
        mask[16] &= ~0x02  # bit 129 passes
        sock.setsockopt(socket.IPPROTO_ICMPV6, _ICMP6_FILTER, bytes(mask))
    else:
        sock.setsockopt(_SOL_RAW, _ICMP_FILTER, struct.pack("=I", ~1 & 0xFFFFFFFF))
