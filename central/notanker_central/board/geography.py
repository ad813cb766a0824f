"""A map without a map: where sites and regions lie to one another, out of the coordinates in central.toml."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import Row

from notanker_central.board.desk import Desk
from notanker_central.board.filters import Filter
from notanker_central.board.fleets import Group
from notanker_central.board.show import Show
from notanker_central.states import WORST_FIRST, State

WIDTH: Final = 420.0
_MARGIN: Final = 32.0
_MOST_HEIGHT: Final = 450.0
_SITE: Final = 9.0
"""The radius of a site: on a narrow telephone it has 12 pixels."""
_LEAST_SPAN: Final = 0.05
"""Degrees; a single place is not blown up beyond a town."""


@dataclass(frozen=True, slots=True)
class Dot:
    """One mark: a site, or a region as large as its count asks for; without an address it is no link."""

    x: float
    y: float
    radius: float
    state: State
    address: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """The marks and the paper they are on."""

    dots: tuple[Dot, ...]
    height: float
    width: float = WIDTH


def draw(
    groups: Sequence[Group],
    rest: Sequence[Group],
    places: Sequence[Row[Any]],
    wanted: Filter,
    desk: Desk,
) -> Drawn | None:
    """Return the marks: sites while they are few, else regions; None if no coordinates are known.

    North is up. Degrees of longitude are as long as they are at the middle latitude (equirectangular
    projection), which is true enough for a country.

    Args:
        groups: The regions on this page, which their marks lead to.
        rest: Those on other pages: drawn, without a link.
        places: The sites, if they are few.
        wanted: Which sites are looked at.
        desk: What the page is made with.
    """
    root = desk.root
    marks = [_site(one, f"{root}/site/{one.id}") for one in places]
    if not marks:
        marks = [_region(one, "") for one in rest if one.has_place]
        marks += [
            _region(one, f"{root}/{wanted.query(region=one.name)}")
            for one in groups
            if one.has_place
        ]
    if not marks:
        return None
    points, height = _project([(one.latitude, one.longitude) for one in marks])
    dots = [_dot(one, x, y, desk.show) for one, (x, y) in zip(marks, points, strict=True)]
    return Drawn(tuple(dots), height)


class _Mark(NamedTuple):
    latitude: float
    longitude: float
    radius: float
    state: State
    name: str
    address: str
    sites: int


def _site(row: Row[Any], address: str) -> _Mark:
    return _Mark(row.latitude, row.longitude, _SITE, WORST_FIRST[row.rank], row.name, address, 1)


def _region(one: Group, address: str) -> _Mark:
    latitude, longitude = one.latitude or 0.0, one.longitude or 0.0
    return _Mark(latitude, longitude, _radius(one.total), one.worst, one.name, address, one.total)


def _dot(one: _Mark, x: float, y: float, show: Show) -> Dot:
    label = f"{one.name}: {show.state(one.state)}"
    return Dot(x, y, one.radius, one.state, one.address, label, one.sites)


def _radius(count: int) -> float:
    return min(30.0, 8.0 + 1.2 * math.sqrt(count))


def _project(known: Sequence[tuple[float, float]]) -> tuple[list[tuple[float, float]], float]:
    north, south = max(a for a, _ in known), min(a for a, _ in known)
    west, east = min(b for _, b in known), max(b for _, b in known)
    narrow = max(0.05, math.cos(math.radians((north + south) / 2)))
    wide, high = max((east - west) * narrow, _LEAST_SPAN), max(north - south, _LEAST_SPAN)
    scale = min((WIDTH - 2 * _MARGIN) / wide, (_MOST_HEIGHT - 2 * _MARGIN) / high)
    left = (WIDTH - wide * scale) / 2
    points = [(left + (b - west) * narrow * scale, _MARGIN + (north - a) * scale) for a, b in known]
    return points, high * scale + 2 * _MARGIN
