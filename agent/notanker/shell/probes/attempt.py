"""One question by one socket of its own: TCP connects and DNS queries, as callbacks of the loop.

A socket for each question is meant: its port is fresh, so that no router in between keeps an old
translation alive for years (with one fixed port, a router that translates to an address which the line no
longer has would make a good line look dead for ever). A task for each is not needed.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import struct
from collections.abc import Callable
from typing import Final, Protocol

from notanker.core.settings import Anchor
from notanker.shell import spending
from notanker.shell.probes import dns
from notanker.shell.probes.sockets import open_on

_PENDING: Final = (0, errno.EINPROGRESS)
_SYN_SENT: Final = 2  # linux/tcp_states.h
_RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)
_READ_BYTES: Final = 4096
_STRAYS: Final = 16
"""So many packets that are no answer are passed over in one turn of the loop."""


class Question(Protocol):
    """A question that was sent."""

    sock: socket.socket
    writes: bool

    def cost_bytes(self) -> int:
        """Return what it has cost so far, in bytes of IP packets."""

    def answer(self) -> str | None:
        """Return "" for an answer, the reason of a refusal, or None while there is neither.

        Raises:
            OSError: the kernel's refusal.
        """


class Connect:
    """A TCP connection: the peer's SYN-ACK is the answer, and what follows is one RST.

    As HAProxy does in its checks: the kernel is told to wait with its ACK (TCP_DEFER_ACCEPT set on the
    side that connects) and to reset on close. Three frames of 214 bytes together instead of six of 412
    (tests/unit/shell/test_frames.py), and the peer's program never has a connection to take.
    """

    writes = True

    def __init__(self, interface: str, anchor: Anchor) -> None:
        """Send the SYN.

        Raises:
            OSError: there is no way to the anchor.
        """
        self.sock = open_on(interface, anchor.address, socket.SOCK_STREAM)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 1)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        code = self.sock.connect_ex((anchor.address, anchor.port))
        if code not in _PENDING:
            self.sock.close()
            raise OSError(code, os.strerror(code))

    def cost_bytes(self) -> int:
        """Return what the kernel has counted, and the RST to come."""
        return spending.connection_bytes(self.sock)

    def answer(self) -> str | None:
        """Look at the connection's state."""
        if self.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == _SYN_SENT:
            return None
        code = self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        return os.strerror(code) if code else ""


class Query:
    """A DNS query. A name that does not exist is an answer: the server was reached and spoke."""

    writes = False

    def __init__(self, interface: str, anchor: Anchor) -> None:
        """Send the query.

        Raises:
            OSError: there is no way to the anchor.
            dns.DnsError: the name cannot be asked for.
        """
        self._ident = int.from_bytes(os.urandom(2), "big")
        self._query = dns.build_query(self._ident, anchor.query, dns.TYPES[4])
        self.sock = open_on(interface, anchor.address, socket.SOCK_DGRAM)
        try:
            self.sock.connect((anchor.address, anchor.port))
            self.sock.send(self._query)
        except OSError:
            self.sock.close()
            raise
        self._cost_bytes = spending.datagram_bytes(self.sock, len(self._query))

    def cost_bytes(self) -> int:
        """Return the size of the query and of what came back."""
        return self._cost_bytes

    def answer(self) -> str | None:
        """Read what has come; a stray or forged packet is passed over, the true one may still come."""
        for _ in range(_STRAYS):
            try:
                packet = self.sock.recv(_READ_BYTES)
            except BlockingIOError:
                return None
            self._cost_bytes += spending.datagram_bytes(self.sock, len(packet))
            try:
                code = dns.answer_code(packet, self._ident, self._query)
            except dns.DnsError:
                continue
            return "" if code in (dns.NOERROR, dns.NXDOMAIN) else f"DNS error {code}"
        return None


class Attempt:
    """A question under way: its socket is closed when it is answered, or once nobody waits any more.

    Args:
        question: It was sent.
        told: Called once with the answer; not called for silence.
        within_s: How long an answer counts.
        over: Called at the end, whatever the end is.

    Attributes:
        cost_bytes: What it has cost in bytes of IP packets, known at the end.
    """

    def __init__(
        self,
        question: Question,
        told: Callable[[str], None],
        within_s: float,
        over: Callable[[Attempt], None],
    ) -> None:
        self._question = question
        self._told = told
        self._over = over
        self.cost_bytes = 0
        self._loop = asyncio.get_running_loop()
        listen = self._loop.add_writer if question.writes else self._loop.add_reader
        listen(question.sock, self.look)
        self._end = self._loop.call_later(within_s, self.close)

    def look(self) -> None:
        """Take the answer if it is there."""
        try:
            answer = self._question.answer()
        except OSError as error:
            answer = error.strerror or type(error).__name__
        if answer is not None:
            self.close()
            self._told(answer)

    def close(self) -> None:
        """Wait no more."""
        self._end.cancel()
        sock = self._question.sock
        forget = self._loop.remove_writer if self._question.writes else self._loop.remove_reader
        forget(sock)
        self.cost_bytes = self._question.cost_bytes()
        sock.close()
        self._over(self)
