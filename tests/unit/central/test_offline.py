"""Three days without a word: the journal waits, and then comes whole, in order, and each of it once."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from tests.unit.central.conftest import Makers
from tests.unit.central.test_serving import start, toml
from tests.unit.core.world import World
from tests.unit.shell.journal_desk import open_journal

from notanker.beat import packed
from notanker.config.centre import CentreConfig
from notanker.core import beating, carriage, view
from notanker.core.beating import Beating
from notanker.core.budget import Beats
from notanker.core.carriage import Carriage
from notanker.core.commands import Beat as BeatCommand
from notanker.core.events import BeatDone, Event
from notanker.core.facts import DeviceTold
from notanker.core.heartbeat import Ack, Beat
from notanker.core.moment import Moment
from notanker.core.names import Carrier, Uplink, Verdict, Waiting
from notanker.core.settings import BeatSettings, CarrierSettings
from notanker.core.status import Status
from notanker.shell import journal
from notanker.shell.carriage import https, udp
from notanker.shell.carriage.composing import Composing
from notanker.shell.carriage.numbering import Numbering
from notanker.shell.centre import Centre
from notanker.shell.centre_orders import CentreOrders
from notanker.shell.journal import Journal
from notanker.shell.logs import QUIET
from notanker_central.store import Store

__all__ = ["toml"]
DAYS_S = 3 * 86_400.0
EVENTS = 3_000
STATE_BYTES = 4_096
ROOM = {Carrier.HTTPS: https.ROOM_BYTES, Carrier.UDP: udp.ROOM_BYTES}
SEAL_BYTES = 40
WELL = dict.fromkeys(Uplink, Verdict.UP)
UDP_FIRST = (Carrier.UDP, Carrier.HTTPS)
SITE = World().state


def status() -> Status:
    """Return what a site in the middle of an outage tells."""
    world = World()
    world.run(20)
    world.dead.add(Uplink.PRIMARY)
    world.run(10)
    return replace(view.status_of(world.state, world.moment()), site="nord")


def history(count: int = EVENTS) -> Iterable[DeviceTold]:
    """Yield what happened; now and then something that fits into no datagram."""
    for number in range(1, count + 1):
        at = Moment(float(number), 1_790_000_000.0 + number, trusted=True, boot="b1")
        noise = "".join(f"{number * place:x}" for place in range(1, 700))
        yield DeviceTold(at, "lte1", f"happened {number}", noise if number % 500 == 0 else "")


def size(beat: Beat) -> int:
    return len(packed.pack(beat)) + SEAL_BYTES


@dataclass
class Line:
    """A site's line to the centre in virtual time: every seventh beat is lost, every fifth answer too."""

    store: Store
    over: Uplink
    settings: BeatSettings
    now_s: float = 0.0
    sent: int = 0
    beats: list[Beat] = field(default_factory=list)
    state: Beating = field(default_factory=Beating)
    choice: Carriage = field(default_factory=Carriage)
    away: bool = True

    def answer(self, beat: Beat) -> Ack | None:
        self.sent += 1
        if self.away or self.sent % 7 == 0:
            return None
        self.beats.append(beat)
        ack, _ = self.store.take(beat, self.now_s)
        return None if self.sent % 5 == 0 else ack

    async def beat(self, composing: Composing, told: Status) -> None:
        by = carriage.choose(self.choice, self.settings.carriers, self.over, Beats.ALL, self.now_s)
        made = await composing.compose(told, self.over, 60.0, ROOM[by], size)
        assert size(made.beat) <= ROOM[by]
        assert size(replace(made.beat, events=())) <= STATE_BYTES
        ack, waiting = self.answer(made.beat), Waiting.NOTHING
        self.now_s += 0.2
        if ack is not None:
            waiting = await composing.take(made, ack)
        ok = ack is not None
        self.choice = carriage.done(
            self.choice, self.over, by, ok=ok, now_s=self.now_s, waiting=waiting
        )
        self.state = beating.done(
            self.state,
            self.settings,
            self.over,
            self.over,
            ok=ok,
            now_s=self.now_s,
            waiting=waiting,
        )

    async def live(self, composing: Composing, told: Status, until_s: float) -> None:
        while self.now_s < until_s:
            self.state, over = beating.step(self.state, self.settings, self.over, WELL, self.now_s)
            if over is None:
                wake_s = beating.next_wake_s(self.state, self.settings, self.over, WELL)
                self.now_s = min(until_s, max(self.now_s, wake_s))
            else:
                await self.beat(composing, told)


def offline(folder: Path, line: Line, until_s: float) -> None:
    """Be away for three days, and then there for so long."""

    async def work() -> None:
        async with open_journal(folder / "journal.sqlite") as store:
            numbering = Numbering(store, lambda: 0.0)
            composing = Composing(store, numbering, CentreOrders(lambda: SITE, lambda _: None))
            told = status()
            await line.live(composing, told, 600.0)
            await store.do(journal.append(history()))
            line.now_s = DAYS_S
            line.away = False
            await line.live(composing, told, DAYS_S + until_s)

    asyncio.run(work())


def positions(line: Line) -> list[int]:
    """Return what came, in the order in which it came first."""
    return list(dict.fromkeys(event.position for beat in line.beats for event in beat.events))


@pytest.mark.parametrize(
    ("over", "order", "until_s"),
    [
        (Uplink.PRIMARY, (Carrier.HTTPS,), 300.0),
        (Uplink.PRIMARY, UDP_FIRST, 300.0),
        (Uplink.BACKUP, UDP_FIRST, 1_800.0),
        (Uplink.BACKUP, (Carrier.UDP,), 1_800.0),
    ],
)
def test_three_days_offline_come_whole_in_order_and_once(
    store: Store, tmp_path: Path, over: Uplink, order: tuple[Carrier, ...], until_s: float
) -> None:
    settings = BeatSettings(carriers=CarrierSettings(order, order))
    line = Line(store, over, settings, state=Beating(proof_s=1e9))
    offline(tmp_path, line, until_s)
    assert positions(line) == list(range(1, EVENTS + 1))
    with store.read() as connection:
        kept = connection.exec_driver_sql(
            "select position, fields from event where site='nord' order by position"
        ).fetchall()
    assert [row[0] for row in kept] == list(range(1, EVENTS + 1)), "none is missing, none twice"
    assert all(f"happened {number}" in fields for number, fields in kept)
    assert store.take(replace(line.beats[-1], counter=2**40, events=()), 0.0)[0].stored_to == EVENTS


def test_a_centre_that_does_not_get_on_with_the_journal_is_not_asked_each_second(
    store: Store, tmp_path: Path, make: Makers
) -> None:
    """Another journal has been here before: the centre holds back, until somebody allows the new one."""
    store.take(make.beat(1, events=(make.event(1),)), 0.0)
    settings = BeatSettings()
    line = Line(store, Uplink.PRIMARY, settings, state=Beating(proof_s=1e9))
    offline(tmp_path, line, 3_600.0)
    assert len(line.beats) < 150


def test_a_real_centre_that_was_away_gets_it_all(
    toml: Path, certificate: tuple[Path, Path], make: Makers, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    toml.write_text(toml.read_text().replace("port = 0", f"port = {port}"))
    key = tmp_path / "nord.key"
    ends: list[BeatDone] = []

    def heard(event: Event) -> None:
        if isinstance(event, BeatDone):
            ends.append(event)

    def site(store: Journal) -> Centre:
        config = CentreConfig(
            url=f"https://central.example:{port}",
            key=key,
            ca=certificate[0],
            addresses=("127.0.0.1",),
        )
        nobody: dict[Uplink, tuple[str, ...]] = dict.fromkeys(Uplink, ())
        interfaces = dict.fromkeys(Uplink, "lo")
        return Centre(
            "nord",
            config,
            interfaces,
            nobody,
            store,
            tmp_path / "reports",
            heard,
            lambda: SITE,
            QUIET,
        )

    async def work() -> None:
        async with open_journal(tmp_path / "journal.sqlite") as store:
            centre, told = site(store), status()
            running = start(toml, certificate[0])
            await centre.beat(BeatCommand(Uplink.BACKUP), told)
            running.end()
            await store.do(journal.append(history()))
            for _ in range(3):
                await centre.beat(BeatCommand(Uplink.BACKUP), told)
            assert [end.ok for end in ends] == [True, False, False, False]
            running = start(toml, certificate[0])
            until_s = time.monotonic() + 60
            while ends[-1].waiting is not Waiting.NOTHING or not ends[-1].ok:
                assert time.monotonic() < until_s
                await centre.beat(BeatCommand(Uplink.BACKUP), told)
            running.end()

    asyncio.run(work())
    assert len(ends) < 10 + EVENTS / 100
    with sqlite3.connect(tmp_path / "central.sqlite") as connection:
        kept = connection.execute("select position from event order by rowid").fetchall()
    connection.close()
    assert [row[0] for row in kept] == list(range(1, EVENTS + 1))
