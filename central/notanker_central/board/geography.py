"""A map without a map: where sites and regions lie to one another, out of the coordinates in central.toml."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row

from notanker_central.board.fleets import Group
from notanker_central.board.show import Show
from notanker_central.states import WORST_FIRST, State

WIDTH: Final = 600.0
_MARGIN: Final = 40.0
_MOST_HEIGHT: Final = 640.0
_LEAST_SPAN: Final = 0.05
"""Degrees; a single place is not blown up beyond a town."""


@dataclass(frozen=True, slots=True)
class Dot:
    """One mark: a site, or a region as large as its count asks for."""

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
    groups: Sequence[Group], places: Sequence[Row[Any]], show: Show, root: str
) -> Drawn | None:
    """Return the marks: sites while they are few, else regions; None if no coordinates are known.

    North is up. Degrees of longitude are as long as they are at the middle latitude (equirectangular
    projection), which is true enough for a country.
    """
    if places:
        known = [(one.latitude, one.longitude) for one in places]
        told = [
            (7.0, WORST_FIRST[one.rank], f"{root}/site/{one.id}", one.name, 1) for one in places
        ]
    else:
        some = [one for one in groups if one.latitude is not None and one.longitude is not None]
        known = [(one.latitude or 0.0, one.longitude or 0.0) for one in some]
        told = [
            (_radius(one.total), one.worst, f"{root}/regions#{index}", one.name, one.total)
            for index, one in enumerate(groups, 1)
            if one in some
        ]
    if not known:
        return None
    points, height = _project(known)
    dots = [
        Dot(x, y, radius, state, address, f"{name}: {show.state(state)}", count)
        for (x, y), (radius, state, address, name, count) in zip(points, told, strict=True)
    ]
    return Drawn(tuple(dots), height)


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
