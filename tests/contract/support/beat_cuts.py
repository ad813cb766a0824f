"""Lets a site number its beats and a centre store them, cuts the power anywhere, begins again, and counts.

Journal, numbering, store and keys are the real ones. The clock stands still and is not trusted, so a site has
nothing but its disk to know which counters it has used.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from notanker.beat.keys import SiteKey
from notanker.core.facts import Started
from notanker.core.heartbeat import Beat, BeatEvent
from notanker.core.moment import Moment
from notanker.core.names import Line, Uplink, Verdict
from notanker.shell import clock, journal
from notanker.shell.carriage import numbering
from notanker.shell.carriage.numbering import Numbering
from notanker.shell.journal import Journal
from notanker_central import site_keys, sites
from notanker_central.config import Site
from notanker_central.store import Store
from notanker_central.vault import Vault
from tests.contract.support import platter

MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a real disk would be synced 100,000 times for nothing
NOW_S: Final = 1_795_000_000.0
BEATS: Final = 12
BLOCK: Final = 4
"""Small, so that a life as short as this goes through several."""
STORED: Final = "stored_at_centre"
KEY: Final = SiteKey(1, bytes(range(32)))


@dataclass
class Tally:
    """What came of it; all but the first two are to be 0."""

    cuts: int = 0
    places: int = 0
    reused: int = 0
    lost: int = 0
    forgotten: int = 0
    replayed: int = 0

    @property
    def well(self) -> bool:
        """Whether the promise was kept."""
        return not (self.reused or self.lost or self.forgotten or self.replayed)


@dataclass
class Promised:
    """What the world has seen before the cut.

    Attributes:
        used: Counters that a beat was sent with.
        events: Positions of events that are recorded (site), or acknowledged (centre).
        stored_to: The centre's last acknowledgement.
        in_force: Whether the key's first use was acknowledged.
    """

    used: set[int] = field(default_factory=set)
    events: int = 0
    stored_to: int = 0
    in_force: bool = False

    def take(self, event: tuple[str, int]) -> None:
        """Go on by one event."""
        kind, number = event
        if kind == "used":
            self.used.add(number)
        elif kind == "event":
            self.events = number
        elif kind == "stored":
            self.stored_to = number
        else:
            self.in_force = True


def site_cuts(cuts: int, seed: int) -> Tally:
    """Cut the power of a site that reports."""
    return _cut(_site_life, _site_again, cuts, seed)


def centre_cuts(cuts: int, seed: int) -> Tally:
    """Cut the power of a centre that stores."""
    return _cut(_centre_life, _centre_again, cuts, seed)


def _cut(
    life: Callable[[Path, list[Any]], None],
    again: Callable[[Path, Promised, Tally], None],
    cuts: int,
    seed: int,
) -> Tally:
    log: list[Any] = []
    with _still(), tempfile.TemporaryDirectory(dir=MEMORY) as folder, platter.recorded(log):
        life(Path(folder), log)
    chance = random.Random(seed)  # noqa: S311 - places, not secrets
    tally, image, promised = Tally(places=len(log) + 1), platter.Image(), Promised()
    here = Counter(chance.sample(range(len(log) + 1), cuts % (len(log) + 1)))
    for place, event in enumerate([None, *log]):
        if isinstance(event, platter.OPERATIONS):
            image.take(event)
        elif event is not None:
            promised.take(event)
        for _ in range(here[place] + cuts // (len(log) + 1)):
            with _still(), tempfile.TemporaryDirectory(dir=MEMORY) as folder:
                image.cut(Path(folder), chance)
                tally.cuts += 1
                again(Path(folder), promised, tally)
    return tally


@contextlib.contextmanager
def _still() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "wall_s", lambda: NOW_S)
        patch.setattr(clock, "trusted", lambda: False)
        patch.setattr(numbering, "BLOCK", BLOCK)
        yield


@contextlib.asynccontextmanager
async def _journal(folder: Path) -> Any:
    store = Journal(folder / "journal.sqlite", lambda _: None)
    store.start()
    try:
        yield store
    finally:
        await asyncio.to_thread(store.close)


def _site_life(folder: Path, log: list[Any]) -> None:
    async def live() -> None:
        async with _journal(folder) as store:
            await store.do(lambda c: c.execute("pragma wal_autocheckpoint=12"))
            count = Numbering(store, lambda: 0.0)
            for number in range(1, BEATS + 1):
                at = Moment(float(number), NOW_S, boot="b1")
                await store.do(journal.append([Started(at, Uplink.PRIMARY, "0.1.0")]))
                log.append(("event", number))
                log.append(("used", await count.next()))
                await store.do(journal.note(STORED, number))
                log.append(("stored", number))

    asyncio.run(live())


def _site_again(folder: Path, promised: Promised, tally: Tally) -> None:
    async def live() -> None:
        async with _journal(folder) as store:
            count = Numbering(store, lambda: 0.0)
            used = [await count.next() for _ in range(BLOCK + 1)]
            tally.reused += len(promised.used.intersection(used))
            # A journal that was lost as a whole begins at the present second, which is later in the world.
            tally.reused += bool(promised.used) and min(used) <= max(promised.used)
            events = await store.do(journal.events_after(0, 1000))
            there = {event.position for event in events}
            tally.lost += len(set(range(1, promised.events + 1)) - there)
            tally.forgotten += await store.do(journal.recall(STORED)) < promised.stored_to

    asyncio.run(live())


def _beat(counter: int) -> Beat:
    now = Moment(1.0, NOW_S)
    event = BeatEvent(counter, "Started", Moment(1.0, NOW_S, boot="b1"), "{}")
    return Beat(
        "nord", counter, now, Uplink.PRIMARY, 60.0, "0.1.0", Line.PRIMARY, now, Verdict.UP, Verdict.UP,
        events=(event,),
    )  # fmt: skip


def _opened(folder: Path) -> Store:
    store = Store(f"sqlite:///{folder}/central.sqlite")
    store.list_sites([Site(id="nord", name="Nord")])
    return store


def _centre_life(folder: Path, log: list[Any]) -> None:
    store = _opened(folder)
    vault = Vault(folder / "master")
    with store.write() as connection:
        site_keys.keep(connection, vault, "nord", KEY, NOW_S, recount=True)
    for counter in range(1, BEATS + 1):
        if counter == 1:
            with store.write() as connection:
                site_keys.use_first(connection, KEY.number, NOW_S)
            log.append(("in_force", 1))
        ack, _ = store.take(_beat(counter), NOW_S)
        log.append(("stored", ack.stored_to))
        log.append(("event", counter))
        log.append(("used", counter))
    store.close()


def _centre_again(folder: Path, promised: Promised, tally: Tally) -> None:
    store = _opened(folder)
    with store.read() as connection:
        row = sites.one(connection, "nord")
        assert row is not None
        stored = connection.exec_driver_sql("select position from event").scalars().all()
        used = site_keys.in_force(connection, "nord") is not None
    tally.lost += len(set(range(1, promised.events + 1)) - set(stored))
    tally.forgotten += max(row.stored_to, 0) < promised.stored_to or (
        promised.in_force and not used
    )
    for counter in sorted(promised.used)[-2:]:
        tally.replayed += store.take(_beat(counter), NOW_S)[1]
    tally.reused += row.counter < max(promised.used, default=-1)
    store.close()
