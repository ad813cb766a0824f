"""The hot path on PostgreSQL: COPY into a table of the session's own, then one statement from there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

import psycopg

from notanker_central.bulk import CalmRow, EventRow, Place, Standing, Stands, Told, alike, standing

# In one order for all receivers: two whose batches have sites in common must not wait for each other.
_STANDINGS: Final = """
select id, id, state, since_s, interval_s, grace_s, counter, epoch, stored_to, conflict,
    told, operator, version, lte_proven_s, plan, plan_since_s, incidents, unheld
from site left join full_beat on full_beat.site = site.id
where id = any(%s) order by id for update of site"""
_CALM: Final = """
create temporary table if not exists new_calm (counter bigint, stored_to bigint, id text, latest bytea)
on commit delete rows"""
_COPY_CALM: Final = "copy new_calm from stdin"
# First all rows by their ids, then what must hold of them: told of both at once, a planner whose statistics
# are from before the fleet reported takes a state for rare, and goes through the batch once for each site.
_CALM_STATES: Final = """
with locked as materialized (
    select n.*, site.counter as before, site.stored_to as stored, site.state, site.interval_s, site.grace_s,
        site.patience_s
    from new_calm n join site using (id) order by site.id for update of site
)
update site set counter = l.counter, received_s = %(now)s, due_s = %(now)s + %(patience_s)s,
    latest = l.latest
from locked l where site.id = l.id and l.before < l.counter and l.stored = l.stored_to
    and l.state = %(state)s and l.interval_s = %(interval_s)s and l.grace_s = %(grace_s)s
    and l.patience_s = %(patience_s)s"""
_EMPTY: Final = "truncate new_calm"
_BEATS: Final = """
create temporary table if not exists new_beat (
    id text, counter bigint, wait_s float8, told text, state text, rank int, since_s float8,
    stored_to bigint, conflict boolean, operator text, version text, lte_proven_s float8,
    plan text, plan_since_s float8, incidents int, unheld int
) on commit delete rows"""
_COPY_BEATS: Final = "copy new_beat from stdin"
# All of it at once: what stays as it was costs nothing here, a second statement for each row does.
_SITES: Final = """
update site set counter = n.counter, received_s = %(now)s, patience_s = n.wait_s, due_s = %(now)s + n.wait_s,
    latest = null, state = n.state, rank = n.rank, since_s = n.since_s,
    stored_to = n.stored_to, conflict = n.conflict, operator = n.operator, version = n.version,
    lte_proven_s = n.lte_proven_s, plan = n.plan, plan_since_s = n.plan_since_s,
    incidents = n.incidents, unheld = n.unheld
from new_beat n where site.id = n.id and site.counter < n.counter"""
_TOLD: Final = """
insert into full_beat (site, told) select id, told from new_beat
on conflict (site) do update set told = excluded.told"""
_ASKED: Final = "unnest(%s::text[], %s::int[], %s::bigint[]) as asked (site, epoch, position)"
_STORED_AT: Final = f"""
select site, position, kind, boot, boot_s, fields from {_ASKED} join event using (site, epoch, position)"""  # noqa: S608 - no value is in it
_STORED_ABOVE: Final = f"""
select e.site, e.position from {_ASKED} join event e
on e.site = asked.site and e.epoch = asked.epoch and e.position > asked.position
order by e.site, e.position"""  # noqa: S608 - no value is in it
_EVENTS: Final = "create temporary table if not exists new_event (like event) on commit delete rows"
_COPY_EVENTS: Final = """
copy new_event (site, epoch, position, kind, wall_s, trusted, boot_s, boot, fields, received_s) from stdin"""
_NEW_EVENTS: Final = "insert into event select * from new_event on conflict do nothing"
_OLD: Final = "update site set old_beats = old_beats + %s where id = %s"


class PostgresqlBulk:
    """The statements on one connection."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._cursor = connection.cursor()

    def standings(self, sites: Collection[str]) -> dict[str, Standing]:
        """Return the sites by id, locked against other receivers until the transaction ends."""
        rows = self._cursor.execute(_STANDINGS, (list(sites),))
        return {row[1]: standing(row) for row in rows}

    def keep_calm(self, rows: Collection[CalmRow], now_s: float) -> bool:
        """Write beats that tell nothing new."""
        written = [self._keep(group, stands, now_s) for stands, group in alike(rows).items()]
        return sum(written) == len(rows)

    def _keep(self, rows: list[CalmRow], stands: Stands, now_s: float) -> int:
        self._cursor.execute(_CALM)
        with self._cursor.copy(_COPY_CALM) as copy:
            for row in rows:
                copy.write_row(row[1:5])
        told = {"now": now_s, **stands._asdict()}
        written = self._cursor.execute(_CALM_STATES, told).rowcount
        self._cursor.execute(_EMPTY)
        return written

    def keep_sites(self, sites: Sequence[Standing], now_s: float, ranks: dict[str, int]) -> None:
        """Write the newest beats, and all that goes with them."""
        self._cursor.execute(_BEATS)
        with self._cursor.copy(_COPY_BEATS) as copy:
            for s in sites:
                state = (s.wait_s, s.told, s.state, ranks[s.state], s.since_s)
                copy.write_row((s.id, s.counter, *state, s.stored_to, s.conflict, *s.traits))
        self._cursor.execute(_SITES, {"now": now_s})
        self._cursor.execute(_TOLD)

    def stored_at(self, places: Collection[Place]) -> dict[tuple[str, int], Told]:
        """Return what is stored at these places, by site and position."""
        rows = self._cursor.execute(_STORED_AT, _columns(places))
        return {(site, position): (*told,) for site, position, *told in rows}

    def stored_above(self, places: Collection[Place]) -> dict[str, list[int]]:
        """Return the positions that are stored above each place, ascending, by site."""
        found: dict[str, list[int]] = defaultdict(list)
        for site, position in self._cursor.execute(_STORED_ABOVE, _columns(places)):
            found[site].append(position)
        return found

    def insert_events(self, rows: Iterable[EventRow]) -> None:
        """Store events; one that is there already stays as it is."""
        self._cursor.execute(_EVENTS)
        with self._cursor.copy(_COPY_EVENTS) as copy:
            for row in rows:
                copy.write_row(row)
        self._cursor.execute(_NEW_EVENTS)

    def count_old(self, sites: Sequence[Standing]) -> None:
        """Add what was not newer than all before."""
        self._cursor.executemany(_OLD, [(site.old, site.id) for site in sites])


def _columns(places: Collection[Place]) -> tuple[list[Any], list[Any], list[Any]]:
    sites, epochs, positions = zip(*places, strict=True) if places else ((), (), ())
    return list(sites), list(epochs), list(positions)
