"""Reads the interfaces' packet counters and tells the core when a busy line falls silent."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from typing import Final

from notanker.core import passive
from notanker.core.events import Event, FellSilent
from notanker.core.names import Uplink
from notanker.core.passive import Counters, Silence
from notanker.shell import clock

_MOST_BYTES: Final = 65_536


class Listener:
    """Listens to the uplinks' counters.

    Args:
        interfaces: The interface of each uplink.
        happened: Called with each event.
    """

    def __init__(self, interfaces: Mapping[Uplink, str], happened: Callable[[Event], None]) -> None:
        self._interfaces = interfaces
        self._happened = happened
        self._silences: dict[Uplink, Silence] = {}

    async def run(self) -> None:
        """Listen until cancelled.

        Raises:
            OSError: the counters cannot be read.
        """
        # The file shows the network namespace of whoever opens it; kept open, a reading is one call.
        file = os.open("/proc/self/net/dev", os.O_RDONLY | os.O_CLOEXEC)
        try:
            while True:
                text = os.pread(file, _MOST_BYTES, 0).decode("ascii", "replace")
                await asyncio.sleep(self._take(read_counters(text), clock.boot_s()))
        finally:
            os.close(file)

    def _take(self, counters: Mapping[str, Counters], now_s: float) -> float:
        """Take a reading; return in how many seconds the next one should come."""
        next_s = passive.QUIET_S
        for uplink, interface in self._interfaces.items():
            found = counters.get(interface)
            if found is None:
                self._silences.pop(uplink, None)
                continue
            before = self._silences.get(uplink) or Silence(found, now_s)
            silence, since_s = passive.look(before, found, now_s)
            self._silences[uplink] = silence
            next_s = min(next_s, passive.interval_s(silence, before))
            if since_s is not None:
                self._happened(FellSilent(uplink, since_s))
        return next_s


def read_counters(text: str) -> dict[str, Counters]:
    """Return the counters by interface out of `/proc/net/dev` (proc(5)); odd lines are passed over."""
    found: dict[str, Counters] = {}
    for line in text.splitlines():
        name, colon, rest = line.partition(":")
        numbers = rest.split()
        if colon and len(numbers) >= 10 and numbers[1].isdecimal() and numbers[9].isdecimal():
            found[name.strip()] = Counters(received=int(numbers[1]), sent=int(numbers[9]))
    return found
