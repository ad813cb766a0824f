"""The few sites that tell people by SMS when this centre is mute: chosen while it still answers.

Those whose name has the smallest SHA-256: every receiver on the same database comes to the same three, and
a site that is added or removed changes at most one of them.
"""

from __future__ import annotations

import hashlib
import heapq
from typing import Final

from sqlalchemy import Connection, select

from notanker_central import tables as t

FEW: Final = 3
KEPT_S: Final = 600.0
"""So long a choice holds: to sort 100,000 names takes a tenth of a second."""


class Heralds:
    """The choice, made anew now and then. For one thread at a time."""

    def __init__(self) -> None:
        self._until_s = float("-inf")
        self._sites: frozenset[str] = frozenset()

    def among(self, connection: Connection, now_s: float) -> frozenset[str]:
        """Return the few.

        Args:
            connection: Where the sites are.
            now_s: Wall time; one that went back makes for a new choice.
        """
        if not self._until_s - KEPT_S <= now_s < self._until_s:
            names = connection.execute(select(t.site.c.id).where(t.site.c.listed)).scalars()
            self._sites = frozenset(heapq.nsmallest(FEW, names, key=_place))
            self._until_s = now_s + KEPT_S
        return self._sites


def _place(site: str) -> bytes:
    return hashlib.sha256(site.encode()).digest()
