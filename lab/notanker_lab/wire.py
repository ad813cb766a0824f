"""The wire: a process that carries Ethernet frames between veth ends, late, lossy or not at all.

``python -m notanker_lab.wire CONTROL_SOCKET NAME:NEAR:FAR:DELAY_MS ...`` inside the namespace that
holds both ends of each wire. "Up" is from the site's side (NEAR) to the internet (FAR).

This replaces the kernel's netem, which not every kernel has, and adds what netem has not: drop
rules by protocol, address and size that are changed within a millisecond, a radio that sleeps, and
counters by wire.
"""

import gc
import select
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from notanker_lab import control, frames, kernel, link
from notanker_lab.direction import Direction
from notanker_lab.loss import model

_SOL_PACKET = 263
_PACKET_IGNORE_OUTGOING = 23
_ETH_P_ALL = 3
_RECEIVE_BUFFER_BYTES = 4 << 20
DIRECTIONS = ("up", "down")


def packet_socket(interface: str) -> socket.socket:
    """Open a packet socket that sees what arrives at ``interface`` (not what it sends itself)."""
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    sock.setsockopt(_SOL_PACKET, _PACKET_IGNORE_OUTGOING, 1)
    sock.setsockopt(socket.SOL_SOCKET, getattr(socket, "SO_RCVBUFFORCE", 33), _RECEIVE_BUFFER_BYTES)
    sock.bind((interface, _ETH_P_ALL))
    sock.setblocking(False)
    return sock


class Wires:
    """All wires of one lab, and the questions about them."""

    def __init__(self) -> None:
        self._wires: dict[str, dict[str, Direction]] = {}
        self.directions: list[Direction] = []

    def add(self, name: str, near: str, far: str, delay_ms: float) -> None:
        """Join interfaces ``near`` and ``far`` with a one-way delay."""
        ends = packet_socket(near), packet_socket(far)
        up = Direction(ends[0], ends[1], delay_ms / 1000)
        down = Direction(ends[1], ends[0], delay_ms / 1000)
        self._wires[name] = {"up": up, "down": down}
        self.directions += [up, down]

    def handle(self, question: dict[str, Any]) -> control.Answer:
        """Answer one control question."""
        handlers = {
            "set": self._set,
            "sleep": self._sleep,
            "cut": self._cut,
            "uncut": self._uncut,
            "counters": self._counters,
            "state": self._state,
        }
        return handlers[question["op"]](question)

    def _chosen(self, question: dict[str, Any]) -> list[Direction]:
        way = question.get("dir", "both")
        names = DIRECTIONS if way == "both" else (way,)
        return [self._wires[question["wire"]][name] for name in names]

    def _set(self, question: dict[str, Any]) -> control.Answer:
        # Refuse before either direction is changed.
        model(question.get("loss"))
        link.bottleneck(question.get("bottleneck"))
        for direction in self._chosen(question):
            direction.shape(question)
        return {"ok": True}

    def _sleep(self, question: dict[str, Any]) -> control.Answer:
        radio = link.radio(question["radio"])
        for direction in self._wires[question["wire"]].values():
            direction.radio = radio
        return {"ok": True}

    def _cut(self, question: dict[str, Any]) -> control.Answer:
        rules = [(rule, frames.matcher(rule)) for rule in question["rules"]]
        for name, direction in self._wires[question["wire"]].items():
            mine = [match for rule, match in rules if rule.get("dir", "both") in (name, "both")]
            if mine:
                direction.rules[str(question["name"])] = mine
        return {"ok": True}

    def _uncut(self, question: dict[str, Any]) -> control.Answer:
        for direction in self._wires[question["wire"]].values():
            direction.rules.pop(str(question["name"]), None)
        return {"ok": True}

    def _counters(self, _question: dict[str, Any]) -> control.Answer:
        return {
            wire: {name: way.counters.as_dict() for name, way in ways.items()}
            for wire, ways in self._wires.items()
        }

    def _state(self, _question: dict[str, Any]) -> control.Answer:
        return {
            wire: {name: way.state() for name, way in ways.items()}
            for wire, ways in self._wires.items()
        }


class Loop:
    """Waits for frames, due instants and questions, and does what each needs."""

    def __init__(self, wires: Wires, listener: socket.socket) -> None:
        self._wires, self._listener = wires, listener
        self._poll = select.epoll()
        self._sources = {way.source.fileno(): way for way in wires.directions}
        self._talks: dict[int, socket.socket] = {}
        for fd in (*self._sources, listener.fileno()):
            self._poll.register(fd, select.EPOLLIN)
        # An epoll can itself be waited for by select(), whose time-out is exact to microseconds.
        self._waitable = [self._poll]

    def run(self) -> None:
        """Work for ever."""
        while True:
            self._once()

    def _once(self) -> None:
        dues = [way.queue[0][0] for way in self._wires.directions if way.queue]
        wait_s = max(0.0, min(dues) - time.monotonic()) if dues else None
        if select.select(self._waitable, [], [], wait_s)[0]:
            for fd, _events in self._poll.poll(0):
                way = self._sources.get(fd)
                if way is not None:
                    way.receive()
                else:
                    self._talk(fd)
        now_s = time.monotonic()
        for way in self._wires.directions:
            if way.queue:
                way.release(now_s)

    def _talk(self, fd: int) -> None:
        if fd == self._listener.fileno():
            conn = self._listener.accept()[0]
            self._talks[conn.fileno()] = conn
            self._poll.register(conn.fileno(), select.EPOLLIN)
        elif not control.answer(self._talks[fd], self._wires.handle):
            self._poll.unregister(fd)
            self._talks.pop(fd).close()


def main(argv: Sequence[str]) -> None:
    """Command line of the wire process."""
    wires = Wires()
    for text in argv[1:]:
        name, near, far, delay_ms = text.split(":")
        wires.add(name, near, far, float(delay_ms))
    kernel.sharp_timers()
    # Nothing here makes cycles; a collection would only delay frames.
    gc.disable()
    Loop(wires, control.listen(Path(argv[0]))).run()


if __name__ == "__main__":
    main(sys.argv[1:])
