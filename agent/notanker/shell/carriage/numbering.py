"""Numbers beats: each counter is set aside on the disk before it is used, and none is used twice.

A counter is a nonce, and a nonce that comes twice with one key lets a listener read and forge. So whatever
could bring an old number back is answered here. A power cut: blocks are on the disk first (RFC 8613, B.1.1).
A journal that was lost, or an SD card's image that was brought back: each start with a clock that is known
to be right begins at the present second, and no site beats once a second. One count goes on over all keys of
a site; the centre tells by it which beat is the newest.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

from notanker.shell import clock, journal
from notanker.shell.carriage.contract import CarrierError
from notanker.shell.journal import Journal

COUNTER: Final = "beat_counter"
BLOCK: Final = 100
"""So many counters are set aside at once."""


class Numbering:
    """The counters of one site.

    Args:
        store: The journal.
        key_made_s: Gives when the site's key was written, wall seconds.
    """

    def __init__(self, store: Journal, key_made_s: Callable[[], float]) -> None:
        self._store = store
        self._key_made_s = key_made_s
        self._counters: deque[int] = deque()
        self._reserving: asyncio.Future[int] | None = None
        self._begun = False

    async def next(self) -> int:
        """Return a counter that was never used and never will be again.

        Raises:
            CarrierError: nobody can say which counters were used before.
            sqlite3.Error: none could be set aside.
        """
        if len(self._counters) <= BLOCK // 2 and self._reserving is None:
            # Early, so that a disk in trouble does not silence the site at once.
            self._reserving = self._store.do(self._reserve())
        if self._reserving is not None and (not self._counters or self._reserving.done()):
            reserving, self._reserving = self._reserving, None
            self._extend(await reserving)
        return self._counters.popleft()

    def _reserve(self) -> journal.Work[int]:
        now_s = int(clock.wall_s())
        trusted = clock.trusted()
        least = now_s if trusted and not self._begun else 0
        first_ever = now_s if trusted or now_s >= int(self._key_made_s()) else 0
        return journal.reserve_above(COUNTER, BLOCK, least, first_ever)

    def _extend(self, first: int) -> None:
        if first < 1:
            raise CarrierError(
                "the clock stands before the site's key was made, and the journal does not say which "
                "beats were sent with it: set the clock, or enrol the site anew"
            )
        self._begun = True
        self._counters.extend(range(first, first + BLOCK))
