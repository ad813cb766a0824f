"""How long a plan takes: checking it at the desk, and taking it into force with all its pages.

    .venv/bin/python bench/plan.py                 # the sample plan, 20 times each
    .venv/bin/python bench/plan.py --runs 5 --folder /etc/notanker/plan

Every run is a fresh process: what is imported counts, because whoever writes a plan waits for it as well. The
check has a second figure without Python's own start and the imports.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "examples" / "plan"
DAY = "2026-11-26"
"""The day that the sample plan is written for."""
GOALS_S = {"check": 0.3, "check, the command": None, "acceptance with rendering": 3.0}
INSIDE = """
import datetime, pathlib, sys, time
from notanker.plan.lint import lint
folder, day = pathlib.Path(sys.argv[1]), datetime.date.fromisoformat(sys.argv[2])
lint(folder, day)
began = time.perf_counter()
lint(folder, day)
print(time.perf_counter() - began)
"""


def main() -> int:
    """Print one row for each figure, and fail if a goal is missed."""
    options = argparse.ArgumentParser()
    options.add_argument("--runs", type=int, default=20)
    options.add_argument("--folder", type=Path, default=SAMPLE)
    given = options.parse_args()
    rows: dict[str, Callable[[], float]] = {
        "check": lambda: inside(given.folder),
        "check, the command": lambda: command("check", str(given.folder), "--on", DAY),
        "acceptance with rendering": lambda: accepted(given.folder),
    }
    missed = 0
    print("| median (min-max; runs), s | goal | met | notanker |\n|---|---|---|---|")
    for name, measure in rows.items():
        taken = [measure() for _ in range(given.runs)]
        goal, median = GOALS_S[name], statistics.median(taken)
        met = "" if goal is None else "yes" if median <= goal else "NO"
        missed += met == "NO"
        figures = f"{median:.3f} ({min(taken):.3f}-{max(taken):.3f}; {len(taken)})"
        print(f"| {name} | {'' if goal is None else f'<= {goal}'} | {met} | {figures} |")
    return 1 if missed else 0


def inside(folder: Path) -> float:
    """Return the seconds that a second check in one process takes."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", INSIDE, folder, DAY],
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stdout)


def command(*arguments: str) -> float:
    """Return the seconds that `notanker plan` takes with these arguments, with its start."""
    began = time.perf_counter()
    line = [sys.executable, "-P", "-m", "notanker.cli", "plan", *arguments]
    subprocess.run(line, check=True, capture_output=True)
    return time.perf_counter() - began


def accepted(folder: Path) -> float:
    """Return the seconds from nothing to a plan in force in a new store."""
    with tempfile.TemporaryDirectory() as store:
        return command("accept", str(folder), "--store", store)


if __name__ == "__main__":
    sys.exit(main())
