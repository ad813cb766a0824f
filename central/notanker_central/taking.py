"""Takes a batch of beats into the tables: each site's newest state, and every event once.

A batch is read by a few statements, decided in memory in the order in which it came, and written by a few
statements. The condition `counter < new` on the row is newest-wins, replay guard and, with several receivers
on one database, the only agreement that they need.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, bindparam, insert, update

from notanker.core.heartbeat import Ack, Beat, completed
from notanker_central import glance, journals, newest, orders, outside
from notanker_central import tables as t
from notanker_central.bulk import Bulk, Standing, bulk_of
from notanker_central.calm import Calm, Told
from notanker_central.states import State, rank_of, state_of
from notanker_central.taken import Taken

LONGEST_INTERVAL_S: Final = 3600.0
"""A site may ask for longer intervals (thrift on LTE), but not mute the dead man's switch by it."""

_YEAR_S: Final = 366 * 86400.0
_RANKS: Final = {str(state): rank_of(state) for state in State}


class NotAsRememberedError(Exception):
    """A site does not stand as is remembered; the transaction has to be given up, and begun anew."""


def take(
    connection: Connection,
    told: Sequence[Told],
    now_s: float,
    calm: Calm,
    apart: Collection[str] = (),
) -> list[Taken | None]:
    """Take beats whose senders have proved to be their sites.

    Nothing is taken of a beat that is not newer than all before: somebody plays a recording, or it was
    overtaken on its way, and what it tells comes again in a later one.

    Args:
        connection: A transaction that writes; nothing may be acknowledged before it is committed.
        told: The beats in the order in which they came.
        now_s: The centre's wall time.
        calm: What is remembered of the sites.
        apart: Sites whose beats are never taken as calm.

    Returns:
        What became of each; None for a site that the database does not have.

    Raises:
        NotAsRememberedError: less is true than was remembered; it is forgotten now.
    """
    bulk = bulk_of(connection)
    rows, taken, others = calm.split(told, orders.waiting(connection).union(apart))
    if rows and not bulk.keep_calm(rows, now_s):
        calm.forget(told)
        raise NotAsRememberedError
    if others:
        rest = [told[place] for place in others]
        found = _take(connection, bulk, rest, now_s, calm)
        for place, one in zip(others, found, strict=True):
            taken[place] = one
    return taken


def _take(
    connection: Connection, bulk: Bulk, told: Sequence[Told], now_s: float, calm: Calm
) -> list[Taken | None]:
    beats = [one.beat for one in told]
    batch = _Batch(now_s, bulk.standings({beat.site for beat in beats}))
    newer = [
        beat.site in batch.sites and batch.state(batch.sites[beat.site], beat) for beat in beats
    ]
    fresh = [beat for beat, new in zip(beats, newer, strict=True) if new]
    stored_to = journals.take(bulk, [(batch.sites[beat.site], beat) for beat in fresh], now_s)
    batch.keep(connection, bulk)
    for beat in fresh:
        outside.note(connection, beat.site, batch.sites[beat.site].epoch, beat.events, now_s)
    orders.settle(connection, fresh, now_s)
    wanted = orders.due(connection, batch.sites)
    calm.remember(told, batch.sites)
    acks = iter(
        Ack(beat.counter, stored, wanted.get(beat.site, ()))
        for beat, stored in zip(fresh, stored_to, strict=True)
    )
    return [
        Taken(next(acks) if new else Ack(beat.counter, 0), new)
        if beat.site in batch.sites
        else None
        for beat, new in zip(beats, newer, strict=True)
    ]


@dataclass(slots=True)
class _Batch:
    now_s: float
    sites: dict[str, Standing]
    flips: list[dict[str, object]] = field(default_factory=list)
    back: list[str] = field(default_factory=list)

    def state(self, site: Standing, beat: Beat) -> bool:
        """Make the beat the site's state if it is newer than all before, else count it."""
        if beat.counter <= site.counter:
            site.old += 1
            return False
        site.counter = beat.counter
        site.wait_s = patience_s(site.interval_s, site.grace_s, beat.interval_s)
        kept = dataclasses.replace(beat, events=()) if beat.events else beat
        if beat.same:
            kept = completed(kept, newest.beat_of(site.told))
        site.told, site.newer = newest.text_of(kept), True
        self._traits(site, kept)
        after = state_of(beat)
        if after != site.state:
            self._flip(site, after, beat)
        return True

    def _traits(self, site: Standing, beat: Beat) -> None:
        told = glance.traits(beat, site.traits, self.now_s)
        if told != site.traits:
            site.traits, site.changed = told, True

    def _flip(self, site: Standing, after: State, beat: Beat) -> None:
        if site.state == State.SILENT:
            self.back.append(site.id)
        cause = str(beat.cause or "")
        self.flips.append(_flip(site.id, site.state, after, self.now_s, cause))
        site.state, site.since_s, site.moved = str(after), _since_s(beat, self.now_s), True

    def keep(self, connection: Connection, bulk: Bulk) -> None:
        """Write what the beats changed."""
        bulk.keep_sites([s for s in self.sites.values() if s.newer], self.now_s, _RANKS)
        if old := [site for site in self.sites.values() if site.old]:
            bulk.count_old(old)
        if self.flips:
            connection.execute(insert(t.flip), self.flips)
        if self.back:
            _close_alarms(connection, self.back, self.now_s)


def flip(
    connection: Connection, site: str, before: State, after: State, now_s: float, cause: str = ""
) -> None:
    """Record that the site's state changed."""
    connection.execute(insert(t.flip), [_flip(site, before, after, now_s, cause)])


def patience_s(interval_s: float, grace_s: float, promised_s: float) -> float:
    """Return how long a site may stay silent, out of what is configured and what its beat promised."""
    return max(interval_s, min(promised_s, LONGEST_INTERVAL_S)) + grace_s


def _flip(site: str, before: str, after: str, now_s: float, cause: str) -> dict[str, object]:
    return {"site": site, "at_s": now_s, "before": before, "after": after, "cause": cause}


def _since_s(beat: Beat, now_s: float) -> float:
    # The site knows better since when, if its clock is right; nonsense would break the board's dates.
    told = beat.line_since
    return told.wall_s if told.trusted and 0 <= now_s - told.wall_s < _YEAR_S else now_s


def _close_alarms(connection: Connection, sites: Sequence[str], now_s: float) -> None:
    silent = (t.alarm.c.site == bindparam("back"), t.alarm.c.kind == "silent")
    closing = update(t.alarm).where(*silent, t.alarm.c.closed_s.is_(None)).values(closed_s=now_s)
    connection.execute(closing, [{"back": site} for site in sites])
