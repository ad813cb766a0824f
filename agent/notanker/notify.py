"""Tells systemd how the agent does (sd_notify(3)): a datagram, nothing to wait for."""

from __future__ import annotations

import os
import socket
from typing import Final

READY: Final = "READY=1"
WATCHDOG: Final = "WATCHDOG=1"
STOPPING: Final = "STOPPING=1"


def notify(state: str) -> None:
    """Send the state, if there is a systemd to hear it."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
            sock.setblocking(False)
            sock.sendto(state.encode(), address)
    except OSError:
        return  # nobody listens: then nobody needs to know


def watchdog_interval_s() -> float | None:
    """Return how often systemd wants a sign of life: half its time-out, None if it wants none."""
    try:
        return int(os.environ["WATCHDOG_USEC"]) / 2_000_000
    except (KeyError, ValueError):
        return None
