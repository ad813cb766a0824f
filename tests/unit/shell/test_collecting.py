"""What a device says by itself is discarded only once it is on disk, and breaks nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from notanker.plugin import Collected, Happening, Inbound, Retry, SendReport
from notanker.shell import collecting
from notanker.shell.collecting import Collector, Hearing
from notanker.shell.logs import QUIET
from notanker.shell.plugin_faults import PluginDown

HEARD = Collected(
    inbound=(Inbound(name="sms 1", sender="+493023125110", text="OK 17"), Inbound(text="direct")),
    reports=(SendReport(name="report 1", recipient="+493023125110", fate="delivered"),),
    happenings=(Happening(what="rebooted"),),
)


@dataclass
class Device:
    """Stands where a plugin's process is: answers `collect` as its script says."""

    script: list[object] = field(default_factory=list)
    discarded: list[object] = field(default_factory=list)
    emptied: asyncio.Event = field(default_factory=asyncio.Event)
    spec: Any = field(default_factory=lambda: SimpleNamespace(name="lte1"))

    def __post_init__(self) -> None:
        self.news = asyncio.Event()

    async def call(self, method: str, argument: object = None, **_: Any) -> Any:
        if method == "discard":
            self.discarded.append(argument)
            self.emptied.set()
            return None
        step = self.script.pop(0)
        if isinstance(step, Exception):
            raise step
        return step


@dataclass
class Desk:
    """Takes what is heard."""

    on_disk: bool = True
    urgent: bool = False
    heard: list[object] = field(default_factory=list)

    async def names(self, _: str, heard: Sequence[Inbound] | Sequence[SendReport]) -> list[str]:
        self.heard += heard
        return [one.name for one in heard] if self.on_disk else []

    def hearing(self) -> Hearing:
        return Hearing(
            self.names, self.names, lambda _, heard: self.heard.extend(heard), lambda _: self.urgent
        )


def collect(device: Device, desk: Desk, times: int = 1) -> Collector:
    collector = Collector(device, desk.hearing(), QUIET)  # type: ignore[arg-type]

    async def work() -> None:
        for _ in range(times):
            await collector.collect()

    asyncio.run(work())
    return collector


def test_what_is_on_disk_is_discarded_under_the_names_that_the_device_gave() -> None:
    device, desk = Device([HEARD]), Desk()
    collect(device, desk)
    assert desk.heard == [*HEARD.happenings, *HEARD.reports, *HEARD.inbound]
    assert device.discarded == [("report 1", "sms 1")]


def test_what_is_not_on_disk_stays_in_the_device() -> None:
    device = Device([HEARD])
    collect(device, Desk(on_disk=False))
    assert device.discarded == []


def test_a_device_that_cannot_be_asked_is_asked_less_and_less_often() -> None:
    device = Device([PluginDown("it restarts"), Retry(1.0, "busy"), HEARD])
    desk = Desk()
    assert collect(device, desk, 2).pause_s() == 4 * collecting.POLL_S
    assert collect(device, desk).pause_s() == collecting.POLL_S


def test_a_device_is_asked_often_while_a_messages_fate_is_unknown() -> None:
    assert collect(Device([Collected()]), Desk(urgent=True)).pause_s() == collecting.URGENT_S


def test_news_are_collected_at_once() -> None:
    async def work() -> None:
        device, desk = Device([HEARD]), Desk()
        task = asyncio.create_task(Collector(device, desk.hearing(), QUIET).run())  # type: ignore[arg-type]
        device.news.set()
        await asyncio.wait_for(device.emptied.wait(), 30)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert not device.news.is_set()

    asyncio.run(work())
