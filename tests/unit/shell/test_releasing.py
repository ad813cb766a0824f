"""Texts for people outside, released by SMS: a real journal, real codes, the real core behind them."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from notanker.config.model import OrdersConfig
from notanker.core import codes, drafts
from notanker.core.delivery import Delivery
from notanker.core.events import Event
from notanker.core.facts import OrderRefused
from notanker.core.guard import MOST_WRONG
from notanker.core.outside import Released, Withdrawn
from notanker.core.status import Status
from notanker.plan.directory import telling
from notanker.plan.load import load
from notanker.plugin.sms import text as sms_text
from notanker.shell import clock
from notanker.shell.answers import SAID, said
from notanker.shell.control import Wish
from notanker.shell.inbox import Sms
from notanker.shell.journal import Journal
from notanker.shell.ordering import Orders
from notanker.shell.outside import Outside
from tests.unit.core.outside_world import Outside as World
from tests.unit.core.outside_world import outage, recovered

SAMPLE = Path(__file__).resolve().parents[3] / "examples" / "plan"
PLAN, _ = load(SAMPLE)
PIA, MARA, TARIK = "+491713920015", "+491713920010", "+491713920013"
SECRET = b"12345678901234567890"
CODES = tuple(f"{first}bcdefgh" for first in "abcdefghjk")
NOW_S = 1_795_000_000.0


@dataclass
class Desk:
    """A box in an outage, and what it answers to SMS."""

    world: World
    outside: Outside
    orders: Orders | None = None
    answers: list[Delivery] = field(default_factory=list)

    def happened(self, event: Event) -> None:
        """Let the core take an event."""
        self.world.happen(event)
        self.world.run(1)

    async def text(self, text: str, sender: str = PIA) -> str:
        """Text to the box; return its answer, empty for none."""
        assert self.orders is not None
        before = len(self.answers)
        await self.orders.hear(Sms("lte1", sender, text))
        return self.answers[-1].text if len(self.answers) > before else ""

    @property
    def refused(self) -> list[tuple[str, str, str]]:
        """Who was refused what, and why."""
        return [(one.contact, one.order, one.reason) for one in self.world.of(OrderRefused)]


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OrdersConfig:
    """Codes, and a clock that stands still and is trusted."""
    totp, paper = tmp_path / "totp", tmp_path / "paper"
    totp.write_text(f"pia-entwurf {base64.b32encode(SECRET).decode()}\n")
    paper.write_text("".join(f"{codes.paper_hash(code)}\n" for code in CODES))
    monkeypatch.setattr(clock, "trusted", lambda: True)
    monkeypatch.setattr(clock, "wall_s", lambda: NOW_S)
    return OrdersConfig(totp=totp, paper=paper, answers_per_hour=60)


def code() -> str:
    return codes.totp(SECRET, int(NOW_S) // codes.STEP_S)


def live(
    config: OrdersConfig, path: Path, story: Callable[[Desk], Any], panel: object = None
) -> Desk:
    """Live through a story in an outage at the sample plan's site."""
    world = outage(replace(telling(PLAN), steps=()))
    nothing: Any = None
    site: Any = SimpleNamespace(panel=panel)
    desk = Desk(world, nothing)
    outside = Outside(
        site, lambda: world.state, lambda: PLAN, world.moment, nothing, nothing,
        desk.happened, lambda: None, nothing,
    )  # fmt: skip
    desk.outside = outside

    async def work() -> None:
        store = Journal(path / "journal.sqlite")
        store.start()
        outbox: Any = SimpleNamespace(add=lambda delivery, _: desk.answers.append(delivery))
        desk.orders = Orders(
            config,
            lambda: PLAN,
            lambda: world.state.incidents.open,
            lambda: Status(
                "musterhafen", world.moment(), world.state.failover.line, world.moment()
            ),
            store,
            outbox,
            desk.happened,
            outside,
        )
        try:
            await story(desk)
        finally:
            await asyncio.to_thread(store.close)

    asyncio.run(work())
    return desk


def test_a_code_and_the_right_person_release_the_announcement(
    config: OrdersConfig, tmp_path: Path
) -> None:
    async def story(desk: Desk) -> None:
        assert "T7 der Störung 1 ist freigegeben" in await desk.text(f"FREIGABE 1 T7 {code()}")

    desk = live(config, tmp_path, story)
    assert [(one.contact, one.how) for one in desk.world.of(Released)] == [("pia-entwurf", "sms")]
    assert desk.refused == []


def test_what_two_release_takes_two_numbers(config: OrdersConfig, tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        assert "zweite Person fehlt" in await desk.text(f"freigabe 1 t9 {CODES[0]}")
        assert "eine andere Person" in await desk.text(f"freigabe 1 t9 {CODES[1]}")
        assert "ist freigegeben" in await desk.text(f"freigabe 1 t9 {CODES[1]}", MARA)
        assert "schon freigegeben" in await desk.text(f"freigabe 1 t9 {CODES[2]}", MARA)

    desk = live(config, tmp_path, story)
    assert desk.world.draft("T9").is_released
    assert [reason for _, _, reason in desk.refused] == ["you_did", "released_already"]


@pytest.mark.parametrize(
    ("text", "sender", "reason", "words"),
    [
        ("Freigabe 1 T7", PIA, "code", "Einmalcode, etwa FREIGABE 1 T7 123456"),
        ("Freigabe 1 T7 000000", PIA, "wrong", "Der Code gilt nicht"),
        ("Freigabe 99 T7 000000", PIA, "no_such_incident", "Eine Störung 99 gibt es nicht"),
        ("Freigabe 1 T8 000000", PIA, "no_such_draft", "keinen Entwurf T8"),
        ("Freigabe 1 T7 000000", TARIK, "not_yours", "geben nach dem Plan andere frei"),
        ("Zurück 1 T7", PIA, "not_released", "ist nicht freigegeben"),
        ("Zurück 1 T7", TARIK, "not_yours", "andere frei"),
        ("Zurück", PIA, "which_back", "ZURÜCK 17 T7"),
        ("Freigabe", PIA, "which_text", "1 T6, 1 T7, 1 T9, 1 T10"),
        ("Freigabe", TARIK, "no_text", "nichts zur Freigabe"),
        ("Aus", PIA, "which_off", "AUS 17"),
        ("Aus 1", PIA, "nothing_on", "keine Ansage auszuschalten"),
        ("Aus 1", TARIK, "not_yours", "andere frei"),
    ],
)
def test_each_refusal_has_its_sentence_and_is_on_record(
    config: OrdersConfig, tmp_path: Path, text: str, sender: str, reason: str, words: str
) -> None:
    async def story(desk: Desk) -> None:
        assert words in await desk.text(text, sender)

    desk = live(config, tmp_path, story)
    assert [one[2] for one in desk.refused] == [reason]
    assert desk.world.of(Released) == []


def test_a_code_counts_once(config: OrdersConfig, tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        await desk.text(f"FREIGABE 1 T7 {code()}")
        assert "Der Code gilt nicht" in await desk.text(f"FREIGABE 1 T6 {code()}")
        await desk.text(f"FREIGABE 1 T9 {CODES[0]}")
        assert "Der Code gilt nicht" in await desk.text(f"FREIGABE 1 T9 {CODES[0]}", MARA)

    desk = live(config, tmp_path, story)
    assert [one.template for one in desk.world.of(Released)] == ["T7", "T9"]


def test_guesses_are_counted_and_end_in_a_lock(config: OrdersConfig, tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        for guess in range(MOST_WRONG):
            await desk.text(f"FREIGABE 1 T7 {guess:06}")
        assert "Zu viele falsche Codes" in await desk.text(f"FREIGABE 1 T7 {code()}")

    desk = live(config, tmp_path, story)
    assert desk.world.of(Released) == []
    assert desk.refused[-1] == ("pia-entwurf", "FREIGABE 1 T7", "locked")


def test_a_strangers_release_is_not_even_answered(config: OrdersConfig, tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        assert await desk.text(f"FREIGABE 1 T7 {CODES[0]}", "+491713920099") == ""

    assert live(config, tmp_path, story).world.of(Released) == []


def test_a_withdrawal_needs_no_code(config: OrdersConfig, tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        await desk.text(f"FREIGABE 1 T7 {code()}")
        assert "zurückgenommen" in await desk.text("ZURÜCK 1 T7", MARA)

    desk = live(config, tmp_path, story)
    assert desk.world.of(Withdrawn)[0].contact == "mara-beispiel"
    assert not desk.world.draft("T7").is_released


def test_too_late_is_too_late(config: OrdersConfig, tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        recovered(desk.world)
        assert "nicht mehr an der Zeit" in await desk.text(f"FREIGABE 1 T7 {code()}")

    live(config, tmp_path, story)


def test_somebody_says_that_the_announcement_is_off(config: OrdersConfig, tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        await desk.text(f"FREIGABE 1 T7 {code()}")
        recovered(desk.world)
        assert desk.world.state.announced
        assert "ist aus, notiert" in await desk.text("AUS 1", MARA)

    assert live(config, tmp_path, story).world.state.announced == ()


def test_root_releases_in_a_persons_name_at_the_box(config: OrdersConfig, tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        deeds = desk.outside.deeds()
        assert deeds["release"](Wish(1, "pia-entwurf", "T9")) == "one_more"
        assert deeds["release"](Wish(1, "nobody", "T9")) == "not_yours"
        assert deeds["release"](Wish(1, "mara-beispiel", "T9")) == "released"
        assert deeds["withdraw"](Wish(1, "mara-beispiel", "T9")) == "withdrawn"
        assert deeds["off"](Wish(1, "mara-beispiel")) == "nothing_on"

    desk = live(config, tmp_path, story)
    assert {one.how for one in desk.world.of(Released)} == {"box"}


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_answer_about_a_text_fits_one_sms(language: str) -> None:
    words = [*map(str, drafts.Refusal), "released", "one_more", "withdrawn", "off", "nothing_on"]
    for word in (*words, "no_text", "which_back", "which_off", "which_text", "code"):
        listed = ", ".join(["99999 T10"] * 6)
        text = said(word, language, n=99999, t="T10", order="FREIGABE 99999 T10", open=listed)
        assert sms_text.segments(f"{text} Nr R-99999") == 1, word
    assert set(map(str, drafts.Refusal)) <= set(SAID)
