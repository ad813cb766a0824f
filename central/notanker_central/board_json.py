"""The board's JSON: the same views, for programs."""

from __future__ import annotations

import msgspec
from flask import Flask, Response, request

from notanker_central import views
from notanker_central.health import Health
from notanker_central.store import Store


def add_json(app: Flask, store: Store, health: Health) -> None:
    """Add `/api/1/sites`, `/api/1/alarms` and `/healthz`."""

    @app.get("/api/1/sites")
    def sites() -> Response:
        number = request.args.get("page", 1, type=int)
        with store.read() as connection:
            page = views.page(connection, number)
            counts = views.counts(connection)
        listed = {"page": page.number, "pages": page.pages, "total": page.total}
        return _json({"counts": counts, **listed, "sites": page.sites})

    @app.get("/api/1/alarms")
    def alarms() -> Response:
        with store.read() as connection:
            return _json({"alarms": views.alarms(connection)})

    @app.get("/healthz")
    def healthz() -> Response:
        well, parts = health.look()
        return _json({"ok": well, **parts}, 200 if well else 503)


def _json(value: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, content_type="application/json")
