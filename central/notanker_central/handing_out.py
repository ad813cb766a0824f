"""The depot's two addresses: what a site is offered, and each file of it."""

from __future__ import annotations

from typing import Final

from flask import Flask, Request, Response, request

from notanker.plan import delta
from notanker_central.depot import Depot, piece_of
from notanker_central.keys import Keyring

WHOLE_BYTES: Final = 4 * 1024 * 1024
"""A larger file is handed out in pieces only, else one slow site would hold it in memory for long."""


def add_depot(app: Flask, depot: Depot, keyring: Keyring) -> None:
    """Add the depot to the door that faces the sites."""

    @app.get("/api/1/plan/<site>")
    def offer(site: str) -> Response:
        if not keyring.opens(site, request.headers.get("authorization", "")):
            return _nobody()
        return _offer(depot, site, request)

    @app.get("/api/1/plan/<site>/<sha256>")
    def file(site: str, sha256: str) -> Response:
        if not keyring.opens(site, request.headers.get("authorization", "")):
            return _nobody()
        return _file(depot, site, sha256, request)


def _offer(depot: Depot, site: str, asked: Request) -> Response:
    content = depot.offer(site)
    if content is None:
        return Response(status=404)
    if asked.headers.get("if-none-match", "") == f'"{delta.digest(content)}"':
        return Response(status=304)
    return _packed(depot, site, content, asked)


def _file(depot: Depot, site: str, sha256: str, asked: Request) -> Response:
    content = depot.content(site, sha256)
    if content is None:
        return Response(status=404)
    piece = piece_of(content, asked.headers.get("range", ""))
    if piece is not None:
        return Response(content[slice(*piece)], 206, {"content-range": _span(piece, content)})
    if len(content) > WHOLE_BYTES:
        return Response(status=413)
    return _packed(depot, site, content, asked)


def _nobody() -> Response:
    return Response(status=401, headers={"www-authenticate": "Bearer"})


def _span(piece: tuple[int, int], content: bytes) -> str:
    return f"bytes {piece[0]}-{piece[1] - 1}/{len(content)}"


def _packed(depot: Depot, site: str, content: bytes, asked: Request) -> Response:
    """Return the content as the difference to what the site has, if we have that too."""
    name = delta.name_in(asked.headers.get(delta.BASE_HEADER, ""))
    base = depot.content(site, name) if name else None
    coding = delta.WITH_BASE if base else delta.PLAIN
    packed = delta.pack(content, base or b"")
    return Response(packed, 200, {"content-encoding": coding})
