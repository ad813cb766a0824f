"""What other monitoring is told: the fleet of the moment, the incidents, and which sites changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, func, select

from notanker_central import tables as t
from notanker_central.alarm import views
from notanker_central.alarm.views import IncidentView
from notanker_central.states import State

LATELY_S: Final = 600.0
"""An incident is told as resolved for so long: a receiver that was away learns of it."""
CHANGES_AT_ONCE: Final = 1_000
MOST_BEHIND: Final = 20_000
"""A receiver that is further behind gets what is now, and not what was: its queue is bounded."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a site's state; `id` counts up."""

    id: int
    site: str
    name: str
    region: str
    before: str
    after: str
    at_s: float


@dataclass(frozen=True, slots=True)
class Picture:
    """One moment of the fleet.

    Attributes:
        counts: How many sites are in which state.
        open: The open incidents, `resolved` those that ended lately.
        changes: What changed since the receiver's last picture, the oldest first.
        skipped: So many changes before these were left out.
    """

    now_s: float
    counts: dict[str, int]
    open: tuple[IncidentView, ...] = ()
    resolved: tuple[IncidentView, ...] = ()
    changes: tuple[Change, ...] = ()
    skipped: int = 0

    @property
    def total(self) -> int:
        """How many sites there are."""
        return sum(self.counts.values())


def last_change(connection: Connection) -> int:
    """Return the id of the last change, 0 if there is none."""
    return connection.execute(select(func.max(t.flip.c.id))).scalar() or 0


def picture(connection: Connection, after: int | None, now_s: float) -> Picture:
    """Return the picture for a receiver that knows all changes up to that one; with None it wants none."""
    s = t.site.c
    query = select(s.state, func.count()).where(s.listed).group_by(s.state)
    found: dict[str, int] = {row[0]: row[1] for row in connection.execute(query)}
    changes, skipped = ((), 0) if after is None else _changes(connection, after)
    return Picture(
        now_s,
        {str(state): found.get(state, 0) for state in State},
        tuple(views.open_incidents(connection)),
        tuple(views.past_incidents(connection, now_s - LATELY_S)),
        changes,
        skipped,
    )


def _changes(connection: Connection, after: int) -> tuple[tuple[Change, ...], int]:
    last = last_change(connection)
    skipped = max(0, last - after - MOST_BEHIND)
    f, s = t.flip.c, t.site.c
    query = (
        select(f.id, f.site, s.name, s.region, f.before, f.after, f.at_s)
        .join_from(t.flip, t.site, s.id == f.site)
        .where(f.id > after + skipped)
        .order_by(f.id)
        .limit(CHANGES_AT_ONCE)
    )
    return tuple(_change(row) for row in connection.execute(query)), skipped


def _change(row: Any) -> Change:
    return Change(row.id, row.site, row.name, row.region, row.before, row.after, row.at_s)
