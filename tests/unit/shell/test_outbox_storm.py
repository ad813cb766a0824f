"""The outbox: never too often, the most severe first, nothing twice, nothing that is over by then."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from notanker.core.allowance import HOUR_S, Limits
from notanker.core.delivery import Delivery
from notanker.core.merging import WITHDRAWN
from notanker.core.names import Outcome, PluginHealth
from notanker.core.status import PluginStatus
from notanker.core.ways import Way
from notanker.plugin import Message, Retry, Unknown
from notanker.shell import clock, journal
from notanker.shell.summary import ranges_of
from tests.unit.shell.outbox_desk import Carrier, Desk, live

NUMBER = "+493023125110"


class Hands:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


class Slow(Carrier):
    """Something happens while it has the first message."""

    meanwhile: Callable[[], None]

    async def call(self, method: str, argument: object = None, **more: object) -> object:
        if not self.sent:
            self.meanwhile()
        return await super().call(method, argument, answer=object)


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    made = Hands()
    monkeypatch.setattr(clock, "boot_s", made)
    return made


def told(mark: str, kind: str = "alarm", rank: int = 0, contact: str = "mara") -> Delivery:
    now_s, incident = clock.boot_s(), int(mark.split("-", maxsplit=1)[0])
    return Delivery(
        mark, incident, NUMBER, f"Ursache {mark}. Nr {mark}", now_s, next_s=now_s, rank=rank, contact=contact,
        kind=kind,
    )  # fmt: skip


def same(mark: str, contact: str) -> Delivery:
    return replace(told(mark, contact=contact), text=f"Hauptleitung aus. Nr {mark}")


def put(desk: Desk, delivery: Delivery) -> None:
    desk.box.add(delivery, desk.store.do(journal.append([], [delivery])))


async def rest(desk: Desk) -> None:
    """Return once nothing is due any more."""
    while desk.box.busy:
        await desk.store.do(lambda _: None)


@pytest.mark.parametrize("per_hour", [3, 20])
def test_500_causes_in_a_minute_are_the_limits_messages_with_the_most_severe_first(
    path: Path, hands: Hands, per_hour: int
) -> None:
    gone: list[float] = []

    class Clocked(Carrier):
        async def call(self, method: str, argument: object = None, **more: object) -> object:
            assert isinstance(argument, Message)
            gone.append(hands.now_s)
            return await super().call(method, argument, answer=object)

    async def story(desk: Desk) -> None:
        line = told("250-1")
        for number in range(1, 501):
            hands.now_s += 60 / 500
            put(desk, line if number == 250 else told(f"{number}-1", rank=1))
            if number % 5 == 0:
                await rest(desk)
        for _ in range(12):
            hands.now_s += HOUR_S / 6
            desk.box.take_up(())  # wakes it: its own alarm clock does not know this clock
            await rest(desk)
        ends = {desk.settled.get_nowait().mark for _ in range(desk.settled.qsize())}
        assert ends == {f"{number}-1" for number in range(1, 501)}
        assert not desk.box.open

    carrier = live(path, story, kind=Clocked, limits=Limits(per_hour=per_hour))
    assert all(sum(0 <= at - one < HOUR_S for one in gone) <= per_hour for at in gone)
    before = [m for m, at in zip(carrier.sent, gone, strict=True) if at > 1029.9]
    assert before[0] == "250-1" or carrier.sent.index("250-1") < per_hour


def test_over_the_limit_messages_wait_and_become_one_that_says_so(path: Path, hands: Hands) -> None:
    async def story(desk: Desk) -> None:
        for place in range(1, 11):
            put(desk, told(f"17-{place}"))
            await rest(desk)
        assert desk.carrier.sent == ["17-1", "17-2", "17-3"]
        hands.now_s += HOUR_S
        desk.box.take_up(())
        await rest(desk)

    carrier = live(path, story, limits=Limits(per_hour=3))
    assert carrier.sent == ["17-1", "17-2", "17-3", "17-4", "17-10"]
    assert carrier.texts[-1].startswith("+5 weitere (17-5 bis 17-9). ")


def test_an_alarm_goes_out_of_the_reserve_while_news_waits(path: Path, hands: Hands) -> None:
    async def story(desk: Desk) -> None:
        for place in range(1, 4):
            put(desk, told(f"17-{place}", "update", 2))
            await rest(desk)
        put(desk, told("17-4", "update", 2))
        await rest(desk)
        hands.now_s += HOUR_S / 2
        put(desk, told("18-1"))
        await rest(desk)

    assert live(path, story, limits=Limits(per_hour=4)).sent == ["17-1", "17-2", "17-3", "18-1"]


def test_an_answer_does_not_wait_behind_what_is_over_the_limit(path: Path, hands: Hands) -> None:
    async def story(desk: Desk) -> None:
        for mark in ("17-1", "17-2"):
            put(desk, told(mark))
            await rest(desk)
        now_s = clock.boot_s()
        put(desk, Delivery("R-1", 0, NUMBER, "Danke. Nr R-1", now_s, next_s=now_s, rank=2))
        await rest(desk)

    assert live(path, story, limits=Limits(per_hour=1)).sent == ["17-1", "R-1"]


def test_the_same_text_to_one_address_goes_once_and_both_have_their_end(
    path: Path, hands: Hands
) -> None:
    async def story(desk: Desk) -> None:
        put(desk, same("17-1", "mara"))
        put(desk, same("17-2", "jonas"))
        ends = [await desk.end(), await desk.end()]
        assert {(end.mark, end.outcome) for end in ends} == {
            ("17-1", Outcome.SENT),
            ("17-2", Outcome.SENT),
        }

    assert live(path, story).sent == ["17-1"]


def test_what_the_modem_surely_did_not_take_goes_with_a_later_twin(
    path: Path, hands: Hands
) -> None:
    async def story(desk: Desk) -> None:
        put(desk, same("17-1", "mara"))
        await rest(desk)
        put(desk, same("17-2", "mara"))
        ends = [await desk.end(), await desk.end()]
        assert {(end.mark, end.outcome) for end in ends} == {
            ("17-1", Outcome.SENT),
            ("17-2", Outcome.SENT),
        }

    assert live(path, story, [Retry(3600.0, "it restarts")]).sent == ["17-1", "17-1"]


def test_a_twin_that_came_while_the_modem_refused_goes_with_it(path: Path, hands: Hands) -> None:
    async def story(desk: Desk) -> None:
        assert isinstance(desk.carrier, Slow)
        desk.carrier.meanwhile = lambda: put(desk, same("17-2", "mara"))
        put(desk, same("17-1", "mara"))
        assert {(await desk.end()).mark, (await desk.end()).mark} == {"17-1", "17-2"}

    assert live(path, story, [Retry(3600.0, "it restarts")], kind=Slow).sent == ["17-1", "17-2"]


def test_what_may_have_left_keeps_its_own_way(path: Path, hands: Hands) -> None:
    async def story(desk: Desk) -> None:
        put(desk, same("17-1", "mara"))
        await rest(desk)
        put(desk, same("17-2", "mara"))
        assert {(await desk.end()).mark, (await desk.end()).mark} == {"17-1", "17-2"}

    assert set(live(path, story, [Unknown("no answer")]).sent) == {"17-1", "17-2"}


def test_another_text_or_another_way_is_no_twin(path: Path, hands: Hands) -> None:
    async def story(desk: Desk) -> None:
        put(desk, told("17-1"))
        put(desk, replace(told("17-2", contact="jonas"), text="Anders 17-2"))
        put(
            desk,
            replace(told("17-3", contact="jonas"), channels=(Way("mail", "x@ankerruf.example"),)),
        )
        await rest(desk)

    second = Carrier(
        path, kinds=("mail",), status=PluginStatus("post", "scripted", PluginHealth.OK)
    )
    assert live(path, story, further=second).sent == ["17-1", "17-2"]
    assert second.sent == ["17-3"]


def test_what_waited_when_all_was_well_again_is_not_sent(path: Path, hands: Hands) -> None:
    ends: dict[str, str] = {}

    async def story(desk: Desk) -> None:
        put(desk, told("17-1"))
        await rest(desk)
        put(desk, told("17-2", "update", 2))
        put(desk, told("17-3", "clear", 2))
        hands.now_s += HOUR_S + 1
        desk.box.take_up(())
        await rest(desk)
        while not desk.settled.empty():
            end = desk.settled.get_nowait()
            ends[end.mark] = end.reason

    assert live(path, story, limits=Limits(per_hour=1)).sent == ["17-1", "17-3"]
    assert ends == {"17-1": "", "17-2": WITHDRAWN, "17-3": ""}


def test_who_has_heard_of_nothing_gets_neither_alarm_nor_all_clear(
    path: Path, hands: Hands
) -> None:
    async def story(desk: Desk) -> None:
        put(desk, told("17-1"))
        put(desk, told("17-2", "clear", 2))
        assert {(await desk.end()).reason, (await desk.end()).reason} == {WITHDRAWN}

    assert live(path, story, heard=lambda _: False).sent == []


def test_an_alarm_that_surely_has_not_left_goes_with_the_all_clear_that_came_meanwhile(
    path: Path, hands: Hands
) -> None:
    async def story(desk: Desk) -> None:
        assert isinstance(desk.carrier, Slow)
        desk.carrier.meanwhile = lambda: put(desk, told("17-2", "clear", 2))
        put(desk, told("17-1"))
        ends = [await desk.end(), await desk.end()]
        assert {(end.mark, end.reason) for end in ends} == {
            ("17-1", WITHDRAWN),
            ("17-2", WITHDRAWN),
        }

    script: list[object] = [Retry(3600.0, "it restarts")]
    assert live(path, story, script, kind=Slow, heard=lambda _: False).sent == ["17-1"]


def test_an_alarm_that_may_have_left_is_followed_by_its_all_clear(path: Path, hands: Hands) -> None:
    async def story(desk: Desk) -> None:
        put(desk, told("17-1"))
        async with asyncio.timeout(30):
            while not desk.carrier.sent:  # noqa: ASYNC110 - the carrier has no event for it
                await asyncio.sleep(0)
        put(desk, told("17-2", "clear", 2))
        await rest(desk)
        hands.now_s += 5
        desk.box.take_up(())
        await rest(desk)

    sent = live(path, story, [Unknown("no answer")], heard=lambda _: False).sent
    assert sent == ["17-1", "17-1", "17-2"]


def test_marks_in_a_row_are_told_as_one() -> None:
    marks = ["17-4", "17-5", "17-6", "18-1", "19-2", "19-3"]
    assert ranges_of(marks, " bis ") == ["17-4 bis 17-6", "18-1", "19-2 bis 19-3"]
