"""What the board, the metrics and other monitoring are told of incidents and of the channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select

from notanker_central import tables as t
from notanker_central.alarm import sight, words
from notanker_central.alarm.common import Common, Dimension

MOST: Final = 200


@dataclass(frozen=True, slots=True)
class IncidentView:
    """One incident of the centre.

    Attributes:
        kind: `silent`, `proof` or `deaf`.
        dimension: What its sites have in common: `all`, `region`, `operator`, `version`, `several`, `site`.
        value: Which region, operator or version; the site's id where it is one.
        name: The site's name where it is one.
        since_s: Since when, `opened_s` when that was noticed; wall seconds.
        sites: How many are missing now, `most` at the worst, of `of` that have it in common.
        acknowledged_by: Who has it; empty while nobody does.
    """

    number: int
    kind: str
    dimension: str
    value: str
    name: str
    since_s: float
    opened_s: float
    resolved_s: float | None
    acknowledged_s: float | None
    acknowledged_by: str
    sites: int
    of: int
    most: int

    def where(self, language: str) -> str:
        """Return what its sites have in common, in words; empty where that is nothing."""
        common = Common(Dimension(self.dimension), self.value, self.sites, self.of)
        return words.where(common, self.name, language)


@dataclass(frozen=True, slots=True)
class MessageView:
    """One message: to whom, and what is known of it."""

    mark: str
    person: str
    outcome: str
    channel: str
    reason: str
    queued_s: float
    settled_s: float | None


def open_incidents(connection: Connection) -> list[IncidentView]:
    """Return the open incidents, those that nobody has first, then the largest."""
    i = t.alarm_incident.c
    order = (i.acknowledged_s.is_not(None), i.sites.desc(), i.number)
    query = _incidents().where(i.resolved_s.is_(None)).order_by(*order).limit(MOST)
    return [_view(row) for row in connection.execute(query)]


def past_incidents(
    connection: Connection, since_s: float = 0.0, limit: int = MOST
) -> list[IncidentView]:
    """Return the incidents that were resolved since then, the latest first."""
    i = t.alarm_incident.c
    query = _incidents().where(i.resolved_s >= since_s).order_by(i.resolved_s.desc()).limit(limit)
    return [_view(row) for row in connection.execute(query)]


def one(connection: Connection, number: int) -> IncidentView | None:
    """Return an incident, None if there is none of that number."""
    query = _incidents().where(t.alarm_incident.c.number == number)
    row = connection.execute(query).one_or_none()
    return None if row is None else _view(row)


def messages(connection: Connection, number: int) -> list[MessageView]:
    """Return the messages of an incident, in the order in which they were written down."""
    m = t.alarm_message.c
    query = select(t.alarm_message).where(m.incident == number).order_by(m.queued_s, m.mark)
    found = []
    for row in connection.execute(query.limit(MOST)):
        delivery = sight.delivery_of(row.body)
        found.append(
            MessageView(
                row.mark,
                row.person,
                row.outcome,
                delivery.channel if delivery else "",
                delivery.reason if delivery else "",
                row.queued_s,
                row.settled_s,
            )
        )
    return found


def message_counts(connection: Connection) -> dict[tuple[str, bool], int]:
    """Return how many messages there are by outcome, and by whether anything is still to be done."""
    m = t.alarm_message.c
    query = select(m.outcome, m.over, func.count()).group_by(m.outcome, m.over)
    return {(row[0], bool(row[1])): row[2] for row in connection.execute(query)}


def _incidents() -> Any:
    i = t.alarm_incident
    single = (t.site.c.id == i.c.value) & (i.c.dimension == Dimension.SITE)
    return select(i, t.site.c.name).outerjoin_from(i, t.site, single)


def _view(row: Row[Any]) -> IncidentView:
    return IncidentView(
        row.number, row.kind, row.dimension, row.value, row.name or "", row.since_s, row.opened_s,
        row.resolved_s, row.acknowledged_s, row.acknowledged_by, row.sites, row.of, row.most,
    )  # fmt: skip
