"""What an incident used of the LTE data, as far as the record can tell.

The record holds how much of the month was used when a band of the budget was entered, and wherever else a
fact says so. Between two such marks the amount is known exactly, around them only within bounds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from notanker.core.budget import SCARCE_PCT, SPENT_PCT, WARNED_PCT, Band
from notanker.core.facts import BandEntered, Fact
from notanker.core.incident import Incident
from notanker.core.moment import between_s

EDGES_PCT: Final = {Band.PLENTY: WARNED_PCT, Band.WARNED: SCARCE_PCT, Band.SCARCE: SPENT_PCT}
"""Up to which share of the budget a band goes; the last one has no end."""


@dataclass(frozen=True, slots=True)
class DataUsed:
    """How much LTE data the site used meanwhile: at least, and at most if anybody knows."""

    least_bytes: int
    most_bytes: int | None


@dataclass(frozen=True, slots=True)
class _Mark:
    after_s: float
    used_bytes: int
    most_bytes: int | None


def data_used(incident: Incident, beside: Iterable[Fact] = ()) -> DataUsed | None:
    """Return what was used from the opening to the end, None where no fact tells of data at all.

    Args:
        incident: The incident.
        beside: Facts of none; the last one before the opening may say how much had been used by then.
    """
    marks = sorted(_marks(incident, beside), key=lambda mark: mark.after_s)
    if not marks:
        return None
    before = [mark for mark in marks if mark.after_s < 0][-1:]
    within = [mark for mark in marks if mark.after_s >= 0]
    least = sum(_grown(a, b) for a, b in pairwise(within))
    head = sum(_grown(a, b) for a, b in pairwise([*before, *within[:1]]))
    if within and within[0].after_s > 0 and not before:
        head = within[0].used_bytes  # the month's first mark: all of it may be the incident's
    tail = _unseen(incident, marks[-1])
    return DataUsed(least, None if tail is None else least + head + tail)


def _unseen(incident: Incident, last: _Mark) -> int | None:
    """Return how much may have been used since the last mark, None if that has no bound."""
    if incident.resolved and last.after_s >= between_s(incident.opened, incident.resolved):
        return 0
    return None if last.most_bytes is None else max(0, last.most_bytes - last.used_bytes)


def _marks(incident: Incident, beside: Iterable[Fact]) -> Iterator[_Mark]:
    for fact in (*beside, *incident.facts):
        # Whatever fact says so: those that come to know it later need nothing here.
        used = getattr(fact, "used_bytes", None)
        if isinstance(used, int) and used >= 0:
            yield _Mark(between_s(incident.opened, fact.at), used, _edge(fact))


def _edge(fact: Fact) -> int | None:
    if not isinstance(fact, BandEntered) or fact.band not in EDGES_PCT or fact.limit_bytes <= 0:
        return None
    return round(EDGES_PCT[fact.band] / 100 * fact.limit_bytes)


def _grown(earlier: _Mark, later: _Mark) -> int:
    """Return what came in between; a month that began meanwhile began its count anew."""
    grown = later.used_bytes - earlier.used_bytes
    return grown if grown >= 0 else later.used_bytes
