"""The portal beside nginx, with the same pages: requests a second, p99, slow clients, floods, memory.

    .venv/bin/python bench/portal.py              # five minutes
    .venv/bin/python bench/portal.py --short      # for CI: ten seconds
    .venv/bin/python bench/portal.py --paint      # first paint in Chromium on a slow phone

Needs no root. The load comes from a process of its own. See bench/README.md, "Portal".
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.costs import pss_mib, tree
from bench.table import aligned
from bench.web.servers import PAGES, Nginx, Portal, Server

HERE: Final = Path(__file__).resolve().parent
GOAL_P99_MS: Final = 50.0
GOAL_PAINT_MS: Final = 500.0
Figures = dict[str, Any]


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="few seconds a row, for CI")
    parser.add_argument("--paint", action="store_true", help="first paint in Chromium instead")
    parser.add_argument("--seconds", type=float, default=8.0, help="how long each row is measured")
    parser.add_argument("--requests", type=int, default=100_000, help="for the row on memory")
    parser.add_argument("--json", type=Path, help="write every figure there")
    wanted = parser.parse_args(arguments)
    if wanted.short:
        wanted.seconds, wanted.requests = 0.5, 5_000
    return wanted


def load(server: Server, **values: Any) -> Figures:
    """Have somebody ask the server, and return the figures."""
    told = json.dumps({"port": server.port, "path": "/de/", **values})
    line = [sys.executable, str(HERE / "web" / "load.py"), told]
    done = subprocess.run(line, check=True, capture_output=True, text=True)
    found: Figures = json.loads(done.stdout)
    return found


@contextmanager
def beside(program: str, server: Server, **values: Any) -> Iterator[None]:
    """Have another program trouble the server meanwhile."""
    told = json.dumps({"port": server.port, **values})
    line = [sys.executable, str(HERE / "web" / program), told]
    process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)
    try:
        if program == "slow.py":
            assert process.stdout is not None
            process.stdout.readline()
        yield
    finally:
        process.terminate()
        process.communicate(timeout=10)


def measure(server: Server, wanted: argparse.Namespace) -> Iterator[tuple[str, Figures]]:
    """Ask one server everything."""
    seconds: float = wanted.seconds
    trouble_s = 3 * seconds + 10
    yield "30 clients, home", load(server, clients=30, seconds=seconds)
    yield "200 clients, home", load(server, clients=200, seconds=seconds)
    yield "30 clients, the whole plan", load(server, path="/druck", clients=30, seconds=seconds)
    yield "30 clients, a connection each", load(server, clients=30, seconds=seconds, lasting=False)
    calm = {"clients": 30, "seconds": seconds, "pause_s": 0.1}
    yield "30 clients with pauses", load(server, **calm)
    for addresses in (1, 500):
        with beside("slow.py", server, clients=500, addresses=addresses, seconds=trouble_s):
            yield f"... and 500 slow ones, {addresses} address(es)", load(server, **calm)
    flood = {"path": "/de/", "clients": 300, "source": "127.8.8.8", "seconds": trouble_s}
    with beside("load.py", server, **flood):
        yield "... and a flood of pages", load(server, **calm)
    with beside("load.py", server, **{**flood, "path": "/none", "lasting": False}):
        yield "... and a flood of connections for no page", load(server, **calm)
    yield "memory", memory(server, wanted.requests)


def memory(server: Server, requests: int) -> Figures:
    """Return what a great many requests leave behind."""
    load(server, clients=30, seconds=60, most=max(requests // 10, 1000))
    before = pss_mib(tree(server.pid))
    many = load(server, clients=30, seconds=600, most=requests)
    return {**many, "before_mib": before, "after_mib": pss_mib(tree(server.pid))}


def table(found: dict[str, dict[str, Figures]]) -> str:
    """Put both side by side."""
    rows = [["row", "portal", "nginx", "ratio", "met"]]
    for row, ours in found["portal"].items():
        theirs = found["nginx"][row]
        if row == "memory":
            rows.append([f"PSS before and after {ours['answers']} requests, MiB",
                         *(f"{one['before_mib']:.1f} -> {one['after_mib']:.1f}" for one in (ours, theirs)),
                         "", _met(ours["after_mib"] <= ours["before_mib"] + 1)])  # fmt: skip
            continue
        if "pauses" in row or "..." not in row:
            rows.append([f"{row}: requests/s", f"{ours['per_s']:.0f}", f"{theirs['per_s']:.0f}",
                         f"{ours['per_s'] / theirs['per_s']:.2f}", ""])  # fmt: skip
        rows.append([f"{row}: p50, p99, ms",
                     *(f"{one['p50_ms']:.1f}, {one['p99_ms']:.1f}" for one in (ours, theirs)),
                     f"{ours['p99_ms'] / theirs['p99_ms']:.1f}",
                     _verdict(row, ours)])  # fmt: skip
        if ours["bad"] or theirs["bad"]:
            rows.append([f"{row}: not answered", str(ours["bad"]), str(theirs["bad"]), "", ""])
    return aligned(rows)


def _verdict(row: str, ours: Figures) -> str:
    """Say whether the goal is met: under attack that everybody is answered, else how soon."""
    if "200" in row:
        return ""
    return _met(ours["bad"] == 0 if "..." in row else ours["p99_ms"] <= GOAL_P99_MS)


def _met(good: bool) -> str:
    return "yes" if good else "NO"


def main() -> int:
    """Measure and print; status 1 if the portal leaves anybody without an answer."""
    wanted = parse()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if wanted.paint:
            from bench.web.paint import painted

            with Portal(folder / "portal") as portal:
                runs = 3 if wanted.short else 20
                return painted(portal, folder / "nginx", runs, GOAL_PAINT_MS)
        found: dict[str, dict[str, Figures]] = {}
        with Portal(folder / "portal") as portal:
            pages = {path: portal.get(path) for path in PAGES}
            found["portal"] = dict(measure(portal, wanted))
        with Nginx(folder / "nginx", pages) as nginx:
            found["nginx"] = dict(measure(nginx, wanted))
    print(table(found))
    if wanted.json:
        wanted.json.write_text(json.dumps(found, indent=1))
    return 1 if any(one["bad"] for one in found["portal"].values()) else 0


if __name__ == "__main__":
    sys.exit(main())
