"""A service on the web that takes messages (webhook, push, chat), with a web service's bad manners.

with Webhook() as service:
    service.mode = "hang"           # see MODES
    ... POST to service.address ...
    service.taken                   # what it really took
"""

import json
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from notanker_lab.local_server import LocalServer

MODES = {
    "well": "takes the message and says so",
    "refuses": "answers `status` and takes nothing",
    "busy": "answers 429 with Retry-After and takes nothing",
    "resets": "takes the message and breaks off before the answer",
    "resets_before": "breaks off before it has read the message",
    "hang": "takes the message and never answers",
    "gateway": "answers 502, though the message went through",
    "garbage": "answers what is no HTTP",
}
MAX_BODY = 1 << 20


@dataclass
class Taken:
    """One message that the service has taken."""

    path: str
    text: str
    headers: dict[str, str]
    at_s: float = field(default_factory=time.monotonic)

    def json(self) -> Any:
        """Give the body as JSON."""
        return json.loads(self.text)


class Webhook(LocalServer):
    """The service, on a free port of the loopback (or of ``host``)."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.mode = "well"
        self.status = 403
        self.taken: list[Taken] = []
        self.asked = 0
        server = ThreadingHTTPServer((host, 0), _handler(self))
        server.daemon_threads = True
        super().__init__(server)

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Do to one request what the mode says."""
        self.asked += 1
        if self.mode == "resets_before":
            request.connection.close()
            return
        length = min(int(request.headers.get("Content-Length", 0)), MAX_BODY)
        body = request.rfile.read(length).decode("utf-8", "replace")
        if self.mode not in ("refuses", "busy"):
            self.taken.append(Taken(request.path, body, dict(request.headers)))
        self._reply(request)

    def _reply(self, request: BaseHTTPRequestHandler) -> None:
        if self.mode == "hang":
            self.go.wait(60)
        elif self.mode == "garbage":
            request.wfile.write(b"\x00\xff no web service\r\n\r\n")
        elif self.mode != "resets":
            self._status(request)

    def _status(self, request: BaseHTTPRequestHandler) -> None:
        code = {"refuses": self.status, "busy": 429, "gateway": 502}.get(self.mode, 200)
        request.send_response(code)
        if code == 429:
            request.send_header("Retry-After", "7")
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", "2")
        request.end_headers()
        request.wfile.write(b"{}")


def _handler(service: Webhook) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            service.answer(self)

        do_PUT = do_POST  # noqa: N815 - http.server's name

        def log_message(self, *_: object) -> None:
            pass

    return Handler
