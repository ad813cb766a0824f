"""One HTTP exchange, told as it was: surely not handed over, perhaps, or answered.

Import it by its module, so that no plugin carries it that speaks to no web service:

    from notanker.plugin.web import Ask, exchange

http.client and ssl of the standard library, nothing else. Redirects are not followed: who moves a service
moves its address in the configuration as well, and a token goes to nobody else.
"""

from __future__ import annotations

import contextlib
import http.client
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, urlsplit

from notanker.certificates import trusting
from notanker.plugin.faults import Permanent, Retry, Unknown

AGAIN_S: Final = 30.0
LATER_S: Final = 120.0
MOST_WAIT_S: Final = 3600.0
MAX_ANSWER_BYTES: Final = 64 * 1024

_AMISS: Final = (OSError, http.client.HTTPException, UnicodeError)
_NOT_NOW: Final = frozenset({408, 425, 429})
_UNSURE: Final = frozenset({502, 504})
"""A gateway that lost its back end: that one may have taken it (RFC 9110, 15.6.3 and 15.6.5)."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked of a web service.

    Attributes:
        url: `http` or `https`, without a user or a password.
        headers: Their values may be secrets: no error ever repeats one.
        ca: A file of the certificates to trust instead of the system's; empty: the system's.
        connect_timeout_s: Bounds the connection and the TLS handshake, each.
        answer_timeout_s: Bounds the wait for each piece of the answer's head, and for all of its body.
    """

    method: str
    url: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    ca: str = ""
    connect_timeout_s: float = 10.0
    answer_timeout_s: float = 15.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What the service said; `body` has at most `MAX_ANSWER_BYTES`, and less if it broke off."""

    status: int
    kind: str
    after_s: float | None
    body: bytes

    @property
    def well(self) -> bool:
        """Whether the service says that it did what was asked (RFC 9110, 15.3)."""
        return 200 <= self.status < 300

    @property
    def page(self) -> bool:
        """Whether this is a page for people: a portal or a log-in stands where the service should."""
        start = self.body.lstrip()[:512].lower()
        return "html" in self.kind and (b"<html" in start or b"<!doctype html" in start)


def exchange(ask: Ask) -> Reply:
    """Ask, and return what was answered, whatever its status is.

    Raises:
        Retry: there was no connection: nothing was handed over.
        Permanent: the address or a header cannot be used.
        Unknown: it broke off, or no answer came in time.
    """
    where = _split(ask.url)
    _check(ask.headers)
    connection = _connection(where, ask)
    try:
        _connect(connection, ask)
        target = (where.path or "/") + (f"?{where.query}" if where.query else "")
        try:
            connection.request(ask.method, target, ask.body or None, dict(ask.headers))
            return _read(connection.getresponse(), ask.answer_timeout_s)
        except _AMISS as error:
            raise Unknown(f"{where.hostname}: no answer: {_words(error)}") from None
    finally:
        connection.close()


def refuse(reply: Reply) -> Permanent | Retry | Unknown:
    """Return what to raise for an answer that is no success."""
    reason = f"HTTP status {reply.status}"
    if reply.page and reply.well:
        return Permanent("a web page answered, not the service: check the address")
    if 300 <= reply.status < 400:
        return Permanent(f"{reason}: redirects are not followed, write the new address")
    if reply.status in _UNSURE:
        return Unknown(reason)
    if reply.status in _NOT_NOW or reply.status >= 500:
        return Retry(_wait_s(reply.after_s), reason)
    return Permanent(reason)


def address_fault(url: str, *schemes: str) -> str:
    """Return what is wrong with an address, nothing if it may be used."""
    try:
        where = urlsplit(url)
        named = bool(where.hostname) and where.port != 0
    except ValueError:
        return "it is no address"
    if where.scheme not in schemes or not named:
        return (
            f"it does not begin with {' or '.join(f'{scheme}://' for scheme in schemes)} and a host"
        )
    if where.username is not None or where.password is not None:
        return "it holds a user or a password: those belong into a secret file"
    if not (url.isascii() and url.isprintable()) or " " in url:
        return "it holds a blank or a letter that no address has"
    return ""


def _split(url: str) -> SplitResult:
    if fault := address_fault(url, "http", "https"):
        raise Permanent(f"the address cannot be used: {fault}")
    return urlsplit(url)


def _check(headers: Mapping[str, str]) -> None:
    """Refuse what http.client would refuse as well, but with the value in its words."""
    for name, value in headers.items():
        if not (value.isascii() and value.isprintable()):
            raise Permanent(
                f"the value for the header {name} holds a line end or a letter beyond ASCII"
            )


def _connection(where: SplitResult, ask: Ask) -> http.client.HTTPConnection:
    host, port = where.hostname or "", where.port
    if where.scheme == "http":
        return http.client.HTTPConnection(host, port, timeout=ask.connect_timeout_s)
    try:
        trust = trusting(ask.ca)
    except OSError as error:  # ssl.SSLError is one
        reason = error.strerror or "no certificate in it"
        raise Retry(AGAIN_S, f"certificates to trust, {ask.ca}: {reason}") from None
    return http.client.HTTPSConnection(host, port, timeout=ask.connect_timeout_s, context=trust)


def _connect(connection: http.client.HTTPConnection, ask: Ask) -> None:
    try:
        connection.connect()
        connection.sock.settimeout(ask.answer_timeout_s)
    except _AMISS as error:
        raise Retry(AGAIN_S, f"{connection.host}: no connection: {_words(error)}") from None


def _read(response: http.client.HTTPResponse, bound_s: float) -> Reply:
    after = response.headers.get("Retry-After", "")
    after_s = float(after) if after.isascii() and after.isdigit() else None
    kind = response.headers.get("Content-Type", "").lower()
    return Reply(response.status, kind, after_s, _body(response, bound_s))


def _body(response: http.client.HTTPResponse, bound_s: float) -> bytes:
    """Return what came in time, and fits; the status is the answer, what follows it is for people."""
    end_s = time.monotonic() + bound_s
    body = b""
    with contextlib.suppress(*_AMISS):
        while len(body) < MAX_ANSWER_BYTES and time.monotonic() < end_s:
            if not (piece := response.read1(MAX_ANSWER_BYTES - len(body))):
                break
            body += piece
    return body


def _wait_s(after_s: float | None) -> float:
    return LATER_S if after_s is None else min(max(after_s, 1.0), MOST_WAIT_S)


def _words(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate does not fit: {error.verify_message}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__
