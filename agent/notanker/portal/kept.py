"""Answers that are at hand: few, small, and only while nothing that they were made of has changed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final

from notanker.portal.answer import Answer

MOST: Final = 256
MOST_BYTES: Final = 8_000_000
"""The sample plan's pages in both languages, compressed and not, take 1.6 MB."""
MOST_AGE_S: Final = 5.0
"""A page tells ages in words and warns of a state older than 15 s: it is made anew this often."""


@dataclass(frozen=True, slots=True)
class _Item:
    answer: Answer
    of: Hashable
    since_s: float


class Kept:
    """Answers by their keys; whatever was not asked for the longest goes first."""

    def __init__(self, most: int = MOST, most_bytes: int = MOST_BYTES) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._items: OrderedDict[Hashable, _Item] = OrderedDict()
        self.size_bytes = 0

    def __len__(self) -> int:
        return len(self._items)

    def get(self, key: Hashable, of: Hashable, now_s: float) -> Answer | None:
        """Return the answer, if it was made of the same things and not long ago."""
        item = self._items.get(key)
        if item is None or item.of != of or now_s - item.since_s > MOST_AGE_S:
            return None
        self._items.move_to_end(key)
        return item.answer

    def however_old(self, key: Hashable) -> Answer | None:
        """Return the answer for when no newer one can be had: an old plan is better than none."""
        item = self._items.get(key)
        return item.answer if item else None

    def put(self, key: Hashable, answer: Answer, of: Hashable, now_s: float) -> None:
        """Keep an answer that may be kept."""
        if not answer.keeps:
            return
        self._drop(key)
        self._items[key] = _Item(answer, of, now_s)
        self.size_bytes += _size_bytes(answer)
        while len(self._items) > self._most or self.size_bytes > self._most_bytes:
            self._drop(next(iter(self._items)))

    def _drop(self, key: Hashable) -> None:
        item = self._items.pop(key, None)
        if item is not None:
            self.size_bytes -= _size_bytes(item.answer)


def _size_bytes(answer: Answer) -> int:
    return len(answer.body) + len(answer.whole)
