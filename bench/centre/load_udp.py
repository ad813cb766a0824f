"""Sends beats by UDP as fast as they are answered, or prints how often; a program of its own.

``load_udp.py '{"port": 8443, "sites": 10000, "seconds": 10, "window": 4000}'`` seals everything beforehand,
lets each site say its first beat, and then keeps `window` beats under way. It prints figures as JSON.
"""

import json
import random
import select
import socket
import sys
import time
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.centre.burst import Burst
from bench.centre.fleet import USUAL, WHOLE, Site

PATIENCE_S: Final = 5.0
"""Without any answer for so long, what is under way counts as lost."""


def run(port: int, sites: int, seconds: float, window: int, rounds: int) -> dict[str, Any]:
    """Send, and return what came of it."""
    fleet = [Site(number) for number in range(sites)]
    random.Random(1).shuffle(fleet)  # noqa: S311 - a bench; sites do not come in the order of their rows
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.setsockopt(socket.SOL_SOCKET, 33, 16 * 1024 * 1024)  # SO_RCVBUFFORCE, for root
        link.connect(("127.0.0.1", port))
        link.setblocking(False)
        first = Burst(link, [site.seal(WHOLE) for site in fleet])
        beats = Burst(link, [site.seal(USUAL) for _ in range(rounds) for site in fleet])
        _send(link, first, window, 1e9)
        print("begin", flush=True)
        return _send(link, beats, window, seconds)


def _send(link: socket.socket, burst: Burst, window: int, seconds: float) -> dict[str, Any]:
    lost = 0
    begun = heard = time.monotonic()
    while burst.answered + lost < burst.total and (now := time.monotonic()) < begun + seconds:
        burst.send(window - (burst.sent - burst.answered - lost))
        select.select([link], [], [], 0.0 if burst.sent < burst.total else 0.05)
        if burst.receive():
            heard = now
        elif now - heard > PATIENCE_S:
            lost, heard = burst.sent - burst.answered, now
        else:
            select.select(
                [link], [], [], 0.002
            )  # the window is full: leave the cores to the centre
    took_s = time.monotonic() - begun
    return {
        "answered": burst.answered,
        "lost": lost,
        "sent": burst.sent,
        "s": took_s,
        "per_s": burst.answered / took_s,
    }


if __name__ == "__main__":
    print(json.dumps(run(**json.loads(sys.argv[1]))), flush=True)
