"""Which incident an alarm belongs to: an open one, that of a group, or one of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from notanker_central.alarm.common import Common, Dimension, Tally, Traits, groups
from notanker_central.alarm.kinds import Kind

MOST_SINGLE: Final = 3
"""So many sites that have nothing in common get an incident each; more at once are told as one."""
MOST_OPEN: Final = 20
"""From so many open incidents on, further single sites are told as one: nobody leads fifty."""
JOIN_S: Final = 120.0
"""What falls silent within two usual intervals of a scattered incident belongs to it."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """An alarm that belongs to no incident yet."""

    id: int
    site: str
    kind: Kind
    traits: Traits


@dataclass(frozen=True, slots=True)
class Open:
    """An open incident, as far as joining it goes."""

    number: int
    kind: Kind
    common: Common
    opened_s: float


@dataclass(frozen=True, slots=True)
class Placing:
    """Alarms that join the incident of that number, or open a new one if that is None."""

    number: int | None
    kind: Kind
    common: Common
    alarms: tuple[Fresh, ...]


def place(
    fresh: Sequence[Fresh], opened: Sequence[Open], tallies: Iterable[Tally], now_s: float
) -> tuple[Placing, ...]:
    """Return where each of the alarms belongs; they are of one kind.

    Args:
        fresh: What belongs to no incident yet.
        opened: The open incidents of the same kind.
        tallies: How many sites of which traits are missing.
        now_s: The wall time, as in `opened`.
    """
    found: list[Placing] = []
    left = list(fresh)
    for one in opened:
        left = _taken(found, left, one.number, one.kind, one.common)
    for common in groups(tallies) if left else ():
        left = _taken(found, left, None, left[0].kind, common) if left else left
    if left:
        found += _scattered(left, opened, now_s)
    return tuple(found)


def _taken(
    found: list[Placing], left: list[Fresh], number: int | None, kind: Kind, common: Common
) -> list[Fresh]:
    theirs = tuple(one for one in left if one.kind is kind and _covers(common, one))
    if theirs:
        found.append(Placing(number, kind, common, theirs))
    taken = {one.id for one in theirs}
    return [one for one in left if one.id not in taken]


def _covers(common: Common, one: Fresh) -> bool:
    if common.dimension is Dimension.SITE:
        return one.site == common.value
    return common.covers(one.traits)


def _scattered(left: list[Fresh], opened: Sequence[Open], now_s: float) -> list[Placing]:
    kind = left[0].kind
    for one in opened:
        several = one.common.dimension is Dimension.SEVERAL and one.kind is kind
        if several and 0 <= now_s - one.opened_s < JOIN_S:
            return [Placing(one.number, kind, one.common, tuple(left))]
    if len(left) > MOST_SINGLE or len(opened) + len(left) > MOST_OPEN:
        common = Common(Dimension.SEVERAL, "", len(left), len(left))
        return [Placing(None, kind, common, tuple(left))]
    return [Placing(None, kind, Common(Dimension.SITE, one.site, 1, 1), (one,)) for one in left]
