"""How long the board's pages take with a large fleet: each page again and again, the slowest of twenty told.

``python bench/board.py`` fills a database of its own; ``--database`` names another, empty one. See
bench/README.md, "The board".
"""

import argparse
import logging
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Final

import msgspec
import structlog
from sqlalchemy import insert

CHECKOUT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from bench.figures import p95  # noqa: E402 - found from the checkout
from bench.table import aligned  # noqa: E402
from tests.unit.central.conftest import make_beat  # noqa: E402

from notanker.core.heartbeat import BeatIncident  # noqa: E402
from notanker_central import tables as t  # noqa: E402
from notanker_central.board.app import board_app  # noqa: E402
from notanker_central.clock import Clock  # noqa: E402
from notanker_central.config import Board  # noqa: E402
from notanker_central.enrolling import KeyDesk  # noqa: E402
from notanker_central.health import Health  # noqa: E402
from notanker_central.ingest import Ingest  # noqa: E402
from notanker_central.opening import Opener  # noqa: E402
from notanker_central.reception import Reception  # noqa: E402
from notanker_central.states import State, rank_of  # noqa: E402
from notanker_central.store import Store  # noqa: E402
from notanker_central.vault import Vault  # noqa: E402
from notanker_central.watcher import Watcher  # noqa: E402
from notanker_central.web.wsgi import Request, ask  # noqa: E402

GOAL_MS: Final = 200.0
OPERATORS: Final = ("Funk Eins", "Netz Zwei", "Mobil Drei")
PAGES: Final = (
    ("sites, the worst first", "/"),
    ("page 800", "/?page=800"),
    ("sites by name", "/?sort=name"),
    ("LTE longest unproven", "/?sort=lte"),
    ("silent ones of one operator", "/?state=silent&operator=Funk+Eins"),
    ("search", "/?q=standort+4711"),
    ("LTE not proven for 7 days", "/?lte=7&sort=lte"),
    ("regions", "/regions"),
    ("open incidents", "/incidents"),
    ("alarms", "/alarms"),
    ("a site", "/site/s00042"),
    ("a site, 90 days", "/site/s00042?days=90"),
    ("a site's month", "/site/s00042/month/{month}"),
    ("a region's month", "/month/{month}?region=Region+7"),
    ("JSON", "/api/1/sites"),
)
_DAY_S: Final = 86400.0
_AT_ONCE: Final = 5_000


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="bench/board.py", description="See bench/README.md.")
    parser.add_argument("--sites", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--silent", type=int, default=300, help="sites of one operator in a storm")
    parser.add_argument(
        "--database", default="", help="an empty database; a file of its own if not given"
    )
    return parser.parse_args()


def main() -> int:
    """Measure and print; 1 if a page took longer than the goal."""
    args = parse()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with _store(args.database) as (store, folder):
        fill(store, args.sites, args.silent, Clock().wall_s())
        figures = measure(store, folder, args.runs)
    rows = [(name, f"{median(ms):.0f}", f"{p95(ms):.0f}") for name, ms in figures]
    print(aligned([("page", "median ms", "p95 ms"), *rows]))
    return int(any(p95(ms) > GOAL_MS for _, ms in figures))


def fill(store: Store, sites: int, silent: int, now_s: float) -> None:
    """Put the fleet into the database, each site with a beat and three changes of its state."""
    lot = random.Random(1)  # noqa: S311 - a bench, the same each time
    for first in range(0, sites, _AT_ONCE):
        numbers = range(first, min(first + _AT_ONCE, sites))
        rows = [_site(lot, number, silent, now_s) for number in numbers]
        with store.write() as connection:
            connection.execute(insert(t.site), rows)
            connection.execute(
                insert(t.flip), [one for row in rows for one in _flips(lot, row, now_s)]
            )


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
        "beat": msgspec.json.encode(beat).decode(), "epoch": 1, "stored_to": 0, "conflict": False,
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


def measure(store: Store, folder: Path, runs: int) -> list[tuple[str, list[float]]]:
    """Ask for each page so often, as its door does; the first time is not counted."""
    clock = Clock()
    watcher = Watcher(store, clock)
    vault = Vault(folder / "central.master")
    opener = Opener(store, vault, clock)
    desk = KeyDesk(store, vault, clock, opener.look_again)
    receiving = Reception(store, opener, clock)
    health = Health(store, watcher, Ingest(store, receiving, desk, clock))
    app = board_app(store, Board(login=False), clock, health)
    month = time.strftime("%Y-%m", time.gmtime(clock.wall_s()))
    found = []
    for name, path in PAGES:
        request = Request(
            "GET", path.format(month=month), (("host", "localhost"),), b"", "127.0.0.1", "http"
        )
        taken = []
        for _ in range(runs + 1):
            begin_s = time.perf_counter()
            answer = ask(app, request)
            taken.append((time.perf_counter() - begin_s) * 1000)
            if answer.status != 200:
                raise SystemExit(f"{path}: {answer.status}")
        found.append((name, taken[1:]))
    return found


@contextmanager
def _store(url: str) -> Iterator[tuple[Store, Path]]:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(url or f"sqlite:///{folder}/central.sqlite")
        try:
            yield store, Path(folder)
        finally:
            store.close()


if __name__ == "__main__":
    raise SystemExit(main())
