"""Reads what a site was in the past: its changes of state, out of the flips."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, func, select

from notanker_central import tables as t
from notanker_central.board.availability import Change, Span, spans_of
from notanker_central.states import State

MOST_CHANGES: Final = 20_000
"""Of one request: a line that flaps each minute for a fortnight. What is older is then left out."""


def courses(
    connection: Connection, sites: Sequence[str], from_s: float, to_s: float
) -> dict[str, list[Span]]:
    """Return what each of these sites was between two moments."""
    c = t.flip.c
    query = (
        select(c.site, c.at_s, c.before, c.after, c.cause)
        .where(c.site.in_(sites), c.at_s >= from_s, c.at_s < to_s)
        .order_by(c.site, c.id)
        .limit(MOST_CHANGES)
    )
    changes: dict[str, list[Change]] = {}
    for site, at_s, before, after, cause in connection.execute(query):
        changes.setdefault(site, []).append(Change(at_s, State(before), State(after), cause))
    begun = _before(connection, sites, from_s)
    found = {}
    for site in sites:
        mine = changes.get(site, [])
        state = begun.get(site) or (mine[0].before if mine else State.NEVER)
        found[site] = spans_of(mine, state, from_s, to_s)
    return found


def _before(connection: Connection, sites: Sequence[str], from_s: float) -> dict[str, State]:
    """Return what each site was at a moment: what it last changed to before."""
    c = t.flip.c
    last = select(func.max(c.id)).where(c.site.in_(sites), c.at_s < from_s).group_by(c.site)
    query = select(c.site, c.after).where(c.id.in_(last))
    return {site: State(after) for site, after in connection.execute(query)}
