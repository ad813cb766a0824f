"""What a device says by itself is discarded only once it is on disk, and breaks nothing."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from notanker.core.events import DeviceSaid
from notanker.plugin import Collected, Happening, Inbound, Retry, SendReport
from notanker.shell import collecting
from notanker.shell.collecting import MOST_HAPPENINGS, Collecting
from notanker.shell.logs import QUIET
from notanker.shell.plugin_faults import PluginDown

HEARD = Collected(
    inbound=(Inbound(name="sms 1", sender="+493023125110", text="OK 17"), Inbound(text="direct")),
    reports=(SendReport(name="report 1", recipient="+493023125110", fate="delivered"),),
    happenings=(Happening(what="rebooted", reason="RDY"),),
)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collecting, "AGAIN_S", 0.001)


def _names_of(step: object) -> list[str]:
    assert isinstance(step, Collected)
    names = [sms.name for sms in step.inbound] + [report.name for report in step.reports]
    return [name for name in names if name]


@dataclass
class Device:
    """Stands where a plugin's process is: answers `collect` as its script says."""

    script: list[object] = field(default_factory=list)
    done: list[object] = field(default_factory=list)
    emptied: asyncio.Event = field(default_factory=asyncio.Event)
    spec: Any = field(default_factory=lambda: SimpleNamespace(name="lte1"))
    disk: Exception | None = None

    def __post_init__(self) -> None:
        self.news = asyncio.Event()

    async def call(self, method: str, argument: object = None, **_: Any) -> Any:
        if method == "discard":
            self.done.append(("discard", argument))
            return None
        if not self.script:
            self.emptied.set()
            return Collected()
        step = self.script.pop(0)
        if isinstance(step, Exception):
            raise step
        if not self.script and not _names_of(step):
            self.emptied.set()  # it has nothing to forget, and is not asked again at once
        return step

    async def report(self, reports: tuple[SendReport, ...]) -> None:
        self.done += [("report", report.name) for report in reports]

    async def inbound(self, plugin: str, inbound: tuple[Inbound, ...]) -> None:
        if self.disk is not None:
            raise self.disk
        self.done.append(("inbound", plugin, len(inbound)))


def collect(device: Device) -> list[object]:
    """Let it collect until the device has nothing more; return what was done, in order."""

    async def work() -> None:
        part = Collecting(
            device,  # type: ignore[arg-type]
            device.report,
            device.inbound,
            device.done.append,
            lambda: False,
            QUIET,
        )
        task = asyncio.create_task(part.run())
        device.news.set()
        await asyncio.wait({asyncio.create_task(device.emptied.wait()), task}, timeout=10,
                           return_when=asyncio.FIRST_COMPLETED)  # fmt: skip
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(work())
    return device.done


def test_what_is_on_disk_is_discarded_under_the_names_that_the_device_gave() -> None:
    assert collect(Device([HEARD])) == [
        DeviceSaid("lte1", "rebooted", "RDY"),
        ("report", "report 1"),
        ("inbound", "lte1", 2),
        ("discard", ("report 1", "sms 1")),
    ]


def test_a_store_is_emptied_at_once_and_not_every_half_minute() -> None:
    done = collect(Device([HEARD] * 25))
    assert done.count(("inbound", "lte1", 2)) == 25


def test_what_is_not_on_disk_stays_in_the_device() -> None:
    done = collect(Device([HEARD], disk=OSError("no space")))
    assert not [step for step in done if isinstance(step, tuple) and step[0] == "discard"]


def test_a_device_that_cannot_be_asked_is_asked_again() -> None:
    done = collect(Device([PluginDown("it restarts"), Retry(1.0, "busy"), HEARD]))
    assert done[-1] == ("discard", ("report 1", "sms 1"))


def test_a_device_that_falls_to_pieces_does_not_fill_the_journal() -> None:
    noisy = Collected(happenings=(Happening(what="rebooted"),) * 500)
    assert len(collect(Device([noisy]))) == MOST_HAPPENINGS


def test_a_device_that_forgets_nothing_is_left_in_peace_after_a_while() -> None:
    """It would be asked without a pause, and an SMS would wait for each of these calls."""
    device = Device([HEARD] * 1000)

    async def one_visit() -> None:
        part = Collecting(
            device,  # type: ignore[arg-type]
            device.report,
            device.inbound,
            device.done.append,
            lambda: False,
            QUIET,
        )
        await part._empty()

    asyncio.run(one_visit())
    assert device.done.count(("inbound", "lte1", 2)) == collecting.MOST_ROUNDS
