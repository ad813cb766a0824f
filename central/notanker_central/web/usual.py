"""Reads the one request that sites send all day, and writes its answer, without a state machine.

A beat is a POST with a handful of plain headers and its whole body in one piece. Whatever is not exactly
that, good or bad, is left to h11, which reads the very same bytes; a test holds that both agree.
"""

from __future__ import annotations

from typing import Final

from notanker_central.web.wsgi import Answer

MOST_HEAD_BYTES: Final = 1_024
_FIRST: Final = b"POST /api/1/beat HTTP/1.1"
TARGET: Final = "/api/1/beat"
_PLAIN: Final = frozenset({"host", "content-type", "content-length", "user-agent", "accept"})
"""Headers that change nothing about how a request is read; one that is not among them might."""
_MOST_DIGITS: Final = 6

Headers = tuple[tuple[str, str], ...]


def read(data: bytes) -> tuple[Headers, bytes] | None:
    """Return headers and body of a usual request, None if it is any other.

    Args:
        data: All that has come on the connection since the last request.
    """
    head, end, body = data.partition(b"\r\n\r\n")
    if not end or len(head) > MOST_HEAD_BYTES or not head.isascii():
        return None
    first, *lines = head.split(b"\r\n")
    headers = tuple(map(_header, lines))
    named = dict(headers)
    size = named.get("content-length", "")
    if (
        first != _FIRST
        or "host" not in named
        or len(named) != len(lines)
        or not named.keys() <= _PLAIN
    ):
        return None
    if not (size.isdecimal() and len(size) <= _MOST_DIGITS and int(size) == len(body)):
        return None
    return headers, body


def write(answer: Answer) -> bytes:
    """Return the answer as it is sent."""
    told = [f"HTTP/1.1 {answer.status} "]
    told += [f"{name}: {value}" for name, value in answer.headers]
    told.append(f"content-length: {len(answer.body)}\r\n\r\n")
    return "\r\n".join(told).encode("latin-1") + answer.body


def _header(line: bytes) -> tuple[str, str]:
    """Return name and value; a name that is none of ours for what is not plain text."""
    name, colon, value = line.decode("ascii").partition(":")
    value = value.strip(" ")
    return (name.lower(), value) if colon and value.isprintable() else ("", "")
