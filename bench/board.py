"""How long the board's pages take with a large fleet: each page again and again, beside the bar of 200 ms.

``python bench/board.py`` fills a database of its own; ``--database`` names another, empty one. Of a page that
is too slow it tells what the database was asked, and by which plan it went about that. See bench/README.md,
"The board".
"""

import argparse
import logging
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

import structlog

CHECKOUT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from bench.board_fleet import SHOWN, fill  # noqa: E402 - found from the checkout
from bench.figures import p95  # noqa: E402
from bench.statements import Statement, Statements  # noqa: E402
from bench.table import aligned  # noqa: E402

from notanker_central.board.app import board_app  # noqa: E402
from notanker_central.clock import Clock  # noqa: E402
from notanker_central.config import Board  # noqa: E402
from notanker_central.enrolling import KeyDesk  # noqa: E402
from notanker_central.health import Health  # noqa: E402
from notanker_central.ingest import Ingest  # noqa: E402
from notanker_central.opening import Opener  # noqa: E402
from notanker_central.reception import Reception  # noqa: E402
from notanker_central.store import Store  # noqa: E402
from notanker_central.vault import Vault  # noqa: E402
from notanker_central.watcher import Watcher  # noqa: E402
from notanker_central.web.wsgi import Request, ask  # noqa: E402

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

GOAL_MS: Final = 200.0
PAGES: Final = (
    ("sites, the worst first", "/"),
    ("page 800", "/?page=800"),
    ("sites by name", "/?sort=name"),
    ("LTE longest unproven", "/?sort=lte"),
    ("silent ones of one operator", "/?state=silent&operator=Funk+Eins"),
    ("search", "/?q=standort+4711"),
    ("search that finds nothing", "/?q=nirgends"),
    ("LTE not proven for 7 days", "/?lte=7&sort=lte"),
    ("plan unchanged for a year", "/?plan=365&sort=plan"),
    ("regions", "/regions"),
    ("open incidents", "/incidents"),
    ("alarms", "/alarms"),
    ("a site", f"/site/{SHOWN}"),
    ("a site, 90 days", f"/site/{SHOWN}?days=90"),
    ("a site's month", f"/site/{SHOWN}/month/{{month}}"),
    ("the fleet's month", "/month/{month}"),
    ("a region's month", "/month/{month}?region=Region+7"),
    ("JSON", "/api/1/sites"),
)
ENOUGH_S: Final = 10.0
"""A page that is slow is asked less often: the bench ends whatever the pages take."""
LEAST_RUNS: Final = 3


@dataclass(slots=True)
class Asked:
    """A page: what each time took, of that the database, and the statements of the last time."""

    name: str
    size: int = 0
    took_ms: list[float] = field(default_factory=list)
    database_ms: list[float] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether the page is within the bar."""
        return p95(self.took_ms) <= GOAL_MS


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="bench/board.py", description="See bench/README.md.")
    parser.add_argument("--sites", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--silent", type=int, default=300, help="sites of one operator in a storm")
    parser.add_argument(
        "--database", default="", help="an empty one; a file of its own if not given"
    )
    parser.add_argument("--plans", action="store_true", help="tell the plans of all pages")
    return parser.parse_args()


def main() -> int:
    """Measure and print; 1 if a page took longer than the goal."""
    args = parse()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder:
        url = args.database or f"sqlite:///{folder}/central.sqlite"
        began_s = time.monotonic()
        with closing(Store(url)) as store:
            fill(store, args.sites, args.silent, Clock().wall_s())
        print(f"{args.sites} sites filled in in {time.monotonic() - began_s:.0f} s", flush=True)
        with closing(Store(url)) as store:
            statements = Statements(store.engine)
            found = list(measure(store, Path(folder), args.runs, statements))
            print(table(found))
            for page in found:
                if args.plans or not page.good:
                    print("\n".join(plans(page, statements)))
    slow = [page.name for page in found if not page.good]
    kind = "PostgreSQL" if url.startswith("postgres") else "SQLite"
    print(
        f"{args.sites} sites, {kind}, load {os.getloadavg()[0]:.1f}. Bar: {GOAL_MS:.0f} ms (p95)."
    )
    print(f"NOT met by: {', '.join(slow)}" if slow else "Met by every page.")
    return int(bool(slow))


def table(pages: list[Asked]) -> str:
    """Write what was measured as Markdown."""
    head = ["page", "kB", "median ms", "p95 ms", "of it the database, ms", "runs", "met"]
    rows = [
        [
            page.name,
            f"{page.size / 1000:.0f}",
            f"{median(page.took_ms):.0f}",
            f"{p95(page.took_ms):.0f}",
            f"{median(page.database_ms):.0f}",
            str(len(page.took_ms)),
            "yes" if page.good else "NO",
        ]
        for page in pages
    ]
    return aligned([head, *rows])


def plans(page: Asked, statements: Statements) -> Iterator[str]:
    """Write what took longest of a page, and how the database went about it."""
    yield f"\n{page.name}:"
    for one in sorted(page.statements, key=lambda one: -one.took_ms)[:4]:
        yield f"  {one.took_ms:.1f} ms  {' '.join(one.sql.split())[:400]}"
        yield from (f"      {step}" for step in statements.plan(one))


def measure(store: Store, folder: Path, runs: int, statements: Statements) -> Iterator[Asked]:
    """Ask for each page so often, as its door does; the first time is not counted."""
    clock = Clock()
    app = _app(store, folder, clock)
    month = time.strftime("%Y-%m", time.gmtime(clock.wall_s()))
    for name, path in PAGES:
        yield _ask(app, Asked(name), path.format(month=month), runs, statements)


def _ask(
    app: "WSGIApplication", page: Asked, path: str, runs: int, statements: Statements
) -> Asked:
    request = Request("GET", path, (("host", "localhost"),), b"", "127.0.0.1", "http")
    end_s = time.monotonic() + ENOUGH_S
    for run in range(runs + 1):
        if run > LEAST_RUNS and time.monotonic() > end_s:
            break
        statements.heard.clear()
        begin_s = time.perf_counter()
        answer = ask(app, request)
        took_ms = (time.perf_counter() - begin_s) * 1000
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status}")
        if run:
            page.took_ms.append(took_ms)
            page.database_ms.append(statements.took_ms())
    page.size, page.statements = len(answer.body), list(statements.heard)
    return page


def _app(store: Store, folder: Path, clock: Clock) -> "WSGIApplication":
    watcher = Watcher(store, clock)
    vault = Vault(folder / "central.master")
    opener = Opener(store, vault, clock)
    desk = KeyDesk(store, vault, clock, opener.look_again)
    ingest = Ingest(store, Reception(store, opener, clock), desk, clock)
    board = Board(login=False)
    return board_app(store, board, clock, Health(store, watcher, ingest))


if __name__ == "__main__":
    raise SystemExit(main())
