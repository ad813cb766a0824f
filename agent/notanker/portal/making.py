"""Has Flask make the answers that are not at hand."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from notanker.portal.answer import Answer, answer
from notanker.portal.request import Request

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


@lru_cache(maxsize=256)
def language_of(accepted: str) -> str:
    """Return the language that a browser prefers of those there are."""
    languages = parse_accept_header(accepted, LanguageAccept)
    return languages.best_match(("de", "en"), default="de") or "de"


def takes_gzip(accepted: str) -> bool:
    """Tell whether a browser takes compressed answers."""
    return "gzip" in accepted and "gzip;q=0" not in accepted.replace(" ", "")


def made(application: Application, request: Request, body: bytes, address: str) -> Answer:
    """Have the application (PEP 3333) answer the request.

    Args:
        application: Flask.
        request: The head.
        body: What came with it.
        address: Whose it is.
    """
    told: list[Any] = []

    def start(
        status: str, fields: list[tuple[str, str]], error: object = None
    ) -> Callable[..., None]:
        del error
        told[:] = [int(status[:3]), fields]
        return lambda _: None

    parts = application(_environment(request, body, address), start)
    try:
        content = b"".join(parts)
    finally:
        close = getattr(parts, "close", None)
        if close is not None:
            close()
    return answer(told[0], told[1], content)


def _environment(request: Request, body: bytes, address: str) -> dict[str, Any]:
    environment: dict[str, Any] = {
        "REQUEST_METHOD": "GET" if request.method == "HEAD" else request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": request.decoded_path,
        "QUERY_STRING": request.query,
        "SERVER_NAME": request.host or "portal",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": address,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.fields.items():
        key = name.upper().replace("-", "_")
        if key == "CONTENT_TYPE":
            environment[key] = value
        elif key != "CONTENT_LENGTH" and "_" not in name:
            environment[f"HTTP_{key}"] = value
    return environment
