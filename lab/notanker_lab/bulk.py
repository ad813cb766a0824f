"""A user who moves big files: ``python -m notanker_lab.bulk up|down`` in the site or the client.

Four TCP connections as fast as they go, for ever; when one breaks, the next one. They use Reno, which
every kernel has and which fills a queue until it overflows; BBR would leave it nearly empty.
"""

import contextlib
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable

from notanker_lab import addresses

CONGESTION = b"reno"
_CONNECTIONS = 4
_CHUNK = bytes(65536)
_TIMEOUT_S = 10.0


def up() -> None:
    """Send to the sink until the connection breaks."""
    with socket.create_connection((addresses.ECHO, addresses.SINK_PORT), _TIMEOUT_S) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, CONGESTION)
        # The kernel shall not go on sending for a user who has gone.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        while True:
            sock.sendall(_CHUNK)


def down() -> None:
    """Read from the source until the connection breaks."""
    with socket.create_connection((addresses.ECHO, addresses.SOURCE_PORT), _TIMEOUT_S) as sock:
        while sock.recv(len(_CHUNK)):
            pass


def _for_ever(move: Callable[[], None]) -> None:
    while True:
        with contextlib.suppress(OSError):
            move()
        time.sleep(0.2)


def main() -> None:
    """Command line of the bulk traffic."""
    move = {"up": up, "down": down}[sys.argv[1]]
    for _ in range(_CONNECTIONS - 1):
        threading.Thread(target=_for_ever, args=(move,), daemon=True).start()
    _for_ever(move)


if __name__ == "__main__":
    main()
