"""Sends beats by UDP as fast as they are answered, or prints how often; a program of its own.

``load_udp.py '{"port": 8443, "sites": 10000, "seconds": 10, "window": 4000}'`` seals everything beforehand,
lets each site say its first beat, and then keeps `window` beats under way. It prints figures as JSON.
"""

import json
import select
import socket
import sys
import time
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.centre.fleet import USUAL, WHOLE, Site

PATIENCE_S: Final = 1.0
"""Without any answer for so long, what is under way counts as lost."""
AT_ONCE: Final = 400


def run(port: int, sites: int, seconds: float, window: int, rounds: int) -> dict[str, Any]:
    """Send, and return what came of it."""
    fleet = [Site(number) for number in range(sites)]
    first = [site.seal(WHOLE) for site in fleet]
    beats = [site.seal(USUAL) for _ in range(rounds) for site in fleet]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.setsockopt(socket.SOL_SOCKET, 33, 16 * 1024 * 1024)  # SO_RCVBUFFORCE, for root
        link.connect(("127.0.0.1", port))
        link.setblocking(False)
        _send(link, first, window, 1e9)
        return _send(link, beats, window, seconds)


def _send(link: socket.socket, beats: list[bytes], window: int, seconds: float) -> dict[str, Any]:
    sent = answered = lost = 0
    begun = heard = time.monotonic()
    while answered + lost < len(beats) and (now := time.monotonic()) < begun + seconds:
        room = min(window - (sent - answered - lost), len(beats) - sent, AT_ONCE)
        for beat in beats[sent : sent + room]:
            try:
                link.send(beat)
            except BlockingIOError:
                break
            sent += 1
        select.select([link], [], [], 0.001 if sent < len(beats) else 0.05)
        got = _receive(link)
        answered += got
        if got:
            heard = now
        elif now - heard > PATIENCE_S:
            lost, heard = sent - answered, now
    took_s = time.monotonic() - begun
    return {
        "answered": answered,
        "lost": lost,
        "sent": sent,
        "s": took_s,
        "per_s": answered / took_s,
    }


def _receive(link: socket.socket) -> int:
    got = 0
    while got < 2 * AT_ONCE:
        try:
            link.recv(512)
        except BlockingIOError:
            break
        got += 1
    return got


if __name__ == "__main__":
    print(json.dumps(run(**json.loads(sys.argv[1]))))
