"""Runs the rows for all peers, side by side, and prints what came of it."""

import json
import os
import platform
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.figures import number
from bench.met import NEVER
from bench.options import Options
from bench.peers import PEERS, PRODUCT
from bench.rows import QUICK_S, ROWS
from bench.scene import Scene, scene
from bench.table import Figures, Results, render

_CUTS_PER_LAB = 10


@dataclass(frozen=True, slots=True)
class Job:
    """One lab in which one peer meets one row so many times."""

    row: str
    peer: str
    times: int


def jobs(wanted: Options) -> Iterator[Job]:
    """Give all that is to be measured; the peers meet the same row at about the same time."""
    for row in wanted.rows:
        for peer in wanted.peers:
            if ROWS[row].many:
                runs = wanted.cuts if peer == PRODUCT else wanted.peer_cuts
                for done in range(0, runs, _CUTS_PER_LAB):
                    yield Job(row, peer, min(_CUTS_PER_LAB, runs - done))
            else:
                yield from [Job(row, peer, 1)] * (1 if ROWS[row].once else wanted.labs)


def run(wanted: Options) -> int:
    """Measure what is wanted; give 1 if the product fails where it must not, else 0."""
    results = Results()
    begun_s = time.monotonic()
    with ThreadPoolExecutor(wanted.at_once) as pool:
        futures = [
            pool.submit(_measure, results, wanted, job, f"b{n}")
            for n, job in enumerate(jobs(wanted))
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


_MUST_COME = {
    "blackhole_s": "a silent cut did not move the traffic",
    "boot_s": "it did not come up on LTE with a dead line",
    "sms_s": "no SMS told of a silent cut",
}
_MUST_NOT = {
    "loss20_switches": "it switched at 20 % loss",
    "anchor_switches": "it switched for one dead anchor",
    "icmp_switches": "it switched for anchors that refuse ICMP",
}


def shortcomings(results: Results, wanted: Options) -> list[str]:
    """Say in which way the product does not do what it is for, regardless of how fast it is."""
    if PRODUCT not in wanted.peers:
        return []
    found = [text for text in results.failures if text.startswith(f"{PRODUCT} ")]
    found += [why for name, why in _MUST_COME.items() if NEVER in results.of(PRODUCT, name)]
    found += [why for name, why in _MUST_NOT.items() if any(results.of(PRODUCT, name))]
    return found


def _measure(results: Results, wanted: Options, job: Job, prefix: str) -> None:
    """Measure one row of one peer in one lab; what fails is noted and shown."""
    row = ROWS[job.row]
    here = PEERS[job.peer].make(row.wait_s, row.wait_s != QUICK_S, row.nat)
    label = f"{job.peer} {job.row}"
    try:
        with scene(here, prefix, wanted.length, row.nat) as stage:
            for number_ in range(job.times):
                _make_ready(stage, job, first=number_ == 0)
                _note(results, job.peer, label, row.run(stage))
    except Exception as error:  # noqa: BLE001 - a run that fails must not take the others with it
        notes = " ".join(getattr(error, "__notes__", ()))
        results.failures.append(f"{label} failed: {type(error).__name__}: {error} {notes}".strip())
        print(results.failures[-1], file=sys.stderr, flush=True)


def _make_ready(stage: Scene, job: Job, *, first: bool) -> None:
    if not ROWS[job.row].started:
        return
    if first:
        stage.start()
    else:
        stage.rest()


def _note(results: Results, peer: str, label: str, figures: Figures) -> None:
    results.add(peer, figures)
    results.loads.append(os.getloadavg()[0])
    texts = (f"{k} {v if isinstance(v, str) else number(v, 2)}" for k, v in figures.items())
    print(f"{label}: {', '.join(texts)}", file=sys.stderr, flush=True)


def _print(results: Results, wanted: Options, took_s: float) -> None:
    kinds = {peer: PEERS[peer].package for peer in wanted.peers}
    versions = {peer: package.version() for peer, package in kinds.items() if package}
    print(render(results, wanted.peers, versions))
    loads, length = results.loads or [0.0], wanted.length
    print(
        f"\n{time.strftime('%Y-%m-%d %H:%M')}, {_machine()}, {took_s:.0f} s, {wanted.at_once} labs at "
        f"once, load average {median(loads):.1f} ({min(loads):.1f}-{max(loads):.1f}); wait to restore as "
        f"shipped in flapping and failback, else {QUICK_S:g} s. 20 % loss for {length.loss20_s:g} s, dead "
        f"anchors and slowness for {length.watch_s:g} s, calm for {length.calm_s:g} s."
    )
    for failure in results.failures:
        print(f"FAILED: {failure}")


def _machine() -> str:
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    models = [line.partition(":")[2].strip() for line in info.splitlines() if "model name" in line]
    cores = len(os.sched_getaffinity(0))
    return (
        f"{cores} cores {models[0] if models else platform.machine()}, Linux {platform.release()}"
    )
