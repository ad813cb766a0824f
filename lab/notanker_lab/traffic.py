"""The users' own traffic: echoes each 10 ms and a new TCP connection each 100 ms, recorded.

``python -m notanker_lab.traffic FOLDER UDP_INTERVAL_MS TCP_INTERVAL_MS FLOW...`` in the namespace
site; FLOW is udp4, udp6, tcp4 or tcp6. Datagrams leave by an unbound, unconnected socket, so each
follows the routes of its moment; the echo tells from which address it came, hence by which uplink.
"""

import json
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from notanker_lab import addresses, control
from notanker_lab.analysis import Record

if TYPE_CHECKING:
    from notanker_lab.lab import Lab

FLOWS = ("udp4", "udp6", "tcp4", "tcp6")
USERS_UID = 3000
_TCP_TIMEOUT_S = 3.0
_FLUSH_S = 0.2


def _destination(flow: str) -> tuple[str, int]:
    address = addresses.ECHO6 if flow.endswith("6") else addresses.ECHO
    return address, addresses.ECHO_PORT


def _family(flow: str) -> socket.AddressFamily:
    return socket.AF_INET6 if flow.endswith("6") else socket.AF_INET


class Writer:
    """Writes JSON lines: {"f": flow, "n": number, "t": sent} and {..., "r": received, "a": address}."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._flushed_s = 0.0

    def sent(self, flow: str, number: int) -> None:
        """Note that a question leaves now."""
        self._write({"f": flow, "n": number, "t": time.monotonic()})

    def received(self, flow: str, number: int, address: str) -> None:
        """Note that its answer is here now."""
        self._write({"f": flow, "n": number, "r": time.monotonic(), "a": address})

    def _write(self, row: dict[str, Any]) -> None:
        self._file.write(json.dumps(row, separators=(",", ":")) + "\n")
        now_s = time.monotonic()
        if now_s - self._flushed_s > _FLUSH_S:
            self._flushed_s = now_s
            self._file.flush()


@dataclass
class Sender:
    """One flow: its clock, and how it asks."""

    flow: str
    interval_s: float
    writer: Writer
    selector: selectors.BaseSelector
    due_s: float = 0.0
    number: int = 0
    open: dict[socket.socket, tuple[int, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Open the UDP socket."""
        self.udp: socket.socket | None = None
        if self.flow.startswith("udp"):
            self.udp = socket.socket(_family(self.flow), socket.SOCK_DGRAM)
            self.udp.setblocking(False)
            self.selector.register(self.udp, selectors.EVENT_READ, self._datagrams)

    def tick(self, now_s: float) -> None:
        """Ask as often as is due."""
        self.due_s = self.due_s or now_s
        while self.due_s <= now_s:
            self.due_s += self.interval_s
            self.number += 1
            self.writer.sent(self.flow, self.number)
            try:
                self._ask()
            except OSError:
                continue  # no route just now: users lose this one
        self._expire(now_s)

    def _ask(self) -> None:
        question = str(self.number).encode()
        if self.udp is not None:
            self.udp.sendto(question, _destination(self.flow))
            return
        sock = socket.socket(_family(self.flow), socket.SOCK_STREAM)
        sock.setblocking(False)
        self.open[sock] = (self.number, time.monotonic() + _TCP_TIMEOUT_S)
        self.selector.register(sock, selectors.EVENT_WRITE, self._connected)
        if sock.connect_ex(_destination(self.flow)) not in (0, 115):
            self._close(sock)

    def _datagrams(self, sock: socket.socket) -> None:
        try:
            while True:
                number, _, address = sock.recv(512).decode().partition(" ")
                self.writer.received(self.flow, int(number), address)
        except (BlockingIOError, ConnectionError):
            return

    def _connected(self, sock: socket.socket) -> None:
        try:
            sock.send(f"{self.open[sock][0]}\n".encode())
        except OSError:
            self._close(sock)
            return
        self.selector.modify(sock, selectors.EVENT_READ, self._answered)

    def _answered(self, sock: socket.socket) -> None:
        try:
            number, _, address = sock.recv(512).decode().strip().partition(" ")
        except OSError:
            number = address = ""
        if address:
            self.writer.received(self.flow, int(number), address)
        self._close(sock)

    def _expire(self, now_s: float) -> None:
        for sock in [sock for sock, (_, end_s) in self.open.items() if end_s < now_s]:
            self._close(sock)

    def _close(self, sock: socket.socket) -> None:
        self.open.pop(sock, None)
        self.selector.unregister(sock)
        sock.close()


def generate(file: IO[str], flows: Sequence[str], udp_s: float, tcp_s: float) -> None:
    """Ask and record until the process is ended."""
    selector, writer = selectors.DefaultSelector(), Writer(file)
    senders = [
        Sender(flow, udp_s if flow.startswith("udp") else tcp_s, writer, selector) for flow in flows
    ]
    while True:
        now_s = time.monotonic()
        for sender in senders:
            sender.tick(now_s)
        wait_s = min(sender.due_s for sender in senders) - time.monotonic()
        for key, _ in selector.select(max(0.0, wait_s)):
            key.data(key.fileobj)


class Recording:
    """Running traffic; ``stop()`` ends it."""

    def __init__(self, lab: "Lab", process: subprocess.Popen[bytes], path: Path) -> None:
        self._lab, self._process, self.path = lab, process, path

    def stop(self) -> Record:
        """End the traffic and give what it met."""
        self._lab.end(self._process)
        return self.record()

    def record(self) -> Record:
        """Give what it met so far (up to 0.2 s late)."""
        return Record.read(self.path)


class Traffic:
    """Starts the users' traffic of one lab."""

    def __init__(self, lab: "Lab") -> None:
        self._lab = lab
        self._count = 0

    def start(
        self,
        flows: Sequence[str] = ("udp4", "tcp4"),
        udp_interval_s: float = 0.01,
        tcp_interval_s: float = 0.1,
        uid: int = USERS_UID,
    ) -> Recording:
        """Start traffic in the site as user ``uid`` and wait for the first answer."""
        self._count += 1
        path = self._lab.scratch(f"traffic{self._count}", uid) / "record.jsonl"
        intervals = str(udp_interval_s * 1000), str(tcp_interval_s * 1000)
        args = (str(path), *intervals, *flows)
        process = self._lab.module("site", "traffic", *args, uid=uid, ambient_caps=())
        recording = Recording(self._lab, process, path)
        control.wait_until(
            lambda: path.exists() and recording.record().echoes, 10, "the users' first echo is back"
        )
        return recording


def main(argv: Sequence[str]) -> None:
    """Command line of the traffic."""
    path, udp_ms, tcp_ms, *flows = argv
    # An ordered exit writes down what is still in the buffer.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    with Path(path).open("w", encoding="ascii") as file:
        generate(file, flows, float(udp_ms) / 1000, float(tcp_ms) / 1000)


if __name__ == "__main__":
    main(sys.argv[1:])
