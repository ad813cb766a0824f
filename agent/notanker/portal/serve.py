"""Serves the portal with waitress, within bounds that a phone never meets and an attacker does."""

from __future__ import annotations

import logging
import time
from typing import Any, Final

from waitress.channel import HTTPChannel  # type: ignore[import-untyped]
from waitress.server import create_server  # type: ignore[import-untyped]

from notanker.portal.app import create_app
from notanker.portal.files import PortalFiles

THREADS: Final = 4
MAX_CONNECTIONS: Final = 100
MAX_HEADER_BYTES: Final = 8192
REQUEST_S: Final = 10.0
"""A request has to be complete within this, however slowly its bytes come."""
IDLE_S: Final = 20
MAX_IN_MEMORY_BYTES: Final = 4_000_000
"""No answer is larger, so waitress never needs a temporary file: the disk may be full."""


class Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """A connection whose requests have a deadline."""

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self._began: float | None = None

    def received(self, data: bytes) -> bool:
        """Take bytes in, and close the connection if the request takes too long to come."""
        now = time.monotonic()
        if self._began is not None and now - self._began > REQUEST_S:
            self.will_close = True
            return False
        taken = bool(super().received(data))
        self._began = (self._began or now) if self.request is not None else None
        return taken


def serve(files: PortalFiles, listen_host: str, port: int) -> None:
    """Serve the portal until the process is ended.

    Raises:
        OSError: the address cannot be listened on.
    """
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    # It warns on every request that has to wait a moment; a full house would flood the log.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server = make_server(files, listen_host, port)
    server.run()


def make_server(files: PortalFiles, listen_host: str, port: int) -> Any:
    """Make the server, listening but not yet serving; `run()` serves, `close()` ends it.

    Raises:
        OSError: the address cannot be listened on.
    """
    sockets: dict[int, Any] = {}
    server = create_server(
        create_app(files),
        map=sockets,
        host=listen_host,
        port=port,
        threads=THREADS,
        connection_limit=MAX_CONNECTIONS,
        channel_timeout=IDLE_S,
        cleanup_interval=5,
        max_request_header_size=MAX_HEADER_BYTES,
        max_request_body_size=1024,
        outbuf_overflow=MAX_IN_MEMORY_BYTES,
        ident=None,
        asyncore_use_poll=True,
        clear_untrusted_proxy_headers=True,
    )
    for item in sockets.values():
        if hasattr(item, "channel_class"):  # one for each address that the host name has
            item.channel_class = Channel
    return server
