"""100,000 sites for ten minutes, a beat a minute, a RabbitMQ node of three killed in the middle.

``python bench/soak.py`` takes twelve minutes; ``--seconds 60 --sites 20000 --interval-s 12`` is the short
form. Each beat tells something new of its site's journal. Counted at the end, out of PostgreSQL: events lost,
stored twice.
"""

import argparse
import json
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

CHECKOUT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from bench.centre import running  # noqa: E402
from bench.table import aligned  # noqa: E402
from sqlalchemy import func, select  # noqa: E402

from notanker_central import tables as t  # noqa: E402
from notanker_central.store import Store  # noqa: E402
from notanker_lab.postgresql import postgresql  # noqa: E402 - found from the checkout
from notanker_lab.rabbitmq import RabbitMq, rabbitmq  # noqa: E402

MOST_PAUSE_S: Final = 2.0
MOST_BEHIND_S: Final = 5.0
"""A site that says it so much later than it should would be another fleet, or a machine too small for it."""


def main() -> int:
    """Run and print the table; the last line says whether all went as it has to, and so does the status."""
    parser = argparse.ArgumentParser(description="a fleet for minutes, with a node killed")
    parser.add_argument("--sites", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--interval-s", type=float, default=60.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument(
        "--kill", default="a", choices=["a", "b", "c", "none"], help="a leads the queue"
    )
    parser.add_argument("--folder", type=Path, help="on the disk to measure")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended from outside"))  # and so do all nodes
    with tempfile.TemporaryDirectory(dir=options.folder) as name, ExitStack() as parts:
        Path(name).chmod(0o755)  # PostgreSQL runs as nobody
        database = parts.enter_context(postgresql(folder=Path(name)))
        cluster = parts.enter_context(rabbitmq(3, folder=Path(name)))
        more = f"[bus]\nnodes = {json.dumps(cluster.urls)}\n"
        toml = running.prepare(Path(name) / "centre", database.url, options.sites, more)
        for _ in range(options.workers):
            parts.enter_context(running.process(toml, "work"))
        _, ports = parts.enter_context(running.process(toml, "serve"))
        time.sleep(3.0)  # until receiver and workers have found the cluster
        killer = threading.Timer(options.seconds / 2, _kill, (cluster, options.kill))
        killer.start()
        found = running.load(
            "load_soak.py",
            ports=[ports[1]],
            sites=options.sites,
            seconds=options.seconds,
            interval_s=options.interval_s,
        )
        killer.join()
        lost, twice = _account(database.url, found)
    _print(found, lost, twice)
    wrong = list(_wrong(found, lost, twice))
    print("PASSED" if not wrong else f"FAILED: {'; '.join(wrong)}")
    return int(bool(wrong))


def _wrong(found: dict[str, Any], lost: int, twice: int) -> Iterator[str]:
    """Say what did not go as it has to."""
    if lost:
        yield f"{lost} events are not stored"
    if twice:
        yield f"{twice} events are stored twice"
    if found["unconfirmed"]:
        yield f"{found['unconfirmed']} events are not confirmed to their sites"
    if found["pause_s"] > MOST_PAUSE_S:
        yield f"nobody was answered for {found['pause_s']:.2f} s"
    if found["behind_s"] > MOST_BEHIND_S:
        yield f"the generator was behind by {found['behind_s']:.1f} s: this was not that fleet"


def _kill(cluster: RabbitMq, name: str) -> None:
    for node in cluster.nodes:
        if node.name.startswith(f"{name}@"):
            node.kill()


def _account(url: str, found: dict[str, Any]) -> tuple[int, int]:
    """Return how many events are missing, and how many are there more than once."""
    store = Store(url)
    places = func.count(func.distinct(func.concat(t.event.c.site, "/", t.event.c.position)))
    with store.read() as connection:
        rows, distinct = connection.execute(select(func.count(), places).select_from(t.event)).one()
    store.close()
    return int(found["positions"]) - int(distinct), int(rows) - int(distinct)


def _print(found: dict[str, Any], lost: int, twice: int) -> None:
    heads = [
        "sent",
        "answered",
        "events",
        "lost",
        "unconfirmed",
        "stored twice",
        "longest pause s",
        "p50 ms",
        "p99 ms",
    ]
    cells = [
        *(f"{found[key]:,}" for key in ("sent", "answered", "positions")),
        str(lost),
        f"{found['unconfirmed']:,}",
        str(twice),
        f"{found['pause_s']:.2f} (<= {MOST_PAUSE_S:.0f})",
        *(f"{found[key]:.0f}" for key in ("p50_ms", "p99_ms")),
    ]
    print(aligned([heads, cells]))
    load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    print(f"load average {load}; {os.cpu_count()} cores, everything on them")
    print(
        f"the pause began after {found['paused_at_s']:.1f} s; unanswered in time {found['unanswered']:,}; "
        f"generator behind by {found['behind_s']:.2f} s at most"
    )


if __name__ == "__main__":
    sys.exit(main())
