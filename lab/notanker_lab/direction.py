"""One way of one wire: what becomes of each frame, and what is counted."""

import heapq
import random
import socket
import time
from dataclasses import dataclass, field
from typing import Any

from notanker_lab import frames, link
from notanker_lab.loss import LossModel, model

_BATCH = 64
_QUEUE_FRAMES = 4096


@dataclass(slots=True)
class Counters:
    """Frames and bytes (Ethernet header included, no checksum) of one direction."""

    offered_packets: int = 0
    offered_bytes: int = 0
    sent_packets: int = 0
    sent_bytes: int = 0
    lost_packets: int = 0
    cut_packets: int = 0
    overflow_packets: int = 0

    def as_dict(self) -> dict[str, int]:
        """Give all counters by name."""
        return {name: getattr(self, name) for name in Counters.__slots__}


@dataclass(slots=True)
class Direction:
    """One way of one wire.

    Attributes:
        specs: What "loss" and "bottleneck" were set to, as they were given.
        radio: Shared with the other direction.
    """

    source: socket.socket
    target: socket.socket
    delay_s: float
    jitter_s: float = 0.0
    loss: LossModel | None = None
    bottleneck: link.Bottleneck | None = None
    radio: link.SleepyRadio | None = None
    specs: dict[str, Any] = field(default_factory=dict)
    rules: dict[str, list[frames.Matcher]] = field(default_factory=dict)
    queue: list[tuple[float, int, bytes]] = field(default_factory=list)
    counters: Counters = field(default_factory=Counters)
    rng: random.Random = field(default_factory=random.Random)
    number: int = 0

    def receive(self) -> None:
        """Take in a batch of frames."""
        for _ in range(_BATCH):
            try:
                frame = self.source.recv(65536)
            except OSError:  # nothing more, or the interface is down just now
                return
            self._take(frame)

    def _take(self, frame: bytes) -> None:
        count = self.counters
        count.offered_packets += 1
        count.offered_bytes += len(frame)
        if self.rules and self._cut(frame):
            count.cut_packets += 1
        elif self.loss is not None and self.loss.lost(self.rng):
            count.lost_packets += 1
        else:
            self._enqueue(frame)

    def _cut(self, frame: bytes) -> bool:
        return any(match(frame) for rules in self.rules.values() for match in rules)

    def _enqueue(self, frame: bytes) -> None:
        passed_s = self._passed_s(time.monotonic(), len(frame))
        if passed_s is None or len(self.queue) >= _QUEUE_FRAMES:
            self.counters.overflow_packets += 1
            return
        late_s = self.rng.uniform(-self.jitter_s, self.jitter_s) if self.jitter_s else 0.0
        self.number += 1
        due_s = passed_s + max(0.0, self.delay_s + late_s)
        heapq.heappush(self.queue, (due_s, self.number, frame))

    def _passed_s(self, now_s: float, size_bytes: int) -> float | None:
        """Give when radio and bottleneck let a frame go; None if the queue before them is full."""
        if self.radio is not None:
            now_s = self.radio.ready_s(now_s, self.rng)
        return now_s if self.bottleneck is None else self.bottleneck.passed_s(now_s, size_bytes)

    def release(self, now_s: float) -> None:
        """Send what is due."""
        queue, count = self.queue, self.counters
        while queue and queue[0][0] <= now_s:
            frame = heapq.heappop(queue)[2]
            try:
                self.target.send(frame)
            except OSError:  # the far end is down, or its queue is full: a line loses such frames
                count.overflow_packets += 1
                continue
            count.sent_packets += 1
            count.sent_bytes += len(frame)

    def shape(self, question: dict[str, Any]) -> None:
        """Take over delay_ms, jitter_ms, loss, bottleneck and seed as far as they are given."""
        if "loss" in question:
            self.loss = model(question["loss"])
        if "bottleneck" in question:
            self.bottleneck = link.bottleneck(question["bottleneck"])
        if "delay_ms" in question:
            self.delay_s = float(question["delay_ms"]) / 1000
        if "jitter_ms" in question:
            self.jitter_s = float(question["jitter_ms"]) / 1000
        if "seed" in question:
            self.rng.seed(question["seed"])
        self.specs |= {key: question[key] for key in ("loss", "bottleneck") if key in question}

    def state(self) -> dict[str, Any]:
        """Describe what the direction does to frames now."""
        return {
            "delay_ms": self.delay_s * 1000,
            "jitter_ms": self.jitter_s * 1000,
            "loss": self.specs.get("loss"),
            "bottleneck": self.specs.get("bottleneck"),
            "sleeps": self.radio is not None,
            "rules": sorted(self.rules),
            "queued": len(self.queue),
        }
