"""Has outages of random kind end to end, and accounts for what people were told: who, when, what.

``python bench/outages.py`` enters a capsule of its own; it needs root. See bench/README.md, "Outages".
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from bench.alerts import kinds, outage, site  # noqa: E402 - found from the checkout
from bench.alerts.portions import Hours, Kept, Rows, Work, figures, side_by_side  # noqa: E402
from bench.enclosed import enclosed  # noqa: E402
from bench.table import aligned  # noqa: E402

ALARM_S: Final = 5.0
HOTLINE_S: Final = 60.0
TAKEN_S: Final = 10.0
SHORT: Final = 3
SHORT_RADIO_S: Final = 0.1
HEADS: Final = [
    "what breaks",
    "outages",
    "named at once",
    "cut to detection, s",
    "... to the first alarm, s (<= 5)",
    "cut to the hotline's, s (<= 60)",
    "answer to acknowledged, s (<= 10)",
    "messages",
    "marked copies",
    "not accounted for",
]


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="bench/outages.py", description="See bench/README.md.")
    parser.add_argument("--outages", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1, help="of kinds and moments")
    parser.add_argument("--sites", type=int, default=3, help="side by side: most is waiting")
    parser.add_argument("--minutes", type=float, default=0.0, help="begin nothing after that")
    parser.add_argument("--keep", default="", metavar="FILE", help="go on where it left off")
    parser.add_argument("--short", action="store_true", help=f"{SHORT} quick ones, for CI")
    parser.add_argument("--radio-s", type=float, default=2.0, help="what each SMS takes on the air")
    parser.add_argument("--kinds", default="", help="these alone, by name, comma between")
    wanted = parser.parse_args()
    wanted.radio_s = SHORT_RADIO_S if wanted.short else wanted.radio_s
    return wanted


def plan_of(wanted: argparse.Namespace) -> dict[int, str]:
    """Give the kind of each outage, by number."""
    if wanted.kinds:
        named = wanted.kinds.split(",")
    elif wanted.short:
        named = [name for name, kind in kinds.KINDS.items() if kind.short]
    else:
        named = kinds.deck(wanted.seed, wanted.outages)
    return dict(enumerate(named, 1))


def run(wanted: argparse.Namespace) -> int:
    """Have the outages, print the table; 1 if anything is not as it must be."""
    kept, todo, begun_s = Kept(wanted.keep), plan_of(wanted), time.monotonic()
    left = [number for number in todo if number not in kept.numbers()]
    work = Work(left, Hours(wanted.minutes))
    sites = min(1 if wanted.short else wanted.sites, len(left))
    failed = side_by_side(sites, worker(work, todo, wanted, kept)) if left else []
    print(table(kept.rows))
    print(
        f"\n{time.strftime('%Y-%m-%d %H:%M')}, {os.cpu_count()} cores, {len(kept.rows)} of {len(todo)} "
        f"outages, {time.monotonic() - begun_s:.0f} s, {sites} sites side by side, {wanted.radio_s:g} s for "
        f"each SMS, load {os.getloadavg()[0]:.1f}."
    )
    problems = [*shortcomings(kept.rows), *(f"FAILED: {error}" for error in failed)]
    print(*problems, sep="\n")
    return 1 if problems else 0


def worker(
    work: Work, todo: dict[int, str], wanted: argparse.Namespace, kept: Kept
) -> Callable[[], None]:
    """Give what one site does: outage after outage, by one agent."""

    def live() -> None:
        with site.site(wanted.radio_s) as here:
            while (number := work.take()) is not None:
                row = outage.outage(here, number, todo[number], wanted.seed).as_dict()
                kept.add(row)
                print(f"{number} {row['kind']}: {row['text']}", file=sys.stderr, flush=True)

    return live


def table(rows: Rows) -> str:
    """Give a line for each kind, and one for all."""
    lines = [HEADS]
    for name, kind in kinds.KINDS.items():
        mine = [row for row in rows if row["kind"] == name]
        if mine:
            lines.append(_line(kind.title, mine))
    lines.append(_line("all", rows))
    return aligned(lines)


def _line(title: str, rows: Rows) -> list[str]:
    answered = [row for row in rows if row["answered"]]
    return [
        title,
        str(len(rows)),
        str(sum(row["named"] for row in rows)),
        *(figures([r[key] for r in rows]) for key in ("detected_s", "alarm_s", "hotline_s")),
        figures([row["taken_s"] for row in answered]),
        str(sum(row["messages"] for row in rows)),
        str(sum(row["marked"] for row in rows)),
        str(sum(len(row["problems"]) for row in rows)),
    ]


def shortcomings(rows: Rows) -> list[str]:
    """Say of each outage what is not as it must be."""
    bars = (("alarm_s", ALARM_S), ("hotline_s", HOTLINE_S))
    found = []
    for row in rows:
        said = [] if row["named"] else ["the first alarm does not name it"]
        said += [f"{key} {row[key]}" for key, bar in bars if row[key] is None or row[key] > bar]
        said += [f"taken_s {row['taken_s']}"] * bool(
            row["answered"] and (row["taken_s"] or 0) > TAKEN_S
        )
        said += row["problems"]
        found += [f"{row['number']} {row['kind']}: {'; '.join(said)} ({row['text']})"] * bool(said)
    return found


if __name__ == "__main__":
    sys.exit(enclosed(parse, run))
