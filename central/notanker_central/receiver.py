"""The receiver's addresses, for sites and for whoever watches the centre."""

from __future__ import annotations

from flask import Flask, Response, jsonify, request

from notanker_central.health import Health
from notanker_central.ingest import Ingest, Reply
from notanker_central.web.door import Direct
from notanker_central.web.wsgi import Answer, Request


def receiver_app(ingest: Ingest, health: Health) -> Flask:
    """Return the application behind the door that faces the sites."""
    app = Flask("notanker_central.receiver", static_folder=None)

    @app.post("/api/1/report")
    def report() -> Response:
        authorization = request.headers.get("authorization", "")
        reply = ingest.receive_report(authorization, request.get_data())
        return Response(reply.body, reply.status, _headers(reply))

    @app.post("/api/1/agree")
    def agree() -> Response:
        reply = ingest.agree(request.get_data())
        return Response(reply.body, reply.status, _headers(reply))

    @app.get("/healthz")
    def healthz() -> tuple[Response, int]:
        # Strangers reach this door, so it says no more than well or not.
        well, _ = health.look()
        return jsonify(ok=well), 200 if well else 503

    return app


def direct(ingest: Ingest) -> Direct:
    """Return what the door answers by itself: a beat waits for the disk without holding a thread."""

    async def beat(asked: Request) -> Answer:
        reply = await ingest.beat(asked.body)
        return Answer(reply.status, tuple(_headers(reply).items()), reply.body)

    return {("POST", "/api/1/beat"): beat}


def _headers(reply: Reply) -> dict[str, str]:
    headers = {"content-type": reply.kind}
    return headers | ({"www-authenticate": "Bearer"} if reply.status == 401 else {})
