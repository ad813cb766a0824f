"""MQTT 3.1.1 on the wire (OASIS standard, 29 October 2014): as much as carries beats, and not more."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from notanker.shell.carriage.contract import ANSWER_BYTES, CarrierError

MOST_BYTES: Final = ANSWER_BYTES + 256
"""Of a packet that is read: an answer with its topic."""
AT_LEAST_ONCE: Final = 1
_REFUSALS: Final = (
    "",
    "it does not speak MQTT 3.1.1",
    "it does not take this client's name",
    "it has no service just now",
    "user or password are wrong",
    "this user may not connect",
)
"""Return codes of CONNACK (table 3.1)."""


class Kind(IntEnum):
    """Types of packets (table 2.1)."""

    CONNECT = 1
    CONNACK = 2
    PUBLISH = 3
    PUBACK = 4
    SUBSCRIBE = 8
    SUBACK = 9
    DISCONNECT = 14


@dataclass(frozen=True, slots=True)
class Packet:
    """A packet as it came: its type, the four bits beside it, and what follows."""

    kind: int
    flags: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Login:
    """Who connects.

    Attributes:
        client: The name of the connection; a second one with the same name ends the first.
        will: A topic that the broker sets to `0` once the connection is lost, empty for none.
    """

    client: str
    user: str = ""
    password: bytes = b""
    will: str = ""


def connect(login: Login, keep_alive_s: int) -> bytes:
    """Return CONNECT with a clean session."""
    will, user = bool(login.will), bool(login.user)
    # Clean session; a will that is kept and sent at least once; user; password (section 3.1.2.3).
    flags = 0x02 | (0x2C if will else 0) | (0x80 if user else 0) | (0x40 if login.password else 0)
    parts = [_string(b"MQTT"), bytes([4, flags]), keep_alive_s.to_bytes(2, "big")]
    parts.append(_string(login.client.encode()))
    if will:
        parts += [_string(login.will.encode()), _string(b"0")]
    if user:
        parts.append(_string(login.user.encode()))
    if login.password:
        parts.append(_string(login.password))
    return _packet(Kind.CONNECT, 0, b"".join(parts))


def subscribe(number: int, topic: str) -> bytes:
    """Return SUBSCRIBE to one topic, at most once: a lost answer is asked for by the next beat."""
    return _packet(Kind.SUBSCRIBE, 2, number.to_bytes(2, "big") + _string(topic.encode()) + b"\0")


def publish(topic: str, payload: bytes, number: int = 0, *, retain: bool = False) -> bytes:
    """Return PUBLISH; with a number it is repeated by nobody, but acknowledged by the broker."""
    flags = (AT_LEAST_ONCE << 1 if number else 0) | retain
    mark = number.to_bytes(2, "big") if number else b""
    return _packet(Kind.PUBLISH, flags, _string(topic.encode()) + mark + payload)


DISCONNECT: Final = bytes([Kind.DISCONNECT << 4, 0])


def told(packet: Packet, topic: str) -> bytes | None:
    """Return what a packet says on a topic, None if it is another packet.

    Raises:
        CarrierError: it is one that ends the connection.
    """
    if packet.kind == Kind.CONNACK:
        _check_welcome(packet.body)
    if packet.kind == Kind.SUBACK and packet.body[2:] not in (b"\0", b"\1"):
        raise CarrierError(f"the broker refuses the topic {topic}")
    if packet.kind != Kind.PUBLISH:
        return None
    size = int.from_bytes(packet.body[:2], "big")
    mark = 2 if packet.flags & 0x06 else 0
    return packet.body[2 + size + mark :] if packet.body[2 : 2 + size] == topic.encode() else None


class Reader:
    """Makes packets of bytes as they come."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> list[Packet]:
        """Return the packets that are whole by now.

        Raises:
            CarrierError: what comes is no MQTT, or too long.
        """
        self._held += data
        found = []
        while (packet := self._next()) is not None:
            found.append(packet)
        return found

    def _next(self) -> Packet | None:
        size, at = 0, 1
        while True:  # at most four bytes (section 2.2.3)
            if at >= len(self._held):
                return None
            byte = self._held[at]
            size |= (byte & 0x7F) << 7 * (at - 1)
            at += 1
            if not byte & 0x80:
                break
            if at > 4:
                raise CarrierError("what answers is no MQTT broker")
        if size > MOST_BYTES:
            raise CarrierError("the broker says too much")
        if len(self._held) < at + size:
            return None
        packet = Packet(self._held[0] >> 4, self._held[0] & 0x0F, bytes(self._held[at : at + size]))
        del self._held[: at + size]
        return packet


def _check_welcome(body: bytes) -> None:
    code = body[1] if len(body) > 1 else 1
    if code:
        known = _REFUSALS[code] if code < len(_REFUSALS) else f"code {code}"
        raise CarrierError(f"the broker refuses: {known}")


def _packet(kind: Kind, flags: int, body: bytes) -> bytes:
    size, head = len(body), bytearray([kind << 4 | flags])
    while True:
        size, low = size >> 7, size & 0x7F
        head.append(low | 0x80 if size else low)
        if not size:
            return bytes(head) + body


def _string(data: bytes) -> bytes:
    return len(data).to_bytes(2, "big") + data
