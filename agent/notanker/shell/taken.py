"""The status reports that were taken, and what the disk does not know of them yet."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

from notanker.core import receipts
from notanker.core.delivery import Delivery
from notanker.plugin import SendReport
from notanker.shell import journal
from notanker.shell.journal import Journal


class Taken:
    """Each report counts once, and its device keeps it until what follows from it is on disk.

    Args:
        store: Where they are written down.
    """

    def __init__(self, store: Journal) -> None:
        self._store: Final = store
        self._keys: dict[str, None] = {}
        self._owed_keys: dict[str, None] = {}
        self._owed: dict[str, Delivery] = {}

    def take_up(self, keys: Iterable[str]) -> None:
        """Know again what an earlier process took."""
        self._keys |= dict.fromkeys(keys)

    def is_new(self, report: SendReport) -> bool:
        """Say whether this very report was not taken before; from now on it was."""
        key = receipts.key_of(report.recipient, report.reference, report.fate, report.done)
        if key in self._keys:
            return False
        self._keys[key] = self._owed_keys[key] = None
        if len(self._keys) > journal.MOST_REPORTS:
            del self._keys[next(iter(self._keys))]
        return True

    def changed(self, delivery: Delivery) -> None:
        """Note that a report has changed a message."""
        self._owed[delivery.mark] = delivery

    async def pay(self, present: Callable[[Delivery], Delivery], within_s: float) -> None:
        """Write down what the disk is owed; what could not be written is owed further.

        Args:
            present: Gives a message as it stands by now.
            within_s: The disk has so long.

        Raises:
            sqlite3.Error: it cannot be written down.
            TimeoutError: not in time.
        """
        owed, keys = dict(self._owed), tuple(self._owed_keys)
        if not owed and not keys:
            return
        written = self._store.do(journal.reported(map(present, owed.values()), keys))
        await asyncio.wait([written], timeout=within_s)
        if not written.done():
            raise TimeoutError("the disk does not take the status reports")
        written.result()
        for mark, delivery in owed.items():
            if self._owed.get(mark) is delivery:
                del self._owed[mark]
        for key in keys:
            self._owed_keys.pop(key, None)
