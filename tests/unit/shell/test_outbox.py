"""The outbox: in order, written before handed over, and never stopped by a disk or a channel."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import replace
from pathlib import Path

from notanker.core.delivery import Delivery
from notanker.core.events import MessageSettled
from notanker.core.facts import Started
from notanker.core.moment import Moment
from notanker.core.names import Outcome, PluginHealth, Uplink
from notanker.core.status import PluginStatus
from notanker.plugin import Permanent, Retry
from notanker.plugin.sms import text
from notanker.shell import clock, journal
from notanker.shell.carriers import Carriers
from notanker.shell.journal import Journal
from notanker.shell.logs import QUIET
from notanker.shell.outbox import Outbox
from notanker.shell.plugin_faults import PluginDown
from tests.unit.shell.outbox_desk import Carrier, Desk, live, message, on_disk, one_message


def test_a_message_is_on_disk_before_it_is_handed_over(path: Path) -> None:
    carrier = live(path, one_message)
    assert carrier.seen == [("handed_over", 1)]
    assert on_disk(path, "1-1") == ("sent", 1)


def test_messages_leave_in_the_order_in_which_they_came(path: Path) -> None:
    async def story(desk: Desk) -> None:
        for number in range(1, 4):
            desk.add(f"1-{number}")
        for _ in range(3):
            await desk.end()

    carrier = live(path, story)
    assert carrier.sent == ["1-1", "1-2", "1-3"]


def test_a_storm_to_one_person_becomes_one_message_that_says_so(path: Path) -> None:
    async def story(desk: Desk) -> None:
        for number in range(1, 501):
            desk.add(f"1-{number}")
        ends = [await desk.end() for _ in range(500)]
        assert {end.mark for end in ends} == {f"1-{number}" for number in range(1, 501)}
        assert {end.outcome for end in ends} == {Outcome.SENT}

    carrier = live(path, story)
    assert len(carrier.sent) <= 4
    assert carrier.sent[0] == "1-1"
    last = carrier.texts[-1]
    assert last.startswith("+")
    assert last.endswith("1-500")
    assert text.segments(last) == 1


def test_the_most_severe_goes_first_and_an_answer_last(path: Path) -> None:
    async def story(desk: Desk) -> None:
        now_s = clock.boot_s()
        gone = asyncio.get_running_loop().create_future()
        gone.set_result(None)
        for mark, number, rank in (("R-1", "+1", 2), ("2-1", "+2", 1), ("1-1", "+3", 0)):
            desk.box.add(Delivery(mark, 0, number, "Text", now_s, next_s=now_s, rank=rank), gone)
        for _ in range(3):
            await desk.end()

    assert live(path, story).sent == ["1-1", "2-1", "R-1"]


def test_a_message_that_surely_did_not_leave_is_sent_again(path: Path) -> None:
    carrier = live(path, one_message, [Retry(0.0, "busy"), Retry(0.0, "busy")])
    assert carrier.calls == [("send", "1-1")] * 3
    assert on_disk(path, "1-1") == ("sent", 3)


def test_a_message_that_must_wait_lets_the_others_pass(path: Path) -> None:
    async def story(desk: Desk) -> None:
        desk.add("1-1")
        desk.add("1-2", "+493023125120")
        assert (await desk.end()).mark == "1-2"

    live(path, story, [Retry(3600.0, "later")])


def test_no_message_overtakes_an_earlier_one_to_the_same_person(path: Path) -> None:
    async def story(desk: Desk) -> None:
        desk.add("1-1")
        desk.add("1-2")
        for _ in range(2):
            await desk.end()

    carrier = live(path, story, [Retry(0.3, "busy")])
    assert carrier.sent == ["1-1", "1-1", "1-2"]


def test_a_new_alarm_does_not_wait_for_an_answer_to_the_same_person_that_must(path: Path) -> None:
    async def story(desk: Desk) -> None:
        now_s = clock.boot_s()
        answer = Delivery("R-1", 0, "+493023125110", "Text", now_s, next_s=now_s, rank=2)
        desk.box.add(answer, desk.store.do(journal.append([], [answer])))
        async with asyncio.timeout(30):
            while not desk.carrier.sent:  # noqa: ASYNC110 - the carrier has no event for it
                await asyncio.sleep(0)
        desk.add("2-1")
        assert (await desk.end()).mark == "2-1"

    assert live(path, story, [Retry(3600.0, "busy")]).sent == ["R-1", "2-1"]


def test_an_all_clear_does_not_overtake_its_alarm_after_a_restart(path: Path) -> None:
    async def before(desk: Desk) -> None:
        alarm, clear = message("17-1"), replace(message("17-2"), rank=2)
        await desk.store.do(journal.append([], [alarm, clear]))
        # The row that is written last is the last one of the table.
        await desk.store.do(journal.update(replace(alarm, attempts=1)))

    live(path, before, running=False)

    async def after(desk: Desk) -> None:
        past = await desk.store.do(journal.past)
        desk.box.take_up(replace(one, rank=0) for one in past.deliveries)
        for _ in range(2):
            await desk.end()

    assert live(path, after).sent == ["17-1", "17-2"]


def test_a_number_that_does_not_exist_is_not_tried_again(path: Path) -> None:
    async def story(desk: Desk) -> None:
        desk.add()
        end = await desk.end()
        assert (end.outcome, end.reason) == (Outcome.FAILED, "no such number")

    carrier = live(path, story, [Permanent("no such number")])
    assert carrier.sent == ["1-1"]


def test_what_one_channel_will_never_take_goes_to_the_next_at_once(path: Path) -> None:
    second = Carrier(path, status=PluginStatus("mail", "scripted", PluginHealth.OK))
    carrier = live(path, one_message, [Permanent("SIM blocked")], further=second)
    assert (carrier.sent, second.sent) == (["1-1"], ["1-1"])
    assert on_disk(path, "1-1") == ("sent", 2)


def test_a_degraded_channel_is_the_last_that_is_tried(path: Path) -> None:
    second = Carrier(path, status=PluginStatus("mail", "scripted", PluginHealth.OK))
    ill = PluginStatus("lte1", "scripted", PluginHealth.DEGRADED)
    carrier = live(path, one_message, further=second, status=ill)
    assert (carrier.sent, second.sent) == ([], ["1-1"])


def test_a_plugin_that_is_down_was_no_attempt(path: Path) -> None:
    carrier = live(path, one_message, [PluginDown("it restarts")] * 3)
    assert carrier.sent == ["1-1"] * 4
    assert on_disk(path, "1-1") == ("sent", 1)


def test_a_message_waits_for_a_plugin_without_a_child_and_writes_nothing_meanwhile(
    path: Path,
) -> None:
    async def story(desk: Desk) -> None:
        writes: list[str] = []
        await desk.store.do(lambda c: c.set_trace_callback(writes.append))
        desk.add()
        for _ in range(200):
            await asyncio.sleep(0)
            await desk.store.do(lambda _: None)
        assert desk.carrier.calls == []
        assert sum("outbox" in statement for statement in writes) <= 2
        desk.carrier.pid = 1
        assert (await desk.end()).outcome is Outcome.SENT

    live(path, story, pid=None)


def test_a_disk_in_trouble_does_not_stop_an_alarm(path: Path) -> None:
    """It goes out once the bound is over, and is written down when the disk is there again."""
    blocked: list[sqlite3.Connection] = []

    async def story(desk: Desk) -> None:
        moment = Moment(1.0, 1.0, trusted=False, boot="b1")
        await desk.store.do(journal.append([Started(moment, Uplink.PRIMARY, "1")]))
        other = sqlite3.connect(path, isolation_level=None)
        blocked.append(other)
        other.execute("begin immediate")
        desk.add()
        assert (await desk.end()).outcome is Outcome.SENT
        other.execute("rollback")
        other.close()
        await desk.store.do(lambda _: None)

    carrier = live(path, story, wait_for_disk_s=0.01)
    assert carrier.seen == [None]
    assert on_disk(path, "1-1") == ("sent", 1)


def test_a_message_added_twice_is_sent_once(path: Path) -> None:
    async def story(desk: Desk) -> None:
        desk.add()
        desk.add()
        await desk.end()
        await desk.store.do(lambda _: None)

    assert live(path, story).sent == ["1-1"]


def test_without_any_channel_a_message_waits(path: Path) -> None:
    async def work() -> None:
        store = Journal(path)
        store.start()
        ends: list[MessageSettled] = []
        box = Outbox(store, Carriers([], QUIET), ends.append, QUIET)
        task = asyncio.create_task(box.run())
        delivery = message()
        box.add(delivery, store.do(journal.append([], [delivery])))
        for _ in range(20):
            await store.do(lambda _: None)
        assert (ends, task.done()) == ([], False)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.to_thread(store.close)

    asyncio.run(work())
    row = on_disk(path, "1-1")
    assert row is not None
    assert row[0] == "queued"


def test_the_text_and_the_mark_reach_the_channel(path: Path) -> None:
    taken = live(path, one_message).messages
    assert [(m.id, m.mark, m.recipient, m.text, m.attempt) for m in taken] == [
        ("1-1", "1-1", "+493023125110", "Störung 1-1", 1)
    ]
