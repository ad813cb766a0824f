"""The board's JSON: the same views, for programs. Behind the login as all else, or with a token to read."""

from __future__ import annotations

import msgspec
from flask import Flask, Response, request

from notanker_central import views
from notanker_central.board.desk import Rule, person
from notanker_central.health import Health
from notanker_central.store import Store


def add_json(app: Flask, store: Store, health: Health) -> tuple[Rule, ...]:
    """Add `/api/1/sites`, `/api/1/alarms` and `/healthz`, and return who may ask."""

    def sites() -> Response:
        number = request.args.get("page", 1, type=int)
        with store.read() as connection:
            page = views.page(connection, number)
            counts = views.counts(connection)
        listed = {"page": page.number, "pages": page.pages, "total": page.total}
        return _json({"counts": counts, **listed, "sites": page.sites})

    def alarms() -> Response:
        with store.read() as connection:
            return _json({"alarms": views.alarms(connection)})

    def healthz() -> Response:
        # Whoever watches the watcher needs no account; to strangers it says no more than well or not.
        well, parts = health.look()
        return _json({"ok": well, **(parts if person() else {})}, 200 if well else 503)

    rules = (
        Rule("/api/1/sites", "sites", sites),
        Rule("/api/1/alarms", "alarms_json", alarms),
        Rule("/healthz", "healthz", healthz, needs=None),
    )
    for rule in rules:
        app.add_url_rule(rule.path, rule.name, rule.view, methods=[rule.method])
    return rules


def _json(value: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, content_type="application/json")
