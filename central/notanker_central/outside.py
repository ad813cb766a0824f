"""Texts for people outside, as the centre knows them: out of the sites' journals, by the core's own rules.

Which events count is noted when they come in (`note`); what they amount to is folded when somebody asks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, select
from sqlalchemy.dialects import postgresql, sqlite

from notanker.core import drafts, facts, incident, outside
from notanker.core.drafts import Draft
from notanker.core.facts import Fact
from notanker.core.heartbeat import BeatEvent
from notanker.core.incident import Incident, Incidents
from notanker.core.moment import Moment
from notanker_central import tables as t

KINDS: Final[dict[str, type[Any]]] = {
    kind.__name__: kind
    for kind in (
        facts.Opened,
        facts.Reopened,
        facts.Resolved,
        outside.Drafted,
        outside.Released,
        outside.Withdrawn,
    )
}
MOST_INCIDENTS: Final = 20
"""Of one site, the newest: drafts of older ones concern nobody any more."""
MOST_EVENTS: Final = 2_000
"""Of those incidents; an incident has some tens."""
_MOST: Final = 2**53


class _Numbered(msgspec.Struct):
    incident: int


def note(
    connection: Connection, site: str, epoch: int, events: Iterable[BeatEvent], now_s: float
) -> None:
    """Note which of a site's new events are of texts for people outside."""
    rows = [
        {
            "site": site,
            "epoch": epoch,
            "position": event.position,
            "incident": number,
            "received_s": now_s,
        }
        for event in events
        if event.kind in KINDS and (number := _number(event.fields)) is not None
    ]
    if rows:
        postgres = connection.dialect.name == "postgresql"
        new = postgresql.insert(t.outside) if postgres else sqlite.insert(t.outside)
        connection.execute(new.on_conflict_do_nothing(), rows)


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact of a site's journal, and where it stands there."""

    epoch: int
    position: int
    received_s: float
    fact: Fact


def incidents(connection: Connection, site: str) -> Incidents:
    """Return a site's newest incidents with their texts, as its journal tells of them."""
    return incident.fold(entry.fact for entry in record(connection, site))


def record(connection: Connection, site: str) -> list[Entry]:
    """Return what the site's journal says of its newest incidents and their texts, in order."""
    o, e = t.outside.c, t.event.c
    epoch = select(t.site.c.epoch).where(t.site.c.id == site).scalar_subquery()
    newest = (
        select(o.incident)
        .where(o.site == site, o.epoch == epoch)
        .distinct()
        .order_by(o.incident.desc())
        .limit(MOST_INCIDENTS)
    )
    query = (
        select(t.event)
        .join(t.outside, (o.site == e.site) & (o.epoch == e.epoch) & (o.position == e.position))
        .where(o.site == site, o.epoch == epoch, o.incident.in_(newest))
        .order_by(e.position.desc())
        .limit(MOST_EVENTS)
    )
    rows = connection.execute(query).all()
    return [
        Entry(int(row.epoch), int(row.position), float(row.received_s), fact)
        for row in reversed(rows)
        if (fact := _fact(row)) is not None
    ]


def at(now_s: float) -> Moment:
    """Return a moment of the centre's clock: of no site's boot, so that wall times count."""
    return Moment(0.0, now_s, trusted=True, boot="centre")


def at_hand(known: Incidents, now_s: float) -> list[tuple[Incident, Draft]]:
    """Return the drafts that somebody may still release or withdraw, the newest incident first."""
    now = at(now_s)
    return [
        (one, draft)
        for one in reversed(known.all)
        for draft in one.drafts
        if draft.words
        and (draft in drafts.waiting(known, one, now) or draft in drafts.shown(known, one, now))
    ]


def _fact(row: Row[Any]) -> Fact | None:
    """Return the fact; what another version wrote, or nobody understands, is left out."""
    moment = Moment(row.boot_s, row.wall_s, row.trusted, row.boot)
    try:
        values = msgspec.json.decode(row.fields, type=dict[str, Any])
        values["at"] = msgspec.to_builtins(moment)
        fact: Fact = msgspec.convert(values, KINDS[row.kind])
    except (msgspec.MsgspecError, RecursionError):
        return None
    return fact


def _number(fields: str) -> int | None:
    try:
        number = msgspec.json.decode(fields, type=_Numbered).incident
    except (msgspec.MsgspecError, RecursionError):
        return None
    return number if 0 < number <= _MOST else None
