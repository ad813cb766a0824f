"""Adds up each site's hours: how long it was in which state, out of its flips, and how LTE did.

Beats are not kept, only what changes (flips) and one row for each site and hour (`tables.roll_up`). An hour
that is not settled yet, such as the present one, is to be drawn from the flips with `seconds_by_state`.
Signal and data of an hour are those of its last beat.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select
from sqlalchemy.dialects import postgresql, sqlite

from notanker_central import newest
from notanker_central import tables as t
from notanker_central.states import State

HOUR_S: Final = 3600
AT_ONCE: Final = 2_000
"""At most so many sites in one transaction, so that beats get their turn in between."""
MOST_HOURS: Final = 31 * 24
"""After a longer absence the hours before are not made up for."""
SECONDS: Final = {state: f"{state}_s" for state in State}
"""The column of `tables.roll_up` that has the seconds of a state."""
READINGS: Final = ("signal_dbm", "lte_used_bytes")
"""The columns that are as the last beat of the hour says."""


@dataclass(frozen=True, slots=True)
class Flip:
    """A change of a site's state, on the centre's clock."""

    at_s: float
    before: State
    after: State


def seconds_by_state(
    flips: Iterable[Flip], state: State, from_s: float, to_s: float
) -> dict[State, float]:
    """Return how long a site was in each state within a span of time.

    Args:
        flips: Its changes since `from_s`, the oldest first; later ones than `to_s` do no harm.
        state: The state it is in after the last of them.
        from_s: Where the span begins.
        to_s: Where it ends.
    """
    seconds = dict.fromkeys(State, 0.0)
    since_s = from_s
    for flip in flips:
        at_s = min(max(flip.at_s, since_s), to_s)  # a clock set back takes no time away
        seconds[flip.before] += at_s - since_s
        since_s = at_s
    seconds[state] += to_s - since_s
    return seconds


def next_hour(connection: Connection, now_s: float, *, again: bool = False) -> int | None:
    """Return the hour that is to be settled next; None if all that are over have been.

    Args:
        connection: A transaction.
        now_s: The centre's wall time.
        again: Begin with the last one that is settled: its settling may have been broken off.
    """
    over = int(now_s // HOUR_S) - 1
    last = connection.execute(select(func.max(t.roll_up.c.hour)).where(t.roll_up.c.settled))
    settled = last.scalar()
    hour = over if settled is None else max(settled + (not again), over - MOST_HOURS)
    return hour if hour <= over else None


def settle(connection: Connection, hour: int, after: str = "") -> str | None:
    """Add up one hour of the next few sites.

    Args:
        connection: A transaction that writes.
        hour: Hours since 1970 UTC; it is over.
        after: The last site that is done, as the call before returned it; empty for the first call.

    Returns:
        The last site that is done now, None if that was all.
    """
    c = t.site.c
    listed = newest.sites().where(c.listed, c.id > after).order_by(c.id).limit(AT_ONCE)
    sites: list[Row[Any]] = [*connection.execute(listed)]
    if not sites:
        return None
    begin_s = float(hour * HOUR_S)
    flips = _flips(connection, sites[0].id, sites[-1].id, begin_s)
    rows = [_hour(site, flips.get(site.id, ()), hour) for site in sites]
    connection.execute(_upsert(connection), rows)
    return sites[-1].id if len(sites) == AT_ONCE else None


def _hour(site: Row[Any], flips: Sequence[Flip], hour: int) -> dict[str, object]:
    begin_s = float(hour * HOUR_S)
    seconds = seconds_by_state(flips, State(site.state), begin_s, begin_s + HOUR_S)
    return {
        "site": site.id,
        "hour": hour,
        "settled": True,
        **{SECONDS[key]: value for key, value in seconds.items()},
        **_readings(site, begin_s),
    }


def _readings(site: Row[Any], begin_s: float) -> dict[str, object]:
    """Return what a site's newest beat says, if that speaks for the hour: an hour settled late has none."""
    speaks = site.received_s is not None and begin_s <= site.received_s < begin_s + 2 * HOUR_S
    beat = newest.beat_in(site) if speaks else None
    return {name: getattr(beat, name, None) for name in READINGS}


def _flips(
    connection: Connection, first: str, last: str, since_s: float
) -> dict[str, Sequence[Flip]]:
    c = t.flip.c
    query = (
        select(c.site, c.at_s, c.before, c.after)
        .where(c.at_s >= since_s, c.site >= first, c.site <= last)
        .order_by(c.site, c.id)
    )
    found = connection.execute(query).all()
    return {
        site: [Flip(row.at_s, State(row.before), State(row.after)) for row in rows]
        for site, rows in groupby(found, lambda row: row.site)
    }


def _upsert(connection: Connection) -> Any:
    known = postgresql if connection.dialect.name == "postgresql" else sqlite
    new = known.insert(t.roll_up)
    told: dict[str, Any] = {name: new.excluded[name] for name in ("settled", *SECONDS.values())}
    # Settled a second time, after a start, it may know less: the beat has gone on.
    kept = {name: func.coalesce(new.excluded[name], t.roll_up.c[name]) for name in READINGS}
    return new.on_conflict_do_update(index_elements=["site", "hour"], set_={**told, **kept})
