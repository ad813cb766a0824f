"""Posts beats by HTTPS over connections that last, each posting anew as soon as it is answered.

``load_https.py '{"port": 8443, "sites": 1000, "seconds": 10, "clients": 64}'`` prints figures as JSON.
"""

import json
import select
import socket
import ssl
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.centre.fleet import USUAL, WHOLE, Site

MOST_PER_S: Final = 20_000
"""Beats for so many a second are sealed before the clock starts: the generator shares the machine."""

HEAD: Final = (
    b"POST /api/1/beat HTTP/1.1\r\nHost: central.example\r\nContent-Type: application/cose\r\n"
    b"Content-Length: %d\r\n\r\n"
)


@dataclass(slots=True)
class Client:
    """One connection and its requests, written beforehand."""

    link: ssl.SSLSocket
    requests: Iterator[bytes]
    asked_s: float = 0.0

    def post(self, now_s: float) -> None:
        """Post the next beat."""
        self.asked_s = now_s
        self.link.sendall(next(self.requests))


def run(port: int, sites: int, seconds: float, clients: int) -> dict[str, Any]:
    """Post, and return what came of it."""
    fleet = [Site(number) for number in range(sites)]
    rounds = int(MOST_PER_S * seconds / sites) + 1
    every = [Client(_connected(port), _requests(fleet[n::clients], rounds)) for n in range(clients)]
    for client in every:  # what a site says first is long, and is not what is measured
        for _ in fleet[:: len(every)]:
            client.post(0.0)
            client.link.recv(4096)
    print("begin", flush=True)
    return _measured(every, seconds)


def _requests(sites: list[Site], rounds: int) -> Iterator[bytes]:
    sealed = [site.seal(WHOLE) for site in sites]
    sealed += [site.seal(USUAL) for _ in range(rounds) for site in sites]
    return iter([HEAD % len(beat) + beat for beat in sealed])


def _measured(every: list[Client], seconds: float) -> dict[str, Any]:
    by_number = {client.link.fileno(): client for client in every}
    poll = select.epoll()
    for number in by_number:
        poll.register(number, select.EPOLLIN)
    took_s: list[float] = []
    bad, begun = 0, time.monotonic()
    for client in every:
        client.post(begun)
    while time.monotonic() < begun + seconds:
        for number, _ in poll.poll(0.5):
            client = by_number[number]
            answer = client.link.recv(4096)  # small enough to come in one piece
            now = time.monotonic()
            bad += not answer.startswith(b"HTTP/1.1 200")
            took_s.append(now - client.asked_s)
            client.post(now)
    spent_s = time.monotonic() - begun
    for client in every:
        client.link.close()
    return figures(took_s, bad, spent_s)


def figures(took_s: list[float], bad: int, spent_s: float) -> dict[str, Any]:
    """Return what came of it.

    Args:
        took_s: Of each answer.
        bad: How many of these were no good ones.
        spent_s: How long it all was.
    """
    took_s.sort()
    return {
        "answered": len(took_s) - bad,
        "bad": bad,
        "per_s": (len(took_s) - bad) / spent_s,
        "p50_ms": took_s[len(took_s) // 2] * 1e3,
        "p99_ms": took_s[len(took_s) * 99 // 100] * 1e3,
    }


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
    print(json.dumps(run(**json.loads(sys.argv[1]))), flush=True)
