"""What holds frames up on their way: a slow line behind a deep queue, a radio that sleeps."""

import random
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(slots=True)
class Bottleneck:
    """A slow line behind one first-in-first-out queue: the bloated buffer of a DSL router.

    Attributes:
        bytes_per_s: What the line carries.
        queue_s: A frame that would wait longer than this is dropped.
    """

    bytes_per_s: float
    queue_s: float
    free_s: float = 0.0

    def passed_s(self, now_s: float, size_bytes: int) -> float | None:
        """Give when a frame that comes now has left the line; None if the queue is full."""
        begin_s = max(now_s, self.free_s)
        if begin_s - now_s > self.queue_s:
            return None
        self.free_s = begin_s + size_bytes / self.bytes_per_s
        return self.free_s


@dataclass(slots=True)
class SleepyRadio:
    """A radio that goes idle and needs a while to be connected again (RRC idle -> connected).

    Both directions share it: a frame of either wakes it, and all wait until it is awake.

    Attributes:
        idle_s: It sleeps after so long without a frame.
        wake_s: It takes between so long and so long to wake.
    """

    idle_s: float
    wake_s: tuple[float, float]
    last_s: float = float("-inf")

    def ready_s(self, now_s: float, rng: random.Random) -> float:
        """Give when a frame that comes now can go on."""
        ready_s = max(now_s, self.last_s)  # in the future while the radio is waking
        if now_s - self.last_s > self.idle_s:
            ready_s = now_s + rng.uniform(*self.wake_s)
        self.last_s = ready_s
        return ready_s


def bottleneck(spec: Mapping[str, float] | None) -> Bottleneck | None:
    """Make what ``{"rate_kbit": ..., "queue_ms": ...}`` describes; None: no bound.

    Raises:
        ValueError: a value out of range.
        KeyError: a value is missing.
    """
    if spec is None:
        return None
    rate_kbit, queue_ms = float(spec["rate_kbit"]), float(spec["queue_ms"])
    if rate_kbit <= 0 or queue_ms < 0:
        raise ValueError("rate_kbit must be above 0, queue_ms not below")
    return Bottleneck(rate_kbit * 125, queue_ms / 1000)


def radio(spec: Mapping[str, float] | None) -> SleepyRadio | None:
    """Make what ``{"idle_s": ..., "least_s": ..., "most_s": ...}`` describes; None: never sleeps.

    Raises:
        ValueError: a value out of range.
        KeyError: a value is missing.
    """
    if spec is None:
        return None
    idle_s, least_s, most_s = (float(spec[key]) for key in ("idle_s", "least_s", "most_s"))
    if not (idle_s >= 0 and 0 <= least_s <= most_s):
        raise ValueError("idle_s must not be below 0, and least_s not above most_s")
    return SleepyRadio(idle_s, (least_s, most_s))
