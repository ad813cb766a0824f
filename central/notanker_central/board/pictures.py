"""Draws a site's past: scalable pictures without a script or a style of their own.

Each is one path for each state, so that a picture of 90 days stays a few kilobytes. Colours come from the
page's style; what nobody knows is hatched (`base.html` has the pattern), so that no colour has to be told
from another.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from markupsafe import Markup, escape

from notanker_central.board.availability import Span
from notanker_central.states import State

HEIGHT: Final = 96
COLUMN: Final = 10
GAP: Final = 2
_DRAWN: Final = (State.OK, State.NEVER, State.BACKUP, State.SILENT, State.ISOLATED)
_LEAST: Final = 1.5
"""An outage of seconds is seen as well."""


@dataclass(frozen=True, slots=True)
class Band:
    """A picture of days side by side, each from midnight at the top to midnight at the bottom."""

    picture: Markup
    first: dt.date
    last: dt.date


def band(spans: Iterable[Span], zone: dt.tzinfo, now_s: float, days: int, label: str) -> Band:
    """Draw the last days of a site, a column each.

    Args:
        spans: What it was, of that time at least.
        zone: The site's.
        now_s: The end of the last day that is drawn.
        days: How many.
        label: What the picture says, for those who do not see it.
    """
    begins = last_days(zone, now_s, days)
    edges = midnights(begins, zone)
    paths: dict[State, list[str]] = {state: [] for state in _DRAWN}
    for span in spans:
        for column, (from_s, to_s) in enumerate(pairwise(edges)):
            a, b = max(span.from_s, from_s), min(span.to_s, to_s, now_s)
            if a < b:
                paths[span.state].append(_box(column, a - from_s, b - from_s, to_s - from_s))
    drawn = "".join(
        f'<path class="b-{state}" d="{"".join(boxes)}"/>' for state, boxes in paths.items() if boxes
    )
    picture = svg(width_of(days), HEIGHT, label, drawn, "band")
    return Band(picture, begins[0], begins[-1])


def last_days(zone: dt.tzinfo, now_s: float, days: int) -> list[dt.date]:
    """Return the last days, today the last of them."""
    last = dt.datetime.fromtimestamp(now_s, zone).date()
    return [last - dt.timedelta(days=n) for n in range(days - 1, -1, -1)]


def midnights(days: Sequence[dt.date], zone: dt.tzinfo) -> list[float]:
    """Return when each day begins, and at last when the day after them does."""
    every = (*days, days[-1] + dt.timedelta(days=1))
    return [dt.datetime.combine(day, dt.time(), zone).timestamp() for day in every]


def width_of(days: int) -> int:
    """Return how wide a picture of so many days is; all of them have the same columns."""
    return days * COLUMN - GAP


def meter(used: float, limit: float, label: str) -> Markup:
    """Draw how much of a budget is used; what is beyond it is drawn full."""
    share = min(1.0, max(0.0, used / limit)) if limit > 0 else 0.0
    ground = '<path class="b-never" d="M0 0h300v12h-300z"/>'
    bar = f'<path class="{tone(share)}" d="M0 0h{share * 300:.1f}v12H0z"/>'
    return svg(300, 12, label, ground + bar, "meter")


def tone(share: float) -> str:
    """Return the class for how much of a budget is used, in the bands of the agent."""
    return "b-isolated" if share >= 0.95 else "b-backup" if share >= 0.75 else "b-ok"


def shares(counts: dict[State, int], label: str) -> Markup:
    """Draw how a group's states divide, the worst first."""
    total, x, told = sum(counts.values()) or 1, 0.0, []
    for state, number in counts.items():
        width = number / total * 300
        if number:
            told.append(f'<path class="b-{state}" d="M{x:.1f} 0h{width:.1f}v12h-{width:.1f}z"/>')
        x += width
    return svg(300, 12, label, "".join(told), "meter")


def svg(width: int, height: int, label: str, inner: str, kind: str) -> Markup:
    """Return a picture that takes whatever room its class gives it; `inner` is ours, not a visitor's."""
    head = (
        f'<svg class="{kind}" viewBox="0 0 {width} {height}" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(label)}" focusable="false">'
    )
    return Markup(head + inner + "</svg>")  # noqa: S704 - numbers and our own words, the label escaped


def _box(column: int, from_s: float, to_s: float, whole_s: float) -> str:
    top = from_s / whole_s * HEIGHT
    height = max(_LEAST, (to_s - from_s) / whole_s * HEIGHT)
    wide = COLUMN - GAP
    return f"M{column * COLUMN} {top:.1f}h{wide}v{height:.1f}h-{wide}z"
