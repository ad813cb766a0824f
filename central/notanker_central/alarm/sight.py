"""What the alarm desk reads of the fleet: fresh alarms, how many are missing where, names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, case, func, select, update

from notanker.core.delivery import Delivery
from notanker_central import tables as t
from notanker_central.alarm.common import Common, Dimension, Tally, Traits
from notanker_central.alarm.grouping import Fresh, Open
from notanker_central.alarm.kinds import Hint, Kind
from notanker_central.states import State

AT_ONCE: Final = 5_000
NAMED: Final = 50
"""So many sites are listed by name for a program; `count` tells them all."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many alarms of an incident are open."""

    gone: int = 0


def fresh(connection: Connection, settled_s: float) -> list[Fresh]:
    """Return alarms that belong to no incident yet, opened before that moment."""
    a, s = t.alarm.c, t.site.c
    query = (
        select(a.id, a.site, a.kind, s.region, s.operator, s.version)
        .outerjoin_from(t.alarm, t.site, s.id == a.site)
        .where(a.incident.is_(None), a.closed_s.is_(None), a.opened_s <= settled_s)
        .order_by(a.id)
        .limit(AT_ONCE)
    )
    return [_fresh(row) for row in connection.execute(query)]


def _fresh(row: Any) -> Fresh:
    traits = Traits(row.region or "", row.operator or "", row.version or "")
    return Fresh(row.id, row.site or "", Kind(row.kind), traits)


def opened(connection: Connection) -> list[Open]:
    """Return the open incidents, the oldest first."""
    i = t.alarm_incident.c
    query = select(t.alarm_incident).where(i.resolved_s.is_(None)).order_by(i.number)
    return [
        Open(row.number, Kind(row.kind), common_of(row), row.opened_s)
        for row in connection.execute(query)
    ]


def common_of(row: Row[Any]) -> Common:
    """Return what the sites of an incident's row have in common."""
    return Common(Dimension(row.dimension), row.value, row.sites, row.of)


def counts(connection: Connection, numbers: list[int]) -> dict[int, Count]:
    """Return for each incident how many of its alarms are open."""
    a = t.alarm.c
    query = (
        select(a.incident, func.count())
        .where(a.incident.in_(numbers), a.closed_s.is_(None))
        .group_by(a.incident)
    )
    return {row[0]: Count(row[1]) for row in connection.execute(query)}


def tallies(connection: Connection, kind: Kind, now_s: float, proof_s: float) -> list[Tally]:
    """Return how many sites of which traits there are, and how many of them are missing.

    Missing is who has not said a word for longer than its interval, silent already or not; for `proof`, whose
    backup is unproven for too long while its beats arrive.
    """
    s = t.site.c
    silent = s.state == State.SILENT
    if kind is Kind.PROOF:
        gone = (func.coalesce(s.lte_proven_s, s.since_s) <= now_s - proof_s) & ~silent
    else:
        gone = silent | (s.due_s - s.grace_s <= now_s)
    query = (
        select(s.region, s.operator, s.version, func.count(), func.sum(case((gone, 1), else_=0)))
        .where(s.listed, s.state != State.NEVER)
        .group_by(s.region, s.operator, s.version)
    )
    return [
        Tally(Traits(row[0], row[1], row[2]), row[3], int(row[4]))
        for row in connection.execute(query)
    ]


def named(connection: Connection, number: int, limit: int = NAMED) -> list[Row[Any]]:
    """Return the sites of an incident whose alarm is open, the longest silent first."""
    a, s = t.alarm.c, t.site.c
    query = (
        select(a.site, s.name, s.region, a.opened_s, a.hint)
        .join_from(t.alarm, t.site, s.id == a.site)
        .where(a.incident == number, a.closed_s.is_(None))
        .order_by(a.id)
        .limit(limit)
    )
    return list(connection.execute(query))


def name_of(connection: Connection, site: str) -> str:
    """Return a site's name, its id if it has none."""
    found = connection.execute(select(t.site.c.name).where(t.site.c.id == site)).scalar()
    return found or site


def hint_of(connection: Connection, number: int) -> Hint:
    """Return what the last beats of at least half of the incident's sites foretold."""
    a = t.alarm.c
    query = select(a.hint, func.count()).where(a.incident == number).group_by(a.hint)
    found: dict[str, int] = {row[0]: row[1] for row in connection.execute(query)}
    total = sum(found.values())
    hint = max(found, key=lambda one: found[one], default="")
    return Hint(hint) if hint and 2 * found[hint] >= total else Hint.NONE


def date(connection: Connection, number: int, kind: Kind) -> None:
    """Write down since when: the last beat of the first site that the incident is known to have."""
    a, s, i = t.alarm.c, t.site.c, t.alarm_incident
    if kind is Kind.DEAF:
        query = select(func.max(s.received_s)).where(s.listed)
    else:
        since = func.min(
            func.coalesce(s.lte_proven_s, s.since_s) if kind is Kind.PROOF else s.received_s
        )
        query = select(since).join_from(t.alarm, t.site, s.id == a.site).where(a.incident == number)
    since_s = connection.execute(query).scalar()
    if since_s is not None:
        setting = update(i).where(i.c.number == number, i.c.since_s > since_s)
        connection.execute(setting.values(since_s=since_s))


def delivery_of(body: str) -> Delivery | None:
    """Return how far a message is, None if another version wrote it."""
    try:
        return msgspec.json.decode(body, type=Delivery)
    except msgspec.MsgspecError:
        return None
