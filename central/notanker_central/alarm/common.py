"""What sites that are missing have in common: one incident for a dead region, not 300.

A group explains the missing ones if at least half of it is missing, and outside of it five times fewer are.
The largest such group is taken first, what it explains is put aside, and the rest is looked at again. Sites
count as missing as soon as one beat is overdue: the first that runs out of patience then finds its whole
region already, instead of the part of it that a minute's spread of beats has shown so far. Lost beats alone
make no group: at 5 % loss one site in twenty is missing, spread over all groups.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

LEAST: Final = 3
"""Two silent sites are two incidents: each of two people may have one."""
HALF: Final = 0.5
CONTRAST: Final = 5.0
WHOLE: Final = 0.8
"""From this share of all sites on, it is all of them, whatever else some may have in common."""


class Dimension(StrEnum):
    """What sites can have in common, in the order in which it is believed."""

    ALL = "all"
    REGION = "region"
    OPERATOR = "operator"
    VERSION = "version"
    SEVERAL = "several"
    SITE = "site"


_NAMED: Final = (Dimension.REGION, Dimension.OPERATOR, Dimension.VERSION)


@dataclass(frozen=True, slots=True)
class Traits:
    """What is known of a site that others may share."""

    region: str = ""
    operator: str = ""
    version: str = ""

    def of(self, dimension: Dimension) -> str:
        """Return its value in that dimension."""
        return str(getattr(self, dimension.value))


@dataclass(frozen=True, slots=True)
class Tally:
    """How many sites of these traits there are, and how many of them are missing."""

    traits: Traits
    total: int
    gone: int


@dataclass(frozen=True, slots=True)
class Common:
    """What missing sites have in common.

    Attributes:
        value: The region, operator or version; the site's id for a single one.
        gone: How many are missing.
        total: How many there are that have it in common.
    """

    dimension: Dimension
    value: str = ""
    gone: int = 0
    total: int = 0

    def covers(self, traits: Traits) -> bool:
        """Tell whether a site of these traits belongs to it."""
        if self.dimension is Dimension.ALL:
            return True
        return self.dimension in _NAMED and traits.of(self.dimension) == self.value


def groups(tallies: Iterable[Tally]) -> tuple[Common, ...]:
    """Return the groups that explain missing sites, the largest first."""
    rest = list(tallies)
    found: list[Common] = []
    while True:
        one = _all(rest) if not found else None
        one = one or _best(rest)
        if one is None:
            return tuple(found)
        found.append(one)
        rest = [tally for tally in rest if not one.covers(tally.traits)]


def _all(tallies: list[Tally]) -> Common | None:
    total, gone = _sums(tallies)
    whole = gone >= LEAST and gone >= WHOLE * total
    return Common(Dimension.ALL, "", gone, total) if whole else None


def _best(tallies: list[Tally]) -> Common | None:
    all_total, all_gone = _sums(tallies)
    candidates = [
        Common(dimension, value, gone, total)
        for dimension in _NAMED
        for value, (total, gone) in _by_value(tallies, dimension).items()
        if _explains(total, gone, all_total, all_gone)
    ]
    # The most missing; of those the narrowest; of those the dimension that is believed first (max is stable).
    return max(candidates, key=lambda one: (one.gone, -one.total), default=None)


def _explains(total: int, gone: int, all_total: int, all_gone: int) -> bool:
    if gone < LEAST or gone < HALF * total or total == all_total:
        return False
    outside = (all_gone - gone) / (all_total - total)
    return gone / total >= CONTRAST * outside


def _by_value(tallies: Iterable[Tally], dimension: Dimension) -> dict[str, tuple[int, int]]:
    sums: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for tally in tallies:
        value = tally.traits.of(dimension)
        if value:
            total, gone = sums[value]
            sums[value] = (total + tally.total, gone + tally.gone)
    return sums


def _sums(tallies: Iterable[Tally]) -> tuple[int, int]:
    listed = list(tallies)
    return sum(one.total for one in listed), sum(one.gone for one in listed)
