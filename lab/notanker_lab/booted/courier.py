"""Brings Debian packages to systems that have no way out, by whatever way the host's own apt has.

A small HTTP proxy that knows one host, the reserved name debian.example: below `/debian` and
`/debian-security` of it stand the host's own package sources, whatever they are. What can never change
(packages, indexes by hash) is kept in the cache. Nothing else is answered; sizes, times and connections are
bounded.

`python -m notanker_lab.booted courier -- COMMAND ...` serves for as long as the command runs, to systems in
a capsule, which has no way out either: NOTANKER_BOOTED_COURIER names the socket.
"""

import contextlib
import functools
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from email.message import Message
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import IO, Final

from notanker_lab.booted import places
from notanker_lab.errors import LabError

REMOTE_ENV: Final = "NOTANKER_BOOTED_COURIER"
HOST: Final = "debian.example"
_TIMEOUT_S = 60.0
_CONNECTIONS = 32
_MOST_BYTES = 512 << 20
"""Of one file; the largest that an image needs, a kernel, has 70 MB."""
_NEVER_CHANGES = re.compile(r"\.deb$|/by-hash/")
_PASSED_ON = ("If-Modified-Since", "Range", "If-Range")
_PASSED_BACK = ("Content-Type", "Content-Range", "Last-Modified", "ETag")


@functools.cache
def origins() -> Mapping[str, str]:
    """Give the addresses of this machine's own package sources, by the name they have at debian.example.

    Raises:
        LabError: apt is not here, or has no source of Debian packages.
    """
    found: dict[str, str] = {}
    for uri in _apt("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"):
        name = "debian-security" if "/debian-security" in uri else "debian"
        if uri.startswith("http") and f"/{name}" in uri:
            found.setdefault(name, uri.rstrip("/"))
    if "debian" not in found:
        raise LabError(
            "apt names no source of Debian packages on this machine: run apt-get update."
        )
    return found


def _apt(*line: str) -> list[str]:
    try:
        done = subprocess.run(line, capture_output=True, text=True, check=True, timeout=_TIMEOUT_S)
    except (OSError, subprocess.SubprocessError) as error:
        raise LabError(f"apt does not say where packages come from: {error}") from error
    return done.stdout.split()


@functools.cache
def _opener() -> urllib.request.OpenerDirector:
    """Give what opens addresses as this machine's apt would: by its proxy, if it has one."""
    proxies = urllib.request.getproxies()
    for kind in ("http", "https"):
        said = _apt("apt-config", "dump", "--format", "%v%n", f"Acquire::{kind}::Proxy")
        if said and said[0] != "DIRECT":
            proxies[kind] = said[0]
    return urllib.request.build_opener(urllib.request.ProxyHandler(proxies))


def source_of(target: str) -> str | None:
    """Give the address behind what a system asked for; None if it is none of ours."""
    asked = urllib.parse.urlsplit(target)
    name, _, path = asked.path.removeprefix("/").partition("/")
    if asked.scheme != "http" or asked.netloc != HOST or asked.query or ".." in path:
        return None
    origin = origins().get(name)
    return None if origin is None or not path else f"{origin}/{path}"


class Errand(BaseHTTPRequestHandler):
    """One connection of a system to its courier; answers until the other side has enough."""

    protocol_version = "HTTP/1.1"
    timeout = _TIMEOUT_S

    def log_message(self, *args: object) -> None:
        """Say nothing: what goes wrong is told to who asked."""

    def address_string(self) -> str:
        """Give no name: a system has none here."""
        return "system"

    def do_HEAD(self) -> None:
        """Answer as to GET, without the body."""
        self.do_GET()

    def do_GET(self) -> None:
        """Bring a file, from the cache if it is there."""
        source = source_of(self.path)
        if source is None:
            self.send_error(403, "Only this machine's own package sources are served")
            return
        kept = places.cache() / "debs" / urllib.parse.urlsplit(self.path).path.lstrip("/")
        if kept.is_file() and "Range" not in self.headers:
            with kept.open("rb") as body:
                self._answer(200, {}, body)
            return
        self._fetch(source, kept if _NEVER_CHANGES.search(source) else None)

    def _fetch(self, source: str, kept: Path | None) -> None:
        wanted = {name: self.headers[name] for name in _PASSED_ON if name in self.headers}
        request = urllib.request.Request(source, headers=wanted)
        try:
            with _opener().open(request, timeout=_TIMEOUT_S) as found:
                self._bring(found.status, found.headers, found, kept)
        except urllib.error.HTTPError as error:
            with error:
                self._refuse(error)
        except (OSError, ValueError) as error:
            self.send_error(502, f"The package source does not answer: {type(error).__name__}")

    def _bring(self, status: int, head: Message, found: IO[bytes], kept: Path | None) -> None:
        folder = places.cache() / "debs"
        folder.mkdir(exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as part:
            try:
                _copy(found, part)
                part.seek(0)
                self._answer(status, _chosen(head), part)
                if kept is not None and status == 200:
                    kept.parent.mkdir(parents=True, exist_ok=True)
                    Path(part.name).replace(kept)
            finally:
                Path(part.name).unlink(missing_ok=True)

    def _refuse(self, error: urllib.error.HTTPError) -> None:
        if error.code == 304:
            self.send_response(304)
            self.end_headers()
        else:
            self.send_error(error.code)

    def _answer(self, status: int, head: Mapping[str, str], body: IO[bytes]) -> None:
        self.send_response(status)
        for name, value in head.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(os.fstat(body.fileno()).st_size))
        self.end_headers()
        if self.command == "GET":
            shutil.copyfileobj(body, self.wfile)


def _chosen(head: Message) -> dict[str, str]:
    return {name: head[name] for name in _PASSED_BACK if name in head}


def _copy(source: IO[bytes], target: IO[bytes]) -> None:
    left = _MOST_BYTES
    while piece := source.read(1 << 16):
        left -= len(piece)
        if left < 0:
            raise ValueError("a file of more bytes than any package has")
        target.write(piece)


def serve(listener: socket.socket, remote: str = "") -> None:
    """Answer at ``listener`` until it is closed; by the courier at a Unix socket ``remote``, if given."""
    free = threading.Semaphore(_CONNECTIONS)

    def attend(conn: socket.socket) -> None:
        with free, conn, contextlib.suppress(OSError):
            if remote:
                relay(conn, remote)
            else:
                # It wants a server only for its own address, which nobody asks for here.
                Errand(conn, ("", 0), None)  # type: ignore[arg-type]

    while True:
        try:
            conn, _ = listener.accept()
        except OSError:
            return  # it was closed
        threading.Thread(target=attend, args=(conn,), daemon=True).start()


def relay(near: socket.socket, remote: str) -> None:
    """Carry bytes between ``near`` and the Unix socket ``remote`` until both have said all."""
    with socket.socket(socket.AF_UNIX) as far:
        far.connect(remote)
        back = threading.Thread(target=_pour, args=(far, near), daemon=True)
        back.start()
        _pour(near, far)
        back.join()


def _pour(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


def unix_listener(path: Path) -> socket.socket:
    """Open a Unix socket for those who have a way to its folder."""
    sock = socket.socket(socket.AF_UNIX)
    sock.bind(str(path))
    sock.listen(_CONNECTIONS)
    return sock


def tcp_listener(address: str, port: int) -> socket.socket:
    """Open a TCP socket in the network namespace of this thread."""
    return socket.create_server((address, port), backlog=_CONNECTIONS)


def in_background(listener: socket.socket) -> None:
    """Serve from a thread until the process ends; in a capsule by the courier outside of it."""
    remote = os.environ.get(REMOTE_ENV, "")
    threading.Thread(target=serve, args=(listener, remote), daemon=True).start()


@contextlib.contextmanager
def serving(listener: socket.socket) -> Iterator[None]:
    """Serve for a while."""
    in_background(listener)
    try:
        yield
    finally:
        # Closing alone would leave who waits in accept() there.
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def main(argv: Sequence[str]) -> int:
    """Serve while the command behind ``--`` runs, and give its status."""
    if argv[:1] != ["--"] or len(argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    origins()
    with tempfile.TemporaryDirectory(prefix="notanker-courier-", dir="/tmp") as folder:
        path = Path(folder) / "socket"
        env = {**os.environ, REMOTE_ENV: str(path), places.CACHE_ENV: str(places.cache())}
        with serving(unix_listener(path)):
            return subprocess.run(argv[1:], env=env, check=False).returncode
