"""A site's month: figures and outages within the agreed hours, in the site's own time zone."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from notanker_central import reports
from notanker_central import tables as t
from notanker_central.board.availability import (
    Figures,
    Outage,
    agreed_windows,
    figures_of,
    month_of,
    outages_of,
)
from notanker_central.board.courses import courses
from notanker_central.board.filters import Filter
from notanker_central.config import Board

PAGE: Final = 200
"""Sites on one page of the fleet's report."""
_NEAR_S: Final = 300.0
"""So far the site's clock and the arrival of its beat may lie apart."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An outage with what the site's own report says of it: how soon it was switched, if it was."""

    outage: Outage
    switched_s: float | None
    incident: int | None


@dataclass(frozen=True, slots=True)
class SiteMonth:
    """One site's month; `to_s` is now while the month is not over."""

    id: str
    name: str
    region: str
    zone: zoneinfo.ZoneInfo
    agreed: str
    from_s: float
    to_s: float
    over: bool
    figures: Figures
    outages: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class FleetMonth:
    """A page of sites, each with its month, and the figures of these together."""

    sites: tuple[SiteMonth, ...]
    together: Figures
    number: int
    pages: int


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the calendar."""

    year: int
    month: int

    @property
    def text(self) -> str:
        """The month as addresses have it."""
        return f"{self.year:04}-{self.month:02}"

    def moved(self, months: int) -> Month:
        """Return the month so many later."""
        year, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Month(year, month + 1)


def month_in(text: str) -> Month | None:
    """Return the month of a text such as `2026-10`, None if it is none."""
    year, _, month = text.partition("-")
    good = len(year) == 4 and len(month) == 2 and (year + month).isascii()
    if not good or not (year + month).isdecimal():
        return None
    known = Month(int(year), int(month))
    return known if 1 <= known.month <= 12 and 2000 <= known.year <= 2999 else None


def month_at(now_s: float, zone: dt.tzinfo) -> Month:
    """Return the month of a moment."""
    here = dt.datetime.fromtimestamp(now_s, zone)
    return Month(here.year, here.month)


def of_site(
    connection: Connection, site: str, month: Month, board: Board, now_s: float
) -> SiteMonth | None:
    """Return a listed site's month, None if there is no such site."""
    c = t.site.c
    row = connection.execute(_rows().where(c.listed, c.id == site)).one_or_none()
    return None if row is None else _months(connection, [row], month, board, now_s)[0]


def of_fleet(
    connection: Connection, wanted: Filter, month: Month, board: Board, now_s: float
) -> FleetMonth:
    """Return the months of one page of sites under a filter, by name."""
    c = t.site.c
    where = wanted.where(now_s)
    chosen = select(c.id).where(*where).order_by(c.name, c.id)
    window = chosen.limit(PAGE + 1).offset((wanted.page - 1) * PAGE)
    ids = connection.execute(window).scalars().all()
    rows = connection.execute(_rows().where(c.id.in_(ids[:PAGE])).order_by(c.name, c.id)).all()
    sites = tuple(_months(connection, rows, month, board, now_s))
    together = Figures()
    for one in sites:
        together = together.plus(one.figures)
    return FleetMonth(sites, together, wanted.page, wanted.page + (len(ids) > PAGE))


def zone_of(name: str, board: Board) -> zoneinfo.ZoneInfo:
    """Return a site's time zone: its own, else the board's."""
    return zoneinfo.ZoneInfo(name or board.time_zone)


def _rows() -> Any:
    c = t.site.c
    return select(c.id, c.name, c.region, c.time_zone, c.agreed)


def _months(
    connection: Connection, rows: Sequence[Row[Any]], month: Month, board: Board, now_s: float
) -> list[SiteMonth]:
    zones = {row.time_zone: zone_of(row.time_zone, board) for row in rows}
    bounds = {name: month_of(month.year, month.month, zone) for name, zone in zones.items()}
    from_s = min((a for a, _ in bounds.values()), default=0.0)
    to_s = min(max((b for _, b in bounds.values()), default=0.0), now_s)
    found = courses(connection, [row.id for row in rows], from_s, max(from_s, to_s))
    known = _switched(connection, [row.id for row in rows], from_s, to_s)
    made = []
    for row in rows:
        begin_s, end_s = bounds[row.time_zone]
        agreed = row.agreed or board.agreed
        windows = agreed_windows(agreed, zones[row.time_zone], begin_s, min(end_s, now_s))
        spans = found[row.id]
        outages = outages_of(spans, windows)
        made.append(
            SiteMonth(
                id=row.id,
                name=row.name,
                region=row.region,
                zone=zones[row.time_zone],
                agreed=agreed,
                from_s=begin_s,
                to_s=min(end_s, now_s),
                over=end_s <= now_s,
                figures=figures_of(spans, windows),
                outages=tuple(_listed(one, known.get(row.id, [])) for one in outages),
            )
        )
    return made


def _listed(outage: Outage, known: Sequence[tuple[float, int, float | None]]) -> Listed:
    """Find the report that was opened when the outage began."""
    for opened_s, number, switched_s in known:
        if outage.from_s - _NEAR_S <= opened_s <= outage.to_s:
            return Listed(outage, switched_s if outage.backup_s else None, number)
    return Listed(outage, None, None)


def _switched(
    connection: Connection, sites: Sequence[str], from_s: float, to_s: float
) -> dict[str, list[tuple[float, int, float | None]]]:
    found: dict[str, list[tuple[float, int, float | None]]] = {}
    for site, report in reports.opened_between(connection, sites, from_s - _NEAR_S, to_s):
        told = (report.opened.wall_s, report.number, report.taken_over_s)
        found.setdefault(site, []).append(told)
    return found
