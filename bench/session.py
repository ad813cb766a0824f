"""Runs the rows for all peers, side by side, and prints what came of it."""

import json
import os
import platform
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import product
from pathlib import Path
from statistics import median

from bench import keepalived
from bench.measure import NEVER
from bench.options import Options
from bench.peers import PEERS
from bench.rows import ROWS
from bench.scene import scene
from bench.table import Results, number, render

PRODUCT = "notanker"


def run(wanted: Options) -> int:
    """Measure what is wanted; give 1 if the product fails where it must not, else 0."""
    results = Results()
    begun_s = time.monotonic()
    jobs = list(product(range(1, wanted.runs + 1), wanted.rows, wanted.peers))
    # In this order the peers meet the same row at about the same time, under the same load.
    with ThreadPoolExecutor(wanted.at_once) as pool:
        futures: list[Future[None]] = [
            pool.submit(_measure, results, wanted, number, *job)
            for number, job in enumerate(jobs, 1)
        ]
        for future in futures:
            future.result()
    _print(results, wanted, time.monotonic() - begun_s)
    if wanted.json:
        text = json.dumps({"values": results.values, "failures": results.failures}, indent=1)
        Path(wanted.json).write_text(text + "\n", encoding="utf-8")
    reasons = shortcomings(results, wanted)
    for reason in reasons:
        print(f"notanker falls short: {reason}")
    return 1 if reasons else 0


def shortcomings(results: Results, wanted: Options) -> list[str]:
    """Say in which way the product does not do what it is for, regardless of how fast it is."""
    values = results.values.get(PRODUCT, {})
    found = [text for text in results.failures if text.startswith(f"{PRODUCT} ")]
    if NEVER in values.get("blackhole_s", ()):
        found.append("a silent cut did not move the traffic")
    if NEVER in values.get("sms_s", ()):
        found.append("no SMS told of a silent cut")
    if any(values.get("loss20_switches", ())):
        found.append("it switched at 20 % loss")
    if any(values.get("anchor_switches", ())):
        found.append("it switched for one dead anchor")
    return found if PRODUCT in wanted.peers else []


def _measure(
    results: Results, wanted: Options, job: int, run_number: int, row: str, peer: str
) -> None:
    """Measure one row of one peer once; what fails is noted and shown."""
    here = PEERS[peer](wanted.wait_to_restore_s)
    label = f"{peer} {row} (run {run_number})"
    try:
        with scene(here, f"b{job}", short=wanted.short) as stage:
            figures = ROWS[row].run(stage)
    except Exception as error:  # noqa: BLE001 - a run that fails must not take the others with it
        notes = " ".join(getattr(error, "__notes__", ()))
        results.failures.append(f"{label} failed: {type(error).__name__}: {error} {notes}".strip())
        print(results.failures[-1], file=sys.stderr, flush=True)
        return
    results.add(peer, figures)
    results.loads.append(os.getloadavg()[0])
    text = ", ".join(f"{name} {number(value, 2)}" for name, value in figures.items())
    print(f"{label}: {text}", file=sys.stderr, flush=True)


def _print(results: Results, wanted: Options, took_s: float) -> None:
    versions = dict.fromkeys(wanted.peers, "")
    for peer in versions:
        if peer.startswith(keepalived.NAME):
            versions[peer] = keepalived.version()
    print(render(results, wanted.peers, versions))
    loads = results.loads or [0.0]
    print(
        f"\n{time.strftime('%Y-%m-%d %H:%M')}, {_machine()}, {wanted.runs} runs in {took_s:.0f} s, "
        f"{wanted.at_once} labs at once, load average {median(loads):.1f} "
        f"({min(loads):.1f}-{max(loads):.1f}); wait to restore {wanted.wait_to_restore_s:g} s, included."
    )
    if wanted.short:
        print("Short form: 20 % loss for 30 s, a dead anchor for 10 s, calm for 15 s.")
    for failure in results.failures:
        print(f"FAILED: {failure}")


def _machine() -> str:
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    models = [line.partition(":")[2].strip() for line in info.splitlines() if "model name" in line]
    cores = len(os.sched_getaffinity(0))
    return (
        f"{cores} cores {models[0] if models else platform.machine()}, Linux {platform.release()}"
    )
