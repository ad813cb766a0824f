"""Kills the agent at random moments of outages in which people answer by SMS, and accounts for all of it.

``python bench/killed_alerts.py`` enters a capsule of its own; it needs root. See bench/README.md, "Killed in
outages".
"""

import argparse
import itertools
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from bench.alerts import killed, site  # noqa: E402 - found from the checkout
from bench.alerts.portions import Hours, Kept, Rows, side_by_side  # noqa: E402
from bench.enclosed import enclosed  # noqa: E402
from bench.table import aligned  # noqa: E402

RADIO_S: Final = 0.3
HEADS: Final = [
    "outages",
    "kills of the agent",
    "alerts",
    "lost",
    "answers",
    "forgotten",
    "alarmed anew after an answer",
    "doubled, marked",
    "not marked",
    "other",
]
_COUNTED: Final = ("lost", "anew", "unmarked")


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="bench/killed_alerts.py", description="See bench/README.md."
    )
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1, help="of kinds and moments")
    parser.add_argument("--sites", type=int, default=3, help="side by side: most is waiting")
    parser.add_argument("--each", type=int, default=9, help="kills in each outage, at most")
    parser.add_argument("--minutes", type=float, default=0.0, help="begin nothing after that")
    parser.add_argument("--keep", default="", metavar="FILE", help="go on where it left off")
    parser.add_argument("--short", action="store_true", help="six kills in one outage, for CI")
    wanted = parser.parse_args()
    if wanted.short:
        wanted.kills = wanted.each = 6
        wanted.sites = 1
    return wanted


class Count:
    """Outage after outage until there were kills enough."""

    def __init__(self, kept: Kept, kills: int, hours: Hours) -> None:
        self._kept, self._kills, self._hours = kept, kills, hours
        self._numbers = itertools.count(max(kept.numbers(), default=0) + 1)

    def take(self) -> int | None:
        """Give the next outage's number; None once there were kills enough or the time is over."""
        done = sum(row["kills"] for row in self._kept.rows)
        return None if done >= self._kills or self._hours.over() else next(self._numbers)


def run(wanted: argparse.Namespace) -> int:
    """Have the outages, print the table; 1 if a promise was broken."""
    kept, begun_s = Kept(wanted.keep), time.monotonic()
    count = Count(kept, wanted.kills, Hours(wanted.minutes))
    failed = side_by_side(wanted.sites, worker(count, wanted, kept))
    print(table(kept.rows))
    print(
        f"\n{time.strftime('%Y-%m-%d %H:%M')}, {os.cpu_count()} cores, {time.monotonic() - begun_s:.0f} s, "
        f"{wanted.sites} sites side by side, load {os.getloadavg()[0]:.1f}."
    )
    problems = [
        f"{r['number']} {r['kind']}: {'; '.join(r['problems'])}" for r in kept.rows if r["problems"]
    ]
    problems += [f"FAILED: {error}" for error in failed]
    print(*problems, sep="\n")
    return 1 if problems else 0


def worker(count: Count, wanted: argparse.Namespace, kept: Kept) -> Callable[[], None]:
    """Give what one site does."""

    def live() -> None:
        with site.site(RADIO_S, killed.hurried) as here:
            while (number := count.take()) is not None:
                row = killed.killed(here, number, wanted.seed, wanted.each).as_dict()
                kept.add(row)
                print(row, file=sys.stderr, flush=True)

    return live


def table(rows: Rows) -> str:
    """Give the sums."""
    sums = {key: sum(row[key] for row in rows) for key in ("kills", "messages", "answered")}
    sums |= {key: sum(row[key] for row in rows) for key in ("forgotten", "marked")}
    said = [problem for row in rows for problem in row["problems"]]
    broken = {key: sum(one.startswith(f"{key}:") for one in said) for key in _COUNTED}
    others = len(said) - sum(broken.values()) - sums["forgotten"]
    figures = [
        len(rows), sums["kills"], sums["messages"], broken["lost"], sums["answered"], sums["forgotten"],
        broken["anew"], sums["marked"], broken["unmarked"], others,
    ]  # fmt: skip
    return aligned([HEADS, [str(figure) for figure in figures]])


if __name__ == "__main__":
    sys.exit(enclosed(parse, run))
