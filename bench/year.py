"""Lives years of a line's life through the agent's own core in virtual time, and prints what became of them.

``python bench/year.py`` needs no root and no network. See bench/year.md.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Final

CHECKOUT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from bench import year_lines, year_score, year_tables  # noqa: E402 - found from the checkout
from bench.table import aligned  # noqa: E402
from bench.year_lines import DAY_S, LINES  # noqa: E402
from bench.year_world import Life  # noqa: E402

PARTS: Final = 12
"""A line's days are lived in so many parts, each from a fresh start: so that all cores have work."""


HEADS: Final = [
    "line",
    "days",
    "outages",
    "missed",
    "false",
    "cuts <= 0.5 s",
    "0.5 to 1.5 s that moved",
    "detect, s: median",
    "p95",
    "available %",
    "on the primary alone %",
    "probes",
    "per CPU s",
]


@dataclass(frozen=True, slots=True)
class Part:
    """Some days of one line's life, and what became of them."""

    line: str
    days: float
    seed: int
    skipping: bool = True


@dataclass(frozen=True, slots=True)
class Lived:
    """What became of one part.

    Attributes:
        cpu_s: Processor time that it took.
    """

    part: Part
    score: year_score.Score
    probes: int
    events: int
    cpu_s: float


def live(part: Part) -> Lived:
    """Live some days."""
    line = LINES[part.line]
    began_s = time.process_time()
    episodes = year_lines.year(line, part.days, part.seed)
    life = Life(line, episodes, seed=part.seed, skipping=part.skipping)
    life.run(part.days * DAY_S)
    score = year_score.score(episodes, life.switches, part.days)
    return Lived(part, score, life.probes, life.events, time.process_time() - began_s)


def main() -> int:
    """Run the command line; the status is 1 if something switched for nothing, or did not when it must."""
    args = _parser().parse_args()
    began_s = time.monotonic()
    bad = 0
    if not args.only_tables:
        bad += _print_lines(args)
    if not args.only_lines:
        bad += _print_cuts(args)
        _print_counted(args.verdicts, args.seed)
        _print_brown_outs(args.trials, args.seed)
    print(f"{time.monotonic() - began_s:.0f} s, seed {args.seed}, Python {sys.version.split()[0]}.")
    return 1 if bad else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench/year.py", description="See bench/year.md.")
    add = parser.add_argument
    add("--days", type=float, default=365.0, help="days of each line, at most its own limit (365)")
    add("--line", action="append", choices=tuple(LINES), help="only this line; may be repeated")
    add("--seed", type=int, default=1)
    add("--processes", type=int, default=os.cpu_count() or 1, help="at the same time (all cores)")
    add("--no-skip", action="store_true", help="live through calm, too: hundreds of times slower")
    add("--cuts", type=int, default=1000, help="cuts of each length (1000)")
    add("--verdicts", type=int, default=1000, help="verdicts counted beside each exact figure")
    add("--trials", type=int, default=100, help="brown-outs of each kind (100)")
    add("--only-lines", action="store_true", help="no tables of cuts and exact figures")
    add("--only-tables", action="store_true", help="nothing but these")
    return parser


def _parts(args: argparse.Namespace) -> Iterator[Part]:
    for name in args.line or LINES:
        days = min(args.days, LINES[name].days) / PARTS
        for number in range(PARTS):
            yield Part(name, days, args.seed * 1000 + number, not args.no_skip)


def _print_lines(args: argparse.Namespace) -> int:
    began_s = time.monotonic()
    with ProcessPoolExecutor(args.processes) as pool:
        lived = list(pool.map(live, _parts(args)))
    took_s = time.monotonic() - began_s
    rows = [HEADS]
    bad = 0
    for name in args.line or LINES:
        parts = [life for life in lived if life.part.line == name]
        bad += sum(life.score.false + life.score.missed for life in parts)
        rows.append(_row(name, parts))
    print(aligned(rows))
    probes = sum(life.probes for life in lived)
    events = sum(life.events for life in lived)
    cpu_s = sum(life.cpu_s for life in lived)
    print(
        f"{probes:,} probes in {cpu_s:.0f} s of processor time ({probes / cpu_s:,.0f} a second)"
        f" and {took_s:.0f} s of the clock ({probes / took_s:,.0f} a second, {args.processes}"
        f" processes); the core took {events:,} events, {events / cpu_s:,.0f} a second.\n",
        flush=True,
    )
    return bad


def _row(name: str, parts: Sequence[Lived]) -> list[str]:
    scores = [life.score for life in parts]
    days = sum(score.days for score in scores)
    detect_s = [seconds for score in scores for seconds in score.detect_s]
    alone_s, down_s = (sum(s.alone_s for s in scores), sum(s.down_s for s in scores))
    probes, cpu_s = sum(life.probes for life in parts), sum(life.cpu_s for life in parts)
    return [
        LINES[name].title,
        f"{days:g}",
        str(sum(score.outages for score in scores)),
        str(sum(score.missed for score in scores)),
        str(sum(score.false for score in scores)),
        str(sum(score.short for score in scores)),
        str(sum(score.between for score in scores)),
        *_middle(detect_s),
        f"{100 * (1 - down_s / days / DAY_S):.4f}",
        f"{100 * (1 - alone_s / days / DAY_S):.4f}",
        f"{probes:,}",
        f"{probes / cpu_s:,.0f}",
    ]


def _middle(values: Sequence[float]) -> tuple[str, str]:
    if not values:
        return "-", "-"
    p95 = quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]
    return f"{median(values):.2f}", f"{p95:.2f}"


def _print_cuts(args: argparse.Namespace) -> int:
    rows = [["line", "cut", "cuts", "moved traffic", "after, s: median", "p95"]]
    bad = 0
    with ProcessPoolExecutor(args.processes) as pool:
        kinds = year_tables.kinds(args.cuts, args.seed)
        found = list(pool.map(year_tables.cuts, *zip(*kinds, strict=True)))
    for row in found:
        rows.append(
            [
                "in use" if row.busy else "idle",
                row.title,
                str(row.cuts),
                str(row.moved),
                *_middle(row.seconds),
            ]
        )
        least_s, most_s = year_tables.CUTS[row.title]
        bad += row.moved if most_s <= year_score.SHORT_S else 0
        bad += row.cuts - row.moved if least_s >= year_score.LONG_S else 0
    print(aligned(rows), end="\n\n", flush=True)
    return bad


def _print_counted(verdicts: int, seed: int) -> None:
    rows = [["threshold, nats", "loss %", "one stream: exact, probes", "counted"]]
    rows[0] += ["three anchors: reckoned", "counted"]
    for row in year_tables.counted(verdicts, seed):
        figures = (row.single, row.single_counted, row.quorum, row.quorum_counted)
        rows.append(
            [f"{row.threshold:g}", f"{100 * row.loss:g}", *(f"{value:,.0f}" for value in figures)]
        )
    print(aligned(rows))
    print(f"{verdicts} verdicts counted: one sigma is {100 / verdicts**0.5:.0f} %.\n")


def _print_brown_outs(trials: int, seed: int) -> None:
    rows = [["loss %", "given up after, s: foretold", "median", "p95", "mean", "trials"]]
    for row in year_tables.brown_outs(trials, seed):
        middle = _middle(row.seconds)
        mean_s = sum(row.seconds) / len(row.seconds)
        rows.append([str(row.pct), f"{row.foretold_s:.1f}", *middle, f"{mean_s:.2f}", str(trials)])
    print(aligned(rows), end="\n\n")


if __name__ == "__main__":
    sys.exit(main())
