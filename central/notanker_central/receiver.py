"""The receiver's addresses, for sites and for whoever watches the centre."""

from __future__ import annotations

from flask import Flask, Response, jsonify, request

from notanker_central.health import Health
from notanker_central.ingest import Ingest, Reply


def receiver_app(ingest: Ingest, health: Health) -> Flask:
    """Return the application behind the door that faces the sites."""
    app = Flask("notanker_central.receiver", static_folder=None)

    @app.post("/api/1/beat")
    def beat() -> Response:
        return _told(ingest.receive(_authorization(), request.get_data()))

    @app.post("/api/1/report")
    def report() -> Response:
        return _told(ingest.receive_report(_authorization(), request.get_data()))

    @app.get("/healthz")
    def healthz() -> tuple[Response, int]:
        # Strangers reach this door, so it says no more than well or not.
        well, _ = health.look()
        return jsonify(ok=well), 200 if well else 503

    return app


def _authorization() -> str:
    return request.headers.get("authorization", "")


def _told(reply: Reply) -> Response:
    headers = {"www-authenticate": "Bearer"} if reply.status == 401 else {}
    return Response(reply.body, reply.status, headers, content_type="application/json")
