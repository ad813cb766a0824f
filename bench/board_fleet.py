"""A large fleet for the board: sites with a beat and a past, put into an empty database at once."""

import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Table, insert

CHECKOUT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from tests.unit.central.conftest import make_beat  # noqa: E402 - found from the checkout

from notanker.core.heartbeat import BeatIncident  # noqa: E402
from notanker_central import newest  # noqa: E402
from notanker_central import tables as t  # noqa: E402
from notanker_central.states import State, rank_of  # noqa: E402
from notanker_central.store import Store  # noqa: E402

OPERATORS: Final = ("Funk Eins", "Netz Zwei", "Mobil Drei")
SHOWN: Final = "s00042"
"""The site whose page is looked at: it has a journal, and a reading for each hour of 90 days."""
_DAY_S: Final = 86400.0
_AT_ONCE: Final = 20_000
_HOURS: Final = 90 * 24


def fill(store: Store, sites: int, silent: int, now_s: float) -> None:
    """Put the fleet into the database, each site with a beat and three changes of its state.

    The indexes are made when all rows are there: sorted once, instead of each row finding its place.
    """
    lot = random.Random(1)  # noqa: S311 - a bench, the same each time
    filled = (t.site, t.flip, t.roll_up)
    with store.write() as connection:
        if connection.dialect.name == "sqlite":
            # A page is written once, not whenever it has to make room.
            connection.exec_driver_sql("PRAGMA cache_size=-400000")
        _without_indexes(connection, filled)
        for first in range(0, sites, _AT_ONCE):
            numbers = range(first, min(first + _AT_ONCE, sites))
            rows = [_site(lot, number, silent, now_s) for number in numbers]
            beats = [{"site": row["id"], "told": row.pop("told")} for row in rows]
            connection.execute(insert(t.site), rows)
            connection.execute(insert(t.full_beat), beats)
            flips = [one for row in rows for one in _flips(lot, row, now_s)]
            connection.execute(insert(t.flip), flips)
        connection.execute(insert(t.roll_up), list(_hours(lot, now_s)))
        connection.execute(insert(t.event), list(_journal(now_s)))
        connection.execute(insert(t.alarm), list(_alarms(min(sites, silent), now_s)))
        for table in filled:
            for index in table.indexes:
                index.create(connection)


def _without_indexes(connection: Connection, tables: Sequence[Table]) -> None:
    for table in tables:
        for index in table.indexes:
            index.drop(connection)


def _site(lot: random.Random, number: int, silent: int, now_s: float) -> dict[str, object]:
    state = State.SILENT if number < silent else _state(lot)
    name, region = f"s{number:05}", f"Region {lot.randrange(400)}"
    operator = OPERATORS[0] if number < silent else lot.choice(OPERATORS)
    open_ = (BeatIncident(7),) if state in (State.BACKUP, State.ISOLATED) else ()
    beat = replace(make_beat(9, name), operator=operator, signal_dbm=-80.0, plan_seq=3, open=open_)
    return {
        "id": name, "name": f"Standort {number}", "region": region, "interval_s": 60.0, "grace_s": 90.0,
        "listed": True, "declared": False, "state": state,
        "rank": rank_of(state), "since_s": now_s - lot.uniform(0, 9e5),
        "counter": 9, "received_s": now_s - lot.uniform(0, 60), "patience_s": 150.0, "due_s": now_s + 1e6,
        "told": newest.text_of(beat), "epoch": 1, "stored_to": 0, "conflict": False,
        "old_beats": 0, "latitude": lot.uniform(47, 55), "longitude": lot.uniform(6, 15),
        "search": f"standort {number} {name} {region}".casefold(), "operator": operator,
        "lte_proven_s": now_s - lot.expovariate(1 / 86400.0), "plan": "3-", "incidents": len(open_),
        "plan_since_s": now_s - lot.uniform(0, 400) * _DAY_S, "unheld": len(open_),
    }  # fmt: skip


def _state(lot: random.Random) -> State:
    return lot.choices(
        (State.OK, State.BACKUP, State.ISOLATED, State.NEVER), (0.985, 0.01, 0.002, 0.003)
    )[0]


def _flips(lot: random.Random, row: dict[str, object], now_s: float) -> Iterator[dict[str, object]]:
    begin_s = now_s - lot.uniform(2, 25) * _DAY_S
    usual = {"site": row["id"], "cause": "provider"}
    yield {**usual, "at_s": now_s - 200 * _DAY_S, "before": "never", "after": "ok"}
    yield {**usual, "at_s": begin_s, "before": "ok", "after": "backup"}
    yield {**usual, "at_s": begin_s + lot.uniform(60, 9000), "before": "backup", "after": "ok"}


def _hours(lot: random.Random, now_s: float) -> Iterator[dict[str, object]]:
    last = int(now_s // 3600)
    for hour in range(last - _HOURS, last):
        told = {"signal_dbm": lot.uniform(-110, -80), "lte_used_bytes": hour % 720 * 500_000}
        yield {"site": SHOWN, "hour": hour, "settled": True, "ok_s": 3600.0, **told}


def _journal(now_s: float) -> Iterator[dict[str, object]]:
    usual = {"site": SHOWN, "epoch": 1, "kind": "Started", "trusted": True, "boot": "boot-1"}
    fields = '{"route":"primary","version":"0.1.0"}'
    for n in range(1, 201):
        at_s = now_s - n * 3600.0
        yield {
            **usual,
            "position": n,
            "wall_s": at_s,
            "boot_s": 1.0,
            "fields": fields,
            "received_s": at_s,
        }


def _alarms(silent: int, now_s: float) -> Iterator[dict[str, object]]:
    for n in range(silent):
        yield {
            "site": f"s{n:05}",
            "kind": "silent",
            "opened_s": now_s - 300.0,
            "told_open_s": now_s - 299.0,
        }
