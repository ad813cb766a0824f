"""What our own questions cost on the wire, told to whoever pays for them.

The kernel counts each connection (`struct tcp_info`, linux/tcp.h); a datagram is counted by its size. Who
sends on somebody's account says so once, and everything beneath it is charged to that account.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

_RECEIVED_AT: Final = 128
_SEGMENTS_AT: Final = 136
_SENT_AT: Final = 200
"""Where bytes_received, segs_out and segs_in, and bytes_sent are in struct tcp_info (Linux 4.19 on)."""
_TCP_HEADER_BYTES: Final = 32  # with time stamps
_UDP_HEADER_BYTES: Final = 8
_RESET_SEGMENTS: Final = 1  # connections of ours end with one

_payer: ContextVar[Callable[[int], None] | None] = ContextVar("payer", default=None)


@contextmanager
def on_account(charge: Callable[[int], None] | None) -> Iterator[None]:
    """Charge what is sent and received within to this account, in this task alone."""
    token = _payer.set(charge)
    try:
        yield
    finally:
        _payer.reset(token)


def charge_datagram(sock: socket.socket, size: int) -> None:
    """Charge one datagram of so many bytes of payload."""
    if (charge := _payer.get()) is not None:
        charge(datagram_bytes(sock, size))


def datagram_bytes(sock: socket.socket, size: int) -> int:
    """Return the size of the IP packet around so many bytes of UDP payload."""
    return size + _UDP_HEADER_BYTES + ip_header_bytes(sock.family)


def charge_connection(sock: socket.socket) -> None:
    """Charge a TCP connection that is about to be closed."""
    if (charge := _payer.get()) is not None:
        charge(connection_bytes(sock))


def ip_header_bytes(family: int) -> int:
    """Return the size of an IP header without options."""
    return 40 if family == socket.AF_INET6 else 20


def connection_bytes(sock: socket.socket) -> int:
    """Return the bytes of all IP packets of a TCP connection, the closing one included.

    0 on a kernel that does not tell.
    """
    try:
        info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
    except OSError:
        return 0
    if len(info) < _SENT_AT + 8:
        return 0
    (received,) = struct.unpack_from("=Q", info, _RECEIVED_AT)
    segments = sum(struct.unpack_from("=II", info, _SEGMENTS_AT)) + _RESET_SEGMENTS
    (sent,) = struct.unpack_from("=Q", info, _SENT_AT)
    return int(received + sent + segments * (_TCP_HEADER_BYTES + ip_header_bytes(sock.family)))
