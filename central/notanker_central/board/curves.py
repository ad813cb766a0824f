"""Draws a site's LTE day by day, below the picture of its line and with the same columns: signal and data.

Each picture is a handful of paths, bounded whatever the site told: at most `MOST_BOXES` boxes for the signal,
one for each day for the data.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from markupsafe import Markup

from notanker.core.wording import SIGNALS
from notanker_central.board.pictures import COLUMN, GAP, svg, tone, width_of
from notanker_central.board.readings import Day

HEIGHT: Final = 64
TOP_DBM: Final = -60.0
BOTTOM_DBM: Final = -125.0
"""What lies beyond is drawn at the edge: no telephone works below, and nothing gets better above."""
WEAK_DBM: Final = SIGNALS[1][0]
MOST_BOXES: Final = 180
_LEAST: Final = 3.0
_ROOM: Final = 1.06
"""The budget's line stays below the picture's edge."""


def signal(days: Sequence[Day], label: str) -> Markup:
    """Draw the signal: from the worst to the best of each part of a day, above the zone that is weak."""
    parts = max(1, min(4, MOST_BOXES // len(days)))
    boxes = [box for column, day in enumerate(days) for box in _boxes(column, day, parts)]
    weak = _y(WEAK_DBM)
    width = width_of(len(days))
    ground = f'<path class="weak" d="M0 {weak:.1f}h{width}v{HEIGHT - weak:.1f}h-{width}z"/>'
    drawn = f'<path class="curve" d="{"".join(boxes)}"/>' if boxes else ""
    return svg(width, HEIGHT, label, ground + drawn, "band curves")


def data(days: Sequence[Day], limit_bytes: int | None, label: str) -> Markup:
    """Draw how much of the month's data was used at the end of each day, and where the budget ends."""
    used = [day.used_bytes for day in days]
    top = max([(limit_bytes or 0) * _ROOM, *(one for one in used if one is not None), 1.0])
    paths: dict[str, list[str]] = {"b-ok": [], "b-backup": [], "b-isolated": []}
    for column, one in enumerate(used):
        if one is not None:
            high = max(_LEAST / 2, one / top * HEIGHT)
            box = f"M{column * COLUMN} {HEIGHT}v-{high:.1f}h{COLUMN - GAP}v{high:.1f}z"
            paths[tone(one / limit_bytes if limit_bytes else 0.0)].append(box)
    drawn = "".join(f'<path class="{name}" d="{"".join(d)}"/>' for name, d in paths.items() if d)
    width = width_of(len(days))
    y = HEIGHT - (limit_bytes or 0) / top * HEIGHT
    line = f'<path class="limit" d="M0 {y:.1f}h{width}"/>' if limit_bytes else ""
    return svg(width, HEIGHT, label, drawn + line, "band curves")


def _boxes(column: int, day: Day, parts: int) -> Iterator[str]:
    wide = (COLUMN - GAP) / parts
    long_s = (day.to_s - day.from_s) / parts
    for part in range(parts):
        from_s = day.from_s + part * long_s
        told = [
            one.signal_dbm
            for one in day.readings
            if one.signal_dbm is not None and from_s < one.at_s <= from_s + long_s
        ]
        if told:
            top, bottom = _y(max(told)), _y(min(told))
            high = max(_LEAST, bottom - top)
            top = min(top, HEIGHT - high)
            yield f"M{column * COLUMN + part * wide:g} {top:.1f}h{wide:g}v{high:.1f}h-{wide:g}z"


def _y(dbm: float) -> float:
    inside = min(max(dbm, BOTTOM_DBM), TOP_DBM)
    return (TOP_DBM - inside) / (TOP_DBM - BOTTOM_DBM) * HEIGHT
