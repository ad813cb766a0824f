"""Reads how a site's LTE did: one reading an hour (`rolling`), gathered by day."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean
from typing import Final

from sqlalchemy import Connection, select

from notanker_central import tables as t
from notanker_central.board.pictures import last_days, midnights
from notanker_central.rolling import HOUR_S

LAST_DAYS: Final = 7
"""What a day costs is told out of so many."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the last beat of an hour said; None for what it did not."""

    at_s: float
    signal_dbm: float | None
    used_bytes: int | None


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the site's calendar, from its midnight to the next, and its readings in order."""

    date: dt.date
    from_s: float
    to_s: float
    readings: tuple[Reading, ...]

    @property
    def signals_dbm(self) -> list[float]:
        """Every signal of the day."""
        return [one.signal_dbm for one in self.readings if one.signal_dbm is not None]

    @property
    def used_bytes(self) -> int | None:
        """What was used of the month by the end of the day."""
        told = [one.used_bytes for one in self.readings if one.used_bytes is not None]
        return told[-1] if told else None


def read(connection: Connection, site: str, from_s: float, to_s: float) -> list[Reading]:
    """Return the readings between two moments, each at the end of its hour."""
    c = t.roll_up.c
    hours = (c.hour >= int(from_s // HOUR_S), c.hour < int(to_s // HOUR_S))
    query = select(c.hour, c.signal_dbm, c.lte_used_bytes).where(c.site == site, *hours)
    rows = connection.execute(query.order_by(c.hour))
    return [Reading((hour + 1.0) * HOUR_S, dbm, used) for hour, dbm, used in rows]


def by_day(readings: Iterable[Reading], zone: dt.tzinfo, now_s: float, days: int) -> list[Day]:
    """Gather readings by the site's days, the last of which is today; a day may have none."""
    dates = last_days(zone, now_s, days)
    edges = midnights(dates, zone)
    held: list[list[Reading]] = [[] for _ in dates]
    for one in readings:
        # What is told at midnight is of the day that ends.
        place = bisect_right(edges, one.at_s - 1.0) - 1
        if 0 <= place < days:
            held[place].append(one)
    told = zip(dates, edges[:-1], edges[1:], held, strict=True)
    return [Day(date, a, b, tuple(mine)) for date, a, b, mine in told]


def bytes_a_day(days: Iterable[Day]) -> float | None:
    """Return how much data a day took lately; None while fewer than two days are known.

    A new month begins at nothing: what falls is not counted.
    """
    pairs = pairwise(day.used_bytes for day in days)
    steps = [b - a for a, b in pairs if a is not None and b is not None and b >= a]
    return fmean(steps[-LAST_DAYS:]) if steps else None
