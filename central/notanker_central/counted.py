"""What becomes of beats, counted by carrier and reason, from any thread."""

from __future__ import annotations

import collections
import threading
from collections.abc import Mapping


class Counted:
    """Somebody who counts what becomes of the beats that he is handed."""

    def __init__(self) -> None:
        self._counts: collections.Counter[tuple[str, str]] = collections.Counter()
        self._counting = threading.Lock()

    @property
    def counts(self) -> dict[str, int]:
        """How many beats were answered, turned away or refused, by reason."""
        summed: collections.Counter[str] = collections.Counter()
        for (_, reason), number in self.by_carrier.items():
            summed[reason] += number
        return dict(summed)

    @property
    def by_carrier(self) -> dict[tuple[str, str], int]:
        """The same by carrier and reason."""
        with self._counting:
            return dict(self._counts)

    def count(self, carrier: str, reason: str, number: int = 1) -> None:
        """Count what a door refused by itself."""
        self._count_all({(carrier, reason): number})

    def _count_all(self, counts: Mapping[tuple[str, str], int]) -> None:
        with self._counting:
            self._counts.update(counts)
