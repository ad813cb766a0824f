"""The outbox: the next way where one does not carry, and a copy where no report comes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from notanker.core.allowance import Limits
from notanker.core.names import Outcome, PluginHealth
from notanker.core.status import PluginStatus
from notanker.core.ways import Way
from notanker.plugin import Permanent, Retry, Unknown
from notanker.shell import journal
from tests.unit.shell.outbox_desk import REPORTED, Carrier, Desk, live, message, on_disk, report

NUMBER = "+493023125110"
WAYS = (Way("sms", NUMBER), Way("mail", "mara@ankerruf.example"))
PATIENT = Limits(report_s=0.0)
"""No report is waited for: it is overdue at once."""


def post(path: Path, script: list[object] | None = None, **more: Any) -> Carrier:
    status = PluginStatus("post", "scripted", PluginHealth.OK)
    return Carrier(path, script or [], status=status, kinds=("mail",), **more)


async def one(desk: Desk) -> None:
    delivery = replace(message(), channels=WAYS)
    desk.box.add(delivery, desk.store.do(journal.append([], [delivery])))


async def until(desk: Desk, *ends: Outcome) -> None:
    for end in ends:
        assert (await desk.end()).outcome is end


def sent(*ends: Outcome) -> Any:
    async def story(desk: Desk) -> None:
        await one(desk)
        await until(desk, *ends)

    return story


def test_each_channel_gets_the_address_that_it_takes(path: Path) -> None:
    second = post(path)
    first = live(path, sent(Outcome.SENT), [Permanent("no such number")], further=second)
    assert [m.recipient for m in (*first.messages, *second.messages)] == [w.address for w in WAYS]


def test_a_channel_without_an_address_is_not_tried(path: Path) -> None:
    second = post(path)

    async def story(desk: Desk) -> None:
        desk.add()
        assert (await desk.end()).outcome is Outcome.FAILED

    live(path, story, [Permanent("no such number")], further=second)
    assert second.calls == []


def test_what_nobody_takes_is_told_at_once(path: Path) -> None:
    async def story(desk: Desk) -> None:
        delivery = replace(message(), number="", contact="mara", channels=(Way("teams", "it"),))
        desk.box.add(delivery, desk.store.do(journal.append([], [delivery])))
        end = await desk.end()
        assert (end.outcome, end.reason) == (Outcome.FAILED, "no plugin takes teams")

    live(path, story)


def test_a_channel_that_wants_to_be_left_alone_gives_way_to_the_next(path: Path) -> None:
    second = post(path)
    first = live(path, sent(Outcome.SENT), [Retry(600.0, "later")], further=second)
    assert (first.sent, second.sent) == (["1-1"], ["1-1"])
    assert not second.messages[0].repeat


def test_a_doubt_is_settled_over_another_way(path: Path) -> None:
    second = post(path)
    first = live(path, sent(Outcome.SENT), [Unknown("no answer")], further=second)
    assert (first.sent, second.sent) == (["1-1"], ["1-1"])
    assert second.texts == ["Störung 1-1r"]


def test_without_a_report_a_marked_copy_goes_over_the_next_way(path: Path) -> None:
    second = post(path)
    story = sent(Outcome.SENT, Outcome.SENT)
    first = live(path, story, [REPORTED], further=second, limits=PATIENT)
    assert (first.sent, second.sent) == (["1-1"], ["1-1"])
    assert (second.texts, second.messages[0].repeat) == (["Störung 1-1r"], True)


def test_without_a_further_way_nothing_is_repeated(path: Path) -> None:
    async def story(desk: Desk) -> None:
        desk.add()
        await until(desk, Outcome.SENT)
        await desk.store.do(lambda _: None)
        await desk.box.report([report()])
        await until(desk, Outcome.DELIVERED)

    assert live(path, story, [REPORTED], limits=PATIENT).sent == ["1-1"]


def test_a_report_of_the_first_copy_still_proves_that_it_arrived(path: Path) -> None:
    async def story(desk: Desk) -> None:
        await one(desk)
        await until(desk, Outcome.SENT, Outcome.SENT)
        await desk.box.report([report()])
        await until(desk, Outcome.DELIVERED)

    live(path, story, [REPORTED], further=post(path), limits=PATIENT)
    assert on_disk(path, "1-1") == ("delivered", 2)


@pytest.mark.parametrize("answer", [Permanent("no"), Unknown("no answer")])
def test_a_copy_that_comes_to_nothing_does_not_make_it_less_than_sent(
    path: Path, answer: Exception
) -> None:
    second = post(path, [answer])
    live(path, sent(Outcome.SENT, Outcome.SENT), [REPORTED], further=second, limits=PATIENT)
    row = on_disk(path, "1-1")
    assert row is not None
    assert row[0] == "sent"
    assert second.sent == ["1-1"]


def test_a_first_copy_that_is_known_to_be_lost_leaves_the_second_as_it_is(path: Path) -> None:
    async def story(desk: Desk) -> None:
        await one(desk)
        await until(desk, Outcome.SENT, Outcome.SENT)
        await desk.box.report([report("failed")])
        assert desk.settled.empty()

    live(path, story, [REPORTED], further=post(path), limits=PATIENT)
    assert on_disk(path, "1-1") == ("sent", 2)


def test_a_restart_goes_on_waiting_for_the_report(path: Path) -> None:
    live(path, sent(Outcome.SENT), [REPORTED], further=post(path))
    second = post(path)

    async def after(desk: Desk) -> None:
        past = await desk.store.do(journal.past)
        desk.box.take_up(past.deliveries, {"1-1"}, past.reports)
        await until(desk, Outcome.SENT)

    first = live(path, after, further=second, limits=PATIENT)
    assert (first.sent, second.texts) == ([], ["Störung 1-1r"])


def test_a_third_copy_goes_only_where_a_restart_broke_one_off(path: Path) -> None:
    async def before(desk: Desk) -> None:
        delivery = replace(message(), outcome=Outcome.HANDED_OVER, attempts=2, unknowns=1)
        await desk.store.do(journal.append([], [replace(delivery, channel="lte1")]))

    live(path, before, running=False)

    async def after(desk: Desk) -> None:
        past = await desk.store.do(journal.past)
        desk.box.take_up(past.deliveries)
        await until(desk, Outcome.UNKNOWN)

    carrier = live(path, after, [Unknown("no answer")] * 5)
    assert carrier.texts == ["Störung 1-1rr"]
    row = on_disk(path, "1-1")
    assert row is not None
    assert row[0] == "unknown"
