"""Lets a centre receive beats, cuts its power anywhere in it, begins again, and counts.

The store and the reception are the centre's own, on the double of a disk (`platter`). What sites were told is
noted in the same order as what the disk was told, so at each place of a cut it is known what was promised.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import select

from notanker.core.heartbeat import Ack, Beat, BeatEvent
from notanker.core.moment import Moment
from notanker.core.names import Line, Uplink, Verdict
from notanker_central import tables as t
from notanker_central.clock import Clock
from notanker_central.config import Site
from notanker_central.reception import Reception
from notanker_central.store import Store
from tests.contract.support import platter
from tests.contract.support.unsealed import Unsealed, ack_of

SITES: Final = ("nord", "sued", "west")
ROUNDS: Final = 12
CHECKPOINT_PAGES: Final = 12
"""SQLite copies its log into the database every 1,000 pages; a life as short as this would not see it."""
MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a real disk would be synced 100,000 times for nothing
_WAIT_S: Final = 30.0
_FILE: Final = "central.sqlite"


@dataclass(frozen=True, slots=True)
class Told:
    """A site got this acknowledgement."""

    site: str
    ack: Ack


@dataclass
class Tally:
    """What came of it: one entry for each cut and site that it went wrong for.

    Attributes:
        cuts: How often the power was cut.
        places: How many places there were to cut it.
        lost: Events that were confirmed and are not stored, or are stored with something else in them.
        forgotten: Beats that were acknowledged and would be taken for new ones.
        wrong: Journals that were not complete, each event once, after all was told again.
    """

    cuts: int = 0
    places: int = 0
    lost: list[str] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def well(self) -> bool:
        """Whether the promise was kept."""
        return not (self.lost or self.forgotten or self.wrong)


def event_of(site: str, position: int) -> BeatEvent:
    """Return the event that stands at a position of a site's journal."""
    at = Moment(float(position), 1_800_000_000.0 + position, trusted=True, boot=f"boot of {site}")
    return BeatEvent(position, "Started", at, f'{{"n":{position}}}')


def beat_of(site: str, counter: int, first: int, last: int, line: Line = Line.PRIMARY) -> bytes:
    """Return a beat with the events from one position to another."""
    now = Moment(1.0, 1_800_000_000.0, trusted=True, boot="boot")
    events = tuple(event_of(site, position) for position in range(first, last + 1))
    up = Verdict.UP
    beat = Beat(
        site, counter, now, Uplink.PRIMARY, 60.0, "0.1.0", line, now, up, up, events=events
    )  # fmt: skip
    return msgspec.json.encode(beat)


def record() -> list[Any]:
    """Let a centre live for a while; return all that happened, in order."""
    log: list[Any] = []
    with (
        tempfile.TemporaryDirectory(dir=MEMORY) as folder,
        platter.recorded(log),
        _centre(Path(folder)) as store,
        closing(_reception(store)) as reception,
    ):
        stored = dict.fromkeys(SITES, 0)
        for round_ in range(1, ROUNDS + 1):
            _receive(reception, round_, stored, log)
    return log


def _receive(reception: Reception, round_: int, stored: dict[str, int], log: list[Any]) -> None:
    """Let the sites beat once: two together, one by itself, one of them over LTE now and then."""
    line = Line.BACKUP if round_ % 3 == 0 else Line.PRIMARY
    beats = {
        site: beat_of(site, round_, stored[site] + 1, 2 * round_ + place, line)
        for place, site in enumerate(SITES)
    }
    alone = reception.submit(beats["west"], "https")
    together = reception.submit_all([beats["nord"], beats["sued"]], "udp").result(_WAIT_S)
    for site, answer in zip(SITES, [*together, alone.result(_WAIT_S)], strict=True):
        ack = ack_of(answer)
        log.append(Told(site, ack))
        stored[site] = ack.stored_to


def cut_often(log: Sequence[Any], cuts: int, seed: int) -> Tally:
    """Cut the power of a recorded life so often, everywhere alike, and count what came of it."""
    chance = random.Random(seed)  # noqa: S311 - places, not secrets
    tally = Tally(places=len(log) + 1)
    every, rest = divmod(cuts, len(log) + 1)
    further = set(chance.sample(range(len(log) + 1), rest))
    image, told = platter.Image(), dict[str, Ack]()
    for place, happened in enumerate([None, *log]):
        if isinstance(happened, platter.OPERATIONS):
            image.take(happened)
        elif isinstance(happened, Told):
            told[happened.site] = happened.ack
        for _ in range(every + (place in further)):
            with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
                image.cut(Path(folder), chance)
                _begin_again(Path(folder), told, tally)
    return tally


def _begin_again(folder: Path, told: dict[str, Ack], tally: Tally) -> None:
    """Begin with what a cut left, let every recorded beat come again and all be told, and count."""
    tally.cuts += 1
    with _centre(folder) as store:
        for site, ack in told.items():
            stored = _journal(store, site)
            wanted = [event_of(site, position) for position in range(1, ack.stored_to + 1)]
            if stored[: ack.stored_to] != wanted:
                tally.lost.append(site)
            if _counter(store, site) < ack.counter:
                tally.forgotten.append(site)
        last = 2 * ROUNDS + len(SITES)
        with closing(_reception(store)) as reception:
            for site in SITES:
                for counter in (1, ROUNDS, ROUNDS + 1):
                    beat = beat_of(site, counter, 1, last)
                    reception.submit(beat, "udp").result(_WAIT_S)
        for site in SITES:
            if _journal(store, site) != [event_of(site, n) for n in range(1, last + 1)]:
                tally.wrong.append(site)


def _centre(folder: Path) -> closing[Store]:
    store = Store(f"sqlite:///{folder}/{_FILE}")
    with store.write() as connection:
        connection.exec_driver_sql(f"pragma wal_autocheckpoint={CHECKPOINT_PAGES}")
    store.list_sites([_site(name) for name in SITES])
    return closing(store)


def _site(name: str) -> Site:
    return Site(id=name, name=name.title())


def _reception(store: Store) -> Reception:
    reception = Reception(store, Unsealed(), Clock())
    reception.start()
    return reception


def _journal(store: Store, site: str) -> list[BeatEvent]:
    query = select(t.event).where(t.event.c.site == site).order_by(t.event.c.position)
    with store.read() as connection:
        return list(_events(connection.execute(query)))


def _events(rows: Any) -> Iterator[BeatEvent]:
    for row in rows:
        at = Moment(row.boot_s, row.wall_s, row.trusted, row.boot)
        yield BeatEvent(row.position, row.kind, at, row.fields)


def _counter(store: Store, site: str) -> int:
    with store.read() as connection:
        return int(
            connection.execute(select(t.site.c.counter).where(t.site.c.id == site)).scalar_one()
        )
