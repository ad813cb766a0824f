"""Lets all systems that an agent can watch break in one minute, and the line too; counts what people get.

``python bench/storm.py`` enters a capsule of its own; it needs root. See bench/README.md, "Storm".
"""

import argparse
import asyncio
import os
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from notanker_lab import addresses

CHECKOUT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from bench.alerts.account import account  # noqa: E402 - found from the checkout
from bench.alerts.flood import Flood  # noqa: E402
from bench.alerts.flood import flood as flood_of  # noqa: E402
from bench.alerts.outage import Watcher  # noqa: E402
from bench.alerts.site import Site, boot_of, site  # noqa: E402
from bench.enclosed import enclosed  # noqa: E402
from bench.table import aligned  # noqa: E402
from tests.lab.scene import IT, Fact, Scene, mark_of  # noqa: E402

SYSTEMS: Final = 58
"""The agent watches 64 systems at most; the lab's site has three, and there is the next hop."""
CAUSES: Final = 500
STORM_S: Final = 60.0
DOWN_S: Final = 25.0
CUT_S: Final = 20.0
MENDED_S: Final = 45.0
LINE: Final = ("T1", "T1-isolated")
DRAINED_S: Final = 110.0
_WATCH: Final = """
[[watch]]
system = "machine-{number}"
kind = "icmp"
address = "{address}"
interval_s = 1
"""


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="bench/storm.py", description="See bench/README.md.")
    parser.add_argument(
        "--most", type=int, default=10, help="the plan's SMS for a person in an hour"
    )
    parser.add_argument("--radio-s", type=float, default=1.0, help="what each SMS takes on the air")
    parser.add_argument("--seed", type=int, default=1, help="of the moments")
    return parser.parse_args()


def run(wanted: argparse.Namespace) -> int:
    """Have the storm, print the table; 1 if an alarm was lost or came to nobody."""

    def limited(folder: Path) -> None:
        path = folder / "escalation.toml"
        text = path.read_text(encoding="utf-8")
        text = re.sub(r"(?m)^sms_per_hour = \d+$", f"sms_per_hour = {wanted.most}", text)
        path.write_text(text, encoding="utf-8")

    with ThreadPoolExecutor(1) as pool, tempfile.TemporaryDirectory() as name:
        flooded = pool.submit(_flood, Path(name), wanted.radio_s)
        found = _storm(wanted, limited)
        flood = flooded.result()
    print(table(found, flood, wanted.most))
    print(
        f"\n{time.strftime('%Y-%m-%d %H:%M')}, {os.cpu_count()} cores, {wanted.radio_s:g} s for each SMS, "
        f"load {os.getloadavg()[0]:.1f}."
    )
    print(*found.problems, sep="\n")
    lost = found.problems or found.line_after is None or flood.ended < flood.causes
    return 1 if lost or flood.worst_after is None else 0


def _flood(folder: Path, radio_s: float) -> Flood:
    return asyncio.run(flood_of(folder, CAUSES, STORM_S, radio_s))


def _storm(wanted: argparse.Namespace, limited: Callable[[Path], None]) -> "Found":
    with site(wanted.radio_s, limited, _furnish) as here:
        watcher = Watcher(here)
        _blow(here, random.Random(wanted.seed))  # noqa: S311 - moments, no secrets
        time.sleep(DRAINED_S)
        return _measure(watcher)


def _address(number: int) -> str:
    return f"192.168.50.{100 + number}"


def _furnish(scene: Scene) -> None:
    watches = "".join(_WATCH.format(number=n, address=_address(n)) for n in range(SYSTEMS))
    scene.configure("[alerts]\n", watches + "\n[alerts]\n")
    for number in range(SYSTEMS):
        _stand(scene, number, up=True)


def _stand(scene: Scene, number: int, *, up: bool) -> None:
    verb = "add" if up else "del"
    scene.lab.topology.ip(
        addresses.CLIENT, "address", verb, f"{_address(number)}/24", "dev", "eth0"
    )


def _blow(here: Site, chance: random.Random) -> None:
    """Break each system once, at its own moment, and the line among them."""
    scene, acts = here.scene, list[tuple[float, Callable[[], object]]]()
    for number in range(SYSTEMS):
        at_s = chance.uniform(0.0, STORM_S)
        acts.append((at_s, partial(_stand, scene, number, up=False)))
        acts.append((at_s + DOWN_S, partial(_stand, scene, number, up=True)))
    acts += [(CUT_S, scene.lab.faults.silent_cut), (MENDED_S, scene.lab.faults.heal)]
    begun_s = time.monotonic()
    for at_s, act in sorted(acts, key=lambda item: item[0]):
        time.sleep(max(0.0, begun_s + at_s - time.monotonic()))
        act()


@dataclass(frozen=True, slots=True)
class Found:
    """What the storm gave.

    Attributes:
        causes: Incidents that were opened.
        messages: Messages of the record.
        most: SMS that the busiest person got.
        line_after: How many other SMS went to the first on call between the line's alarm and its own; None
            if it never went out in its own words.
        merged: Messages that went out as part of another.
        waiting: Those that are over the limit and wait for their turn, or for a later one that says it all.
    """

    causes: int
    messages: int
    most: int
    line_after: int | None
    merged: int
    waiting: int
    problems: list[str]


def _measure(watcher: Watcher) -> Found:
    facts, sms = watcher.facts(), watcher.sms()
    counted = account(facts, sms)
    merged = {f.fields["mark"] for f in facts if f.kind == "Settled" and "-" in f.fields["reason"]}
    # What has no end yet is in the outbox: lost is what has one and never left.
    waiting = set(counted.lost) & set(counted.endless)
    counted.lost = [mark for mark in counted.lost if mark not in waiting]
    return Found(
        causes=sum(fact.kind == "Opened" for fact in facts),
        messages=counted.messages,
        most=max(Counter(one["number"] for one in sms).values(), default=0),
        line_after=_line_after(facts, watcher),
        merged=len(merged),
        waiting=len(waiting),
        problems=[p for p in counted.problems if p.startswith(("lost", "unmarked", "strays"))],
    )


def _line_after(facts: Sequence[Fact], watcher: Watcher) -> int | None:
    alarms = (f for f in facts if f.kind == "Queued" and f.fields["template"] in LINE)
    queued = next((fact for fact in alarms if fact.fields["number"] == IT[0]), None)
    if queued is None:
        return None
    mark = queued.fields["mark"]
    after = [
        mark_of(one["text"])
        for one in watcher.sms()
        if one["number"] == IT[0] and boot_of(one["monotonic_s"]) > queued.boot_s
    ]
    return after.index(mark) if mark in after else None


def table(found: Found, flood: Flood, most: int) -> str:
    """Give the figures beside their bars."""
    rows = [
        ["what", "goal", "measured", "met"],
        ["the agent: causes in a minute", "", str(found.causes), ""],
        ["... messages in the record", "", str(found.messages), ""],
        ["... of them sent as part of another", "", str(found.merged), ""],
        ["... waiting for their turn when the minute is over", "", str(found.waiting), ""],
        _most("... SMS to the busiest person", found.most, most),
        _first("... SMS between the line's alarm and its own words", found.line_after),
        ["... lost, unmarked, strays", "0", str(len(found.problems)), _met(not found.problems)],
        ["the outbox without a limit: causes in a minute for one person", "", str(flood.causes), ""],
        ["... SMS to the person", "", str(flood.sent), ""],
        _first("... SMS between the worst one and its own words", flood.worst_after),
        ["... whose end is told", str(flood.causes), str(flood.ended), _met(flood.ended == flood.causes)],
    ]  # fmt: skip
    return aligned(rows)


def _most(title: str, measured: int, most: int) -> list[str]:
    return [title, f"<= {most}", str(measured), _met(measured <= most)]


def _first(title: str, after: int | None) -> list[str]:
    """Give a row: one that is under way already cannot be overtaken."""
    told = "never" if after is None else str(after)
    return [title, "<= 1", told, _met(after is not None and after <= 1)]


def _met(well: bool) -> str:
    return "yes" if well else "NO"


if __name__ == "__main__":
    sys.exit(enclosed(parse, run))
