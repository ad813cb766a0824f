"""Hands one SMS to each program while the modem misbehaves, and counts what leaves on the air.

``python bench/sms_handover.py`` needs no root and touches no real port. See bench/README.md, "SMS".
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.modems.faults import FAULTS
from bench.modems.gammu import Gammu
from bench.modems.notanker import Notanker
from bench.modems.program import Program
from bench.modems.run import Outcome, run
from bench.modems.smstools import Smstools
from bench.table import aligned

PROGRAMS: Final[Mapping[str, type[Program]]] = {
    kind.name: kind for kind in (Notanker, Gammu, Smstools)
}
WATCH_S: Final = 270.0
SHORT_WATCH_S: Final = 45.0


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="notanker alone, a few faults, for CI")
    parser.add_argument("--programs", default=",".join(PROGRAMS))
    parser.add_argument("--faults", default="")
    parser.add_argument("--watch-s", type=float, default=0.0, help="how long each run is watched")
    parser.add_argument("--at-once", type=int, default=24, help="runs side by side: they only wait")
    parser.add_argument("--json", type=Path, help="write every figure there")
    wanted = parser.parse_args(arguments)
    short = [name for name, fault in FAULTS.items() if fault.short]
    wanted.programs = ["notanker"] if wanted.short else wanted.programs.split(",")
    wanted.faults = (
        wanted.faults.split(",") if wanted.faults else short if wanted.short else list(FAULTS)
    )
    wanted.watch_s = wanted.watch_s or (SHORT_WATCH_S if wanted.short else WATCH_S)
    return wanted


def measure(wanted: argparse.Namespace) -> list[Outcome]:
    """Do all runs, several side by side."""
    jobs = [(PROGRAMS[name], fault) for fault in wanted.faults for name in wanted.programs]
    with ThreadPoolExecutor(wanted.at_once) as pool:
        running = []
        for kind, fault in jobs:
            running.append(pool.submit(run, kind, fault, wanted.watch_s))
            time.sleep(0.3)  # they shall not all begin in the same moment
        return [done.result() for done in running]


def table(outcomes: Sequence[Outcome], programs: Sequence[str]) -> str:
    """Give fault x program: SMS that left, and when; then the sums."""
    found = {(one.fault, one.program): one for one in outcomes}
    faults = list(dict.fromkeys(one.fault for one in outcomes))
    heads = [f"{name} {PROGRAMS[name].version}".strip() for name in programs]
    rows = [["SMS that left [seconds after the hand-over]", *heads]]
    for fault in faults:
        cells = [_left(found[fault, name]) for name in programs]
        rows.append([FAULTS[fault].title, *cells])
    for title, sums in _sums(found, faults, programs):
        rows.append([title, *sums])
    return aligned(rows)


def _left(one: Outcome) -> str:
    marked = f", {one.marked} marked" if one.marked else ""
    return f"{len(one.sent_s)} [{', '.join(f'{at_s:g}' for at_s in one.sent_s)}]{marked}"


def _sums(
    found: Mapping[tuple[str, str], Outcome], faults: Sequence[str], programs: Sequence[str]
) -> Iterator[tuple[str, list[str]]]:
    mine = {name: [found[fault, name] for fault in faults] for name in programs}
    yield "lost (G1: 0)", [str(sum(one.lost for one in mine[name])) for name in programs]
    yield "doubled (G1: 0)", [str(sum(one.doubled for one in mine[name])) for name in programs]
    yield "commands typed at a prompt", [str(sum(o.spoilt for o in mine[n])) for n in programs]
    costs: tuple[tuple[str, str, Callable[[Outcome], str]], ...] = (
        ("unplug", "unplugged: log lines in 10 s (G6: < 1)", lambda one: f"{one.log_per_10_s:g}"),
        ("unplug", "unplugged: processor, % (G6: < 2)", lambda one: f"{one.cpu_pct:g}"),
        ("reboot", "reboot: inbound SMS read after, s (G7: < 15)", lambda one: f"{one.ready_s}"),
        ("none", "healthy: hand-over to PDU, p95, s (G4: < 0.5)", _p95),
    )
    for fault, title, read in costs:
        if fault in faults:
            yield title, [read(found[fault, name]) for name in programs]


def _p95(one: Outcome) -> str:
    values = sorted(one.written_s)
    if not values:
        return "-"
    return f"{values[-(-len(values) * 95 // 100) - 1]:.2f} ({len(values)} SMS)"


def missed(outcomes: Sequence[Outcome]) -> list[str]:
    """Say what of notanker's own goals was missed."""
    said = []
    for one in outcomes:
        goal_s = FAULTS[one.fault].second_s
        late = goal_s is not None and bool(one.sent_s) and one.sent_s[-1] > goal_s
        if one.program == "notanker" and (one.lost or one.doubled or one.spoilt or late):
            said.append(f"{FAULTS[one.fault].title}: {_left(one)}, goal {goal_s or 'once'}")
    return said


def main() -> int:
    """Run the command line; 1 if notanker lost, doubled or was late."""
    wanted = parse()
    start_s = time.monotonic()
    outcomes = measure(wanted)
    print(table(outcomes, wanted.programs))
    took_s, load = time.monotonic() - start_s, os.getloadavg()[0]
    print(
        f"\n{os.cpu_count()} cores, {took_s:.0f} s, {wanted.watch_s:g} s watched, load {load:.1f}."
    )
    if wanted.json:
        wanted.json.write_text(json.dumps([one.as_dict() for one in outcomes], indent=1))
    problems = missed(outcomes)
    print(*problems, sep="\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
