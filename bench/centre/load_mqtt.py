"""Publishes beats by MQTT as fast as they are answered, all through one connection; a program of its own.

``load_mqtt.py '{"port": 1883, "sites": 10000, "seconds": 10, "window": 4000, "rounds": 20}'`` seals all
of it beforehand, lets each site say its first beat, and then keeps `window` beats under way. A beat counts
once its answer has come on its site's topic. It prints figures as JSON. MQTT 3.1.1 by hand (OASIS standard,
chapter 3): a library's own share of these two cores would be the larger part.
"""

import itertools
import json
import random
import select
import socket
import struct
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.centre.fleet import USUAL, WHOLE, Site, name

PATIENCE_S: Final = 10.0
"""Without any answer for so long, what is under way counts as lost."""
CONNECT: Final = 0x10
PUBLISH_ONCE: Final = 0x32  # QoS 1: the broker says that it has it
ANSWER: Final = 0x30  # QoS 0, as the centre answers
SUBSCRIBE: Final = 0x82
_IDS: Final = 65_535
_AT_ONCE: Final = 256


def run(
    port: int, sites: int, seconds: float, window: int, rounds: int, login: Sequence[str] = ()
) -> dict[str, Any]:
    """Publish, and return what came of it."""
    fleet = [Site(number) for number in range(sites)]
    random.Random(1).shuffle(fleet)  # noqa: S311 - a bench; sites do not come in the order of their rows
    ids = itertools.cycle(range(1, _IDS + 1))
    first = [_published(site, WHOLE, next(ids)) for site in fleet]
    beats = [_published(site, USUAL, next(ids)) for _ in range(rounds) for site in fleet]
    with socket.create_connection(("127.0.0.1", port), 10) as link:
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link.settimeout(None)
        stream = _Stream(link)
        link.sendall(_packet(CONNECT, _hello(*login)))
        stream.until(0x20)
        link.sendall(
            _packet(SUBSCRIBE, struct.pack("!H", 1) + _text("notanker/1/+/answer") + b"\0")
        )
        stream.until(0x90)
        _send(link, stream, first, window, 1e9)
        print("begin", flush=True)
        return _send(link, stream, beats, window, seconds)


def _send(
    link: socket.socket, stream: "_Stream", beats: list[bytes], window: int, seconds: float
) -> dict[str, Any]:
    sent = answered = lost = 0
    begun = heard = time.monotonic()
    while answered + lost < len(beats) and (now := time.monotonic()) < begun + seconds:
        free = min(window - (sent - answered - lost), len(beats) - sent)
        for at in range(sent, sent + free, _AT_ONCE):
            some = beats[at : min(at + _AT_ONCE, sent + free)]
            link.sendall(b"".join(some))
        sent += free
        came = stream.answers()
        answered += came
        if came:
            heard = now
        elif now - heard > PATIENCE_S:
            lost, heard = sent - answered, now
    took_s = time.monotonic() - begun
    figures = {"answered": answered, "lost": lost, "sent": sent, "s": took_s}
    return {**figures, "per_s": answered / took_s}


class _Stream:
    """What comes from the broker, packet by packet."""

    def __init__(self, link: socket.socket) -> None:
        self._link = link
        self._rest = b""

    def until(self, kind: int) -> None:
        """Wait for a packet of this kind."""
        while kind not in list(self._kinds()):
            pass

    def answers(self) -> int:
        """Read what is there, and count the answers in it."""
        return sum(kind == ANSWER for kind in self._kinds())

    def _kinds(self) -> Iterator[int]:
        if not select.select([self._link], [], [], 0.05)[0]:
            return
        data = self._rest + self._link.recv(1 << 20)
        at, size = 0, len(data)
        while at + 2 <= size:
            length, head = data[at + 1], 2
            if length & 0x80:
                if at + 3 > size:
                    break
                length, head = length & 0x7F | data[at + 2] << 7, 3
            if at + head + length > size:
                break
            yield data[at]
            at += head + length
        self._rest = data[at:]


def _published(site: Site, record: bytes, number: int) -> bytes:
    topic = _text(f"notanker/1/{name(site.number)}/beat")
    return _packet(PUBLISH_ONCE, topic + struct.pack("!H", number) + site.seal(record))


def _hello(user: str = "", password: str = "") -> bytes:
    flags = 0xC2 if user else 0x02  # clean session; with or without user and password
    login = _text(user) + _text(password) if user else b""
    return _text("MQTT") + bytes([4, flags, 0, 0]) + _text("bench") + login


def _text(text: str) -> bytes:
    data = text.encode()
    return struct.pack("!H", len(data)) + data


def _packet(kind: int, body: bytes) -> bytes:
    length = len(body)
    sizes = [length] if length < 0x80 else [length & 0x7F | 0x80, length >> 7]
    return bytes([kind, *sizes]) + body


if __name__ == "__main__":
    print(json.dumps(run(**json.loads(sys.argv[1]))), flush=True)
