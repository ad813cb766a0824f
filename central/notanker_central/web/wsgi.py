"""Asks a WSGI application (PEP 3333) for its answer to one whole request."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote_to_bytes

import structlog

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

log: Final = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Request:
    """A request that has come in whole, its body included."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    peer: str
    scheme: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def failure(status: int, text: str) -> Answer:
    """Return a plain answer that says what went wrong."""
    return Answer(status, (("content-type", "text/plain; charset=utf-8"),), f"{text}\n".encode())


def ask(application: WSGIApplication, request: Request) -> Answer:
    """Return the application's answer; one that fails answers 500 and is logged, it ends nothing."""
    try:
        return _ask(application, request)
    except Exception:  # the last line of defence for every other site's beats
        log.exception("request_failed", method=request.method, target=request.target[:200])
        return failure(500, "internal error")


def _ask(application: WSGIApplication, request: Request) -> Answer:
    said: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], _error: Any = None) -> Any:
        said.append((status, headers))
        return io.BytesIO().write

    chunks: Iterable[bytes] = application(_environ(request), start_response)
    try:
        body = b"".join(chunks)
    finally:
        if hasattr(chunks, "close"):
            chunks.close()
    status, headers = said[-1]
    return Answer(int(status[:3]), tuple(headers), body)


def _environ(request: Request) -> dict[str, Any]:
    path, _, query = request.target.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "central",
        "SERVER_PORT": "0",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": request.peer,
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": request.scheme,
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers:
        key = name.upper().replace("-", "_")
        if key == "CONTENT_TYPE":
            environ[key] = value
        elif key not in ("CONTENT_LENGTH", "TRANSFER_ENCODING"):
            environ[f"HTTP_{key}"] = value
    return environ
