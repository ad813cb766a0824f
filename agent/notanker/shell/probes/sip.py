"""Asks a telephone system whether it is there: one SIP OPTIONS request (RFC 3261 section 11).

Whatever it answers, it speaks SIP: a server that wants a password or does not know the user is as alive as
one that says 200. Only 5xx and 6xx say that it cannot serve.
"""

from __future__ import annotations

import asyncio
import os
import re
import socket
from dataclasses import dataclass
from typing import Final

from notanker.errors import NotankerError
from notanker.shell.probes.sockets import open_on

MAX_ANSWER_BYTES: Final = 16 * 1024
_END: Final = b"\r\n\r\n"
_STATUS: Final = re.compile(rb"SIP/2\.0 ([1-6][0-9]{2})(?: [^\r\n]*)?\Z")
_COOKIE: Final = "z9hG4bK"
"""What every branch begins with (RFC 3261 section 8.1.1.7)."""


class SipError(NotankerError):
    """What came is no answer to the question."""


@dataclass(frozen=True, slots=True)
class Server:
    """Whom to ask, and as what: `uri` is the request's own address such as `sip:pbx.example`."""

    interface: str
    address: str
    port: int
    transport: str = "udp"
    uri: str = ""


async def ask(server: Server) -> int:
    """Ask once and return the status code; whoever calls bounds the time.

    Raises:
        OSError: there is no way to the server.
        SipError: what came over TCP is not SIP, or too long.
    """
    kind = socket.SOCK_STREAM if server.transport == "tcp" else socket.SOCK_DGRAM
    loop = asyncio.get_running_loop()
    with open_on(server.interface, server.address, kind) as sock:
        await loop.sock_connect(sock, (server.address, server.port))
        branch = _COOKIE + os.urandom(8).hex()
        here = sock.getsockname()
        await loop.sock_sendall(sock, request(server, (here[0], here[1]), branch))
        if kind is socket.SOCK_STREAM:
            return status_of(await _head(sock), branch)
        while True:
            packet = await loop.sock_recv(sock, MAX_ANSWER_BYTES)
            try:
                return status_of(packet, branch)
            except SipError:
                continue  # a stray packet; the true answer may still come


def request(server: Server, here: tuple[str, int], branch: str) -> bytes:
    """Return the OPTIONS request, sent from the address and port `here`."""
    tag, call = os.urandom(6).hex(), os.urandom(8).hex()
    uri = server.uri or f"sip:{_host(server.address)}"
    local, way = f"{_host(here[0])}:{here[1]}", server.transport.upper()
    lines = (
        f"OPTIONS {uri} SIP/2.0",
        f"Via: SIP/2.0/{way} {local};rport;branch={branch}",
        "Max-Forwards: 70",
        f"From: <sip:notanker@{local}>;tag={tag}",
        f"To: <{uri}>",
        f"Call-ID: {call}@{_host(here[0])}",
        "CSeq: 1 OPTIONS",
        f"Contact: <sip:notanker@{local};transport={server.transport}>",
        "Accept: application/sdp",
        "User-Agent: notanker",
        "Content-Length: 0",
        "",
        "",
    )
    return "\r\n".join(lines).encode("ascii", "replace")


def status_of(packet: bytes, branch: str) -> int:
    """Return the status code of the answer to the request with that branch.

    Raises:
        SipError: it is no answer to it, or no SIP at all.
    """
    head, end, _ = packet.partition(_END)
    if not end:
        raise SipError("no whole SIP head")
    first, *fields = head.split(b"\r\n")
    found = _STATUS.match(first)
    if found is None:
        raise SipError("no SIP status line")
    # The top Via is ours, as we wrote it; `v` is its short name (RFC 3261 section 7.3.3).
    vias = (
        f.partition(b":")[2] for f in fields if re.match(rb"(?:via|v)[ \t]*:", f, re.IGNORECASE)
    )
    if f"branch={branch}".lower().encode() not in next(vias, b"").lower():
        raise SipError("not the answer to this request")
    return int(found[1])


async def _head(sock: socket.socket) -> bytes:
    """Read as far as the head's end."""
    loop = asyncio.get_running_loop()
    data = b""
    while _END not in data:
        more = await loop.sock_recv(sock, 4096)
        if not more:
            raise SipError("closed before the end of the head")
        data += more
        if len(data) > MAX_ANSWER_BYTES:
            raise SipError("answer too long")
    return data


def _host(address: str) -> str:
    """Return an address as it stands in a URI (RFC 3261 section 25.1)."""
    return f"[{address}]" if ":" in address else address
