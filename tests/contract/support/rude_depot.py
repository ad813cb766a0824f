"""A depot with bad manners, over real TLS: whatever is asked, it answers as it was told to."""

from __future__ import annotations

import contextlib
import http.server
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.contract.support.centre import certificate_in

Answer = Callable[[http.server.BaseHTTPRequestHandler], None]


class RudeDepot:
    """The depot; `answer` writes whatever it likes."""

    def __init__(self, folder: Path, answer: Answer) -> None:
        self.answer = answer
        self.certificate, key = certificate_in(folder)
        self.asked: list[str] = []
        depot = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                depot.asked.append(self.path)
                with contextlib.suppress(OSError):
                    depot.answer(self)
                self.close_connection = True

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])


@contextmanager
def rude_depot(folder: Path, answer: Answer) -> Iterator[RudeDepot]:
    depot = RudeDepot(folder, answer)
    thread = threading.Thread(target=depot.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield depot
    finally:
        depot.server.shutdown()
        thread.join()
        depot.server.server_close()
