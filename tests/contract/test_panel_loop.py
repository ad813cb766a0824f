"""The agent's loop of a panel: it shows on change, hears what hands do, and says what became of the relay."""

from __future__ import annotations

import os
import signal
import sqlite3
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from notanker.core.commands import CyclePower
from notanker.core.events import Acknowledged, DrillAsked, Event, PowerChanged, PowerCycleDone
from notanker.core.moment import Moment
from notanker.core.names import Cause, Line, Stage
from notanker.core.panel import Hours
from notanker.core.status import IncidentStatus, Status
from notanker.plugin import Collected, Happening, Hold, MainsPower, PanelPicture, Pressed, Rhythm
from notanker.shell.clock import Clock
from notanker.shell.panel import Panel, Ways
from tests.contract.support.runner import Instance, Runner, eventually

CALM = Status("musterhafen", Moment(1.0, 1.0), Line.PRIMARY, Moment(1.0, 1.0))
OUTAGE = replace(CALM, incident=IncidentStatus(17, Stage.OPEN, Cause.PROVIDER, Moment(1.0, 1.0)))


class Site:
    """A panel's loop over a plugin that writes down what it shows."""

    def __init__(self, runner: Runner, folder: Path) -> None:
        self.runner, self.folder = runner, folder
        os.mkfifo(folder / "device")
        self.device = os.open(folder / "device", os.O_RDWR | os.O_NONBLOCK)
        self.plugin: Instance = runner.start("box", {"folder": str(folder)})
        self.status = CALM
        self.events: list[Event] = []
        self.disk_full = False
        self.released: list[str] = []
        ways = Ways(
            lambda: self.status,
            Clock().now,
            Hours,
            self.events.append,
            self._written,
            self.released.append,
        )
        self.panel = Panel(self.plugin.process, ways, runner.log)
        runner.spawn(self.panel.run())

    def shown(self) -> list[PanelPicture]:
        path = self.folder / "shown"
        lines = path.read_bytes().splitlines() if path.exists() else []
        return [msgspec.json.decode(line, type=PanelPicture) for line in lines]

    def change(self, status: Status) -> None:
        self.status = status
        self.runner.do(self._changed())

    async def _written(self) -> None:
        if self.disk_full:
            raise sqlite3.OperationalError("database or disk is full")

    async def _changed(self) -> None:
        self.panel.changed()

    def tell(self, news: Collected) -> None:
        os.write(self.device, msgspec.json.encode(news))

    def heard(self, event: Event) -> None:
        eventually(lambda: event in self.events, f"{event}, there are {self.events}")

    def logged(self, event: str) -> None:
        eventually(lambda: event in self.runner.output(), event)


@pytest.fixture
def site(runner: Runner, tmp_path: Path) -> Site:
    site = Site(runner, tmp_path)
    eventually(site.shown, "something is shown")
    return site


def test_what_changes_is_shown_at_once_and_what_does_not_is_not_shown_again(site: Site) -> None:
    site.change(OUTAGE)
    eventually(lambda: site.shown()[-1].incident is Rhythm.FAST, "the incident is shown")
    count = len(site.shown())
    for _ in range(20):
        site.change(OUTAGE)
    assert len(site.shown()) <= count + 1


def test_a_new_child_is_told_what_to_show(site: Site) -> None:
    count = len(site.shown())
    os.kill(site.plugin.pid(), signal.SIGKILL)
    eventually(lambda: len(site.shown()) > count, "it is shown again")
    assert site.shown()[-1] == site.shown()[0]


@pytest.mark.parametrize(
    ("hold", "event"),
    [
        (Hold.ACKNOWLEDGE, Acknowledged(0, "panel", "panel")),
        (Hold.DRILL, DrillAsked("panel", "panel")),
    ],
)
def test_a_hand_that_holds_the_button_is_heard(site: Site, hold: Hold, event: Event) -> None:
    site.tell(Collected(panel=(Pressed(hold),)))
    site.heard(event)


def test_a_press_that_releases_names_what_was_offered_when_it_began(site: Site) -> None:
    site.tell(Collected(panel=(Pressed(Hold.RELEASE, "17 T7 1"),)))
    eventually(lambda: site.released == ["17 T7 1"], "it is released")


def test_a_short_press_is_written_down_and_changes_nothing(site: Site) -> None:
    site.tell(Collected(panel=(Pressed(Hold.SHORT),)))
    site.logged("panel_asked")
    assert not site.events


def test_mains_power_is_passed_on(site: Site) -> None:
    site.tell(Collected(panel=(MainsPower(on=False),)))
    site.heard(PowerChanged(mains=False))


def test_a_stuck_button_is_a_trouble_until_it_is_free(site: Site) -> None:
    site.tell(Collected(happenings=(Happening(what="button_stuck", reason="held"),)))
    eventually(lambda: "klemmt" in (site.panel.trouble or ("", ""))[0], "it is told")
    site.tell(Collected(happenings=(Happening(what="button_free"),)))
    eventually(lambda: not site.panel.trouble, "it is over")
    assert not site.events


@pytest.mark.parametrize(
    ("off_s", "ok", "reason"),
    [(5.0, True, ""), (70.0, False, "does not answer"), (55.0, False, "status 3")],
)
def test_what_became_of_the_relay_is_always_told(
    site: Site, off_s: float, ok: bool, reason: str
) -> None:
    site.runner.do(site.panel.cycle(CyclePower(17, off_s)))
    (done,) = [event for event in site.events if isinstance(event, PowerCycleDone)]
    assert (done.incident, done.ok) == (17, ok)
    assert reason in done.reason


def test_an_order_that_cannot_be_written_down_is_not_carried_out(site: Site) -> None:
    site.disk_full = True
    site.runner.do(site.panel.cycle(CyclePower(17, 5.0)))
    (done,) = [event for event in site.events if isinstance(event, PowerCycleDone)]
    assert not done.ok
    assert "written down" in done.reason
