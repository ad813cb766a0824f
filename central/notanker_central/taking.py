"""Takes a beat into the tables: its state if it is the newest, its events in any case.

The condition `counter < new` on the row is newest-wins, replay guard and, with several receivers on one
database, the only agreement that they need.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, case, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from notanker.core.heartbeat import Beat, BeatEvent
from notanker_central import tables as t
from notanker_central.states import State, rank_of, state_of

LONGEST_INTERVAL_S: Final = 3600.0
"""A site may ask for longer intervals (thrift on LTE), but not mute the dead man's switch by it."""

_YEAR_S: Final = 366 * 86400.0

SiteRow = Row[Any]


def state(connection: Connection, beat: Beat, site: SiteRow, now_s: float) -> bool:
    """Make the beat the site's state if it is newer than all before, else count it.

    Returns whether it was newer.
    """
    before, after = State(site.state), state_of(beat)
    since_s = site.since_s if before is after else _since_s(beat, now_s)
    wait_s = patience_s(site.interval_s, site.grace_s, beat.interval_s)
    changed = connection.execute(
        update(t.site)
        .where(t.site.c.id == beat.site, t.site.c.counter < beat.counter)
        .values(
            state=after,
            rank=rank_of(after),
            since_s=since_s,
            counter=beat.counter,
            received_s=now_s,
            patience_s=wait_s,
            due_s=now_s + wait_s,
            beat=msgspec.json.encode(dataclasses.replace(beat, events=())).decode(),
        )
    )
    if changed.rowcount == 0:
        count = t.site.c.old_beats + 1
        connection.execute(update(t.site).where(t.site.c.id == beat.site).values(old_beats=count))
        return False
    if before is not after:
        flip(connection, beat.site, before, after, now_s, beat.cause or "")
    if before is State.SILENT:
        _close_alarm(connection, beat.site, now_s)
    return True


def events(connection: Connection, beat: Beat, site: SiteRow, now_s: float) -> int:
    """Store the beat's events, each once, and return up to which position the journal is complete.

    The first events of a journal say where it begins for us: what lies before, an earlier centre has
    acknowledged. From there on a missing position holds `stored_to` back until it has come.

    A site that tells something else at a position than is stored there writes a new journal, which an
    operator has to allow (`begin_anew`). Until then nothing from that position on is acknowledged to it, so
    that it keeps what it has.
    """
    if beat.events:
        rows = [_row(beat.site, site.epoch, item, now_s) for item in beat.events]
        connection.execute(_insert_new(connection), rows)
    clash = _first_clash(connection, beat, site)
    stored_to = _complete_to(connection, beat, site)
    changed = {"stored_to": stored_to, "conflict": clash is not None}
    if beat.events and changed != {"stored_to": site.stored_to, "conflict": site.conflict}:
        connection.execute(update(t.site).where(t.site.c.id == beat.site).values(**changed))
    if clash is not None:
        stored_to = min(stored_to, clash - 1)
    return max(stored_to, 0)


def flip(
    connection: Connection, site: str, before: State, after: State, now_s: float, cause: str = ""
) -> None:
    """Record that the site's state changed."""
    connection.execute(
        insert(t.flip).values(site=site, at_s=now_s, before=before, after=after, cause=cause)
    )


def patience_s(interval_s: float, grace_s: float, promised_s: float) -> float:
    """Return how long a site may stay silent, out of what is configured and what its beat promised."""
    return max(interval_s, min(promised_s, LONGEST_INTERVAL_S)) + grace_s


def complete_to(stored_to: int, positions: Sequence[int]) -> int:
    """Return the highest position without a gap below it.

    Args:
        stored_to: What was complete so far, `NO_POSITION` if nothing has come.
        positions: Ascending, above `stored_to`.
    """
    if stored_to == t.NO_POSITION and positions:
        stored_to = positions[0] - 1
    for position in positions:
        if position != stored_to + 1:
            break
        stored_to = position
    return stored_to


def _complete_to(connection: Connection, beat: Beat, site: SiteRow) -> int:
    above = (
        select(t.event.c.position)
        .where(t.event.c.site == beat.site, t.event.c.epoch == site.epoch)
        .where(t.event.c.position > site.stored_to)
        .order_by(t.event.c.position)
    )
    return complete_to(site.stored_to, connection.execute(above).scalars().all())


def _first_clash(connection: Connection, beat: Beat, site: SiteRow) -> int | None:
    # Wall times don't count: the site dates a boot's rows anew once it knows the time.
    told = {e.position: (e.kind, e.at.boot, e.at.boot_s, e.fields) for e in beat.events}
    if not told:
        return None
    c = t.event.c
    stored = (
        select(c.position, c.kind, c.boot, c.boot_s, c.fields)
        .where(c.site == beat.site, c.epoch == site.epoch, c.position.in_(told))
        .order_by(c.position)
    )
    rows = connection.execute(stored)
    return next((position for position, *rest in rows if tuple(rest) != told[position]), None)


def _since_s(beat: Beat, now_s: float) -> float:
    # The site knows better since when, if its clock is right; nonsense would break the board's dates.
    told = beat.line_since
    return told.wall_s if told.trusted and 0 <= now_s - told.wall_s < _YEAR_S else now_s


def _row(site: str, epoch: int, item: BeatEvent, now_s: float) -> dict[str, object]:
    return {
        "site": site,
        "epoch": epoch,
        "position": item.position,
        "kind": item.kind,
        "wall_s": item.at.wall_s,
        "trusted": item.at.trusted,
        "boot_s": item.at.boot_s,
        "boot": item.at.boot,
        "fields": item.fields,
        "received_s": now_s,
    }


def _insert_new(connection: Connection) -> Any:
    if connection.dialect.name == "postgresql":
        return postgresql.insert(t.event).on_conflict_do_nothing()
    return sqlite.insert(t.event).on_conflict_do_nothing()


def _close_alarm(connection: Connection, site: str, now_s: float) -> None:
    is_open = (t.alarm.c.site == site, t.alarm.c.closed_s.is_(None))
    # Of an alarm that nobody was told of, nobody needs to hear that it is over.
    told = case((t.alarm.c.told_open_s.is_(None), now_s), else_=None)
    connection.execute(update(t.alarm).where(*is_open).values(closed_s=now_s, told_closed_s=told))
