"""Silent sites, told: how soon, how fast the scan is, what a storm is to a person, and what a kill leaves.

``python bench/silent.py`` needs no capsule: one SQLite file, one process, a program that keeps what it is
told. ``--real`` waits in real time for a site with the usual interval of 60 s. See bench/README.md,
"Silent sites".
"""

import argparse
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from bench.table import aligned  # noqa: E402
from sqlalchemy import bindparam, insert, update  # noqa: E402 - found from the checkout

from notanker.core.heartbeat import Beat  # noqa: E402
from notanker.core.moment import Moment  # noqa: E402
from notanker.core.names import Line, Uplink, Verdict  # noqa: E402
from notanker_central import load  # noqa: E402
from notanker_central import tables as t  # noqa: E402
from notanker_central.alarm.carrying import Carrying  # noqa: E402
from notanker_central.alarm.channels import Letter  # noqa: E402
from notanker_central.alarm.desk import Desk  # noqa: E402
from notanker_central.alarm.settings import Alarm, Channel, Person, Step  # noqa: E402
from notanker_central.clock import Clock  # noqa: E402
from notanker_central.store import Store  # noqa: E402
from notanker_central.watcher import Watcher  # noqa: E402

REGIONS: Final = ("Nord", "Süd", "West")
PEOPLE: Final = 10
_RUN: Final = """
import sys
from pathlib import Path
from notanker_central import load, serve
config, problems = load(Path(sys.argv[1]))
serve(config)
"""
# Appends what it is told with one write: what a killed centre began, the file has as a whole or not at all.
_KEEP: Final = (
    "import os,sys; d=sys.stdin.buffer.read().replace(b'\\n',b' ')+b'\\n'; "
    "f=os.open(sys.argv[1], os.O_WRONLY|os.O_APPEND|os.O_CREAT); os.write(f,d)"
)


def beat(site: str, counter: int, wall_s: float, interval_s: float) -> Beat:
    """Give a beat of a site that is well."""
    now = Moment(1.0, wall_s, trusted=True, boot="boot-1")
    up = Verdict.UP
    return Beat(
        site, counter, now, Uplink.PRIMARY, interval_s, "0.1.0", Line.PRIMARY, now, up, up,
        operator=f"operator-{sum(map(ord, site)) % 3}",
    )  # fmt: skip


class Fleet:
    """Many sites in one database, with a clock that the bench moves."""

    def __init__(self, folder: Path, count: int) -> None:
        self.wall_s = 1_800_000_000.0
        self.steady_s = 1000.0
        self.clock = Clock(lambda: self.wall_s, lambda: self.steady_s)
        self.store = Store(f"sqlite:///{folder}/central.sqlite")
        self.names = [f"s{n:06}" for n in range(count)]
        self._fill()

    def _fill(self) -> None:
        rows = [
            {
                "id": name, "name": f"Standort {name}", "region": REGIONS[n % 3], "interval_s": 60.0,
                "grace_s": 80.0, "listed": True, **t.NEW_SITE,
            }
            for n, name in enumerate(self.names)
        ]  # fmt: skip
        with self.store.write() as connection:
            connection.execute(insert(t.site), rows)
        for some in _some(self.names):
            self.store.take_all([beat(name, 1, self.wall_s, 60.0) for name in some], self.wall_s)

    def second(self, alive: tuple[str, ...]) -> None:
        """Let a second pass in which a sixtieth of the sites of these regions beats."""
        self.wall_s += 1.0
        self.steady_s += 1.0
        due_s = self.wall_s + 140.0
        values = {"received_s": self.wall_s, "due_s": due_s}
        beating = update(t.site).where(t.site.c.id == bindparam("one")).values(**values)
        # Every sixtieth beats in this second; region and operator are told apart by the number alone.
        first = int(self.steady_s) % 60
        names = [
            {"one": name}
            for n, name in list(enumerate(self.names))[first::60]
            if REGIONS[n % 3] in alive
        ]
        with self.store.write() as connection:
            if names:
                connection.execute(beating, names)


def _some(names: list[str]) -> Iterator[list[str]]:
    return (names[first : first + 2000] for first in range(0, len(names), 2000))


def people() -> Alarm:
    """Give ten people in five steps."""
    everybody = tuple(
        Person(f"p{n}", f"Person {n}", (f"sms:+{491_713_920_000 + n}",)) for n in range(PEOPLE)
    )
    steps = tuple(Step((f"p{n}", f"p{n + 1}"), wait_s=60.0) for n in range(0, PEOPLE, 2))
    return Alarm(channel=(Channel("sms", command=("true",)),), person=everybody, step=steps)


def storm(folder: Path, count: int) -> list[list[str]]:
    """Let a third of the sites fall silent at once, and count what each person is told."""
    fleet = Fleet(folder, count)
    told: dict[str, list[tuple[float, str]]] = defaultdict(list)
    watcher = Watcher(fleet.store, fleet.clock)
    carrying = Carrying(fleet.store, people(), fleet.clock)

    def keep(letter: Letter) -> None:
        told[letter.to["id"]].append((fleet.wall_s, letter.text))

    for way in carrying.ways:
        way.carry = keep
    carrying.recover()
    desk = Desk(fleet.store, people(), fleet.clock, "Europe/Berlin")
    began_s, scans, looks = fleet.wall_s, [], []
    for n in range(60 + 400):
        fleet.second(REGIONS if n < 60 else REGIONS[1:])
        if n == 59:
            began_s = fleet.wall_s
        scans.append(_timed(watcher.look))
        looks.append(_timed(desk.look))
        for way in carrying.ways:
            while carrying.carry(way):
                pass
    times = [at_s for items in told.values() for at_s, _ in items]
    gaps = [b[0] - a[0] for items in told.values() for a, b in itertools.pairwise(items)]
    first = min(min(items) for items in told.values())
    print(f"  the first message: {first[1]}")
    return [
        ["sites, silent at once", f"{count}, {len(fleet.names[::3])}"],
        ["incidents", str(_count(fleet.store, "alarm_incident"))],
        ["first message after the last beat, s (bar 150)", f"{min(times) - began_s:.0f}"],
        ["messages, people, in 340 s", f"{len(times)}, {len(told)}"],
        ["shortest gap between two to one person, s (bar 60)", f"{min(gaps, default=0):.0f}"],
        ["look for silent sites, longest, s (bar 1)", f"{max(scans):.2f}"],
        ["look for silent sites, while all is well, ms", f"{1000 * sorted(scans[:60])[30]:.1f}"],
        ["look of the alarm desk, longest, s", f"{max(looks):.2f}"],
    ]


def _timed(work: Callable[[], object]) -> float:
    began_s = time.perf_counter()
    work()
    return time.perf_counter() - began_s


def _count(store: Store, table: str) -> int:
    with store.read() as connection:
        return int(connection.exec_driver_sql(f"select count(*) from {table}").scalar() or 0)  # noqa: S608 - a name of ours


def toml(folder: Path, told: Path, interval_s: int, grace_s: int, sites: int) -> Path:
    """Write a central.toml whose program appends to a file what it is told."""
    keep = [sys.executable, "-c", _KEEP, str(told)]
    text = f"""
[listen]
host = "127.0.0.1"
port = 0
insecure_http = true
[database]
url = "sqlite:///{folder}/central.sqlite"
[board]
listen = ""
[alarm]
per_hour = 60
command = {json.dumps(keep)}
[[alarm.channel]]
name = "keep"
command = {json.dumps(keep)}
[[alarm.step]]
people = {json.dumps([f"p{n}" for n in range(20)])}
wait_s = 60
"""
    for n in range(20):
        text += f'[[alarm.person]]\nid = "p{n}"\nname = "Person {n}"\nways = ["keep:p{n}"]\n'
    for n in range(sites):
        text += (
            f'[[site]]\nid = "s{n}"\nname = "S{n}"\nregion = "R{n % 5}"\n'
            f"interval_s = {interval_s}\ngrace_s = {grace_s}\n"
        )
    path = folder / "central.toml"
    path.write_text(text, "utf-8")
    return path


def real(folder: Path, interval_s: int, grace_s: int) -> list[list[str]]:
    """Take one site's beats away from a whole centre, and wait in real time until it is told."""
    told = folder / "told"
    path = toml(folder, told, interval_s, grace_s, 4)
    store = _listed(path, folder)
    with subprocess.Popen(
        [sys.executable, "-c", _RUN, str(path)], stderr=subprocess.DEVNULL
    ) as centre:
        time.sleep(3.0)
        counter, began_s, silent_s = 0, time.monotonic(), 0.0
        while not told.exists() and time.monotonic() - began_s < 4 * (interval_s + 90):
            counter += 1
            names = ["s0", "s1", "s2", "s3"] if counter < 3 else ["s1", "s2", "s3"]
            wall_s = Clock().wall_s()
            store.take_all([beat(name, counter, wall_s, interval_s) for name in names], wall_s)
            if counter == 2:
                silent_s = time.monotonic()
            until_s = time.monotonic() + interval_s / 2
            while time.monotonic() < until_s and not told.exists():
                time.sleep(0.05)
        took_s = time.monotonic() - silent_s
        centre.send_signal(signal.SIGTERM)
    text = json.loads(told.read_text("utf-8").splitlines()[0])["text"]
    print(f"  {text}")
    return [[f"told after the last beat, real time, interval {interval_s} s, grace {grace_s} s, s",
             f"{took_s:.1f} (bar {interval_s + 90})"]]  # fmt: skip


def killed(folder: Path, kills: int) -> list[list[str]]:
    """Kill the centre at random moments while alarms come and go, and account for every message."""
    rng = random.Random(11)  # noqa: S311 - the same moments each time
    told = folder / "told"
    path = toml(folder, told, 1, 1, 15)
    store = _listed(path, folder)
    done, counter = 0, 0
    while done < kills:
        centre = subprocess.Popen(
            [sys.executable, "-c", _RUN, str(path)],
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        lives_until_s = time.monotonic() + rng.uniform(1.0, 6.0)
        while time.monotonic() < lives_until_s:
            counter += 1
            some = [f"s{n}" for n in range(15) if rng.random() < 0.5]
            wall_s = Clock().wall_s()
            if some:
                store.take_all([beat(name, counter, wall_s, 1.0) for name in some], wall_s)
            _open_one(store, wall_s, counter)
            time.sleep(0.2)
        os.killpg(centre.pid, signal.SIGKILL)
        centre.wait()
        done += 1
    return _account(store, told, path, kills)


def _open_one(store: Store, wall_s: float, counter: int) -> None:
    """Open an alarm of its own now and then, as if a site had fallen silent: each life has some due."""
    if counter % 5 == 0:
        site = f"s{counter // 5 % 15}"
        with store.write() as connection:
            connection.execute(
                insert(t.alarm).values(site=site, kind="silent", opened_s=wall_s - 60)
            )


def _account(store: Store, told: Path, path: Path, kills: int) -> list[list[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", _RUN, str(path)], stderr=subprocess.DEVNULL
    ) as centre:
        until_s = time.monotonic() + 200.0
        while time.monotonic() < until_s and _waiting(store):
            time.sleep(1.0)
        centre.send_signal(signal.SIGTERM)
    letters = [json.loads(line) for line in told.read_text("utf-8").splitlines()]
    seen: dict[str, list[bool]] = defaultdict(list)
    for letter in letters:
        seen[letter["mark"]].append(letter["repeat"])
    with store.read() as connection:
        rows = connection.exec_driver_sql("select mark, outcome, body from alarm_message").all()
    carried = {mark for row in rows for mark in json.loads(row[2])["carries"]}
    ended = [row for row in rows if row[1] != "failed"]
    lost = [row[0] for row in ended if row[0] not in seen and row[0] not in carried]
    withdrawn = sum(row[1] == "failed" for row in rows)
    unmarked = [mark for mark, repeats in seen.items() if repeats.count(False) > 1]
    marked = sum(repeats.count(True) for repeats in seen.values())
    return [
        ["kills of the centre", str(kills)],
        ["messages, handed over", f"{len(rows)}, {len(letters)}"],
        ["withdrawn with a reason", str(withdrawn)],
        ["lost (bar 0)", str(len(lost))],
        ["doubled and marked", str(marked)],
        ["doubled, not marked (bar 0)", str(len(unmarked))],
    ]


def _listed(path: Path, folder: Path) -> Store:
    """Give the database with the sites of that central.toml: the bench writes beats before it does."""
    config, problems = load(path)
    if config is None:
        raise SystemExit(str(problems))
    store = Store(f"sqlite:///{folder}/central.sqlite")
    store.list_sites(config.sites)
    return store


def _waiting(store: Store) -> bool:
    with store.read() as connection:
        query = "select count(*) from alarm_message where not over"
        return bool(connection.exec_driver_sql(query).scalar())


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sites", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--only", choices=["storm", "real", "kills"], default=None)
    parser.add_argument("--interval", type=int, default=60, help="of the site in real time")
    asked = parser.parse_args()
    rows: list[list[str]] = []
    for name in ("storm", "real", "kills"):
        if asked.only not in (None, name):
            continue
        print(f"{name} ...", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            if name == "storm":
                rows += storm(Path(folder), asked.sites)
            elif name == "real":
                rows += real(Path(folder), asked.interval, 80)
            else:
                rows += killed(Path(folder), asked.kills)
    print(aligned([["", "measured"], *rows]))


if __name__ == "__main__":
    main()
