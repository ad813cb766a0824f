"""Lets a box live through an outage, cuts its power anywhere in it, begins again, and counts.

The journal, outbox, inbox and collector are the agent's own; the modem is a double, whose memory and air no
power cut of the box reaches. One life is recorded (`platter`): what the disk was told and what the world
saw, in one order. A cut is a place in that order, and a chance of what of the unsynced writes landed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from notanker.core import delivery as rules
from notanker.plugin import Inbound, SendReport
from tests.contract.support import platter
from tests.contract.support.box_parts import Box, Promised
from tests.contract.support.radio import Arrived, Discarded, OnAir, Proof, Radio, Swallowed

SCRIPT: Final = ("sent", "lost", "gone", "busy", "sent", "lost")
"""What becomes of the first hand-overs."""
ALERTS: Final = ("1-1", "2-1", "3-1", "4-1", "5-1", "6-1", "7-1", *(f"8-{n}" for n in range(1, 7)))
"""Each incident's to another person; of the eighth so many that they are merged."""
ANSWERS: Final = (1, 3, 8)
CHECKPOINT_PAGES: Final = 12
"""SQLite copies its log into the database every 1,000 pages; a life as short as this would not see it."""
ASK_AGAIN_S: Final = 0.002
MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a real disk would be synced 100,000 times for nothing


@dataclass
class Tally:
    """What came of it.

    Attributes:
        cuts: How often the power was cut.
        places: How many places there were to cut it, before and after each write and each sync.
        lost: Alerts that were on disk, or that the box raised again, and never left; one entry for each cut.
        in_doubt: Those that never left, and of which the record says "unknown": the modem swallowed them in
            silence, and the cut came into a repeat.
        forgotten: Answers of people that the modem had, and of which the journal knows nothing at the end.
        unmarked: Copies that do not say which they are, and fourth ones.
        doubled: How many further copies came of a cut: by that number, how many cuts.
    """

    cuts: int = 0
    places: int = 0
    lost: list[str] = field(default_factory=list)
    in_doubt: list[str] = field(default_factory=list)
    forgotten: list[int] = field(default_factory=list)
    unmarked: list[str] = field(default_factory=list)
    doubled: Counter[int] = field(default_factory=Counter)

    @property
    def well(self) -> bool:
        """Whether the promise was kept."""
        return (
            not (self.lost or self.forgotten or self.unmarked) and max(self.doubled, default=0) <= 1
        )


@dataclass
class World:
    """What was outside the box when its power went."""

    air: list[OnAir] = field(default_factory=list)
    memory: dict[str, Inbound | SendReport] = field(default_factory=dict)
    promised: set[str] = field(default_factory=set)
    swallowed: set[str] = field(default_factory=set)
    answers: set[int] = field(default_factory=set)

    def take(self, event: object) -> None:
        """Go on by one event."""
        match event:
            case OnAir():
                self.air.append(event)
            case Promised(mark=mark):
                self.promised.add(mark)
            case Swallowed(mark=mark):
                self.swallowed.add(mark)
            case Discarded(name=name):
                del self.memory[name]
            case Arrived(what=what):
                self.memory[what.name] = what
                if isinstance(what, Inbound):
                    self.answers.add(int(what.text[3:]))


def record(proof: Proof) -> list[Any]:
    """Let a box live through an outage; return all that happened, in order."""
    log: list[Any] = []
    with _impatient(), tempfile.TemporaryDirectory(dir=MEMORY) as folder, platter.recorded(log):
        asyncio.run(_outage(Path(folder), proof, log))
    return log


async def _outage(folder: Path, proof: Proof, log: list[Any]) -> None:
    radio = Radio(proof, SCRIPT, log)
    box = Box(folder / "journal.sqlite", radio, log)
    async with box.at_work():
        await box.store.do(lambda c: c.execute(f"pragma wal_autocheckpoint={CHECKPOINT_PAGES}"))
        for mark in ALERTS:
            box.alarm(mark)
            if not mark.startswith("8-"):
                await box.store.do(lambda _: None)
        for number in ANSWERS:
            radio.hear("+491713920017", f"OK {number}")
            await box.store.do(lambda _: None)
        await box.until_settled()


def cut_often(proof: Proof, cuts: int, seed: int) -> Tally:
    """Record a life, cut its power so often, everywhere alike, and count what came of it."""
    log = record(proof)
    chance = random.Random(seed)  # noqa: S311 - places, not secrets
    tally = Tally(places=len(log) + 1)
    here = Counter(chance.sample(range(len(log) + 1), cuts % (len(log) + 1)))
    image, world = platter.Image(), World()
    with _impatient():
        for place, event in enumerate([None, *log]):
            if isinstance(event, platter.OPERATIONS):
                image.take(event)
            else:
                world.take(event)
            for _ in range(here[place] + cuts // (len(log) + 1)):
                with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
                    image.cut(Path(folder), chance)
                    _begin_again(Path(folder) / "journal.sqlite", proof, world, tally)
    return tally


def _begin_again(path: Path, proof: Proof, world: World, tally: Tally) -> None:
    """Begin with what a cut left, go on to the end, and count."""
    tally.cuts += 1
    known = set(_carriers(path)) if path.exists() else set()
    tally.lost += sorted(world.promised - known)
    log: list[Any] = []
    radio = Radio(proof, (), log, world.air, list(world.memory.values()))
    asyncio.run(_go_on(path, radio, log, [mark for mark in ALERTS if mark not in known]))
    carriers = _carriers(path)
    copies = {mark: [one for one in radio.air if one.mark == mark] for mark in carriers.values()}
    never = [mark for mark in ALERTS if not copies[carriers[mark]]]
    in_doubt = world.swallowed & _told_unknown(path)
    tally.in_doubt += [mark for mark in never if mark in in_doubt]
    tally.lost += [mark for mark in never if mark not in in_doubt]
    further = {mark: those[1:] for mark, those in copies.items() if len(those) > 1}
    for mark, those in further.items():
        ways = [one.text.endswith((f"{mark}r", f"{mark}rr")) for one in those]
        if len(those) > 2 or not all(ways) or len({one.text for one in copies[mark]}) <= len(those):
            tally.unmarked.append(mark)
    # One whose answer was lost on the way is doubled without a cut, if nobody can tell.
    tally.doubled[
        sum(len(those) - (not copies[mark][0].answered) for mark, those in further.items())
    ] += 1
    tally.forgotten += sorted(world.answers - _acknowledged(path))


async def _go_on(path: Path, radio: Radio, log: list[Any], again: Sequence[str]) -> None:
    box = Box(path, radio, log)
    async with box.at_work():
        for mark in again:
            box.alarm(mark)  # the line is still down: the core raises it again
        await box.until_settled()


def _carriers(path: Path) -> dict[str, str]:
    """Return each alert on the disk with the message that stands for it."""
    with closing(sqlite3.connect(path)) as database:
        try:
            rows = database.execute("select mark, carries from outbox").fetchall()
        except sqlite3.OperationalError:  # the cut came before there were tables
            return {}
    own = {mark: mark for mark, _ in rows}
    return own | {one: mark for mark, carries in rows for one in json.loads(carries)}


def _acknowledged(path: Path) -> set[int]:
    return {
        int(str(number)) for number in _facts(path, "$.incident", "Acknowledged", "$.how", "sms")
    }


def _told_unknown(path: Path) -> set[str]:
    return {str(mark) for mark in _facts(path, "$.mark", "Settled", "$.outcome", "unknown")}


def _facts(path: Path, wanted: str, kind: str, field: str, value: str) -> list[object]:
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute(
            "select json_extract(fields, ?) from event where kind = ? and json_extract(fields, ?) = ?",
            (wanted, kind, field, value),
        ).fetchall()
    return [found for (found,) in rows]


@contextlib.contextmanager
def _impatient() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules, "ASK_AGAIN_S", ASK_AGAIN_S)
        yield
