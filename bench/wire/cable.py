"""A cable between site and centre, and a tap on it that counts IP packets and their bytes."""

import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from notanker_lab.kernel import offloads_off

SITE, CENTRE = "192.0.2.2", "192.0.2.1"
SITE6, CENTRE6 = "2001:db8::2", "2001:db8::1"
NAMESPACE: Final = "beats-centre"
NEAR: Final = "beats0"
MTU: Final = 1428
"""What German LTE networks carry in one packet (measured: PMTU 1428)."""
_ETHERNET_BYTES: Final = 14
_IP_PROTOCOLS: Final = (0x0800, 0x86DD)
_ALL: Final = 3  # ETH_P_ALL
_RADIO: Final = 58  # ICMPv6: neighbours and routers, which LTE does not have


@dataclass(slots=True)
class Count:
    """What went over the cable, both ways, IP headers included."""

    packets: int = 0
    size_bytes: int = 0


class Tap:
    """Counts every IP packet that passes an interface, from its start on."""

    def __init__(self, interface: str) -> None:
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL))
        self._socket.bind((interface, _ALL))
        self._socket.settimeout(0.2)
        self._count = Count()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def take(self) -> Count:
        """Give what was counted since the last time."""
        found, self._count = self._count, Count()
        return found

    def close(self) -> None:
        """Stop counting."""
        self._over.set()
        self._thread.join()
        self._socket.close()

    def _listen(self) -> None:
        while not self._over.is_set():
            try:
                frame = self._socket.recv(65536)
            except TimeoutError:
                continue
            kind = int.from_bytes(frame[12:14], "big")
            if kind in _IP_PROTOCOLS and not (kind == _IP_PROTOCOLS[1] and frame[20] == _RADIO):
                self._count.packets += 1
                self._count.size_bytes += len(frame) - _ETHERNET_BYTES


@contextmanager
def cable() -> Iterator[Tap]:
    """Lay the cable from this namespace to a new one, whole packets only, and tap it."""
    _ip("netns", "add", NAMESPACE)
    far = ["peer", "name", "beats1", "netns", NAMESPACE]
    _ip("link", "add", NEAR, "mtu", str(MTU), "type", "veth", *far)
    offloads_off(NEAR)
    subprocess.run([*inside(), "ip", "link", "set", "lo", "up"], check=True)
    _up([], NEAR, SITE, SITE6)
    _up(inside(), "beats1", CENTRE, CENTRE6)
    tap = Tap(NEAR)
    try:
        yield tap
    finally:
        tap.close()
        _ip("netns", "del", NAMESPACE)


def inside() -> list[str]:
    """Give what runs a command at the centre's end."""
    return ["ip", "netns", "exec", NAMESPACE]


def _up(prefix: list[str], name: str, address: str, address6: str) -> None:
    for words in ((f"{address}/30",), (f"{address6}/64", "nodad")):
        subprocess.run([*prefix, "ip", "address", "add", *words, "dev", name], check=True)
    link = ["ip", "link", "set", name, "mtu", str(MTU), "gso_max_segs", "1", "up"]
    subprocess.run([*prefix, *link], check=True)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)
