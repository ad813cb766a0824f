"""Notes where the kernel of the site sends users' traffic: a process of its own, listening to netlink.

``python routewatch.py FILE`` asks the kernel for the way to the echo after each change of a rule, a route
or a link, whoever made it and however, and writes lines of instant (monotonic s) and way when it is
another one: ``12.345678 lte``; and ``14.1 down`` when eth0 has lost its link. `RouteWatch` reads it.
"""

import math
import os
import socket
import struct
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from notanker_lab import addresses, kernel
from notanker_lab.traffic import USERS_UID

# linux/rtnetlink.h
_LINK, _ROUTE4, _RULE4 = 1 << 0, 1 << 6, 1 << 7
_NEWLINK, _NEWROUTE, _GETROUTE = 16, 24, 26
_REQUEST = 0x1
_RTA_DST, _RTA_OIF, _RTA_UID, _IFLA_IFNAME = 1, 4, 25, 3
_LOWER_UP = 0x10000
_HEADER, _ROUTE_MESSAGE = struct.Struct("IHHII"), struct.Struct("BBBBBBBBI")
_WAYS = {"eth0": "primary", "lte0": "lte"}
_DOWN = "down"


@dataclass(frozen=True, slots=True)
class Change:
    """From ``at_s`` (monotonic) on users' traffic goes by ``way``: primary, lte or none."""

    at_s: float
    way: str


class RouteWatch:
    """Reads what the watching process wrote to ``path``."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def changes(self, since_s: float = 0.0) -> list[Change]:
        """Give the changes from ``since_s`` (monotonic) on."""
        return [c for c in self._all() if c.way != _DOWN and c.at_s >= since_s]

    def first_to(self, way: str, since_s: float) -> float:
        """Give when traffic was first moved that way from ``since_s`` on, infinity if it was not."""
        return next((c.at_s for c in self.changes(since_s) if c.way == way), math.inf)

    def link_lost_s(self, since_s: float) -> float:
        """Give when the kernel said that eth0 has no link any more, infinity if it did not."""
        lost = (c.at_s for c in self._all() if c.way == _DOWN and c.at_s >= since_s)
        return next(lost, math.inf)

    def way(self) -> str:
        """Give where the traffic goes now."""
        changes = self.changes()
        return changes[-1].way if changes else "none"

    def _all(self) -> list[Change]:
        lines = self._path.read_text(encoding="ascii").split("\n")[:-1]
        parts = (line.split() for line in lines)
        return [Change(float(at), way) for at, way in parts]


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("HH", 4 + len(value), kind) + value


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    while len(data) >= 4:
        length, kind = struct.unpack_from("HH", data)
        if length < 4:
            return
        yield kind & 0x3FFF, data[4:length]
        data = data[(length + 3) & ~3 :]


def _question() -> bytes:
    """Ask for the way of a user's datagram to the echo."""
    body = _ROUTE_MESSAGE.pack(socket.AF_INET, 32, 0, 0, 0, 0, 0, 0, 0)
    body += _attribute(_RTA_DST, socket.inet_aton(addresses.ECHO))
    body += _attribute(_RTA_UID, struct.pack("I", USERS_UID))
    return _HEADER.pack(_HEADER.size + len(body), _GETROUTE, _REQUEST, 1, 0) + body


def _way(asker: socket.socket, question: bytes) -> str:
    asker.send(question)
    answer = asker.recv(65536)
    if struct.unpack_from("IH", answer)[1] != _NEWROUTE:
        return "none"
    body = answer[_HEADER.size + _ROUTE_MESSAGE.size :]
    index = struct.unpack("I", dict(_attributes(body)).get(_RTA_OIF, bytes(4)))[0]
    try:
        return _WAYS.get(socket.if_indextoname(index), "none")
    except OSError:  # the interface is gone meanwhile
        return "none"


def _primary_is_down(data: bytes) -> bool:
    """Say whether one of the messages tells that eth0 has no link."""
    while len(data) >= _HEADER.size:
        length, kind = struct.unpack_from("IH", data)
        if kind == _NEWLINK:
            flags = struct.unpack_from("I", data, _HEADER.size + 8)[0]
            name = dict(_attributes(data[_HEADER.size + 16 : length])).get(_IFLA_IFNAME, b"")
            if not flags & _LOWER_UP and name.rstrip(b"\0") == b"eth0":
                return True
        data = data[(length + 3) & ~3 :]
    return False


def _listen(news: socket.socket, file: IO[str]) -> None:
    question, last = _question(), ""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as asker:
        asker.bind((0, 0))
        data = b""
        while True:
            now_s = time.monotonic()
            if _primary_is_down(data):
                file.write(f"{now_s:.6f} {_DOWN}\n")
            way = _way(asker, question)
            if way != last:
                file.write(f"{now_s:.6f} {way}\n")
                last = way
            file.flush()
            data = news.recv(65536)


def main(argv: Sequence[str]) -> None:
    """Command line of the watcher."""
    kernel.sharp_timers()  # on a busy machine it would hear of a change late
    path = Path(argv[0])
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as news:
        news.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        news.bind((os.getpid(), _LINK | _ROUTE4 | _RULE4))
        with path.with_suffix(".part").open("w", encoding="ascii") as file:
            # The file appears when nothing can be missed any more.
            path.with_suffix(".part").rename(path)
            _listen(news, file)


if __name__ == "__main__":
    main(sys.argv[1:])
