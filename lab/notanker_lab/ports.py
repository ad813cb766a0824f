"""Ports on loopback for programs that are told theirs before they start."""

from __future__ import annotations

import random
import socket
from collections.abc import Sequence
from typing import Final

from notanker_lab.errors import LabError

# Below what Linux gives to connections by itself (32768 to 60999, ip_local_port_range): between the look here
# and the program's start nobody gets one of these without asking for just that one.
UNASKED: Final = range(20_000, 32_000)


def free_port(wanted: Sequence[int] = ()) -> int:
    """Return a port of 127.0.0.1 that nobody listens on.

    Args:
        wanted: The first free one of these; by default, any that no connection is given by chance.

    Raises:
        LabError: all are taken.
    """
    ports = wanted or random.sample(UNASKED, 100)
    for port in ports:
        with socket.socket() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                sock.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise LabError(f"No port of {min(ports)} to {max(ports)} on 127.0.0.1 is free.")
