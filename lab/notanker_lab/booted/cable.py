"""A cable between a machine and an interface: `python -m notanker_lab.booted cable FOLDER LINK INTERFACE`.

qemu speaks for each link by datagrams of one frame on a pair of Unix sockets in the machine's folder. The
other end is here: an interface of this network namespace, whose frames are carried over and back. So the
machine can stand where the lab's own site stands, without tap devices or bridges on the host.
"""

import contextlib
import os
import select
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from notanker_lab import kernel
from notanker_lab.wire import packet_socket

_MOST_BYTES = 65_536
_FRAMES_AT_ONCE = 256


def machine_end(link: str) -> str:
    """Give the name of the socket that belongs to qemu."""
    return f"{link}.box"


def far_end(link: str) -> str:
    """Give the name of the socket that belongs to whoever is at the cable's other end."""
    return f"{link}.far"


class Cable:
    """Both ends, open."""

    def __init__(self, link: str, interface: str) -> None:
        self._near = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        Path(far_end(link)).unlink(missing_ok=True)
        self._near.bind(far_end(link))
        self._near.setblocking(False)
        self._peer = machine_end(link)
        self._far = packet_socket(interface)

    def carry(self) -> NoReturn:
        """Carry frames for ever."""
        while True:
            ready, _, _ = select.select([self._near, self._far], [], [])
            for sock in ready:
                with contextlib.suppress(BlockingIOError):
                    self._some(sock)

    def _some(self, sock: socket.socket) -> None:
        """Carry the frames that wait, but not so many that the other direction starves."""
        for _ in range(_FRAMES_AT_ONCE):
            frame = sock.recv(_MOST_BYTES)
            # A frame that finds no room, or no machine, is lost, as on any cable.
            with contextlib.suppress(OSError):
                if sock is self._far:
                    self._near.sendto(frame, self._peer)
                else:
                    self._far.send(frame)


def main(argv: Sequence[str]) -> NoReturn:
    """Be a cable until the process ends."""
    folder, link, interface = argv
    os.chdir(folder)
    kernel.offloads_off(interface)
    Cable(link, interface).carry()
