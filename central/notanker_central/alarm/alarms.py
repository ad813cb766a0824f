"""All that watches and tells, put together: the switch, the desk, the channels, other receivers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from notanker_central.alarm.carrying import Carrying
from notanker_central.alarm.desk import Desk
from notanker_central.alarm.hearing import Hearing
from notanker_central.clock import Clock
from notanker_central.config import CentralConfig
from notanker_central.metrics import Watch
from notanker_central.push.making import pushers
from notanker_central.store import Store
from notanker_central.watcher import Watcher


@dataclass(frozen=True, slots=True)
class Channel:
    """How one channel or receiver does, as the board shows it.

    Attributes:
        kind: `people` for a channel that tells people, else what kind of receiver it is.
        failures: How often in a row it failed; 0 while it works.
        reason: Why, the last time.
        since_s: Since when, wall seconds.
        told_s: When it took something last, None where that is not known.
        skipped: How many changes it will never be told, because it was away for too long.
    """

    name: str
    kind: str
    failures: int
    reason: str
    since_s: float | None
    told_s: float | None = None
    skipped: int = 0

    @property
    def well(self) -> bool:
        """Whether it works."""
        return not self.failures


class Alarms:
    """Everything that finds silent sites and tells of them.

    Attributes:
        hearing: Takes what comes in by modems of the centre.

    Raises:
        OSError: certificates that a receiver is to be known by cannot be read.
    """

    def __init__(self, store: Store, config: CentralConfig, clock: Clock) -> None:
        self.watcher: Final = Watcher(store, clock, config.alarm.proof_s)
        self.hearing: Final = Hearing(store, config.alarm, clock)
        self._carrying: Final = Carrying(store, config.alarm, clock, self.hearing.take)
        zone = config.board.time_zone
        self._desk: Final = Desk(store, config.alarm, clock, zone, self._carrying)
        self._pushers: Final = pushers(store, config.push, clock)

    def works(self) -> tuple[Callable[[threading.Event], None], ...]:
        """Return what runs in threads of its own, in one centre of those that share a database."""
        pushing = (one.run for one in self._pushers)
        return (self.watcher.run, self._desk.run, *self._carrying.runs(), *pushing)

    def channels(self) -> tuple[Channel, ...]:
        """Return how every channel and receiver does; one that fails is a finding."""
        ways = (
            Channel(way.name, "people", way.failures, way.reason, way.since_s)
            for way in self._carrying.ways
        )
        healths = (one.health for one in self._pushers)
        others = (
            Channel(h.name, h.kind, h.failures, h.reason, h.since_s, h.told_s, h.skipped)
            for h in healths
        )
        return (*ways, *others)

    def figures(self, beats: Mapping[str, int]) -> Watch:
        """Return what this process tells of itself, with its counts of beats."""
        failures = {one.name: one.failures for one in self.channels()}
        return Watch(self.watcher.lag_s, self.watcher.took_s, beats, failures)
