"""Kills an outbox, or its plugin's child, with SIGKILL at random moments, and counts what left on the air."""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import select
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from pathlib import Path

from notanker_lab.at_modem import AtModem
from tests.contract.support.stick import Modem

LIFE_S = 0.8
"""An SMS takes about so long from the first write to the last: a kill falls anywhere into it."""
UP_WITHIN_S = 30.0
END_WITHIN_S = 300.0
"""Twenty-five doubts, six questions each, on a machine that has other things to do."""
TELL_WITHIN_S = 2.0
MOST_AT_ONCE = 25
"""So many messages to a journal: each life asks about all that the lives before left open, one by one."""

_MARK = re.compile(r"(\d+-\d+)(r?)$")


@dataclass(frozen=True, slots=True)
class Rig:
    """An emulated modem, the plugin for it, what left on the air, and how the modem does."""

    kind: str
    options: dict[str, object]
    on_air: Callable[[], Sequence[str]]
    state: Callable[[], object]


Rigs = Callable[[], AbstractContextManager[Rig]]


@contextlib.contextmanager
def hilink() -> Iterator[Rig]:
    """Give a HiLink stick, whose list of sent SMS is what proves."""
    with Modem() as modem:
        options: dict[str, object] = {
            "url": modem.url,
            "connect_timeout_s": 0.5,
            "read_timeout_s": 0.5,
            "settle_s": 0.2,
            "sent_within_s": 5.0,
        }
        yield Rig(
            "huawei_lte",
            options,
            lambda: [text for _, text in modem.on_air],
            lambda: modem.on_air,
        )


@contextlib.contextmanager
def at() -> Iterator[Rig]:
    """Give an AT modem that keeps nothing: only reports, and what a child has seen, prove anything."""
    with AtModem() as modem:
        modem.set(report_s=0.3)
        options: dict[str, object] = {
            "port": str(modem.port),
            "answer_s": 1.0,
            "sent_within_s": 1.0,
        }
        yield Rig("at_modem", options, modem.texts, modem.state)


RIGS: Mapping[str, Rigs] = {"HiLink": hilink, "AT": at}


@dataclass
class Tally:
    """What came of it.

    Attributes:
        kills: How often, by victim.
        messages: Messages that were to be sent.
        lost: Marks of those that never left.
        doubled: Marks of those of which a second copy left that says so.
        unmarked: Marks of those of which a second copy left that does not say so, or more than two.
    """

    kills: Counter[str] = field(default_factory=Counter)
    messages: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unmarked: list[str] = field(default_factory=list)

    def add(self, wanted: int, on_air: Sequence[str]) -> None:
        """Count what left of messages 1 to `wanted`."""
        copies: dict[str, list[bool]] = {f"{number}-1": [] for number in range(1, wanted + 1)}
        for text in on_air:
            found = _MARK.search(text)
            assert found is not None, text
            copies[found[1]].append(bool(found[2]))
        self.messages += wanted
        self.lost += [mark for mark, marked in copies.items() if not marked]
        for mark, marked in copies.items():
            if len(marked) > 1:
                well = len(marked) == 2 and sorted(marked) == [False, True]
                (self.doubled if well else self.unmarked).append(mark)


class Mortal:
    """One life of the outbox's process."""

    def __init__(self, folder: Path, rig: Rig, count: int) -> None:
        self._folder = folder
        self._rig = rig
        self._process = subprocess.Popen(
            [
                sys.executable, "-m", "tests.contract.support.mortal",
                str(folder), rig.kind, json.dumps(rig.options), str(count),
            ],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[3],
        )  # fmt: skip

    def await_up(self) -> None:
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], UP_WITHIN_S)
        assert ready, "it does not come up"

    def ended(self) -> bool:
        return self._process.poll() is not None

    def end(self) -> None:
        """Wait until it has settled everything by itself.

        Raises:
            AssertionError: it does not; with the messages that are still open.
        """
        try:
            status = self._process.wait(END_WITHIN_S)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it does not end: {self._still_open()}") from None
        assert status == 0

    def _still_open(self) -> str:
        """Return what the life itself, its journal and its modem say of messages that are not over."""
        with closing(sqlite3.connect(self._folder / "journal.sqlite")) as journal:
            rows = journal.execute(
                "select mark, outcome, attempts, unknowns, reason, parts from outbox where not over"
            ).fetchall()
        told = self._folder / "told"
        self._process.send_signal(signal.SIGUSR1)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(TELL_WITHIN_S)
        says = told.read_text() if told.exists() else "nothing"
        return f"on disk: {rows}\nit says: {says}\nits modem: {self._rig.state()}"

    def kill(self, victim: str) -> bool:
        """Kill the agent or its child, if it is there; say so."""
        pid = self._process.pid if victim == "agent" else self._child()
        if pid is None or self.ended():
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        if victim == "agent":
            self._process.wait()
        return True

    def close(self) -> None:
        self.kill("agent")
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _child(self) -> int | None:
        pid = self._process.pid
        with contextlib.suppress(OSError):
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            return int(children[0]) if children else None
        return None


def kill_often(rigs: Rigs, folder: Path, kills: int, seed: int) -> Tally:
    """Kill agent and child in turn, `kills` times each or more; return what came of the messages."""
    tally = Tally()
    chance = random.Random(seed)  # noqa: S311 - moments, not secrets
    while min(tally.kills["agent"], tally.kills["child"]) < kills:
        with rigs() as rig:
            series = folder / f"series {tally.messages}"
            count = _series(series, rig, tally, kills, chance)
            tally.add(count, rig.on_air())
    return tally


def _series(folder: Path, rig: Rig, tally: Tally, kills: int, chance: random.Random) -> int:
    """Send and kill with one journal; return how many messages there were."""
    count = 0
    while count < MOST_AT_ONCE and min(tally.kills["agent"], tally.kills["child"]) < kills:
        count += 1
        with closing(Mortal(folder, rig, count)) as life:
            _live_and_die(life, tally, chance)
    with closing(Mortal(folder, rig, count)) as last:
        last.end()
    return count


def _live_and_die(life: Mortal, tally: Tally, chance: random.Random) -> None:
    """Kill children of one life, and at last the agent, unless it has done all before."""
    if chance.random() < 0.8:
        life.await_up()
    while not life.ended():
        time.sleep(chance.uniform(0.0, LIFE_S))
        victim = chance.choice(("agent", "child"))
        tally.kills[victim] += life.kill(victim)
