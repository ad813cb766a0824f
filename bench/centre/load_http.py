"""Posts pings by plain HTTP, the next one as soon as one is answered, as ``load_https.py`` posts beats.

``load_http.py '{"port": 8000, "paths": "paths.json", "seconds": 10, "clients": 64}'`` prints figures as JSON.
A connection lasts if the server lets it; one that hangs up after each answer gets a new one for each ping.
"""

import json
import re
import select
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.centre.load_https import figures

REQUEST: Final = b"POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n"
PATIENCE_S: Final = 30.0
HANGS_UP_S: Final = 0.5
_LENGTH: Final = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")


@dataclass(slots=True)
class Client:
    """One client, and its requests for ever.

    Attributes:
        lasts: Whether its connection is for more than one ping.
        asked_s: When it posted last, of time.monotonic().
        link: Its connection, while there is one.
    """

    port: int
    requests: Iterator[bytes]
    lasts: bool = True
    asked_s: float = 0.0
    link: socket.socket | None = None
    _heard: bytes = b""

    def post(self) -> socket.socket | None:
        """Post the next ping, and return the connection if it is a new one."""
        self._heard, self.asked_s = b"", time.monotonic()
        new = None
        if self.link is None:
            self.link = new = socket.create_connection(("127.0.0.1", self.port), PATIENCE_S)
            self.link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.link.sendall(next(self.requests))
        return new

    def hear(self) -> bytes:
        """Take what has come, and return the answer once it is whole: uWSGI sends head and body apart."""
        assert self.link is not None
        try:
            came = self.link.recv(4096)
        except ConnectionResetError:
            came = b""
        self._heard += came
        head, _, body = self._heard.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        whole = length is not None and len(body) >= int(length[1])
        if came and not whole:
            return b""
        if not came or not self.lasts:
            self.close()
        return self._heard if whole else b"no answer"

    def close(self) -> None:
        """End the connection, if there is one."""
        if self.link is not None:
            self.link.close()
            self.link = None


def run(port: int, paths: str, seconds: float, clients: int) -> dict[str, Any]:
    """Post, and return what came of it."""
    requests = [REQUEST % path.encode() for path in json.loads(Path(paths).read_text("utf-8"))]
    lasts = _lasts(port, requests[0])
    every = [Client(port, cycle(requests[n::clients]), lasts) for n in range(clients)]
    for client in every:  # a check's first ping tells more, and is not what is measured
        for _ in requests[:: len(every)]:
            client.post()
            while not client.hear():
                pass
    print("begin", flush=True)
    return _measured(every, seconds)


def _lasts(port: int, request: bytes) -> bool:
    """Ask once, and see whether the server hangs up after its answer."""
    client = Client(port, iter([request]))
    client.post()
    while not client.hear():
        pass
    hung_up = client.link is None or select.select([client.link], [], [], HANGS_UP_S)[0]
    client.close()
    return not hung_up


def _measured(every: list[Client], seconds: float) -> dict[str, Any]:
    poll = select.epoll()
    by_number: dict[int, Client] = {}

    def watch(client: Client, link: socket.socket | None) -> None:
        if link is not None:
            by_number[link.fileno()] = client
            poll.register(link, select.EPOLLIN)

    took_s: list[float] = []
    bad, begun = 0, time.monotonic()
    for client in every:
        link = client.link
        watch(client, client.post() or link)
    while time.monotonic() < begun + seconds:
        for number, _ in poll.poll(0.5):
            client = by_number[number]
            if not (answer := client.hear()):
                continue
            bad += not answer.startswith(b"HTTP/1.1 200")
            took_s.append(time.monotonic() - client.asked_s)
            watch(client, client.post())
    spent_s = time.monotonic() - begun
    for client in every:
        client.close()
    return figures(took_s, bad, spent_s)


if __name__ == "__main__":
    print(json.dumps(run(**json.loads(sys.argv[1]))), flush=True)
