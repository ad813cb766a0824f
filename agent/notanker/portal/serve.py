"""Serves the portal: one event loop for all connections, Flask in threads behind it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
import sys
import time
from collections.abc import Hashable
from pathlib import Path
from typing import Final

from flask import Flask

from notanker import notify
from notanker.config.portal import PortalConfig
from notanker.portal.app import create_app
from notanker.portal.captive import Captive
from notanker.portal.connection import Connection
from notanker.portal.crowd import Crowd
from notanker.portal.files import PortalFiles
from notanker.portal.front import Front, Gate

SWEEP_S: Final = 1.0
BACKLOG: Final = 512
RECEIVE_BYTES: Final = 16_384
HANDSHAKE_S: Final = 10.0
SWITCH_S: Final = 0.001
"""A thread that makes a page lets the loop have the interpreter after this; Python's own is 5 ms."""

log = logging.getLogger(__name__)


class Server:
    """The portal, listening but not yet serving.

    Raises:
        OSError: the address cannot be listened on.
    """

    def __init__(self, front: Front, listen_host: str, port: int) -> None:
        self._front = front
        self._crowd: Crowd[Connection] = Crowd()
        self._socket = _listening(listen_host, port)
        self._secure: tuple[ssl.SSLContext, socket.socket] | None = None
        self._end = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def effective_port(self) -> int:
        """The port that is listened on."""
        return int(self._socket.getsockname()[1])

    def secure(self, certificate: Path, key: Path, listen_host: str, port: int) -> None:
        """Speak https as well. If that cannot be, plain http goes on: the plan must be readable."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        try:
            context.load_cert_chain(certificate, key)
            self._secure = context, _listening(listen_host, port)
        except OSError as error:  # ssl's own errors are some of these
            log.warning("portal_without_https certificate=%s error=%s", certificate, error)

    def run(self) -> None:
        """Serve until `close` is called."""
        with contextlib.closing(self._front):
            asyncio.run(self._serve())

    def close(self) -> None:
        """End `run`, from any thread."""
        if self._loop is None:
            self._socket.close()
        else:
            self._loop.call_soon_threadsafe(self._end.set)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        servers = [
            await self._loop.create_server(
                lambda: Connection(self._front, self._crowd), sock=self._socket, backlog=BACKLOG
            )
        ]
        if self._secure is not None:
            servers.append(await self._served_securely(*self._secure))
        sweeping = self._loop.create_task(self._sweep())
        notify.notify(notify.READY)
        await self._end.wait()
        notify.notify(notify.STOPPING)
        sweeping.cancel()
        for server in servers:
            server.close()
        for connection in self._crowd.all():
            connection.drop()

    async def _served_securely(
        self, context: ssl.SSLContext, listening: socket.socket
    ) -> asyncio.Server:
        return await asyncio.get_running_loop().create_server(
            lambda: Connection(self._front, self._crowd, secure=True),
            sock=listening,
            ssl=context,
            ssl_handshake_timeout=HANDSHAKE_S,
        )

    async def _sweep(self) -> None:
        """End what takes too long, and tell systemd that the loop lives."""
        while True:
            await asyncio.sleep(SWEEP_S)
            notify.notify(notify.WATCHDOG)
            now_s = time.monotonic()
            for connection in self._crowd.all():
                if now_s > connection.deadline_s:
                    connection.drop()


def serve(files: PortalFiles, config: PortalConfig) -> None:
    """Serve the portal until the process is ended.

    Raises:
        OSError: the address cannot be listened on.
    """
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    sys.setswitchinterval(SWITCH_S)
    gate = Captive(config.url, config.probes, name=config.name)
    server = make_server(files, config.host, config.port, gate=gate)
    if config.certificate is not None and config.key is not None:
        server.secure(config.certificate, config.key, config.host, config.tls_port)
    server.run()


def make_server(
    files: PortalFiles,
    listen_host: str,
    port: int,
    app: Flask | None = None,
    gate: Gate | None = None,
) -> Server:
    """Make the server, listening but not yet serving; `run()` serves, `close()` ends it.

    Raises:
        OSError: the address cannot be listened on.
    """
    front = Front(app or create_app(files), lambda: _state_of(files), gate)
    return Server(front, listen_host, port)


def _state_of(files: PortalFiles) -> Hashable:
    """Return something that differs once a page may have to look otherwise."""
    current = files.plan_store / "current"
    try:
        plan = str(current.readlink())
    except OSError:
        plan = ""
    paths = (files.status_file, current / "index.json", files.reports)
    return plan, *(_version(path) for path in paths)


def _version(path: Path) -> Hashable:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size


def _listening(host: str, port: int) -> socket.socket:
    """Listen on an address; with an empty host or `::` on all, IPv4 and IPv6."""
    found = socket.getaddrinfo(host or "::", port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, _, _, _, address = found[0]
    everywhere = family == socket.AF_INET6 and address[0] == "::"
    place = (str(address[0]), int(address[1]))
    listening = socket.create_server(
        place, family=family, backlog=BACKLOG, dualstack_ipv6=everywhere
    )
    # Each connection inherits it: more than this never waits in the kernel, nor is read in one piece.
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
    return listening
