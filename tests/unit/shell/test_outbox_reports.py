"""What a status report of the network changes, and that the device keeps it until that is on disk."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from notanker.core.names import Outcome, PluginHealth
from notanker.core.status import PluginStatus
from notanker.plugin import Permanent, Receipt, Retry, Unknown
from notanker.shell import journal
from notanker.shell.journal import engine
from notanker.shell.outbox import Outbox
from tests.unit.shell.outbox_desk import REPORTED, Carrier, Desk, live, on_disk, one_message, report


def test_a_report_is_told_after_the_message_had_ended_and_only_once(path: Path) -> None:
    async def story(desk: Desk) -> None:
        await one_message(desk)
        await desk.box.report([report()])
        await desk.box.report([report()])
        assert (await desk.end()).outcome is Outcome.DELIVERED
        assert desk.settled.empty()

    live(path, story, [REPORTED])
    assert on_disk(path, "1-1") == ("delivered", 1)


def test_a_report_settles_an_unknown_and_nothing_is_repeated(path: Path) -> None:
    async def story(desk: Desk) -> None:
        desk.add()
        await asyncio.wait_for(desk.carrier.asked.wait(), 30)
        await desk.box.report([report(reference=199)])
        assert (await desk.end()).outcome is Outcome.DELIVERED

    carrier = live(path, story, [Unknown("hung")], found=[Retry(9.0, "busy")] * 50)
    assert carrier.sent == ["1-1"]


def test_what_the_network_gives_up_goes_to_the_next_channel(path: Path) -> None:
    async def story(desk: Desk) -> None:
        await one_message(desk)
        await desk.box.report([report("failed")])
        assert (await desk.end()).outcome is Outcome.SENT

    further = Carrier(path, status=PluginStatus("mail", "scripted", PluginHealth.OK))
    live(path, story, [REPORTED], further=further)
    assert further.sent == ["1-1"]


def test_no_alarm_goes_to_another_channel_after_its_all_clear(path: Path) -> None:
    async def story(desk: Desk) -> None:
        await one_message(desk)
        desk.add("1-2")
        await desk.end()
        await desk.box.report([report("failed", 40)])
        end = await desk.end()
        assert (end.mark, end.outcome) == ("1-1", Outcome.FAILED)

    further = Carrier(path, status=PluginStatus("mail", "scripted", PluginHealth.OK))
    later = Receipt(references=(48,), report=True)
    live(path, story, [REPORTED, later], further=further)
    assert further.sent == []


def test_what_the_network_gives_up_is_told_where_there_is_no_other_channel(path: Path) -> None:
    async def story(desk: Desk) -> None:
        await one_message(desk)
        await desk.box.report([report("failed")])
        end = await desk.end()
        assert (end.outcome, end.reason) == (Outcome.FAILED, "0x46")

    live(path, story, [REPORTED])


def test_reports_are_waited_for_over_a_restart_and_nobody_is_told_twice(path: Path) -> None:
    live(path, one_message, [REPORTED])

    async def story(desk: Desk) -> None:
        past = await desk.store.do(journal.past)
        assert [found.mark for found in past.deliveries] == ["1-1"]
        desk.box.take_up(past.deliveries, told={"1-1"})
        for _ in range(2):  # had it anything to write, that would be on disk by then
            await desk.store.do(journal.past)
        assert desk.settled.empty()
        await desk.box.report([report()])
        assert (await desk.end()).outcome is Outcome.DELIVERED

    assert live(path, story).sent == []


def test_a_device_keeps_a_report_until_it_is_on_disk(path: Path) -> None:
    async def story(desk: Desk) -> None:
        await one_message(desk)
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("begin immediate")
            for _ in range(2):  # it comes again, because it was not discarded
                with pytest.raises(TimeoutError):
                    await desk.box.report([report()])
            assert (await desk.end()).outcome is Outcome.DELIVERED
            other.execute("rollback")
        while True:
            with suppress(TimeoutError):
                await desk.box.report([report()])
                break
        assert on_disk(path, "1-1") == ("delivered", 1)
        assert desk.settled.empty()

    live(path, story, [REPORTED], wait_for_disk_s=0.05)


def test_a_report_that_the_journal_refuses_is_kept_as_well(path: Path) -> None:
    async def story(desk: Desk) -> None:
        await one_message(desk)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(engine, "MOST_WAITING", 0)
            with pytest.raises(sqlite3.OperationalError):
                await desk.box.report([report()])
        await desk.box.report([report()])

    live(path, story, [REPORTED])
    assert on_disk(path, "1-1") == ("delivered", 1)


def test_a_proof_that_comes_while_one_channel_refuses_spares_the_next_one_the_copy(
    path: Path,
) -> None:
    boxes: list[Outbox] = []

    class Refusing(Carrier):
        async def call(self, method: str, argument: object = None, **rest: Any) -> Any:
            await boxes[0].report([report(reference=0)])
            return await super().call(method, argument, **rest)

    async def story(desk: Desk) -> None:
        boxes.append(desk.box)
        desk.add()
        assert (await desk.end()).outcome is Outcome.DELIVERED

    mail = PluginStatus("mail", "scripted", PluginHealth.OK)
    second = Refusing(path, [Permanent("no such address")], status=mail)
    first = live(path, story, [Unknown("hung")], further=second)
    assert (first.sent, second.sent) == (["1-1"], ["1-1"])
    assert on_disk(path, "1-1") == ("delivered", 2)


async def next_one_lost_sight_of(desk: Desk) -> None:
    """Have the next message to that person in doubt, and the report of the one before come once more."""
    desk.add("2-1")
    await asyncio.wait_for(desk.carrier.asked.wait(), 30)
    await desk.box.report([report()])
    assert (await desk.end()).outcome is Outcome.SENT
    assert desk.carrier.sent[-2:] == ["2-1", "2-1"]


def test_a_report_that_comes_twice_proves_nothing_of_the_next_message(path: Path) -> None:
    async def story(desk: Desk) -> None:
        await one_message(desk)
        await desk.box.report([report()])
        assert (await desk.end()).outcome is Outcome.DELIVERED
        await next_one_lost_sight_of(desk)

    live(path, story, [REPORTED, Unknown("hung")])


def test_a_report_that_comes_again_after_a_restart_proves_nothing_either(path: Path) -> None:
    async def first_life(desk: Desk) -> None:
        await one_message(desk)
        await desk.box.report([report()])

    live(path, first_life, [REPORTED])

    async def next_life(desk: Desk) -> None:
        past = await desk.store.do(journal.past)
        desk.box.take_up(past.deliveries, {"1-1"}, past.reports)
        while desk.settled.qsize():
            desk.settled.get_nowait()
        await next_one_lost_sight_of(desk)

    live(path, next_life, [Unknown("hung")])


@pytest.mark.parametrize("first", [199, 40])
def test_the_report_of_a_second_copy_proves_nothing_of_the_next_message(
    path: Path, first: int
) -> None:
    """A modem that chooses the number by itself, and whose answer to the first copy was lost."""

    async def first_life(desk: Desk) -> None:
        await one_message(desk)
        await desk.box.report([report(reference=first)])
        assert (await desk.end()).outcome is Outcome.DELIVERED

    live(path, first_life, [Unknown("hung"), REPORTED])

    async def next_life(desk: Desk) -> None:
        past = await desk.store.do(journal.past)
        desk.box.take_up(past.deliveries, {"1-1"}, past.reports)
        desk.add("2-1")
        await asyncio.wait_for(desk.carrier.asked.wait(), 30)
        await desk.box.report([report(reference=239 - first)])
        assert (await desk.end()).mark == "2-1"

    carrier = live(path, next_life, [Unknown("hung")])
    assert carrier.sent == ["2-1", "2-1"], "only the repeat is known to have left"
