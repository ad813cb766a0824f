"""A storm of messages to one person becomes one that says so: nobody reads the eleventh SMS of a minute.

Nothing is dropped. The most severe goes first, as it stands; what waits behind it is merged into the latest,
which names the marks that it stands for, and their end is its end.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from notanker.core.delivery import Delivery
from notanker.core.names import Outcome

MOST_WAITING: Final = 3
"""So many messages may wait for one person; a fourth makes a summary of those behind the first."""


@dataclass(frozen=True, slots=True)
class Storm:
    """What is to be merged: the `latest` stands for the `others`, oldest first."""

    latest: Delivery
    others: tuple[Delivery, ...]


def storm(waiting: Iterable[Delivery]) -> Storm | None:
    """Return what is to be merged of one person's messages, given in their order; None while it is calm.

    Only what was never handed over is merged: what may have left keeps its own mark. A message that carries
    others already may be merged again.
    """
    fresh = [d for d in waiting if d.outcome is Outcome.QUEUED and not d.attempts]
    if len(fresh) <= MOST_WAITING:
        return None
    first = min(fresh, key=lambda d: d.rank)  # the first of the most severe
    rest = [d for d in fresh if d is not first]
    return Storm(rest[-1], tuple(rest[:-1]))


def merged(found: Storm, text: str) -> Delivery:
    """Return the message that stands for all of them.

    Args:
        found: What is merged.
        text: What the person reads, in one SMS.
    """
    return replace(
        found.latest,
        text=text,
        rank=min(d.rank for d in (*found.others, found.latest)),
        carries=tuple(carried(found)),
        pieces=1,
    )


def carried(found: Storm) -> list[str]:
    """Return the marks that the merged message stands for, its own excepted."""
    marks: dict[str, None] = {}
    for one in (*found.others, found.latest):
        marks |= dict.fromkeys(one.carries)
        if one is not found.latest:
            marks[one.mark] = None
    return list(marks)
