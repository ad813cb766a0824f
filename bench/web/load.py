"""Asks a server by many connections at once, each asking anew as soon as it has its answer.

A program of its own, so that it takes nothing from the server's interpreter, and the same for every
server: `load.py '{"port": 8080, "path": "/de/", "clients": 30, "seconds": 5}'` prints figures as JSON.
One round of plain sockets and epoll; a client library would cost more than what is measured.
"""

import json
import re
import select
import socket
import sys
import time
from dataclasses import dataclass, field
from typing import Any, Final

HEAD: Final = (
    "GET {path} HTTP/1.1\r\nHost: 10.42.0.1\r\nAccept-Encoding: gzip, deflate\r\n"
    "Accept-Language: de-DE,de;q=0.9,en;q=0.8\r\nAccept: text/html,application/xhtml+xml\r\n"
    "User-Agent: Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/150.0 Mobile\r\n"
    "Connection: {connection}\r\n\r\n"
)
_LENGTH: Final = re.compile(rb"Content-Length: ([0-9]+)")
ANSWER_S: Final = 5.0
"""Who has no answer after this counts as not answered."""


@dataclass(slots=True)
class Client:
    """One connection."""

    link: socket.socket
    source: str
    asked_s: float = 0.0
    missing_bytes: int = -1
    head: bytes = b""


@dataclass(slots=True)
class Load:
    """So many clients at one page.

    Args:
        source: The address they come from; without it, each has its own, as phones do.
        lasting: Whether a connection serves for many requests, or each takes a new one.
        pause_s: What each client waits before it asks again.
        most: End after so many answers.
    """

    port: int
    path: str
    clients: int
    seconds: float
    source: str = ""
    lasting: bool = True
    pause_s: float = 0.0
    most: int = 10**9
    took_s: list[float] = field(default_factory=list)
    bad: int = 0

    def run(self) -> dict[str, Any]:
        """Do it, and return the figures."""
        line = HEAD.format(path=self.path, connection="keep-alive" if self.lasting else "close")
        request = line.encode()
        poll, open_ = select.epoll(), dict[int, Client]()
        waiting: list[tuple[float, Client]] = []
        for number in range(self.clients):
            self._come(poll, open_, request, self.source or f"127.7.0.{number + 1}")
        began_s = time.perf_counter()
        end_s = began_s + self.seconds
        while (now_s := time.perf_counter()) < end_s and len(self.took_s) < self.most:
            while waiting and waiting[0][0] <= now_s:
                self._ask(waiting.pop(0)[1], request)
            for number, _ in poll.poll(0.01):
                client = open_[number]
                if not self._read(client):
                    continue
                if self.lasting and client.missing_bytes == 0:
                    if self.pause_s:
                        waiting.append((time.perf_counter() + self.pause_s, client))
                    else:
                        self._ask(client, request)
                else:
                    poll.unregister(number)
                    del open_[number]
                    client.link.close()
                    self._come(poll, open_, request, client.source)
        now_s = time.perf_counter()  # the answers may have been enough before the time was over
        late = sum(c.asked_s > 0 and now_s - c.asked_s > ANSWER_S for c in open_.values())
        return self._figures(now_s - began_s, late)

    def _come(
        self, poll: select.epoll, open_: dict[int, Client], request: bytes, source: str
    ) -> None:
        link = socket.socket()
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            link.bind((source, 0))
            client = Client(link, source)
            link.connect(("127.0.0.1", self.port))
        except OSError:
            self.bad += 1
            link.close()
            return
        open_[link.fileno()] = client
        poll.register(link.fileno(), select.EPOLLIN)
        self._ask(client, request)

    def _ask(self, client: Client, request: bytes) -> None:
        client.asked_s, client.missing_bytes, client.head = time.perf_counter(), -1, b""
        try:
            client.link.send(request)
        except OSError:
            self.bad += 1

    def _read(self, client: Client) -> bool:
        """Take what came; tell whether this exchange is over."""
        try:
            data = client.link.recv(262_144)
        except OSError:
            data = b""
        if not data:
            self.bad += 1
            return True
        if client.missing_bytes < 0:
            client.head += data
            end = client.head.find(b"\r\n\r\n")
            if end < 0:
                return False
            if not client.head.startswith(b"HTTP/1.1 200 "):
                self.bad += 1
            found = _LENGTH.search(client.head)
            length = int(found[1]) if found else 0
            client.missing_bytes = end + 4 + length - len(client.head)
        else:
            client.missing_bytes -= len(data)
        if client.missing_bytes > 0:
            return False
        self.took_s.append(time.perf_counter() - client.asked_s)
        client.asked_s = 0.0
        return True

    def _figures(self, took_s: float, late: int) -> dict[str, Any]:
        ordered = sorted(self.took_s) or [float("inf")]
        at = {q: ordered[min(len(ordered) - 1, int(len(ordered) * q / 100))] for q in (50, 99)}
        return {
            "per_s": len(self.took_s) / took_s,
            "p50_ms": at[50] * 1000,
            "p99_ms": at[99] * 1000,
            "answers": len(self.took_s),
            "bad": self.bad + late,
        }


if __name__ == "__main__":
    print(json.dumps(Load(**json.loads(sys.argv[1])).run()))
