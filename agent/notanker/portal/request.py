"""Reads the head of an HTTP request: strictly, bounded, and nothing that the portal has no use for.

RFC 9112. What is odd is refused, never mended: the portal is asked by browsers alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import unquote_to_bytes

MAX_HEAD_BYTES: Final = 8192
MAX_BODY_BYTES: Final = 2048
"""A form with one short field; nothing larger is ever sent to the portal."""
MAX_FIELDS: Final = 64
USUAL_HEAD_BYTES: Final = 1024
"""Chromium, Firefox and Safari send 400 to 700 bytes to a server without cookies."""
END: Final = b"\r\n\r\n"

_FIRST_LINE: Final = re.compile(
    rb"([A-Z]{1,16}) (?:http://([!-.0-~]{1,255}))?(/[!-~]*) HTTP/1\.([01])"
)
_FIELD: Final = re.compile(
    rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*?)[ \t]*"
)
_HOST: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]*)(?::[0-9]{1,5})?")


class RefusedError(ValueError):
    """A request that is not answered as it stands; `status` says why (RFC 9110, section 15)."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


@dataclass(frozen=True, slots=True)
class Request:
    """The head of one request.

    Attributes:
        path: As it was sent: not decoded, without the query.
        host: The name it was sent to, in small letters and without the port.
        fields: The header fields by their names in small letters.
        lasts: Whether the connection may go on after the answer.
    """

    method: str
    path: str
    query: str
    host: str
    fields: Mapping[str, str]
    lasts: bool
    body_bytes: int = 0

    @property
    def decoded_path(self) -> str:
        """The path as WSGI wants it: bytes in the shape of a string (PEP 3333)."""
        return unquote_to_bytes(self.path).decode("latin-1")


def read(head: bytes) -> Request:
    """Read the head of a request, without the empty line at its end.

    Raises:
        RefusedError: it is not understood, or larger than anything the portal is asked.
    """
    return _known(head) if len(head) <= USUAL_HEAD_BYTES else _read(head)


def _read(head: bytes) -> Request:
    first, *lines = head.split(b"\r\n")
    found = _FIRST_LINE.fullmatch(first)
    if found is None or len(lines) > MAX_FIELDS:
        raise RefusedError(400)
    method, absolute, target, minor = found.groups()
    fields = _fields(lines)
    path, _, query = target.decode("ascii").partition("?")
    return Request(
        method=method.decode("ascii"),
        path=path.partition("#")[0],
        query=query.partition("#")[0],
        host=_host(absolute.decode("ascii") if absolute else fields.get("host"), minor),
        fields=fields,
        lasts=minor == b"1" and "close" not in fields.get("connection", "").lower(),
        body_bytes=_body_bytes(fields),
    )


# A phone that renews the home page sends the same head each time: half of the work of an answer at hand.
_known = lru_cache(maxsize=128)(_read)


def _fields(lines: list[bytes]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for line in lines:
        found = _FIELD.fullmatch(line)
        if found is None:
            raise RefusedError(400)
        name = found[1].decode("ascii").lower()
        if name in fields and name in ("host", "content-length", "transfer-encoding"):
            raise RefusedError(400)
        value = found[2].decode("latin-1")
        fields[name] = f"{fields[name]}, {value}" if name in fields else value
    return fields


def _host(given: str | None, minor: bytes) -> str:
    if given is None and minor == b"0":
        return ""
    found = _HOST.fullmatch(given) if given is not None else None
    if found is None:
        raise RefusedError(400)
    return found[1].lower().rstrip(".")


def _body_bytes(fields: dict[str, str]) -> int:
    if "transfer-encoding" in fields:
        raise RefusedError(501)
    given = fields.get("content-length", "0")
    if not (given.isascii() and given.isdigit() and len(given) <= 19):
        raise RefusedError(400)
    if int(given) > MAX_BODY_BYTES:
        raise RefusedError(413)
    return int(given)
