"""How many beats a second the centre stores, durably, load generator and all on the same two cores.

``python bench/ingest.py`` prints a table; ``--only https,udp,scan`` chooses rows. Needs no root, but as root
the sockets' buffers are as large as they should be (docs/central.md). The rows of healthchecks are only
printed if they are chosen, since it is fetched for them (``bench/peers/healthchecks.py``).
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

CHECKOUT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from bench.centre import running  # noqa: E402
from bench.peers import healthchecks  # noqa: E402
from bench.table import aligned  # noqa: E402
from sqlalchemy import func, select  # noqa: E402

from notanker_central import tables as t  # noqa: E402
from notanker_central.clock import Clock  # noqa: E402
from notanker_central.store import Store  # noqa: E402
from notanker_central.watcher import Watcher  # noqa: E402
from notanker_lab.debian import unpacked  # noqa: E402 - found from the checkout
from notanker_lab.errors import LabError  # noqa: E402
from notanker_lab.ports import free_port  # noqa: E402
from notanker_lab.postgresql import postgresql  # noqa: E402
from notanker_lab.rabbitmq import rabbitmq  # noqa: E402

HEADS: Final = ["row", "beats/s", "goal", "answered", "lost", "p50 ms", "p99 ms", "CPU us a beat"]
Row = tuple[str, str, dict[str, Any]]


@contextlib.contextmanager
def databases(which: str, folder: Path) -> Iterator[str]:
    """Give the address of an empty database on the disk, with every sync that it makes by itself."""
    if which == "sqlite":
        yield f"sqlite:///{folder}/central.sqlite"
    else:
        with postgresql(folder=folder) as server:
            yield server.url


def https(database: str, seconds: float, folder: Path) -> Row:
    """Beats by HTTPS over 64 connections that last."""
    with databases(database, folder) as url:
        toml = running.prepare(folder, url, 1_000)
        with running.process(toml, "serve") as (centre, ports):
            found = running.load(
                "load_https.py",
                centre=centre,
                port=ports[0],
                sites=1_000,
                seconds=seconds,
                clients=64,
            )
        return f"https -> {database}", ">= 2,000", found


def udp(database: str, seconds: float, folder: Path, sites: int = 10_000) -> Row:
    """Beats by UDP, sealed beforehand, 4,000 under way."""
    with databases(database, folder) as url:
        toml = running.prepare(folder, url, sites)
        with running.process(toml, "serve") as (centre, ports):
            rounds = max(1, int(60_000 * seconds / sites))
            found = running.load(
                "load_udp.py",
                centre=centre,
                port=ports[1],
                sites=sites,
                seconds=seconds,
                window=4_000,
                rounds=rounds,
            )
        _check(found["answered"], _counters(url))
        return f"udp, {sites:,} sites -> {database}", ">= 40,000", found


def mqtt(seconds: float, folder: Path, sites: int = 10_000) -> Row:
    """Beats by way of mosquitto, 4,000 under way, into PostgreSQL."""
    port = free_port()
    settings = folder / "mosquitto.conf"
    # Its own limits (20 under way, 1,000 waiting) are those of a house with some lamps.
    limits = "max_inflight_messages 0\nmax_queued_messages 0\n"
    settings.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n{limits}")
    with ExitStack() as parts:
        url = parts.enter_context(databases("postgresql", folder))
        broker = [str(unpacked("mosquitto", "usr/sbin/mosquitto")), "-c", str(settings)]
        parts.enter_context(_running(broker))
        more = f'[mqtt]\nurl = "mqtt://127.0.0.1:{port}"\n'
        toml = running.prepare(folder / "centre", url, sites, more)
        centre, _ = parts.enter_context(running.process(toml, "serve"))
        time.sleep(2.0)  # until it has subscribed
        found = _published(centre, port, sites, seconds)
        return f"mqtt, mosquitto, {sites:,} sites -> postgresql", ">= 15,000", found


def bus(seconds: float, folder: Path, sites: int = 10_000) -> Row:
    """Beats that sites publish to RabbitMQ themselves, stored by one worker, 4,000 under way."""
    with ExitStack() as parts:
        url = parts.enter_context(databases("postgresql", folder))
        cluster = parts.enter_context(rabbitmq(1, folder=folder))
        more = f"[bus]\nnodes = {json.dumps(cluster.urls)}\n"
        toml = running.prepare(folder / "centre", url, sites, more)
        worker, _ = parts.enter_context(running.process(toml, "work"))
        time.sleep(3.0)  # until it has found the node
        found = _published(worker, cluster.nodes[0].mqtt, sites, seconds, ("guest", "guest"))
        return f"mqtt, RabbitMQ, {sites:,} sites -> postgresql", ">= 15,000", found


def _published(
    centre: subprocess.Popen[str], port: int, sites: int, seconds: float, login: Sequence[str] = ()
) -> dict[str, Any]:
    rounds = max(1, int(25_000 * seconds / sites))
    options = {"sites": sites, "seconds": seconds, "window": 4_000, "rounds": rounds}
    return running.load("load_mqtt.py", centre=centre, port=port, login=login, **options)


@contextlib.contextmanager
def _running(line: Sequence[str]) -> Iterator[None]:
    program = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(1.0)
        yield
    finally:
        program.terminate()
        program.wait(10)


def pings(deployment: healthchecks.Deployment, seconds: float, folder: Path) -> Row:
    """Pings to healthchecks by plain HTTP from 64 clients, as `https` has beats by HTTPS.

    Lost is what is answered otherwise than by 200.
    """
    place = folder / "healthchecks"
    place.mkdir()
    with (
        databases(deployment.database, folder) as url,
        healthchecks.running(deployment, url, place, 1_000) as peer,
    ):
        (place / "paths").write_text(json.dumps(peer.paths), "utf-8")
        found = running.load(
            "load_http.py",
            centre=peer.process,
            port=peer.port,
            paths=str(place / "paths"),
            seconds=seconds,
            clients=64,
        )
        _check(found["answered"], peer.stored())
    name = f"healthchecks {peer.release.tag}, {deployment.name} -> {deployment.database}"
    return name, "-", {**found, "lost": found["bad"]}


def _check(answered: int, stored: int) -> None:
    if stored < answered:
        raise SystemExit(f"{answered} answered, {stored} stored")


def scan(folder: Path, sites: int = 100_000) -> Row:
    """One look of the dead man's switch at 100,000 sites, of which 2,000 have fallen silent."""
    url = f"sqlite:///{folder}/central.sqlite"
    running.prepare(folder, url, sites)
    store, clock = Store(url), Clock()
    now_s = clock.wall_s()
    with store.write() as connection:
        connection.execute(t.site.update().values(state="ok", due_s=now_s + 600, patience_s=600.0))
    watcher = Watcher(store, clock)
    watcher.look()
    with store.write() as connection:
        some = t.site.c.id < f"site-{2_000:06d}"
        connection.execute(t.site.update().where(some).values(due_s=now_s - 1))
    begun = time.monotonic()
    watcher.look()
    took_ms = (time.monotonic() - begun) * 1e3
    store.close()
    return f"scan of {sites:,} sites, 2,000 silent", "<= 1,000 ms", {"p50_ms": took_ms}


def _counters(url: str) -> int:
    store = Store(url)
    with store.read() as connection:
        reached = select(func.sum(t.site.c.counter)).where(t.site.c.counter > 0)
        stored = int(connection.execute(reached).scalar() or 0)
    store.close()
    return stored


ROWS: Final[dict[str, Callable[[float, Path], Row]]] = {
    "https": lambda seconds, folder: https("sqlite", seconds, folder),
    "https-pg": lambda seconds, folder: https("postgresql", seconds, folder),
    "udp": lambda seconds, folder: udp("sqlite", seconds, folder),
    "udp-100k": lambda seconds, folder: udp("sqlite", seconds, folder, 100_000),
    "udp-pg": lambda seconds, folder: udp("postgresql", seconds, folder),
    "mqtt-pg": mqtt,
    "bus-pg": bus,
    "scan": lambda _seconds, folder: scan(folder),
}
PEERS: Final[dict[str, Callable[[float, Path], Row]]] = {
    "healthchecks": lambda seconds, folder: pings(healthchecks.DEFAULT, seconds, folder),
    "healthchecks-pg": lambda seconds, folder: pings(healthchecks.TUNED, seconds, folder),
}


def main() -> int:
    """Run and print the table; the status is 1 if a beat was answered that is not stored."""
    parser = argparse.ArgumentParser(description="how many beats a second the centre stores")
    parser.add_argument("--only", default=",".join(ROWS), help=f"of {', '.join([*ROWS, *PEERS])}")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--folder", type=Path, help="on the disk to measure")
    options = parser.parse_args()
    table = [HEADS]
    for name in options.only.split(","):
        measured = (ROWS | PEERS)[name]
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            Path(folder).chmod(0o755)  # PostgreSQL runs as nobody
            try:
                row, goal, found = measured(options.seconds, Path(folder))
            except LabError as error:
                raise SystemExit(f"{name}: {error}") from error
        cells = [found.get(key) for key in ("answered", "lost", "p50_ms", "p99_ms", "cpu_us")]
        rate = f"{found['per_s']:,.0f}" if "per_s" in found else "-"
        table.append([row, rate, goal, *("-" if c is None else f"{c:,.0f}" for c in cells)])
    print(aligned(table))
    load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    print(f"load average {load}; {os.cpu_count()} cores, everything on them")
    return 0


if __name__ == "__main__":
    sys.exit(main())
