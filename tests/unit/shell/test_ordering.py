"""Orders by SMS: who may give them, what they do, and that each code counts once."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from notanker.config.model import OrdersConfig
from notanker.core import codes
from notanker.core.delivery import Delivery
from notanker.core.events import Acknowledged, Event, OrderRefused, SmsHeard
from notanker.core.guard import MOST_WRONG
from notanker.core.incident import Incident
from notanker.core.moment import Moment
from notanker.core.names import Cause, Line, Stage
from notanker.core.status import Status
from notanker.plan.load import load
from notanker.plugin.sms import text as sms_text
from notanker.shell import clock, ordering
from notanker.shell.inbox import Sms
from notanker.shell.journal import Journal
from notanker.shell.ordering import Orders

SAMPLE = Path(__file__).resolve().parents[3] / "examples" / "plan"
PLAN, _ = load(SAMPLE)
MARA = "+491713920010"
OLIVER = "+447700900123"
STRANGER = "+491713920099"
SECRET = b"12345678901234567890"
NOW = Moment(1000.0, 1_795_000_000.0, True, "boot")
PAPER = ("abcdefgh", "jkmnpqrs")


@dataclass
class Desk:
    """Orders on a real journal, and what came of them."""

    store: Journal
    orders: Orders
    events: list[Event]
    answers: list[Delivery]

    async def text(self, text: str, sender: str = MARA, **more: Any) -> str:
        """Text to the box; return its answer, empty for none."""
        before = len(self.answers)
        await self.orders.hear(Sms("lte1", sender, text, **more))
        return self.answers[-1].text if len(self.answers) > before else ""


@dataclass
class World:
    """What the box knows."""

    config: OrdersConfig = field(default_factory=OrdersConfig)
    open: tuple[Incident, ...] = ()


def incident(number: int, **more: Any) -> Incident:
    return Incident(number, Stage.OPEN, Cause.PROVIDER, NOW, **more)


def live(path: Path, world: World, story: Callable[[Desk], Any]) -> Desk:
    desks: list[Desk] = []

    async def work() -> None:
        store = Journal(path / "journal.sqlite")
        store.start()
        events: list[Event] = []
        answers: list[Delivery] = []
        outside: Any = None  # tests/unit/shell/test_releasing.py has all about it
        outbox: Any = SimpleNamespace(add=lambda delivery, _: answers.append(delivery))
        orders = Orders(
            world.config,
            lambda: PLAN,
            lambda: world.open,
            lambda: Status("musterhafen", NOW, Line.BACKUP, NOW),
            store,
            outbox,
            events.append,
            outside,
        )
        desks.append(Desk(store, orders, events, answers))
        try:
            await story(desks[0])
        finally:
            await asyncio.to_thread(store.close)

    asyncio.run(work())
    return desks[0]


@pytest.fixture
def coded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A box with codes, and a clock that stands still and is trusted."""
    totp, paper = tmp_path / "totp", tmp_path / "paper"
    totp.write_text(f"# who, what\nmara-beispiel {base64.b32encode(SECRET).decode()}\n")
    paper.write_text("".join(f"{codes.paper_hash(code)}\n" for code in PAPER))
    monkeypatch.setattr(clock, "trusted", lambda: True)
    monkeypatch.setattr(clock, "wall_s", lambda: NOW.wall_s)
    return World(OrdersConfig(totp=totp, paper=paper), (incident(17),))


def code(step: int = 0) -> str:
    return codes.totp(SECRET, int(NOW.wall_s) // codes.STEP_S + step)


def test_ok_acknowledges_the_incident(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        answer = await desk.text("ok 17")
        assert "17" in answer
        assert "übernommen" in answer

    desk = live(tmp_path, World(open=(incident(17),)), story)
    assert desk.events == [
        SmsHeard("lte1", "mara-beispiel", True, "ok"),
        Acknowledged(17, "mara-beispiel", "sms"),
    ]
    assert desk.answers[0].number == MARA


def test_ok_alone_is_enough_while_one_incident_is_open(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        await desk.text("OK")

    desk = live(tmp_path, World(open=(incident(17),)), story)
    assert Acknowledged(17, "mara-beispiel", "sms") in desk.events


@pytest.mark.parametrize(
    ("text", "open_numbers", "words"),
    [
        ("OK", (), "keine Störung offen"),
        ("OK", (17, 18), "Offen sind 17, 18"),
        ("OK 16", (17,), "16 ist nicht offen"),
    ],
)
def test_what_cannot_be_acknowledged_is_told(
    tmp_path: Path, text: str, open_numbers: tuple[int, ...], words: str
) -> None:
    async def story(desk: Desk) -> None:
        assert words in await desk.text(text)

    world = World(open=tuple(incident(number) for number in open_numbers))
    desk = live(tmp_path, world, story)
    assert not [event for event in desk.events if isinstance(event, Acknowledged)]


def test_the_second_is_told_who_has_it(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        assert "Jonas Muster" in await desk.text("OK 17")

    had = incident(17, acknowledged=NOW, acknowledged_by="jonas-muster")
    live(tmp_path, World(open=(had,)), story)


@pytest.mark.parametrize(("sender", "words"), [(MARA, "LTE aktiv"), (OLIVER, "LTE active")])
def test_status_is_answered_in_the_persons_language(
    tmp_path: Path, sender: str, words: str
) -> None:
    async def story(desk: Desk) -> None:
        answer = await desk.text("STATUS", sender)
        assert words in answer
        assert sms_text.segments(answer) == 1

    live(tmp_path, World(open=(incident(17),)), story)


def test_plan_tells_how_to_reach_it_and_the_bridge(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        answer = await desk.text("plan")
        assert "4829" in answer
        assert sms_text.segments(answer) == 1

    live(tmp_path, World(), story)


@pytest.mark.parametrize(
    "sms",
    [
        Sms("lte1", STRANGER, "OK 17"),
        Sms("lte1", "Mara", "OK 17", alphanumeric=True),
        Sms("lte1", MARA, "OK 17", alphanumeric=True),
        Sms("lte1", "3920010", "OK 17"),
        Sms("lte1", "", "OK 17"),
        Sms("lte1", "", "", reason="broken"),
        Sms("lte1", "+4969900092 00", "OK 17"),
    ],
)
def test_nobody_but_people_of_the_plan_is_heard_or_answered(tmp_path: Path, sms: Sms) -> None:
    async def story(desk: Desk) -> None:
        await desk.orders.hear(sms)

    desk = live(tmp_path, World(open=(incident(17),)), story)
    assert not desk.answers
    (heard,) = desk.events
    assert isinstance(heard, SmsHeard)
    assert not heard.known
    assert heard.sender in ("", "Mara", "+49…99", "+49…10", "392…10", "+49…00")


def test_what_changes_something_needs_a_code_and_uses_it_up(tmp_path: Path, coded: World) -> None:
    async def story(desk: Desk) -> None:
        assert "Einmalcode" in await desk.text("TUNNEL")
        assert "nicht eingerichtet" in await desk.text(f"TUNNEL {code()}")
        assert "gilt nicht" in await desk.text(f"TUNNEL {code()}")
        assert "gilt nicht" in await desk.text(f"TUNNEL {code(-1)}")
        assert "keine Übung" in await desk.text(f"ABBRUCH 17 {code(1)}")

    desk = live(tmp_path, coded, story)
    refused = [event for event in desk.events if isinstance(event, OrderRefused)]
    assert [event.reason for event in refused] == ["code", "wrong", "wrong"]

    async def after_a_restart(desk: Desk) -> None:
        assert "gilt nicht" in await desk.text(f"TUNNEL {code()}")

    live(tmp_path, coded, after_a_restart)


def test_a_code_on_paper_counts_once_even_without_a_clock(
    tmp_path: Path, coded: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "trusted", lambda: False)

    async def story(desk: Desk) -> None:
        assert "Uhr" in await desk.text(f"TUNNEL {code()}")
        assert "nicht eingerichtet" in await desk.text("TUNNEL ABCD-EFGH")
        assert "gilt nicht" in await desk.text("TUNNEL ABCD-EFGH")
        assert "nicht eingerichtet" in await desk.text("TUNNEL jkmn pqrs")

    live(tmp_path, coded, story)


def test_somebody_elses_code_does_not_count(tmp_path: Path, coded: World) -> None:
    async def story(desk: Desk) -> None:
        assert "does not count" in await desk.text(f"TUNNEL {code()}", OLIVER)

    live(tmp_path, coded, story)


def test_who_guesses_is_locked_out(tmp_path: Path, coded: World) -> None:
    async def story(desk: Desk) -> None:
        for number in range(MOST_WRONG):
            assert "gilt nicht" in await desk.text(f"TUNNEL {number:06}")
        assert "Zu viele" in await desk.text(f"TUNNEL {code()}")

    live(tmp_path, coded, story)


def test_an_automatic_reply_does_not_empty_the_card(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        for _ in range(50):
            await desk.text("Ich bin im Urlaub.")

    desk = live(tmp_path, World(OrdersConfig(answers_per_hour=3)), story)
    assert len(desk.answers) == 3
    assert len({delivery.mark for delivery in desk.answers}) == 3


def test_no_code_is_in_an_event(tmp_path: Path, coded: World) -> None:
    async def story(desk: Desk) -> None:
        await desk.text(f"TUNNEL {code()}")
        await desk.text("TUNNEL 999999")

    desk = live(tmp_path, coded, story)
    assert code() not in repr(desk.events)
    assert "999999" not in repr(desk.events)


@pytest.mark.parametrize("number", ["", "1", "+491713920010", "Mara Beispiel"])
def test_a_strangers_number_is_shown_only_at_its_ends(number: str) -> None:
    shown = ordering.masked(number)
    assert len(shown) <= 6
    assert shown == number or "…" in shown
