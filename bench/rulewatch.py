"""Notes when the kernel of the site changes the switch: a process of its own, listening to netlink.

``python rulewatch.py FILE PRIORITY`` writes lines of instant (monotonic s), event and address family:
``12.345678 add 4``, ``13.2 del 6``, ``14.1 down eth0``; `RuleWatch` reads it.
"""

import math
import socket
import struct
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from notanker_lab import kernel

# linux/rtnetlink.h, linux/fib_rules.h
_LINK, _RULE4, _RULE6 = 1 << 0, 1 << 7, 1 << 18
_NEWLINK, _NEWRULE, _DELRULE = 16, 32, 33
_FRA_PRIORITY, _IFLA_IFNAME = 6, 3
_LOWER_UP = 0x10000
_FAMILY = {socket.AF_INET: "4", socket.AF_INET6: "6"}


@dataclass(frozen=True, slots=True)
class Change:
    """The switch rule of a family was added (traffic to LTE) or deleted, or a link went down.

    Attributes:
        event: "add", "del" or "down".
        what: "4", "6" or the interface.
    """

    at_s: float
    event: str
    what: str


class RuleWatch:
    """Reads what the watching process wrote to ``path``."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def changes(self, since_s: float = 0.0) -> list[Change]:
        """Give the changes of the IPv4 switch rule from ``since_s`` (monotonic) on."""
        return [c for c in self._all() if c.what == "4" and c.at_s >= since_s]

    def link_lost_s(self, since_s: float) -> float:
        """Give when the kernel said that eth0 has no link any more, infinity if it did not."""
        lost = (c.at_s for c in self._all() if c.event == "down" and c.what == "eth0")
        return next((at_s for at_s in lost if at_s >= since_s), math.inf)

    def route(self) -> str:
        """Give where the traffic goes: primary or lte."""
        changes = self.changes()
        return "lte" if changes and changes[-1].event == "add" else "primary"

    def _all(self) -> list[Change]:
        lines = self._path.read_text(encoding="ascii").split("\n")[:-1]
        parts = (line.split() for line in lines)
        return [Change(float(at), event, what) for at, event, what in parts]


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    while len(data) >= 4:
        length, kind = struct.unpack_from("HH", data)
        if length < 4:
            return
        yield kind & 0x3FFF, data[4:length]
        data = data[(length + 3) & ~3 :]


def _said(kind: int, body: bytes, priority: int) -> str:
    """Give the line for one message, "" if it is none of ours."""
    if kind in (_NEWRULE, _DELRULE):
        wanted = struct.pack("I", priority)
        if (_FRA_PRIORITY, wanted) not in list(_attributes(body[12:])):
            return ""
        return f"{'add' if kind == _NEWRULE else 'del'} {_FAMILY[socket.AddressFamily(body[0])]}"
    if kind == _NEWLINK:
        flags = struct.unpack_from("I", body, 8)[0]
        name = dict(_attributes(body[16:])).get(_IFLA_IFNAME, b"").rstrip(b"\0").decode()
        return "" if flags & _LOWER_UP else f"down {name}"
    return ""


def _open() -> socket.socket:
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
    sock.bind((0, _LINK | _RULE4 | _RULE6))
    return sock


def _listen(sock: socket.socket, file: IO[str], priority: int) -> None:
    while True:
        data = sock.recv(65536)
        now_s = time.monotonic()
        while len(data) >= 16:
            length, kind = struct.unpack_from("IH", data)
            said = _said(kind, data[16:length], priority)
            if said:
                file.write(f"{now_s:.6f} {said}\n")
                file.flush()
            data = data[(length + 3) & ~3 :]


def main(argv: Sequence[str]) -> None:
    """Command line of the watcher."""
    kernel.sharp_timers()  # on a busy machine it would hear of a change late
    sock, path = _open(), Path(argv[0])
    with path.with_suffix(".part").open("w", encoding="ascii") as file:
        # The file appears when nothing can be missed any more.
        path.with_suffix(".part").rename(path)
        _listen(sock, file, int(argv[1]))


if __name__ == "__main__":
    main(sys.argv[1:])
