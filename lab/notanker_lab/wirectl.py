"""Steering the wire from any process of the capsule."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from notanker_lab import control

UPLINKS = ("primary", "lte")


class WireControl:
    """Client of the wire process behind the control socket ``path``."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def shape(self, wire: str, direction: str = "both", **values: Any) -> None:
        """Change delay_ms, jitter_ms, loss, bottleneck or seed of one wire.

        ``direction`` is "up" (from the site), "down" or "both". Delays are one-way. For loss and
        bottleneck see loss.model and link.bottleneck; None: none.
        """
        self._ask({"op": "set", "wire": wire, "dir": direction, **values})

    def sleep(self, wire: str, radio: dict[str, float] | None) -> None:
        """Give one wire a radio that sleeps (see link.radio); None: it is always awake."""
        self._ask({"op": "sleep", "wire": wire, "radio": radio})

    def cut(self, wire: str, name: str, rules: Sequence[Mapping[str, str | int]]) -> None:
        """Drop what ``rules`` match, under ``name``: {"what", "addr", "dir", "over_bytes"}, see frames."""
        plain = [dict(rule) for rule in rules]
        self._ask({"op": "cut", "wire": wire, "name": name, "rules": plain})

    def uncut(self, wire: str, name: str) -> None:
        """Take the rules ``name`` away."""
        self._ask({"op": "uncut", "wire": wire, "name": name})

    def counters(self) -> dict[str, dict[str, dict[str, int]]]:
        """Give wire -> direction -> counter (see wire.Counters; bytes are Ethernet's)."""
        return self._ask({"op": "counters"})

    def state(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Give wire -> direction -> delay_ms, jitter_ms, loss, bottleneck, sleeps, rules, queued."""
        return self._ask({"op": "state"})

    def bytes_by_uplink(self) -> dict[str, int]:
        """Give the bytes that entered each uplink so far, both directions together."""
        counted = self.counters()
        return {
            wire: sum(way["offered_bytes"] for way in ways.values())
            for wire, ways in counted.items()
        }

    def bytes_per_minute(self, over_s: float = 5.0) -> dict[str, float]:
        """Measure each uplink's bytes per minute over the next ``over_s`` seconds."""
        before, start_s = self.bytes_by_uplink(), time.monotonic()
        time.sleep(over_s)
        after, took_s = self.bytes_by_uplink(), time.monotonic() - start_s
        return {wire: (after[wire] - before[wire]) * 60 / took_s for wire in after}

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        return control.ask(self._path, question)
