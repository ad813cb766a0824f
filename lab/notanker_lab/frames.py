"""Ethernet frames: which of them a drop rule is meant for."""

import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Matcher = Callable[[bytes], bool]

_IPV4, _IPV6 = b"\x08\x00", b"\x86\xdd"
_ICMP, _TCP, _UDP, _ICMP6 = 1, 6, 17, 58
_PORT_DNS = b"\x005"
_HEADER_BYTES = 14


@dataclass(frozen=True, slots=True)
class Packet:
    """What rules look at in one IP packet; ``ports`` are two big-endian pairs of bytes."""

    proto: int
    source: bytes
    destination: bytes
    ports: tuple[bytes, bytes]

    @property
    def is_icmp(self) -> bool:
        """ICMP or ICMPv6, neighbour discovery included."""
        return self.proto in (_ICMP, _ICMP6)

    @property
    def is_dns(self) -> bool:
        """UDP or TCP from or to port 53."""
        return self.proto in (_UDP, _TCP) and _PORT_DNS in self.ports


def parse(frame: bytes) -> Packet | None:
    """Read an IP packet out of an Ethernet frame; None for anything else (ARP)."""
    kind = frame[12:14]
    if kind == _IPV4 and len(frame) >= 34:
        start = 14 + (frame[14] & 0x0F) * 4
        return Packet(frame[23], frame[26:30], frame[30:34], _ports(frame, start))
    if kind == _IPV6 and len(frame) >= 54:
        # Extension headers do not occur in the lab's traffic.
        return Packet(frame[20], frame[22:38], frame[38:54], _ports(frame, 54))
    return None


def _ports(frame: bytes, start: int) -> tuple[bytes, bytes]:
    return frame[start : start + 2], frame[start + 2 : start + 4]


_KINDS: dict[str, Callable[[Packet], bool]] = {
    "ip": lambda _packet: True,
    "icmp": lambda packet: packet.is_icmp,
    "tcp": lambda packet: packet.proto == _TCP,
    "udp": lambda packet: packet.proto == _UDP,
    "dns": lambda packet: packet.is_dns,
    "not_icmp": lambda packet: not packet.is_icmp,
    "not_icmp_dns": lambda packet: not (packet.is_icmp or packet.is_dns),
}

WHAT = ("all", *_KINDS)


def matcher(rule: Mapping[str, object]) -> Matcher:
    """Make the test for one drop rule ``{"what": ..., "addr": ..., "over_bytes": ...}``.

    ``what`` is one of WHAT ("all" takes ARP too, the others IP alone); ``addr``, if given, is an
    IPv4 or IPv6 address that must be the source or the destination; ``over_bytes`` lets IP packets
    of so many bytes and smaller pass.

    Raises:
        ValueError: unknown ``what``, ``addr`` is no address, ``over_bytes`` is no number.
    """
    what, address, over_bytes = rule.get("what", "all"), rule.get("addr"), rule.get("over_bytes")
    if what not in WHAT:
        raise ValueError(f"what must be one of {', '.join(WHAT)}, not {what!r}")
    if what == "all" and address is None and over_bytes is None:
        return lambda _frame: True
    kind = _KINDS["ip" if what == "all" else str(what)]
    wanted = None if address is None else _packed(str(address))
    passing = 0 if over_bytes is None else _HEADER_BYTES + int(str(over_bytes))

    def matches(frame: bytes) -> bool:
        packet = parse(frame)
        if len(frame) <= passing or packet is None or not kind(packet):
            return False
        return wanted is None or wanted in (packet.source, packet.destination)

    return matches


def _packed(address: str) -> bytes:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.inet_pton(family, address)
    except OSError as error:
        raise ValueError(f"{address!r} is no IP address") from error
