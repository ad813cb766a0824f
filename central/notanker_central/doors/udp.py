"""The door for beats by UDP: one datagram in, one out, and nothing at all for whoever has no key.

One thread takes whatever the kernel holds, hands it in as one list, waits until it is on the disk, and
answers; where a relay carries the beats on, answers go out as they come. Meanwhile the kernel keeps what
comes, so it is given room for it. Neither this thread nor the writer's works while the other does: two that
both want Python's lock would slow each other down.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import sys
import threading
from typing import Final

import structlog

from notanker_central.doors.datagrams import Datagrams
from notanker_central.reception import Receiving

log: Final = structlog.get_logger(__name__)

CARRIER: Final = "udp"
MOST_BYTES: Final = 2048
"""More than fits through any site's line in one piece."""
ROOM_BYTES: Final = 16 * 1024 * 1024
"""For half a second of 40,000 beats a second: the kernel counts 768 bytes for each."""

_IP_PKTINFO: Final = 8  # linux/in.h; Python 3.11 has no name for it
_SO_MEMINFO: Final = 55  # asm-generic/socket.h
_DROPS_AT: Final = 32  # SK_MEMINFO_DROPS, linux/sock_diag.h


def listen(host: str, port: int) -> socket.socket:
    """Open a socket; an empty host means every address of the machine, IPv6 included.

    Raises:
        OSError: the address is not to be had.
    """
    both = not host and socket.has_dualstack_ipv6()
    family = socket.AF_INET6 if both or ":" in host else socket.AF_INET
    link = socket.socket(family, socket.SOCK_DGRAM)
    try:
        if both:
            link.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        _make_room(link)
        link.bind((host, port))
    except OSError:
        link.close()
        raise
    _ask_where(link)
    link.setblocking(False)
    return link


def _make_room(link: socket.socket) -> None:
    # Above net.core.rmem_max only root may go; SO_RCVBUFFORCE (33, socket(7)) has no name in Python.
    try:
        link.setsockopt(socket.SOL_SOCKET, 33, ROOM_BYTES)
    except OSError:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, ROOM_BYTES)


def _ask_where(link: socket.socket) -> None:
    """Have the kernel tell of each datagram which of the machine's addresses it came to.

    A site hears no other address than the one that it asked; with IPv6 a machine has several.
    """
    if link.family == socket.AF_INET6:
        link.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
    else:
        link.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)


class UdpDoor:
    """One UDP socket with the reception behind it."""

    def __init__(self, link: socket.socket, reception: Receiving) -> None:
        self._link = link
        self._datagrams = Datagrams(link, MOST_BYTES)
        self._reception = reception
        self._dropped = 0
        self._ending = threading.Event()
        self._wake, self._woken = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name="udp", daemon=True)

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._link.getsockname()[1])

    def start(self) -> None:
        """Begin to receive."""
        self._thread.start()

    def close(self, patience_s: float = 5.0) -> None:
        """Answer what has been received, and end."""
        self._ending.set()
        self._wake.close()
        if self._thread.is_alive():
            self._thread.join(patience_s)
        self._woken.close()
        self._link.close()

    def _run(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._link, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while not self._ending.is_set():
                selector.select()
                try:
                    self._round()
                except Exception:  # whatever one round brings about, the door stays open
                    log.exception("udp_round_failed")

    def _round(self) -> None:
        self._count_drops()
        try:
            came = self._datagrams.receive()
        except OSError:  # an ICMP error of somebody's answer; the next one is another's
            return
        beats = [beat for beat in came if beat is not None]
        if len(beats) < len(came):
            self._reception.count(CARRIER, "too-large", len(came) - len(beats))
        if not beats:
            return
        places = [place for place, beat in enumerate(came) if beat is not None]
        hand_in = self._at_once if self._reception.waits else self._as_they_come
        hand_in(beats, places)

    def _at_once(self, beats: list[bytes], places: list[int]) -> None:
        """Hand in beats, and answer them with one call: the reception returns when all is on the disk."""
        answers: dict[int, bytes] = {}

        def tell(beat: int, answer: bytes) -> None:
            answers[places[beat]] = answer

        self._reception.tell_each(beats, CARRIER, tell)
        self._datagrams.answer(answers)

    def _as_they_come(self, beats: list[bytes], places: list[int]) -> None:
        """Hand in beats that a relay carries on, and answer each when its answer comes, by another thread."""
        senders = [self._datagrams.sender(place) for place in places]
        send = self._link.sendmsg

        def tell(beat: int, answer: bytes) -> None:
            sender, ancillary = senders[beat]
            with contextlib.suppress(OSError):  # no room or no way: the site comes again
                send([answer], ancillary, 0, sender)

        self._reception.tell_each(beats, CARRIER, tell)

    def _count_drops(self) -> None:
        """Count what the kernel had no room for."""
        info = self._link.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, _DROPS_AT + 4)
        dropped = int.from_bytes(info[_DROPS_AT:], sys.byteorder)
        if dropped != self._dropped:
            self._reception.count(CARRIER, "dropped", (dropped - self._dropped) % 2**32)
            self._dropped = dropped
