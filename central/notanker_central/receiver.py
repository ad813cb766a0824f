"""The receiver's two addresses, for sites and for whoever watches the centre."""

from __future__ import annotations

from flask import Flask, Response, jsonify, request

from notanker_central.health import Health
from notanker_central.ingest import Ingest


def receiver_app(ingest: Ingest, health: Health) -> Flask:
    """Return the application behind the door that faces the sites."""
    app = Flask("notanker_central.receiver", static_folder=None)

    @app.post("/api/1/beat")
    def beat() -> Response:
        reply = ingest.receive(request.headers.get("authorization", ""), request.get_data())
        headers = {"www-authenticate": "Bearer"} if reply.status == 401 else {}
        return Response(reply.body, reply.status, headers, content_type="application/json")

    @app.get("/healthz")
    def healthz() -> tuple[Response, int]:
        # Strangers reach this door, so it says no more than well or not.
        well, _ = health.look()
        return jsonify(ok=well), 200 if well else 503

    return app
