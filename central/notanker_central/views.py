"""Reads what the board shows: counts, one page of sites, one site, alarms. Never the whole fleet at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select

from notanker.core.heartbeat import Beat
from notanker_central import newest
from notanker_central import tables as t
from notanker_central.states import WORST_FIRST, State, rank_of

PAGE: Final = 100
LAST_EVENTS: Final = 100
LAST_FLIPS: Final = 20
LAST_ALARMS: Final = 100


@dataclass(frozen=True, slots=True)
class SiteView:
    """A site as people see it; `beat` is its newest, None before the first."""

    id: str
    name: str
    region: str
    state: State
    since_s: float | None
    received_s: float | None
    old_beats: int
    stored_to: int
    conflict: bool
    lte_proven_s: float | None
    plan_since_s: float | None
    incidents: int
    unheld: int
    time_zone: str
    beat: Beat | None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of sites, the worst first; `number` counts from 1."""

    sites: tuple[SiteView, ...]
    number: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class AlarmView:
    """One alarm; `closed_s` is None while it is open."""

    site: str
    name: str
    kind: str
    opened_s: float
    closed_s: float | None
    told_s: float | None


def counts(connection: Connection) -> dict[State, int]:
    """Return how many listed sites are in each state, every state named."""
    c = t.site.c
    query = select(c.rank, func.count()).where(c.listed).group_by(c.rank)
    found = {row[0]: row[1] for row in connection.execute(query)}
    return {state: found.get(rank_of(state), 0) for state in WORST_FIRST}


def page(connection: Connection, number: int, state: State | None = None, size: int = PAGE) -> Page:
    """Return one page of the listed sites; a number out of range gives the nearest page."""
    every = counts(connection)
    total = sum(every.values()) if state is None else every[state]
    pages = max(1, -(-total // size))
    number = min(max(number, 1), pages)
    c = t.site.c
    ids = select(c.id).where(c.listed).order_by(c.rank, c.name, c.id)
    if state is not None:
        ids = ids.where(c.rank == rank_of(state))
    found = connection.execute(ids.limit(size).offset((number - 1) * size)).scalars().all()
    return Page(some(connection, found), number, pages, total)


def one(connection: Connection, site: str) -> SiteView | None:
    """Return a listed site, None if there is none of that id."""
    query = newest.sites().where(t.site.c.listed, t.site.c.id == site)
    row = connection.execute(query).one_or_none()
    return None if row is None else _view(row)


def some(connection: Connection, ids: Sequence[str]) -> tuple[SiteView, ...]:
    """Return these sites, in their order."""
    rows = {row.id: row for row in connection.execute(newest.sites().where(t.site.c.id.in_(ids)))}
    return tuple(_view(rows[one]) for one in ids if one in rows)


def last_events(connection: Connection, site: str) -> list[Row[Any]]:
    """Return the newest rows of the site's journal, the newest first."""
    order = (t.event.c.epoch.desc(), t.event.c.position.desc())
    query = select(t.event).where(t.event.c.site == site).order_by(*order).limit(LAST_EVENTS)
    return list(connection.execute(query))


def last_flips(connection: Connection, site: str) -> list[Row[Any]]:
    """Return the newest changes of the site's state, the newest first."""
    query = select(t.flip).where(t.flip.c.site == site).order_by(t.flip.c.id.desc())
    return list(connection.execute(query.limit(LAST_FLIPS)))


def alarms(connection: Connection) -> list[AlarmView]:
    """Return the alarms: open ones first, then the newest. It reads these alone, however many there were."""
    a = t.alarm.c
    query = (
        select(a.site, t.site.c.name, a.kind, a.opened_s, a.closed_s, a.told_open_s)
        .join(t.site, t.site.c.id == a.site)
        .order_by(a.id.desc())
    )
    is_open = query.where(a.closed_s.is_(None)).limit(LAST_ALARMS)
    found = [AlarmView(*row) for row in connection.execute(is_open)]
    over = query.where(a.closed_s.is_not(None)).limit(LAST_ALARMS - len(found))
    return found + [AlarmView(*row) for row in connection.execute(over)]


def open_alarms(connection: Connection) -> int:
    """Return how many alarms are open."""
    is_open = t.alarm.c.closed_s.is_(None)
    return connection.execute(select(func.count()).where(is_open)).scalar_one()


def _view(row: Row[Any]) -> SiteView:
    return SiteView(
        id=row.id,
        name=row.name,
        region=row.region,
        state=State(row.state),
        since_s=row.since_s,
        received_s=row.received_s,
        old_beats=row.old_beats,
        stored_to=max(row.stored_to, 0),
        conflict=row.conflict,
        lte_proven_s=row.lte_proven_s,
        plan_since_s=row.plan_since_s,
        incidents=row.incidents,
        unheld=row.unheld,
        time_zone=row.time_zone,
        beat=newest.beat_in(row),
    )
