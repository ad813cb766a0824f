"""Keeps the events of a batch, each once, and tells up to where each site's journal is complete.

The first events of a journal say where it begins for us: what lies before, an earlier centre has
acknowledged. From there on a missing position holds `stored_to` back until it has come.

A site that tells something else at a position than is stored there writes a new journal, which an operator
has to allow (`begin_anew`). Until then nothing from that position on is acknowledged to it, so that it keeps
what it has.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from notanker.core.heartbeat import Beat, BeatEvent
from notanker_central import tables as t
from notanker_central.bulk import Bulk, EventRow, Standing, Told

_NEVER: Final = math.inf


def take(bulk: Bulk, beats: Sequence[tuple[Standing, Beat]], now_s: float) -> list[int]:
    """Store what the beats tell, and return for each up to which position it may be acknowledged."""
    clashes = _store(bulk, beats, now_s) if any(beat.events for _, beat in beats) else {}
    return [
        max(int(min(site.stored_to, clashes.get(index, _NEVER) - 1)), 0)
        for index, (site, _) in enumerate(beats)
    ]


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


def _store(bulk: Bulk, beats: Sequence[tuple[Standing, Beat]], now_s: float) -> dict[int, int]:
    """Store the events; return the beats, by index, that tell something else than is stored, and where."""
    places = {(s.id, s.epoch, e.position) for s, beat in beats for e in beat.events}
    known = bulk.stored_at(places)
    sites = {site.id: site for site, beat in beats if beat.events}
    before = {site.id: (site.stored_to, site.conflict) for site in sites.values()}
    rows: list[EventRow] = []
    clashes: dict[int, int] = {}
    for index, (site, beat) in enumerate(beats):
        if not beat.events:
            continue
        if (clash := _note(site, beat.events, known, rows, now_s)) is not None:
            clashes[index] = clash
        site.conflict = clash is not None
    bulk.insert_events(rows)
    _complete(bulk, sites, rows)
    for site in sites.values():
        site.grown = before[site.id] != (site.stored_to, site.conflict)
    return clashes


def _note(
    site: Standing,
    events: Sequence[BeatEvent],
    known: dict[tuple[str, int], Told],
    rows: list[EventRow],
    now_s: float,
) -> int | None:
    """Add what is new to the rows; return the first position where something else is stored."""
    clash = None
    for item in sorted(events, key=lambda item: item.position):
        told = (item.kind, item.at.boot, item.at.boot_s, item.fields)
        stored = known.setdefault((site.id, item.position), told)
        if stored is told:
            rows.append(_row(site, item, now_s))
        elif stored != told and clash is None:
            clash = item.position
    return clash


def _complete(bulk: Bulk, sites: dict[str, Standing], rows: Sequence[EventRow]) -> None:
    new: dict[str, list[int]] = {}
    for row in rows:
        new.setdefault(row.site, []).append(row.position)
    begun = {site for site in new if sites[site].stored_to == t.NO_POSITION}
    # Only what closes the gap can bring up what was stored above it.
    closed = [s for s in new if s in begun or sites[s].stored_to + 1 in new[s]]
    above = bulk.stored_above(
        [(s, sites[s].epoch, sites[s].stored_to) for s in closed if s not in begun]
    )
    for name in closed:
        site = sites[name]
        positions = sorted({*new[name], *above.get(name, ())})
        site.stored_to = complete_to(site.stored_to, positions)


def _row(site: Standing, item: BeatEvent, now_s: float) -> EventRow:
    return EventRow(
        site.id,
        site.epoch,
        item.position,
        item.kind,
        item.at.wall_s,
        item.at.trusted,
        item.at.boot_s,
        item.at.boot,
        item.fields,
        now_s,
    )
