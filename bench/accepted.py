"""Gives notanker, gammu-smsd and Alertmanager the same alerts, kills them at the same moments, and counts.

``python bench/accepted.py`` needs no root and no capsule. See bench/README.md, "Accepted alerts".
"""

import argparse
import os
import sys
import tempfile
import time
from collections import defaultdict
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from bench.alerts.beaten import Beaten, beaten, moments  # noqa: E402 - found from the checkout
from bench.alerts.takers import TAKERS, Notanker  # noqa: E402
from bench.table import aligned  # noqa: E402

ROWS: Final = (
    "alerts accepted",
    "kills",
    "lost",
    "doubled",
    "... of these, unmarked",
    "still in its spool at the end",
)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="bench/accepted.py", description="See bench/README.md.")
    parser.add_argument("--alerts", type=int, default=100)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument(
        "--series", type=int, default=4, help="side by side, each with its own share"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the moments")
    parser.add_argument("--radio-s", type=float, default=1.0, help="what each SMS takes on the air")
    parser.add_argument("--last-s", type=float, default=110.0, help="when the last alert comes")
    parser.add_argument("--end-s", type=float, default=240.0, help="when it is counted")
    parser.add_argument("--programs", default=",".join(TAKERS))
    parser.add_argument("--short", action="store_true", help="notanker alone, 10 alerts, 6 kills")
    wanted = parser.parse_args()
    if wanted.short:
        wanted.alerts, wanted.kills, wanted.series, wanted.programs = 10, 6, 1, Notanker.title
        wanted.radio_s, wanted.last_s, wanted.end_s = 0.2, 15.0, 22.0
    return wanted


def run(wanted: argparse.Namespace) -> int:
    """Do it, print the table; 1 if notanker lost an alert, or doubled one without a mark."""
    names, begun_s = wanted.programs.split(","), time.monotonic()
    found: dict[str, list[Beaten]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="alerts-") as name, ThreadPoolExecutor(64) as pool:
        running: list[tuple[str, Future[Beaten]]] = []
        for series in range(wanted.series):
            when = moments(
                wanted.seed + series, wanted.alerts // wanted.series, wanted.kills // wanted.series,
                wanted.last_s, wanted.end_s,
            )  # fmt: skip
            for program in names:
                folder = Path(name) / program / str(series)
                job = pool.submit(beaten, TAKERS[program], folder, wanted.radio_s, when)
                running.append((program, job))
        for program, job in running:
            found[program].append(job.result())
    print(table(found))
    print(
        f"\n{time.strftime('%Y-%m-%d %H:%M')}, {os.cpu_count()} cores, {time.monotonic() - begun_s:.0f} s, "
        f"{wanted.series} series, {wanted.radio_s:g} s for each SMS, load {os.getloadavg()[0]:.1f}."
    )
    mine = found.get("notanker", [])
    return 1 if any(one.tally.lost or one.tally.unmarked for one in mine) else 0


def table(found: dict[str, list[Beaten]]) -> str:
    """Give a column for each program."""
    columns = [_column(ones) for ones in found.values()]
    heads = ["", *(TAKERS[name].title for name in found)]
    rows = zip(ROWS, *columns, strict=True)
    return aligned([heads, *([title, *cells] for title, *cells in rows)])


def _column(ones: list[Beaten]) -> list[str]:
    doubled = sum(len(one.tally.doubled) + len(one.tally.unmarked) for one in ones)
    figures = (
        sum(one.accepted for one in ones),
        sum(one.kills for one in ones),
        sum(len(one.tally.lost) for one in ones),
        doubled,
        sum(len(one.tally.unmarked) for one in ones),
        sum(one.waiting for one in ones),
    )
    return [str(figure) for figure in figures]


if __name__ == "__main__":
    sys.exit(run(parse()))
