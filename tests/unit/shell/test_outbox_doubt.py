"""What the outbox does where nobody knows whether a message left, above all after a restart."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from notanker.core import delivery as rules
from notanker.core.names import Outcome, PluginHealth
from notanker.core.status import PluginStatus
from notanker.plugin import Message, Permanent, Retry, Unknown
from notanker.shell import journal
from notanker.shell.plugin_faults import PluginDown
from tests.unit.shell.outbox_desk import HANG, Carrier, Desk, live, message, on_disk, one_message


def test_a_repeat_is_marked_and_bears_the_same_reference(path: Path) -> None:
    carrier = live(path, one_message, [Unknown("hung")])
    assert carrier.sent == ["1-1", "1-1"]
    assert carrier.texts == ["Störung 1-1", "Störung 1-1r"]
    assert [one.repeat for one in carrier.messages] == [False, True]
    assert len({one.reference for one in carrier.messages}) == 1


def test_what_one_channel_lost_sight_of_is_repeated_by_another(path: Path) -> None:
    second = Carrier(path, status=PluginStatus("mail", "scripted", PluginHealth.OK))
    carrier = live(path, one_message, [Unknown("it hung")], further=second)
    assert (carrier.sent, second.sent) == (["1-1"], ["1-1"])


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

    async def story(desk: Desk) -> None:
        desk.add()
        await desk.end()

    live(path, story, [Unknown("hung"), Unknown("hung")], kind=Asked)
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


def test_only_the_parts_that_are_missing_are_sent_again(path: Path) -> None:
    carrier = live(path, one_message, [Unknown("hung", (1,)), Retry(0.0, "busy", (2,))])
    assert [one.left for one in carrier.messages] == [(), (1,), (1, 2)]


def test_what_stayed_unknown_to_the_end_is_not_asked_about_again_at_each_start(path: Path) -> None:
    async def never_known(desk: Desk) -> None:
        desk.add()
        await desk.end()

    live(path, never_known, [Unknown("it died")] * 2)

    async def next_start(desk: Desk) -> None:
        desk.box.take_up((await desk.store.do(journal.past)).deliveries, told={"1-1"})
        desk.add("2-1")
        assert (await desk.end()).mark == "2-1"

    assert live(path, next_start).calls == [("send", "2-1")]


def test_what_stayed_unknown_is_told_at_the_next_start_if_the_agent_died_before(path: Path) -> None:
    async def never_known(desk: Desk) -> None:
        desk.add()
        await desk.end()

    live(path, never_known, [Unknown("it died")] * 2)

    async def next_start(desk: Desk) -> None:
        desk.box.take_up((await desk.store.do(journal.past)).deliveries)
        assert (await desk.end()).outcome is Outcome.UNKNOWN

    assert live(path, next_start).calls == []


def test_a_hand_over_that_a_fault_of_ours_broke_off_is_in_doubt_and_not_repeated_unmarked(
    path: Path,
) -> None:
    async def story(desk: Desk) -> None:
        desk.add()
        with pytest.raises(RuntimeError):
            await desk.box.run()
        again = asyncio.create_task(desk.box.run())
        assert (await desk.end()).outcome is Outcome.SENT
        again.cancel()

    carrier = live(path, story, [RuntimeError("a bug")], running=False)
    assert carrier.texts == ["Störung 1-1", "Störung 1-1r"]


def test_a_new_alarm_does_not_wait_for_questions_about_thirty_others(path: Path) -> None:
    async def story(desk: Desk) -> None:
        others = [message(f"{n}-1", f"+{493_023_125_100 + n}") for n in range(10, 40)]
        desk.box.take_up(rules.lost_sight(rules.begin(one, "lte1"), "", 0.0) for one in others)
        await asyncio.wait_for(desk.carrier.asked.wait(), 30)
        desk.add("50-1", "+493023125199")
        while (await desk.end()).mark != "50-1":
            pass
        assert len(desk.carrier.calls[: desk.carrier.calls.index(("send", "50-1"))]) < 30

    live(path, story)
