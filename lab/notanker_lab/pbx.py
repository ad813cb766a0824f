"""A telephone system with an outage announcement, reached by HTTP, with such a system's bad manners.

with Pbx() as pbx:
    pbx.mode = "stays"              # see MODES
    ... PUT {"announcement": "on"} to pbx.url, GET it to ask ...
    pbx.on, pbx.orders              # what callers really hear, and what it was told to do
"""

import json
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from notanker_lab.local_server import LocalServer

MODES = {
    "well": "does what it is told and says so",
    "lags": "says so at once and does it after it was asked `lag` times",
    "stays": "says so and does nothing",
    "refuses": "refuses the log-in",
    "fails": "answers 500 and does nothing",
    "drops": "does it and breaks off before it says so",
    "drops_before": "breaks off before it has read the order",
    "hang": "does it and never says so",
    "hang_before": "never reads the order, but can be asked",
    "silent": "does nothing and answers nothing, asked or told",
    "page": "a log-in page stands in its place and says 200",
    "mute": "does it, but does not say how it is",
}
MAX_BODY: Final = 1 << 16
_PAGE: Final = b"<html><body>Please log in. on off</body></html>"


class Pbx(LocalServer):
    """The system, on a free port of the loopback.

    Attributes:
        on: Whether the announcement plays.
        orders: All that it has read, in order; one that it did not read is not among them.
        log_in: The `Authorization` that it wants, empty for any.
    """

    def __init__(self) -> None:
        self.mode = "well"
        self.on = False
        self.lag = 3
        self.log_in = ""
        self.orders: list[str] = []
        self.asked = 0
        self._to_come = False
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        server.daemon_threads = True
        super().__init__(server)

    @property
    def url(self) -> str:
        """Give the address of its announcement."""
        return f"http://{self.address}/announcement"

    def told(self, request: BaseHTTPRequestHandler) -> None:
        """Take one order as the mode says."""
        if self.mode in ("hang_before", "silent"):
            self.go.wait(60)
        if self.mode in ("hang_before", "silent", "drops_before"):
            return
        length = min(int(request.headers.get("Content-Length", 0)), MAX_BODY)
        body = request.rfile.read(length)
        if self._turned_away(request):
            return
        order = "off"
        with suppress(ValueError, KeyError, TypeError):
            order = json.loads(body)["announcement"]
        self.orders.append(order)
        self._obey(order == "on")
        if self.mode == "hang":
            self.go.wait(60)
        elif self.mode != "drops":
            self._say(request, 500 if self.mode == "fails" else 200, b'{"result": "ok"}')

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Say how the announcement is."""
        if self.mode == "silent":
            self.go.wait(60)
            return
        if self._turned_away(request):
            return
        self.asked += 1
        if self.mode == "lags" and self.asked >= self.lag:
            self.on = self._to_come
        how = b"?" if self.mode == "mute" else b"on" if self.on else b"off"
        self._say(request, 200, b'{"announcement": "%s"}' % how)

    def _obey(self, on: bool) -> None:
        self._to_come, self.asked = on, 0
        if self.mode not in ("lags", "stays", "fails"):
            self.on = on

    def _turned_away(self, request: BaseHTTPRequestHandler) -> bool:
        if self.mode == "page":
            self._say(request, 200, _PAGE, "text/html")
            return True
        wanted = self.log_in and request.headers.get("Authorization") != self.log_in
        if self.mode == "refuses" or wanted:
            self._say(request, 401, b"{}")
            return True
        return False

    @staticmethod
    def _say(
        request: BaseHTTPRequestHandler, status: int, body: bytes, kind: str = "application/json"
    ) -> None:
        request.send_response(status)
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)


def _handler(pbx: Pbx) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            pbx.told(self)

        do_POST = do_PUT  # noqa: N815 - http.server's name

        def do_GET(self) -> None:
            pbx.answer(self)

        def log_message(self, *_: object) -> None:
            pass

    return Handler
