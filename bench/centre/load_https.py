"""Posts beats by HTTPS over connections that last, each posting anew as soon as it is answered.

``load_https.py '{"port": 8443, "sites": 1000, "seconds": 10, "clients": 64}'`` prints figures as JSON.
"""

import json
import select
import socket
import ssl
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.centre.fleet import USUAL, WHOLE, Site

HEAD: Final = (
    b"POST /api/1/beat HTTP/1.1\r\nHost: central.example\r\nContent-Type: application/cose\r\n"
    b"Content-Length: %d\r\n\r\n"
)


@dataclass(slots=True)
class Client:
    """One connection and its sites, which take turns."""

    link: ssl.SSLSocket
    sites: list[Site]
    turn: int = 0
    asked_s: float = 0.0

    def post(self, now_s: float) -> None:
        """Post the next beat."""
        site = self.sites[self.turn % len(self.sites)]
        body = site.seal(USUAL if self.turn >= len(self.sites) else WHOLE)
        self.turn, self.asked_s = self.turn + 1, now_s
        self.link.sendall(HEAD % len(body) + body)


def run(port: int, sites: int, seconds: float, clients: int) -> dict[str, Any]:
    """Post, and return what came of it."""
    fleet = [Site(number) for number in range(sites)]
    every = [Client(_connected(port), fleet[n::clients]) for n in range(clients)]
    by_number = {client.link.fileno(): client for client in every}
    poll = select.epoll()
    for number in by_number:
        poll.register(number, select.EPOLLIN)
    took_s: list[float] = []
    bad, begun = 0, time.monotonic()
    for client in every:
        client.post(begun)
    while (now := time.monotonic()) < begun + seconds:
        for number, _ in poll.poll(0.5):
            client = by_number[number]
            answer = client.link.recv(4096)  # small enough to come in one piece
            bad += not answer.startswith(b"HTTP/1.1 200")
            took_s.append(time.monotonic() - client.asked_s)
            client.post(now)
    spent_s = time.monotonic() - begun
    for client in every:
        client.link.close()
    took_s.sort()
    figures = {
        "p50_ms": took_s[len(took_s) // 2] * 1e3,
        "p99_ms": took_s[len(took_s) * 99 // 100] * 1e3,
    }
    return {"answered": len(took_s) - bad, "bad": bad, "per_s": len(took_s) / spent_s, **figures}


def _connected(port: int) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = (
        False,
        ssl.CERT_NONE,
    )  # its certificate is the bench's own
    link = socket.create_connection(("127.0.0.1", port))
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return context.wrap_socket(link)


if __name__ == "__main__":
    print(json.dumps(run(**json.loads(sys.argv[1]))))
