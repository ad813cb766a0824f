"""Netlink's form on the wire: messages with a header, attributes in type, length and value.

Everything is in the machine's own byte order and padded to four bytes (netlink(7)).
"""

from __future__ import annotations

import errno
import os
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

REQUEST: Final = 0x1
ACK: Final = 0x4
REPLACE: Final = 0x100
EXCLUDE: Final = 0x200
DUMP: Final = 0x300
CREATE: Final = 0x400
INTERRUPTED: Final = 0x10
"""The kernel's tables changed while it read them out: ask again."""

ERROR: Final = 2
DONE: Final = 3
NESTED: Final = 0x8000

_ORDER: Final = sys.byteorder
_HEADER: Final = struct.Struct("=IHHII")
_ATTRIBUTE: Final = struct.Struct("=HH")
_STATUS: Final = struct.Struct("=i")
_U32: Final = struct.Struct("=I")
_TYPE_MASK: Final = 0x3FFF  # the two upper bits say "nested" and "network byte order"
_CAPPED: Final = 0x100  # the answer does not repeat what was asked
_WITH_WORDS: Final = 0x200
_WORDS: Final = 1


@dataclass(frozen=True, slots=True)
class Message:
    """One message; `body` is what follows the header."""

    kind: int
    flags: int
    sequence: int
    body: bytes


def pack(message: Message) -> bytes:
    """Return the message as bytes."""
    length = _HEADER.size + len(message.body)
    header = _HEADER.pack(length, message.kind, message.flags, message.sequence, 0)
    return _padded(header + message.body)


def messages(data: bytes) -> Iterator[Message]:
    """Yield the messages of one read.

    Raises:
        OSError: the bytes are no netlink (EBADMSG).
    """
    at = 0
    while at < len(data):
        if len(data) - at < _HEADER.size:
            raise broken("a header is cut off")
        length, kind, flags, sequence, _ = _HEADER.unpack_from(data, at)
        if not _HEADER.size <= length <= len(data) - at:
            raise broken("a message is cut off")
        yield Message(kind, flags, sequence, data[at + _HEADER.size : at + length])
        at += _aligned(length)


def attribute(kind: int, value: bytes) -> bytes:
    """Return one attribute; attributes are strung together by `+`."""
    return _padded(_ATTRIBUTE.pack(_ATTRIBUTE.size + len(value), kind) + value)


def number(kind: int, value: int) -> bytes:
    """Return an attribute that holds an unsigned number of 32 bits."""
    return attribute(kind, _U32.pack(value))


def text(kind: int, value: str) -> bytes:
    """Return an attribute that holds a text, with the zero byte at its end."""
    return attribute(kind, value.encode() + b"\0")


def attributes(data: bytes) -> dict[int, bytes]:
    """Return the attributes by their type; of several of one type the last.

    Raises:
        OSError: the bytes are no attributes (EBADMSG).
    """
    found: dict[int, bytes] = {}
    at = 0
    while len(data) - at >= _ATTRIBUTE.size:
        length, kind = _ATTRIBUTE.unpack_from(data, at)
        if not _ATTRIBUTE.size <= length <= len(data) - at:
            raise broken("an attribute is cut off")
        found[kind & _TYPE_MASK] = data[at + _ATTRIBUTE.size : at + length]
        at += _aligned(length)
    return found


def number_in(found: dict[int, bytes], kind: int) -> int | None:
    """Return the unsigned number in that attribute, of whatever size; None without it."""
    value = found.get(kind)
    return None if value is None else int.from_bytes(value, _ORDER)


def text_in(found: dict[int, bytes], kind: int) -> str:
    """Return the text in that attribute, empty without it."""
    return found.get(kind, b"").rstrip(b"\0").decode(errors="replace")


def raise_refusal(message: Message) -> None:
    """Raise what the kernel refuses with this answer (ERROR, or DONE at the end of a dump).

    Raises:
        OSError: the kernel's number, and its own words where it has some.
    """
    if len(message.body) < _STATUS.size:
        return
    (status,) = _STATUS.unpack_from(message.body)
    if status < 0:
        raise OSError(-status, _words(message) or os.strerror(-status))


def broken(what: str) -> OSError:
    """Return the error for bytes that are no netlink."""
    return OSError(errno.EBADMSG, f"netlink: {what}")


def _words(message: Message) -> str:
    """Return the kernel's explanation (NETLINK_EXT_ACK), empty where there is none."""
    if not message.flags & _WITH_WORDS:
        return ""
    at = _STATUS.size
    if message.kind == ERROR:  # the question's header follows, and unless capped all of it
        asked = message.body[at:]
        length = _HEADER.size
        if not message.flags & _CAPPED and len(asked) >= _HEADER.size:
            length = max(length, _HEADER.unpack_from(asked)[0])
        at += _aligned(length)
    return text_in(attributes(message.body[at:]), _WORDS)


def _aligned(length: int) -> int:
    return (length + 3) & ~3


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (_aligned(len(data)) - len(data))
