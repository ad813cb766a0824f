"""The users' programs that ask and wait for echoes: a process in the namespace of the site or the client.

``python -m notanker_lab.flows FILE UDP_INTERVAL_MS TCP_INTERVAL_MS FLOW...``; the kinds of flow:

- ``udp4``, ``udp6``: datagrams from an unbound, unconnected socket, so each follows the routes of its
  moment and has the address that goes with them;
- ``pinned4``, ``pinned6``: datagrams from one connected socket: five values that never change, as a
  telephone's registration or a VPN has; made anew only when the kernel took the socket away;
- ``tcp4``, ``tcp6``: a new connection for each question;
- ``stream4``, ``stream6``: one connection for all, made anew when it breaks or is silent for 3 s.

The echo tells from which address a question came, hence by which uplink.
"""

import contextlib
import errno
import json
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Protocol

from notanker_lab import addresses

FLOWS = tuple(f"{kind}{family}" for kind in ("udp", "pinned", "tcp", "stream") for family in "46")
_PATIENCE_S = 3.0
_FLUSH_S = 0.2
_IN_PROGRESS = (0, 115)  # EINPROGRESS
_TAKEN_AWAY = (errno.ECONNABORTED, errno.EDESTADDRREQ)
"""What a connected socket says after SOCK_DESTROY: once the one, then for ever the other (udp_abort())."""


def destination(flow: str) -> tuple[str, int]:
    """Give the echo's address and port for a flow."""
    return addresses.ECHO6 if flow.endswith("6") else addresses.ECHO, addresses.ECHO_PORT


def _open(flow: str, kind: socket.SocketKind) -> socket.socket:
    sock = socket.socket(socket.AF_INET6 if flow.endswith("6") else socket.AF_INET, kind)
    sock.setblocking(False)
    return sock


class Writer:
    """Writes JSON lines: {"f": flow, "n": number, "t": sent} and {..., "r": received, "a": address}."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._flushed_s = 0.0

    def sent(self, flow: str, number: int) -> None:
        """Note that a question leaves now."""
        self._write({"f": flow, "n": number, "t": time.monotonic()})

    def received(self, flow: str, answer: bytes) -> None:
        """Note that an answer is here now."""
        number, _, address = answer.decode().strip().partition(" ")
        if address:
            self._write({"f": flow, "n": int(number), "r": time.monotonic(), "a": address})

    def _write(self, row: dict[str, Any]) -> None:
        self._file.write(json.dumps(row, separators=(",", ":")) + "\n")
        now_s = time.monotonic()
        if now_s - self._flushed_s > _FLUSH_S:
            self._flushed_s = now_s
            self._file.flush()


class Asker(Protocol):
    """How one flow asks."""

    def ask(self, number: int) -> None:
        """Send a question.

        Raises:
            OSError: it cannot leave just now: the users lose this one.
        """

    def expire(self, now_s: float) -> None:
        """Give up what has waited too long."""


class Datagrams:
    """udp and pinned: one socket for all questions."""

    def __init__(self, flow: str, writer: Writer, selector: selectors.BaseSelector) -> None:
        self._flow, self._writer, self._selector = flow, writer, selector
        self._pinned = flow.startswith("pinned")
        self._sock, self._connected = self._new(), False

    def ask(self, number: int) -> None:
        """Send a datagram."""
        question = str(number).encode()
        if not self._pinned:
            self._sock.sendto(question, destination(self._flow))
            return
        if not self._connected:
            self._sock.connect(destination(self._flow))
            self._connected = True
        try:
            self._sock.send(question)
        except OSError as error:
            if error.errno in _TAKEN_AWAY:
                self._selector.unregister(self._sock)
                self._sock.close()
                self._sock, self._connected = self._new(), False
            raise

    def expire(self, now_s: float) -> None:
        """Nothing is kept that could expire."""

    def _new(self) -> socket.socket:
        sock = _open(self._flow, socket.SOCK_DGRAM)
        self._selector.register(sock, selectors.EVENT_READ, self._read)
        return sock

    def _read(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError):  # nothing more, or an ICMP error that a user never sees
            while True:
                self._writer.received(self._flow, sock.recv(512))


class Connections:
    """tcp: a connection for each question."""

    def __init__(self, flow: str, writer: Writer, selector: selectors.BaseSelector) -> None:
        self._flow, self._writer, self._selector = flow, writer, selector
        self._open: dict[socket.socket, tuple[int, float]] = {}

    def ask(self, number: int) -> None:
        """Begin to connect."""
        sock = _open(self._flow, socket.SOCK_STREAM)
        self._open[sock] = (number, time.monotonic() + _PATIENCE_S)
        self._selector.register(sock, selectors.EVENT_WRITE, self._connected)
        if sock.connect_ex(destination(self._flow)) not in _IN_PROGRESS:
            self._close(sock)

    def expire(self, now_s: float) -> None:
        """Close connections that got no answer."""
        for sock in [sock for sock, (_, end_s) in self._open.items() if end_s < now_s]:
            self._close(sock)

    def _connected(self, sock: socket.socket) -> None:
        try:
            sock.send(f"{self._open[sock][0]}\n".encode())
        except OSError:
            self._close(sock)
            return
        self._selector.modify(sock, selectors.EVENT_READ, self._answered)

    def _answered(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError):
            self._writer.received(self._flow, sock.recv(512))
        self._close(sock)

    def _close(self, sock: socket.socket) -> None:
        self._open.pop(sock, None)
        self._selector.unregister(sock)
        sock.close()


class Stream:
    """stream: one connection for all questions."""

    def __init__(self, flow: str, writer: Writer, selector: selectors.BaseSelector) -> None:
        self._flow, self._writer, self._selector = flow, writer, selector
        self._sock: socket.socket | None = None
        self._ready = False
        self._heard_s = 0.0
        self._rest = b""

    def ask(self, number: int) -> None:
        """Send a line, or begin to connect; what is asked meanwhile is lost."""
        if self._sock is None:
            self._connect()
        elif self._ready:
            self._sock.send(f"{number}\n".encode())

    def expire(self, now_s: float) -> None:
        """Hang up on a connection that is silent."""
        if self._sock is not None and now_s - self._heard_s > _PATIENCE_S:
            self._hang_up()

    def _connect(self) -> None:
        sock = _open(self._flow, socket.SOCK_STREAM)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sock, self._ready, self._rest = sock, False, b""
        self._heard_s = time.monotonic()
        self._selector.register(sock, selectors.EVENT_WRITE, self._connected)
        if sock.connect_ex(destination(self._flow)) not in _IN_PROGRESS:
            self._hang_up()

    def _connected(self, sock: socket.socket) -> None:
        if sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            self._hang_up()
            return
        self._ready = True
        self._selector.modify(sock, selectors.EVENT_READ, self._read)

    def _read(self, sock: socket.socket) -> None:
        try:
            data = sock.recv(65536)
        except OSError:
            data = b""
        if not data:
            self._hang_up()
            return
        self._heard_s = time.monotonic()
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._writer.received(self._flow, line)

    def _hang_up(self) -> None:
        if self._sock is not None:
            self._selector.unregister(self._sock)
            self._sock.close()
            self._sock = None


_ASKERS: dict[str, Callable[[str, Writer, selectors.BaseSelector], Asker]] = {
    "udp": Datagrams,
    "pinned": Datagrams,
    "tcp": Connections,
    "stream": Stream,
}


class Clock:
    """Lets one flow ask at its pace."""

    def __init__(self, flow: str, interval_s: float, asker: Asker, writer: Writer) -> None:
        self.due_s = time.monotonic()
        self._flow, self._interval_s, self._asker, self._writer = flow, interval_s, asker, writer
        self._number = 0

    def tick(self, now_s: float) -> None:
        """Ask as often as is due."""
        while self.due_s <= now_s:
            self.due_s += self._interval_s
            self._number += 1
            self._writer.sent(self._flow, self._number)
            with contextlib.suppress(OSError):  # no route just now: users lose this one
                self._asker.ask(self._number)
        self._asker.expire(now_s)


def generate(file: IO[str], flows: Sequence[str], udp_s: float, tcp_s: float) -> None:
    """Ask and record until the process is ended."""
    selector, writer = selectors.DefaultSelector(), Writer(file)
    clocks = list(_clocks(flows, (udp_s, tcp_s), writer, selector))
    while True:
        now_s = time.monotonic()
        for clock in clocks:
            clock.tick(now_s)
        wait_s = min(clock.due_s for clock in clocks) - time.monotonic()
        for key, _ in selector.select(max(0.0, wait_s)):
            key.data(key.fileobj)


def _clocks(
    flows: Sequence[str],
    intervals_s: tuple[float, float],
    writer: Writer,
    selector: selectors.BaseSelector,
) -> Iterator[Clock]:
    for flow in flows:
        kind = flow[:-1]
        asker = _ASKERS[kind](flow, writer, selector)
        yield Clock(flow, intervals_s[kind == "tcp"], asker, writer)


def main(argv: Sequence[str]) -> None:
    """Command line of the users' programs."""
    path, udp_ms, tcp_ms, *flows = argv
    # An ordered exit writes down what is still in the buffer.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    with Path(path).open("w", encoding="ascii") as file:
        generate(file, flows, float(udp_ms) / 1000, float(tcp_ms) / 1000)


if __name__ == "__main__":
    main(sys.argv[1:])
