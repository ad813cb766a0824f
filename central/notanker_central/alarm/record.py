"""The record of the centre's incidents: the facts of the core, in the database and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec
import structlog
from sqlalchemy import Connection, func, insert, select, update

from notanker.core.facts import (
    Acknowledged,
    CauseKnown,
    Escalated,
    Fact,
    Opened,
    PrimaryBack,
    PrimaryLost,
    Queued,
    Resolved,
    Settled,
    Withheld,
)
from notanker.core.incident import Incident, after, fold
from notanker.core.moment import Moment
from notanker.core.names import Stage
from notanker_central import tables as t

log: Final = structlog.get_logger(__name__)

KINDS: Final[dict[str, type[Fact]]] = {
    kind.__name__: kind
    for kind in (
        Acknowledged, CauseKnown, Escalated, Opened, PrimaryBack, PrimaryLost, Queued, Resolved,
        Settled, Withheld,
    )
}  # fmt: skip
"""What befalls an incident of the centre."""


def append(connection: Connection, facts: Iterable[Fact]) -> None:
    """Write facts down, each with its incident."""
    rows = [_row(fact) for fact in facts]
    if rows:
        connection.execute(insert(t.alarm_fact), rows)


def _row(fact: Fact) -> dict[str, object]:
    body = msgspec.json.encode(fact).decode()
    return {"incident": getattr(fact, "incident", 0), "kind": type(fact).__name__, "body": body}


def since(connection: Connection, seen: int) -> tuple[list[Fact], int]:
    """Return the facts after that id, and the id of the last."""
    c = t.alarm_fact.c
    rows = connection.execute(select(c.id, c.kind, c.body).where(c.id > seen).order_by(c.id)).all()
    facts = [fact for row in rows if (fact := _fact(row.kind, row.body)) is not None]
    return facts, rows[-1].id if rows else seen


def last_id(connection: Connection) -> int:
    """Return the id of the last fact, 0 if there is none."""
    return connection.execute(select(func.max(t.alarm_fact.c.id))).scalar() or 0


def one(connection: Connection, number: int) -> Incident | None:
    """Return the incident, out of its facts."""
    c = t.alarm_fact.c
    query = select(c.kind, c.body).where(c.incident == number).order_by(c.id)
    found = (_fact(row.kind, row.body) for row in connection.execute(query))
    facts = [fact for fact in found if fact is not None]
    known = fold(facts[:1])
    return after(known.line, facts[1:]) if known.line is not None else None


def open_ones(connection: Connection) -> dict[int, Incident]:
    """Return all that are open, by number."""
    c = t.alarm_incident.c
    query = select(c.number).where(c.resolved_s.is_(None)).order_by(c.number)
    numbers = connection.execute(query).scalars().all()
    found = ((number, one(connection, number)) for number in numbers)
    return {number: incident for number, incident in found if incident is not None}


def next_number(connection: Connection) -> int:
    """Return the number for a new incident: they count up for ever."""
    return (connection.execute(select(func.max(t.alarm_incident.c.number))).scalar() or 0) + 1


def acknowledge(connection: Connection, number: int, who: str, how: str, now: Moment) -> bool:
    """Write down that somebody has it.

    Args:
        connection: Writes.
        number: The incident.
        who: A person of central.toml, or a name that was given.
        how: `centre`, `link`, `sms`.
        now: The present.

    Returns:
        False if there is no such open incident, or somebody has it already.
    """
    taking = update(t.alarm_incident).where(
        t.alarm_incident.c.number == number,
        t.alarm_incident.c.resolved_s.is_(None),
        t.alarm_incident.c.acknowledged_s.is_(None),
    )
    taken = connection.execute(taking.values(acknowledged_s=now.wall_s, acknowledged_by=who))
    if taken.rowcount:
        append(connection, [Acknowledged(now, number, who, how)])
    return taken.rowcount == 1


def _fact(kind: str, body: str) -> Fact | None:
    try:
        return msgspec.json.decode(body, type=KINDS[kind])
    except (KeyError, msgspec.MsgspecError) as error:
        # What another version wrote is passed over: an alarm must not end with it.
        log.warning("fact_unreadable", kind=kind[:32], reason=str(error)[:200])
        return None


def is_over(incident: Incident) -> bool:
    """Tell whether an incident is resolved."""
    return incident.stage is Stage.RESOLVED
