"""DNS over one interface: just enough of RFC 1035 to ask one question and read the addresses."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket
import struct
from dataclasses import dataclass
from typing import Final

from notanker.errors import NotankerError
from notanker.shell import spending
from notanker.shell.probes.sockets import open_on

TYPES: Final = {4: 1, 6: 28}  # A, AAAA
NOERROR: Final = 0
NXDOMAIN: Final = 3
_HEADER: Final = struct.Struct("!HHHHHH")
_RECORD: Final = struct.Struct("!HHIH")
_MAX_RECORDS: Final = 64
_MAX_LABELS: Final = 128


class DnsError(NotankerError):
    """What came is no answer to the question."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: its response code, the addresses in it, and how long they may be kept, in seconds."""

    code: int
    addresses: tuple[str, ...]
    ttl_s: int = 0


async def ask(interface: str, server: str, port: int, name: str, version: int = 4) -> Answer:
    """Ask one server one question over one interface; whoever calls bounds the time.

    Raises:
        OSError: there is no way to the server.
        DnsError: the name cannot be asked for.
    """
    ident = int.from_bytes(os.urandom(2), "big")
    query = build_query(ident, name, TYPES[version])
    loop = asyncio.get_running_loop()
    with open_on(interface, server, socket.SOCK_DGRAM) as sock:
        await loop.sock_connect(sock, (server, port))
        await loop.sock_sendall(sock, query)
        spending.charge_datagram(sock, len(query))
        while True:
            packet = await loop.sock_recv(sock, 4096)
            spending.charge_datagram(sock, len(packet))
            try:
                return parse_answer(packet, ident, query[_HEADER.size :])
            except DnsError:
                continue  # a stray or forged packet; the true answer may still come


def build_query(ident: int, name: str, kind: int) -> bytes:
    """Return a query with recursion desired.

    Raises:
        DnsError: the name is too long or has an empty label.
    """
    labels = name.rstrip(".").split(".")
    if not all(0 < len(label.encode()) < 64 for label in labels) or len(name.encode()) > 253:
        raise DnsError(f"no domain name: {name!r}")
    encoded = b"".join(bytes([len(label.encode())]) + label.encode() for label in labels)
    question = encoded + b"\0" + struct.pack("!HH", kind, 1)
    return _HEADER.pack(ident, 0x0100, 1, 0, 0, 0) + question


def parse_answer(packet: bytes, ident: int, question: bytes) -> Answer:
    """Return the answer to our question.

    Raises:
        DnsError: the packet is no answer to it, or is broken.
    """
    flags, answers = _head(packet, ident, question)
    at = _HEADER.size + len(question)
    addresses: list[str] = []
    ttls: list[int] = []
    for _ in range(min(answers, _MAX_RECORDS)):
        at = _skip_name(packet, at)
        if at + _RECORD.size > len(packet):
            raise DnsError("record cut off")
        kind, _, ttl_s, length = _RECORD.unpack_from(packet, at)
        data = packet[at + _RECORD.size : at + _RECORD.size + length]
        at += _RECORD.size + length
        if (kind, len(data)) in {(1, 4), (28, 16)}:
            addresses.append(str(ipaddress.ip_address(data)))
            ttls.append(ttl_s)
    return Answer(flags & 0x0F, tuple(addresses), min(ttls, default=0))


def answer_code(packet: bytes, ident: int, query: bytes) -> int:
    """Return the response code of the answer to our query; what it says is not looked at.

    Raises:
        DnsError: the packet is no answer to it.
    """
    return _head(packet, ident, query[_HEADER.size :])[0] & 0x0F


def _head(packet: bytes, ident: int, question: bytes) -> tuple[int, int]:
    """Return flags and number of answers, if the packet answers the question."""
    if len(packet) < _HEADER.size:
        raise DnsError("short packet")
    of, flags, questions, answers, _, _ = _HEADER.unpack_from(packet)
    body = packet[_HEADER.size : _HEADER.size + len(question)]
    if of != ident or not flags & 0x8000 or questions != 1 or body.lower() != question.lower():
        raise DnsError("not the answer to this question")
    return flags, answers


def _skip_name(packet: bytes, at: int) -> int:
    for _ in range(_MAX_LABELS):
        if at >= len(packet):
            raise DnsError("name cut off")
        length = packet[at]
        if length & 0xC0 == 0xC0:
            return at + 2
        at += 1 + length
        if length == 0:
            return at
    raise DnsError("name too long")
