"""What the lab's servers share: a free port, a thread of their own, and an end that waits for nobody."""

import socketserver
import threading
from types import TracebackType
from typing import Self


class LocalServer:
    """A server that serves while it is a context.

    ``go`` is set at its end, so that a dialogue that hangs on purpose goes on and ends as well.
    """

    def __init__(self, server: socketserver.TCPServer) -> None:
        self.go = threading.Event()
        self._server = server

    @property
    def address(self) -> str:
        """Give ``host:port``."""
        host, port = self._server.server_address[:2]
        return f"{host!s}:{port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.go.set()
        self._server.shutdown()
        self._server.server_close()
