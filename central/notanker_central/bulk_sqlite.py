"""The hot path on SQLite: lists go in as JSON, rows are found by rowid."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from operator import itemgetter
from typing import Final

import msgspec

from notanker_central.bulk import CalmRow, EventRow, Place, Standing, Stands, Told, alike, standing

# `cross join` keeps the order: the short list first, then one search for each of its lines.
_STANDINGS: Final = """
select site.rowid, site.id, state, since_s, interval_s, grace_s, counter, epoch, stored_to, conflict,
    told, operator, version, lte_proven_s, plan, plan_since_s, incidents, unheld
from json_each(?) asked cross join site on site.id = asked.value
left join full_beat on full_beat.site = site.id"""
# One statement for all, not one for each: Python's lock is given back and asked for with each that runs, and
# while another thread is busy that takes milliseconds. A row that was put elsewhere since its place was read
# (vacuum) is another site's.
_CALM: Final = """
update site set counter = asked.value ->> 1, received_s = ?3, due_s = ?3 + ?7,
    latest = substr(?2, asked.value ->> 4, asked.value ->> 5)
from json_each(?1) asked
where site.rowid = asked.value ->> 0 and site.id = asked.value ->> 3
    and site.counter < asked.value ->> 1 and site.stored_to = asked.value ->> 2
    and site.state = ?4 and site.interval_s = ?5 and site.grace_s = ?6 and site.patience_s = ?7"""
_SAME_STATE: Final = """
update site set counter = ?, received_s = ?, patience_s = ?, due_s = ?, latest = null
where rowid = ? and counter < ?"""
_NEW_STATE: Final = """
update site set counter = ?, received_s = ?, patience_s = ?, due_s = ?, latest = null,
    state = ?, rank = ?, since_s = ?
where rowid = ? and counter < ?"""
_TOLD: Final = """
insert into full_beat (site, told) values (?, ?) on conflict do update set told = excluded.told"""
_STORED_AT: Final = """
select e.site, e.position, e.kind, e.boot, e.boot_s, e.fields from json_each(?) asked cross join event e
on e.site = asked.value ->> 0 and e.epoch = asked.value ->> 1 and e.position = asked.value ->> 2"""
_STORED_ABOVE: Final = """
select e.site, e.position from json_each(?) asked cross join event e
on e.site = asked.value ->> 0 and e.epoch = asked.value ->> 1 and e.position > asked.value ->> 2
order by e.site, e.position"""
_EVENT: Final = """
insert into event (site, epoch, position, kind, wall_s, trusted, boot_s, boot, fields, received_s)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing"""
_JOURNAL: Final = "update site set stored_to = ?, conflict = ? where rowid = ?"
_TRAITS: Final = """
update site set operator = ?, version = ?, lte_proven_s = ?,
    plan = ?, plan_since_s = ?, incidents = ?, unheld = ?
where rowid = ?"""
_place: Final = itemgetter(0)
_ENCODER: Final = msgspec.json.Encoder()
_OLD: Final = "update site set old_beats = old_beats + ? where rowid = ?"


class SqliteBulk:
    """The statements on one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def standings(self, sites: Collection[str]) -> dict[str, Standing]:
        """Return the sites by id; the transaction has the database to itself."""
        rows = self._connection.execute(_STANDINGS, (json.dumps(list(sites)),))
        return {row[1]: standing(row) for row in rows}

    def keep_calm(self, rows: Collection[CalmRow], now_s: float) -> bool:
        """Write beats that tell nothing new."""
        # By their places on the disk: neighbours are written with one page.
        groups = alike(sorted(rows, key=_place))
        written = [self._keep(group, stands, now_s) for stands, group in groups.items()]
        return sum(written) == len(rows)

    def _keep(self, rows: list[CalmRow], stands: Stands, now_s: float) -> int:
        asked, at = [], 1
        for key, counter, stored_to, site, latest, _ in rows:
            asked.append((key, counter, stored_to, site, at, len(latest)))
            at += len(latest)
        records = b"".join([row.latest for row in rows])
        given = (_ENCODER.encode(asked).decode(), records, now_s, *stands)
        return self._connection.execute(_CALM, given).rowcount

    def keep_sites(self, sites: Sequence[Standing], now_s: float, ranks: dict[str, int]) -> None:
        """Write the newest beats. What did not change is not named: its indexes are left alone."""
        same, moved = [], []
        for site in sites:
            new = (site.counter, now_s, site.wait_s, now_s + site.wait_s)
            if site.moved:
                state = (site.state, ranks[site.state], site.since_s)
                moved.append((*new, *state, site.key, site.counter))
            else:
                same.append((*new, site.key, site.counter))
        self._connection.executemany(_SAME_STATE, same)
        self._connection.executemany(_NEW_STATE, moved)
        self._connection.executemany(_TOLD, [(site.id, site.told) for site in sites])
        traits = [(*site.traits, site.key) for site in sites if site.changed]
        self._connection.executemany(_TRAITS, traits)
        journals = [(site.stored_to, site.conflict, site.key) for site in sites if site.grown]
        self._connection.executemany(_JOURNAL, journals)

    def stored_at(self, places: Collection[Place]) -> dict[tuple[str, int], Told]:
        """Return what is stored at these places, by site and position."""
        rows = self._connection.execute(_STORED_AT, (json.dumps(list(places)),))
        return {(site, position): (*told,) for site, position, *told in rows}

    def stored_above(self, places: Collection[Place]) -> dict[str, list[int]]:
        """Return the positions that are stored above each place, ascending, by site."""
        found: dict[str, list[int]] = defaultdict(list)
        rows = self._connection.execute(_STORED_ABOVE, (json.dumps(list(places)),))
        for site, position in rows:
            found[site].append(position)
        return found

    def insert_events(self, rows: Iterable[EventRow]) -> None:
        """Store events; one that is there already stays as it is."""
        self._connection.executemany(_EVENT, rows)

    def count_old(self, sites: Sequence[Standing]) -> None:
        """Add what was not newer than all before."""
        self._connection.executemany(_OLD, [(site.old, site.key) for site in sites])
