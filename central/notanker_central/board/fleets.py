"""Counts and lists of sites under a filter. Reads one page and a narrow index, never the whole fleet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import Column, Connection, Row, func, select

from notanker_central import tables as t
from notanker_central.board.filters import Filter
from notanker_central.states import WORST_FIRST, State, rank_of
from notanker_central.views import SiteView, some

PAGE: Final = 60
MOST_CHOICES: Final = 300
MOST_REGIONS: Final = 500
REGIONS: Final = 60
"""On one page."""
MOST_PLACES: Final = 400
STORM: Final = 10
"""So many silent sites with something in common are shown as one."""
_SILENT: Final = rank_of(State.SILENT)


@dataclass(frozen=True, slots=True)
class Found:
    """One page of sites; `counts` are those of all that the filter finds, whatever their state."""

    sites: tuple[SiteView, ...]
    counts: dict[State, int]
    number: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class Group:
    """Sites with something in common, counted by state; `latitude` and `longitude` are their middle."""

    name: str
    counts: dict[State, int]
    oldest_proof_s: float | None
    unproven: int
    latitude: float | None = None
    longitude: float | None = None

    @property
    def total(self) -> int:
        """How many they are."""
        return sum(self.counts.values())

    @property
    def has_place(self) -> bool:
        """Whether it can be drawn."""
        return self.latitude is not None and self.longitude is not None

    @property
    def worst(self) -> State:
        """The worst state that there is among them."""
        return next((state for state in WORST_FIRST if self.counts.get(state)), State.OK)


@dataclass(frozen=True, slots=True)
class Storm:
    """Many silent sites of one operator or region: one thing has happened, not many."""

    dimension: str
    value: str
    silent: int
    of: int


def find(connection: Connection, wanted: Filter, now_s: float) -> Found:
    """Return the page that a filter asks for; a number out of range gives the nearest page."""
    c = t.site.c
    where = wanted.where(now_s)
    by_rank = select(c.rank, func.count()).where(*where).group_by(c.rank)
    ranks = {row[0]: row[1] for row in connection.execute(by_rank)}
    counts = {state: ranks.get(rank_of(state), 0) for state in WORST_FIRST}
    total = sum(counts.values()) if wanted.state is None else counts[wanted.state]
    pages = max(1, -(-total // PAGE))
    number = min(wanted.page, pages)
    chosen = select(c.id).where(*where).order_by(*wanted.order())
    if wanted.rank is not None:
        chosen = chosen.where(c.rank == wanted.rank)
    ids = connection.execute(chosen.limit(PAGE).offset((number - 1) * PAGE)).scalars().all()
    return Found(some(connection, ids), counts, number, pages, total)


def choices(connection: Connection) -> tuple[list[str], list[str]]:
    """Return the regions and the operators that there are."""
    c = t.site.c
    regions, operators = (
        sorted(_names(connection, column), key=str.casefold) for column in (c.region, c.operator)
    )
    return regions, operators


def _names(connection: Connection, column: Column[str]) -> list[str]:
    """Return the first names in a column: each is one step in its index from the one before.

    A `distinct` would read the index of all sites; neither database skips by itself from name to name.
    """
    usual = select(column.label("name")).where(t.SHOWN).order_by(column).limit(1)
    seen = select(usual.where(column != "").subquery().c.name).cte("seen", recursive=True)
    after = usual.where(column > seen.c.name).correlate(seen).scalar_subquery()
    seen = seen.union_all(select(after).where(seen.c.name.is_not(None)))
    found = select(seen.c.name).where(seen.c.name.is_not(None)).limit(MOST_CHOICES)
    return list(connection.execute(found).scalars())


def regions(connection: Connection, wanted: Filter, now_s: float) -> list[Group]:
    """Return the regions under a filter, the worst first."""
    c = t.site.c
    sums = (func.sum(c.latitude), func.sum(c.longitude), func.count(c.latitude))
    query = (
        select(c.region, c.rank, func.count(), func.min(c.lte_proven_s), func.count(c.lte_proven_s))
        .add_columns(*sums)
        .where(*(wanted.where(now_s) if wanted.narrows else (t.SHOWN,)))
        .group_by(c.region, c.rank)
    )
    parts: dict[str, list[_Part]] = {}
    for name, *part in connection.execute(query):
        parts.setdefault(name, []).append(_Part(*part))
    found = [_group(name, rows) for name, rows in parts.items()]
    worst_first = sorted(found, key=lambda one: (rank_of(one.worst), one.name.casefold()))
    return worst_first[:MOST_REGIONS]


def places(connection: Connection, wanted: Filter, now_s: float) -> list[Row[Any]]:
    """Return where the sites are, the worst last, if they are few enough to be drawn; else none."""
    c = t.site.c
    query = (
        select(c.id, c.name, c.rank, c.latitude, c.longitude)
        .where(*wanted.where(now_s), c.latitude.is_not(None))
        .limit(MOST_PLACES + 1)
    )
    rows: list[Row[Any]] = [*connection.execute(query)]
    return (
        sorted(rows, key=lambda row: (-row.rank, row.name, row.id))
        if len(rows) <= MOST_PLACES
        else []
    )


def storms(connection: Connection) -> list[Storm]:
    """Return what many silent sites have in common: an operator or a region of which most are silent."""
    c = t.site.c
    found = []
    for dimension, column in (("operator", c.operator), ("region", c.region)):
        silent = (
            select(column, func.count())
            .where(c.listed, c.rank == _SILENT, column != "")
            .group_by(column)
            .having(func.count() >= STORM)
            .order_by(func.count().desc())
            .limit(5)
        )
        for value, number in connection.execute(silent).all():
            of = connection.execute(select(func.count()).where(t.SHOWN, column == value)).scalar()
            found.append(Storm(dimension, value, number, of or number))
    return [one for one in found if one.silent * 2 >= one.of]


class _Part(NamedTuple):
    """The sites of one region in one state; the sums are over those whose place is known."""

    rank: int
    number: int
    oldest_s: float | None
    proven: int
    latitudes: float | None
    longitudes: float | None
    placed: int


def _group(name: str, parts: Sequence[_Part]) -> Group:
    ranks = {part.rank: part.number for part in parts}
    proofs = [part.oldest_s for part in parts if part.oldest_s is not None]
    placed = sum(part.placed for part in parts)
    return Group(
        name=name,
        counts={state: ranks.get(rank_of(state), 0) for state in WORST_FIRST},
        oldest_proof_s=min(proofs, default=None),
        unproven=sum(part.number - part.proven for part in parts),
        latitude=sum(part.latitudes or 0.0 for part in parts) / placed if placed else None,
        longitude=sum(part.longitudes or 0.0 for part in parts) / placed if placed else None,
    )
