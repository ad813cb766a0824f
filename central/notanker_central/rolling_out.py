"""Staged roll-out: a plan goes to one site, then to a group, then to all, and stops where it is not taken.

What was released to a site stays released until the next release; a plan that lies in the depot alone reaches
nobody. Whether a site has taken it, its beats say: the plan's number in the row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, insert, select

from notanker_central import newest
from notanker_central import tables as t
from notanker_central.depot import Ready
from notanker_central.states import State

TIME_S: Final = 3600.0
"""A site that reports and has not taken its plan by then stops the roll-out; boxes ask every few minutes."""


@dataclass(frozen=True, slots=True)
class Release:
    """What was released to a site, and how far it is.

    Attributes:
        seq: The released plan's number in the row; `has` the number of the plan that the site has in force.
        state: `taken`, `waiting`, `silent`, or `late`: it reports, and has not taken it in time.
    """

    site: str
    seq: int
    has: int
    at_s: float
    state: str


def released(connection: Connection, site: str) -> str | None:
    """Return which offer was released to the site, by its SHA-256; None for none."""
    query = select(t.plan_release.c.offer).where(t.plan_release.c.site == site)
    return connection.execute(query).scalar()


def release(connection: Connection, ready: Iterable[tuple[str, Ready]], now_s: float) -> None:
    """Release to each site what is ready for it."""
    rows = [
        {"site": site, "offer": one.sha256, "seq": one.seq, "at_s": now_s} for site, one in ready
    ]
    if rows:
        sites = [row["site"] for row in rows]
        connection.execute(delete(t.plan_release).where(t.plan_release.c.site.in_(sites)))
        connection.execute(insert(t.plan_release), rows)


def releases(connection: Connection, now_s: float) -> list[Release]:
    """Return every release and how far its site is, those that stop the roll-out first."""
    r, s = t.plan_release.c, t.site.c
    query = (
        select(r.site, r.seq, r.at_s, s.state, t.full_beat.c.told)
        .join_from(t.plan_release, t.site, s.id == r.site)
        .outerjoin(t.full_beat, t.full_beat.c.site == s.id)
        .where(s.listed)
        .order_by(r.site)
    )
    found = []
    for row in connection.execute(query):
        beat = newest.beat_of(row.told)
        has = beat.plan_seq if beat is not None else 0
        found.append(Release(row.site, row.seq, has, row.at_s, _state(row, has, now_s)))
    return sorted(found, key=lambda one: one.state != "late")


def late(found: Iterable[Release]) -> list[Release]:
    """Return what stops the roll-out."""
    return [one for one in found if one.state == "late"]


def _state(row: object, has: int, now_s: float) -> str:
    seq, at_s, state = row.seq, row.at_s, row.state  # type: ignore[attr-defined] # a row of `releases`
    if has >= seq:
        return "taken"
    if state in (State.SILENT, State.NEVER):
        return "silent"
    return "late" if now_s - at_s > TIME_S else "waiting"
