"""A service that takes CAP alerts over HTTPS and knows their keys again, with a service's bad manners.

with CapSink(certificate, key) as sink:
    sink.mode = "hang"              # see MODES
    ... POST to sink.url ...
    sink.alerts                     # what it really has, by Idempotency-Key
"""

import ssl
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

from notanker_lab.local_server import LocalServer

MODES = {
    "well": "takes the alert and says so",
    "refuses": "answers `status` and takes nothing",
    "busy": "answers 503 with Retry-After and takes nothing",
    "moved": "answers 301 to another place and takes nothing",
    "resets": "takes the alert and breaks off before the answer",
    "resets_before": "breaks off before it has read the alert",
    "hang": "takes the alert and never answers",
    "hang_before": "never reads the alert",
    "gateway": "answers 502, though the alert went through",
    "truncated": "takes the alert and breaks off in the middle of its answer's head",
    "cut_body": "takes the alert and breaks off in the middle of its answer's body",
    "page": "a log-in page stands in its place and says 200",
    "flood": "takes the alert and answers without an end",
    "drips": "takes the alert and answers a byte at a time without an end",
    "garbage": "takes the alert and answers what is no HTTP",
}
MAX_BODY: Final = 1 << 20
_NOT_TAKEN: Final = frozenset({"refuses", "busy", "moved", "page"})
_CODES: Final = {"busy": 503, "moved": 301, "gateway": 502}
_PAGE: Final = b"<!DOCTYPE html><html><body>Please log in</body></html>"


@dataclass
class Alert:
    """One alert that the service has."""

    body: bytes
    headers: dict[str, str]
    copies: int = 1


class CapSink(LocalServer):
    """The service, on a free port of the loopback, with the certificate of its name.

    Attributes:
        again: Its status for an alert that it has already.
        amiss: Keys under which something else came the second time.
    """

    def __init__(self, certificate: Path, key: Path, name: str = "localhost") -> None:
        self.mode = "well"
        self.status = 500
        self.again = 409
        self.alerts: dict[str, Alert] = {}
        self.amiss: list[str] = []
        self.asked = 0
        self._name = name
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server = _Server(("127.0.0.1", 0), _handler(self))
        # The handshake belongs to the connection's thread: a client that waits must not stop the others.
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        super().__init__(server)

    @property
    def url(self) -> str:
        """Give its address, by name."""
        return f"https://{self._name}:{self.address.rpartition(':')[2]}/cap"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Do to one request what the mode says."""
        self.asked += 1
        if self.mode == "hang_before":
            self.go.wait(60)
        if self.mode in ("resets_before", "hang_before"):
            return
        length = min(int(request.headers.get("Content-Length", 0)), MAX_BODY)
        body = request.rfile.read(length)
        had = False if self.mode in _NOT_TAKEN else self._take(request, body)
        self._reply(request, self.again if had else 200)

    def _take(self, request: BaseHTTPRequestHandler, body: bytes) -> bool:
        key = request.headers.get("Idempotency-Key", "")
        if (alert := self.alerts.get(key)) is None:
            self.alerts[key] = Alert(body, dict(request.headers))
            return False
        alert.copies += 1
        if alert.body != body:
            self.amiss.append(key)
        return True

    def _reply(self, request: BaseHTTPRequestHandler, status: int) -> None:
        if self.mode == "hang":
            self.go.wait(60)
        elif self.mode == "garbage":
            request.wfile.write(b"\x00\xff no web service\r\n\r\n")
        elif self.mode == "truncated":
            request.wfile.write(b"HTTP/1.1 20")
        elif self.mode in ("flood", "drips"):
            self._never_end(request)
        elif self.mode != "resets":
            self._status(request, self.status if self.mode == "refuses" else status)

    def _never_end(self, request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        flood = self.mode == "flood"
        while not self.go.wait(0 if flood else 0.05):
            request.wfile.write(b"x" * (65536 if flood else 1))

    def _status(self, request: BaseHTTPRequestHandler, status: int) -> None:
        code = _CODES.get(self.mode, status)
        body = _PAGE if self.mode == "page" else b"{}"
        request.send_response(code)
        if code == 503:
            request.send_header("Retry-After", "7")
        if code == 301:
            request.send_header("Location", f"{self.url}/elsewhere")
        kind = "text/html" if self.mode == "page" else "application/json"
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(body) + 40 * (self.mode == "cut_body")))
        request.end_headers()
        request.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing: clients that break off, or do not like the certificate, are what this is for."""


def _handler(sink: CapSink) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sink.answer(self)

        def log_message(self, *_: object) -> None:
            pass

    return Handler
