"""The messages that left: until their report comes, or a copy goes because none does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from notanker.core import chasing
from notanker.core.delivery import Delivery
from notanker.shell import clock, journal
from notanker.shell.journal import Journal

MOST_AWAITED: Final = 200
"""So many messages that left are kept in mind for their status report."""


class Awaited:
    """All messages that left and of which a report would tell something new.

    Args:
        store: Where it is written down that one is waited for no longer.
    """

    def __init__(self, store: Journal) -> None:
        self._store: Final = store
        self._known: dict[str, Delivery] = {}

    def __iter__(self) -> Iterator[Delivery]:
        """Return the messages, the oldest first."""
        return iter(tuple(self._known.values()))

    def __contains__(self, mark: str) -> bool:
        """Say whether the message is one of them."""
        return mark in self._known

    def get(self, mark: str) -> Delivery | None:
        """Return the message of that mark."""
        return self._known.get(mark)

    def keep(self, delivery: Delivery, report_s: float) -> None:
        """Keep in mind a message that left, until its report comes or newer ones need the place."""
        if delivery.awaits:
            chased_s = clock.boot_s() + report_s
            self._known[delivery.mark] = replace(delivery, next_s=chased_s)
        while len(self._known) > MOST_AWAITED:
            oldest = self._known.pop(next(iter(self._known)))
            self._store.do(journal.update(replace(oldest, reported=False, earlier=(), owed=0)))

    def change(self, delivery: Delivery) -> None:
        """Take what a report has made of a message that is over."""
        self._known[delivery.mark] = delivery
        if not delivery.awaits:
            del self._known[delivery.mark]

    def take(self, mark: str) -> None:
        """Forget a message, if it is known."""
        self._known.pop(mark, None)

    def overdue(self) -> tuple[Delivery, ...]:
        """Return the messages whose report has been waited for long enough."""
        now_s = clock.boot_s()
        return tuple(one for one in self if chasing.is_due(one, now_s))

    def next_s(self) -> float | None:
        """Return when the next report is overdue, in boot seconds."""
        return min((one.next_s for one in self if chasing.is_due(one, one.next_s)), default=None)

    def look_again(self, delivery: Delivery, after_s: float) -> None:
        """Look once more at an overdue message after that time: no other way is open now."""
        self._known[delivery.mark] = replace(delivery, next_s=clock.boot_s() + after_s)
