"""From the release to what callers hear: the core, a journal on disk, the plugin, the telephone system."""

from __future__ import annotations

import asyncio
import os
import queue
import signal
import sqlite3
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from notanker.core import escalation
from notanker.core.commands import Announce, Command, Record
from notanker.core.events import AnnouncementDone
from notanker.core.names import Uplink
from notanker.core.outside import AnnouncementSwitched
from notanker.plugin import Receipt
from notanker.shell import announcing, journal
from notanker.shell.announcing import Announcer
from notanker.shell.journal import Journal
from notanker_lab.pbx import Pbx
from notanker_lab.pbx_ssh import USER, SshPbx
from tests.contract.support.runner import Instance, Runner, eventually
from tests.unit.core.outside_world import Outside, outage, recovered

System = Pbx | SshPbx


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DOWN_AGAIN_S", "RETRY_S", "MEND_S", "MOST_RETRY_S"):
        monkeypatch.setattr(announcing, name, 0.1)


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshPbx]:
    with SshPbx(tmp_path_factory.mktemp("pbx")) as pbx:
        yield pbx


@pytest.fixture(params=["http", "ssh"])
def pbx(request: pytest.FixtureRequest, sshd: SshPbx) -> Iterator[System]:
    if request.param == "ssh":
        sshd.reset()
        yield sshd
        return
    with Pbx() as system:
        yield system


def options(pbx: System) -> dict[str, object]:
    """Return how the plugin reaches the system."""
    patience: dict[str, object] = {"answer_timeout_s": 3.0, "settle_s": 0.3}
    if isinstance(pbx, SshPbx):
        return patience | {
            "way": "ssh",
            "on": "announcement on",
            "off": "announcement off",
            "ask": "announcement state",
            "host": "127.0.0.1",
            "port": pbx.port,
            "user": USER,
            "key": str(pbx.key),
            "known_hosts": str(pbx.known_hosts),
        }
    return patience | {
        "on": f"PUT {pbx.url}",
        "off": f"PUT {pbx.url}",
        "ask": f"GET {pbx.url}",
        "on_body": '{"announcement": "on"}',
        "off_body": '{"announcement": "off"}',
    }


@dataclass
class Site(Outside):
    """A site in virtual time whose telephone system is a real one, and whose journal is on disk."""

    runner: Runner = field(kw_only=True)
    folder: Path = field(kw_only=True)
    plugin: Instance = field(kw_only=True)
    happened: queue.Queue[AnnouncementDone] = field(default_factory=queue.Queue)
    disk_full: bool = False

    def __post_init__(self) -> None:
        self.store = Journal(self.folder / "journal.sqlite")
        self.store.start()
        self.awaken()
        super().__post_init__()

    def awaken(self) -> None:
        """Begin with an agent that knows nothing but the journal."""
        self.announcer = Announcer(
            {"pbx": self.plugin.process},
            self.begin,
            self.written,
            self.happened.put,
            self.runner.log,
        )

    def begin(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        del name
        self.task = asyncio.get_running_loop().create_task(work)

    async def written(self) -> None:
        if self.disk_full:
            raise sqlite3.OperationalError("database or disk is full")
        await self.store.do(lambda _: None)

    def dial(self, command: Command) -> None:
        if not isinstance(command, Announce):
            super().dial(command)
            return
        self.orders.append(command)

        async def order() -> None:
            self.announcer.order(command)

        self.runner.do(order())

    def do(self, command: Command) -> None:
        if isinstance(command, Record):
            self.runner.do(self.write(command))
        super().do(command)

    async def write(self, command: Record) -> None:
        await self.store.do(journal.append([command.fact]))

    def die(self) -> None:
        """End the agent in the middle of what it does; its journal is all that is left."""

        async def cut() -> None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)

        self.runner.do(cut())
        past = self.runner.do(self.past())
        self.facts = list(past.facts)
        self.awaken()
        self.restart()

    async def past(self) -> journal.Past:
        return await self.store.do(journal.past)

    def hear(self, count: int = 1) -> None:
        """Take what the announcer tells."""
        for _ in range(count):
            self.happen(self.happened.get(timeout=30))


@pytest.fixture
def site(runner: Runner, pbx: System, tmp_path: Path) -> Iterator[Site]:
    plugin = runner.start("pbx", options(pbx))
    plugin.await_health("ok")
    made = outage()
    site = Site(made.config, runner=runner, folder=tmp_path, plugin=plugin)
    lose(site)
    yield site
    site.store.close()


def lose(site: Site) -> None:
    """Take the line away for half a minute."""
    site.run(10)
    site.dead.add(Uplink.PRIMARY)
    site.run(30)


def test_callers_hear_it_after_the_release_and_until_the_outage_is_over(
    site: Site, pbx: System
) -> None:
    assert pbx.orders == []
    site.release("T7")
    site.hear()
    assert pbx.on
    recovered(site)
    site.hear()
    assert (pbx.on, pbx.orders) == (False, ["on", "off"])
    assert [(fact.on, fact.ok) for fact in site.of(AnnouncementSwitched)] == [
        (True, True),
        (False, True),
    ]
    assert escalation.SWITCH_OFF not in {template for _, template in site.told()}


def test_an_agent_that_ends_between_order_and_answer_gives_it_again(
    site: Site, pbx: System
) -> None:
    pbx.mode = "hang"
    site.release("T7")
    eventually(lambda: pbx.on, "the order is carried out")
    site.die()
    assert site.orders[-1].again
    pbx.mode = "well"
    site.hear()
    assert (pbx.on, pbx.orders) == (True, ["on"])
    recovered(site)
    site.hear()
    assert pbx.on is False  # it was ours, whatever we had heard of it


def test_a_plugin_that_is_killed_after_its_order_is_asked_before_it_is_repeated(
    site: Site, pbx: System
) -> None:
    pbx.mode = "hang"
    site.release("T7")
    eventually(lambda: pbx.on, "the order is carried out")
    os.kill(site.plugin.pid(), signal.SIGKILL)
    pbx.mode = "well"
    site.hear(2)
    assert (pbx.on, pbx.orders) == (True, ["on"])
    assert [fact.ok for fact in site.of(AnnouncementSwitched)] == [False, True]


def test_a_system_that_cannot_be_switched_off_has_people_reminded_until_it_is(
    site: Site, pbx: System
) -> None:
    site.release("T7")
    site.hear()
    pbx.mode = "refuses"
    recovered(site)
    site.hear()
    site.run(1)
    assert ("pia", escalation.SWITCH_OFF) in site.told()
    site.run(901)
    assert site.told().count(("pia", escalation.SWITCH_OFF)) == 2
    pbx.mode = "well"
    eventually(lambda: not pbx.on, "it is off")
    while site.state.announced:
        site.hear()
    site.run(2000)
    assert site.told().count(("pia", escalation.SWITCH_OFF)) == 2


def test_a_withdrawal_overtakes_an_order_that_does_not_get_through(site: Site, pbx: System) -> None:
    pbx.mode = "refuses"
    site.release("T7")
    site.hear()
    site.release("T7", back=True)
    pbx.mode = "well"
    while site.state.announced:
        site.hear()
    assert pbx.on is False
    assert "on" not in pbx.orders


def test_one_that_somebody_else_switched_on_is_not_switched_off(site: Site, pbx: System) -> None:
    site.runner.do(_order(site, "on"))
    before = list(pbx.orders)
    site.release("T7")
    site.hear()
    recovered(site)
    site.run(1)
    assert (pbx.on, pbx.orders) == (True, before)
    assert ("pia", escalation.SWITCH_OFF) in site.told()


async def _order(site: Site, order: str) -> None:
    await site.plugin.process.call("do", order, answer=Receipt)


def test_nothing_is_switched_on_that_cannot_be_written_down(site: Site, pbx: System) -> None:
    site.disk_full = True
    site.release("T7")
    site.hear()
    assert pbx.orders == []
    assert site.of(AnnouncementSwitched)[-1].reason == announcing.UNWRITTEN
    site.disk_full = False
    site.hear()
    while not all(one.done for one in site.state.announced):
        site.hear()
    assert pbx.on
