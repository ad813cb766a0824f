"""The outbox: written before handed over, asked before repeated, and never stopped by a disk."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from notanker.core import delivery as rules
from notanker.core.delivery import Delivery
from notanker.core.events import MessageSettled
from notanker.core.facts import Started
from notanker.core.moment import Moment
from notanker.core.names import Outcome, PluginHealth, Uplink
from notanker.core.status import PluginStatus
from notanker.plugin import Message, Permanent, Receipt, Retry, SendReport, Unknown
from notanker.plugin.sms import text
from notanker.shell import clock, journal, outbox
from notanker.shell.journal import Journal, engine
from notanker.shell.logs import QUIET
from notanker.shell.outbox import Outbox
from notanker.shell.plugin_faults import PluginDown

HANG = "hang"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits seconds in life is due at once here."""
    monkeypatch.setattr(rules, "ASK_AGAIN_S", 0.0)
    monkeypatch.setattr(outbox, "DOWN_AGAIN_S", 0.001)
    monkeypatch.setattr(engine, "RETRY_S", 0.01)
    monkeypatch.setattr(engine, "BUSY_MS", 1)


@dataclass
class Carrier:
    """Stands where a plugin's process is: takes calls, and answers as its script says.

    When the script is at its end every message is taken. `seen` is what the database held of the message
    at the moment at which it was handed over.
    """

    path: Path
    script: list[object] = field(default_factory=list)
    found: list[object] = field(default_factory=list)
    calls: list[tuple[str, str]] = field(default_factory=list)
    seen: list[tuple[object, ...] | None] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    pid: int | None = 1
    status: PluginStatus = field(
        default_factory=lambda: PluginStatus("lte1", "scripted", PluginHealth.OK)
    )

    def __post_init__(self) -> None:
        self.spec = SimpleNamespace(name=self.status.name)
        self.has_it = asyncio.Event()
        self.asked = asyncio.Event()

    async def call(
        self,
        method: str,
        argument: object = None,
        *,
        deadline_s: float | None = None,
        answer: type[Any],
    ) -> Any:
        assert isinstance(argument, Message)
        if method == "send":
            self.messages.append(argument)
        else:
            self.asked.set()
        self.calls.append((method, argument.mark))
        if method == "send":
            self.seen.append(await asyncio.to_thread(on_disk, self.path, argument.mark))
        plan = self.script if method == "send" else self.found
        step = plan.pop(0) if plan else (Receipt() if method == "send" else None)
        if step == HANG:
            self.has_it.set()
            await asyncio.Event().wait()
        if isinstance(step, Exception):
            raise step
        return step

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.messages]

    @property
    def sent(self) -> list[str]:
        return [mark for method, mark in self.calls if method == "send"]


def on_disk(path: Path, mark: str) -> tuple[object, ...] | None:
    """Return outcome and attempts of a message, as another program reads them."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        row = connection.execute("select outcome, attempts from outbox where mark=?", (mark,))
        return row.fetchone()  # type: ignore[no-any-return]
    finally:
        connection.close()


def message(mark: str = "1-1", number: str = "+493023125110") -> Delivery:
    now_s = clock.boot_s()
    return Delivery(mark, 1, number, f"Störung {mark}", now_s, next_s=now_s)


@dataclass
class Desk:
    """An outbox at work: a real journal, a scripted carrier, and what was settled."""

    store: Journal
    carrier: Carrier
    box: Outbox
    settled: asyncio.Queue[MessageSettled]

    def add(self, mark: str = "1-1", number: str = "+493023125110") -> None:
        delivery = message(mark, number)
        self.box.add(delivery, self.store.do(journal.append([], [delivery])))

    async def end(self) -> MessageSettled:
        return await asyncio.wait_for(self.settled.get(), 30)


def live(
    path: Path,
    story: Callable[[Desk], Coroutine[Any, Any, None]],
    script: list[object] | None = None,
    *,
    wait_for_disk_s: float = 30.0,
    further: Carrier | None = None,
    **carrier: Any,
) -> Carrier:
    """Let a story happen at a desk and return the carrier."""
    carriers: list[Carrier] = []

    async def work() -> None:
        store = Journal(path)
        store.start()
        settled: asyncio.Queue[MessageSettled] = asyncio.Queue()
        one = Carrier(path, script or [], **carrier)
        carriers.append(one)
        channels: Any = [one, *((further,) if further else ())]
        box = Outbox(store, channels, settled.put_nowait, QUIET, wait_for_disk_s)
        task = asyncio.create_task(box.run())
        try:
            await story(Desk(store, one, box, settled))
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await asyncio.to_thread(store.close)

    asyncio.run(work())
    return carriers[0]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


async def one_message(desk: Desk) -> None:
    desk.add()
    end = await desk.end()
    assert (end.mark, end.outcome) == ("1-1", Outcome.SENT)


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


REPORTED = Receipt(references=(40,), report=True)


def report(fate: str = "delivered", reference: int | None = 40) -> SendReport:
    return SendReport(recipient="03023125110", reference=reference, fate=fate, reason="0x46")  # type: ignore[arg-type]


def test_a_report_is_told_after_the_message_had_ended_and_only_once(path: Path) -> None:
    async def story(desk: Desk) -> None:
        await one_message(desk)
        await desk.box.report(report())
        await desk.box.report(report())
        assert (await desk.end()).outcome is Outcome.DELIVERED
        assert desk.settled.empty()

    live(path, story, [REPORTED])
    assert on_disk(path, "1-1") == ("delivered", 1)


def test_a_report_settles_an_unknown_and_nothing_is_repeated(path: Path) -> None:
    async def story(desk: Desk) -> None:
        desk.add()
        await asyncio.wait_for(desk.carrier.asked.wait(), 30)
        await desk.box.report(report(reference=199))
        assert (await desk.end()).outcome is Outcome.DELIVERED

    carrier = live(path, story, [Unknown("hung")], found=[Retry(9.0, "busy")] * 50)
    assert carrier.sent == ["1-1"]


def test_a_repeat_is_marked_and_bears_the_same_reference(path: Path) -> None:
    carrier = live(path, one_message, [Unknown("hung")])
    assert carrier.sent == ["1-1", "1-1"]
    assert carrier.texts == ["Störung 1-1", "Störung 1-1r"]
    assert [one.repeat for one in carrier.messages] == [False, True]
    assert len({one.reference for one in carrier.messages}) == 1


def test_what_the_network_gives_up_goes_to_the_next_channel(path: Path) -> None:
    async def story(desk: Desk) -> None:
        await one_message(desk)
        await desk.box.report(report("failed"))
        assert (await desk.end()).outcome is Outcome.SENT

    further = Carrier(path, status=PluginStatus("mail", "scripted", PluginHealth.OK))
    live(path, story, [REPORTED], further=further)
    assert further.sent == ["1-1"]


def test_no_alarm_goes_to_another_channel_after_its_all_clear(path: Path) -> None:
    async def story(desk: Desk) -> None:
        await one_message(desk)
        desk.add("1-2")
        await desk.end()
        await desk.box.report(report("failed", 40))
        end = await desk.end()
        assert (end.mark, end.outcome) == ("1-1", Outcome.FAILED)

    further = Carrier(path, status=PluginStatus("mail", "scripted", PluginHealth.OK))
    later = Receipt(references=(48,), report=True)
    live(path, story, [REPORTED, later], further=further)
    assert further.sent == []


def test_what_the_network_gives_up_is_told_where_there_is_no_other_channel(path: Path) -> None:
    async def story(desk: Desk) -> None:
        await one_message(desk)
        await desk.box.report(report("failed"))
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
        await desk.box.report(report())
        assert (await desk.end()).outcome is Outcome.DELIVERED

    assert live(path, story).sent == []


def test_only_the_parts_that_are_missing_are_sent_again(path: Path) -> None:
    carrier = live(path, one_message, [Unknown("hung", (1,)), Retry(0.0, "busy", (2,))])
    assert [one.left for one in carrier.messages] == [(), (1,), (1, 2)]


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


def test_what_one_channel_lost_sight_of_is_repeated_by_another(path: Path) -> None:
    second = Carrier(path, status=PluginStatus("mail", "scripted", PluginHealth.OK))
    carrier = live(path, one_message, [Unknown("it hung")], further=second)
    assert (carrier.sent, second.sent) == (["1-1"], ["1-1"])


def test_a_degraded_channel_is_the_last_that_is_tried(path: Path) -> None:
    second = Carrier(path, status=PluginStatus("mail", "scripted", PluginHealth.OK))
    ill = PluginStatus("lte1", "scripted", PluginHealth.DEGRADED)
    carrier = live(path, one_message, further=second, status=ill)
    assert (carrier.sent, second.sent) == ([], ["1-1"])


def test_an_unknown_end_is_asked_about_before_anything_is_repeated(path: Path) -> None:
    carrier = live(path, one_message, [Unknown("it died")], found=[True])
    assert carrier.calls == [("send", "1-1"), ("find_sent", "1-1")]


def test_a_message_is_asked_about_in_the_words_in_which_it_was_handed_over(path: Path) -> None:
    """A stick that keeps what it sent compares texts: asked by another one it would never find it."""
    asked: list[Message] = []

    class Asked(Carrier):
        async def call(self, method: str, argument: object = None, **rest: Any) -> Any:
            if method == "find_sent" and isinstance(argument, Message):
                asked.append(argument)
            return await super().call(method, argument, **rest)

    async def work() -> None:
        store = Journal(path)
        store.start()
        ended = asyncio.Event()
        carrier: Any = Asked(path, [Unknown("hung"), Unknown("hung")])
        box = Outbox(store, [carrier], lambda _: ended.set(), QUIET)
        task = asyncio.create_task(box.run())
        delivery = message()
        box.add(delivery, store.do(journal.append([], [delivery])))
        await asyncio.wait_for(ended.wait(), 30)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.to_thread(store.close)

    asyncio.run(work())
    assert [(one.text, one.repeat) for one in asked] == [
        *[("Störung 1-1", False)] * 6,
        *[("Störung 1-1r", True)] * 6,
    ]


def test_a_message_that_is_found_not_to_have_left_is_sent_again(path: Path) -> None:
    carrier = live(path, one_message, [Unknown("it died")], found=[False])
    assert carrier.calls == [("send", "1-1"), ("find_sent", "1-1"), ("send", "1-1")]


def test_where_nobody_can_tell_it_is_sent_once_more_and_never_a_third_time(path: Path) -> None:
    async def story(desk: Desk) -> None:
        desk.add()
        assert (await desk.end()).outcome is Outcome.UNKNOWN

    carrier = live(path, story, [Unknown("it died")] * 5)
    assert carrier.sent == ["1-1", "1-1"]
    assert carrier.calls.count(("find_sent", "1-1")) == 12


@pytest.mark.parametrize(
    "fault", [Retry(0.0, "busy"), Permanent("what?"), Unknown("hm"), PluginDown("it restarts")]
)
def test_a_question_that_fails_is_asked_again(path: Path, fault: Exception) -> None:
    carrier = live(path, one_message, [Unknown("it died")], found=[fault, True])
    assert carrier.calls == [("send", "1-1"), ("find_sent", "1-1"), ("find_sent", "1-1")]


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


def test_a_message_that_hangs_when_the_agent_dies_is_asked_about_at_the_next_start(
    path: Path,
) -> None:
    async def story(desk: Desk) -> None:
        desk.add()
        await desk.carrier.has_it.wait()

    live(path, story, [HANG])
    assert on_disk(path, "1-1") == ("handed_over", 1)

    async def next_start(desk: Desk) -> None:
        past = await desk.store.do(journal.past)
        desk.box.take_up(past.deliveries)
        assert (await desk.end()).outcome is Outcome.SENT

    carrier = live(path, next_start, found=[True])
    assert carrier.calls == [("find_sent", "1-1")]


def test_what_waited_when_the_agent_died_is_sent_at_the_next_start(path: Path) -> None:
    async def story(desk: Desk) -> None:
        await desk.store.do(journal.append([], [message("1-1"), message("1-2")]))

    live(path, story)

    async def next_start(desk: Desk) -> None:
        desk.box.take_up((await desk.store.do(journal.past)).deliveries)
        assert [(await desk.end()).mark, (await desk.end()).mark] == ["1-1", "1-2"]

    live(path, next_start)


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
        box = Outbox(store, [], ends.append, QUIET)
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
    taken: list[Message] = []

    class Reader(Carrier):
        async def call(self, method: str, argument: object = None, **rest: Any) -> Any:
            assert isinstance(argument, Message)
            taken.append(argument)
            return await super().call(method, argument, **rest)

    async def work() -> None:
        store = Journal(path)
        store.start()
        ended = asyncio.Event()
        box = Outbox(store, [Reader(path)], lambda _: ended.set(), QUIET)  # type: ignore[list-item]
        task = asyncio.create_task(box.run())
        delivery = message()
        box.add(delivery, store.do(journal.append([], [delivery])))
        await asyncio.wait_for(ended.wait(), 30)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.to_thread(store.close)

    asyncio.run(work())
    assert [(m.id, m.mark, m.recipient, m.text, m.attempt) for m in taken] == [
        ("1-1", "1-1", "+493023125110", "Störung 1-1", 1)
    ]
