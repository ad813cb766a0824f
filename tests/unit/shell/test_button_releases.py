"""The button at the box releases a text that somebody of the plan has read and offered, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from notanker.config.model import OrdersConfig
from notanker.core.names import Uplink
from notanker.core.offering import OFFERED_S
from notanker.core.outside import Released
from notanker.core.status import BoxStatus
from tests.unit.shell.test_releasing import MARA, PIA, Desk, code, config, live

__all__ = ["config"]  # the fixture
PANEL = object()
TARIK = "+491713920013"


def offered(desk: Desk) -> str:
    return desk.outside.offering.seen(BoxStatus()).offered


def test_whoever_may_release_gets_the_words_and_the_button_their_offer(
    config: OrdersConfig, tmp_path: Path
) -> None:
    async def story(desk: Desk) -> None:
        answer = await desk.text("Taste 1 T7")
        assert "8 s, bis alle Lampen zwinkern, loslassen. Gilt 5 Min. Wortlaut: T7 words" in answer
        assert offered(desk) == "1 T7 1"
        desk.outside.offering.press("1 T7 1")
        assert offered(desk) == ""

    desk = live(config, tmp_path, story, PANEL)
    (released,) = desk.world.of(Released)
    assert (released.template, released.contact, released.name, released.how) == (
        "T7",
        "panel",
        "",
        "panel",
    )
    assert desk.refused == []


@pytest.mark.parametrize(
    ("text", "sender", "reason", "words"),
    [
        ("TASTE 1 T9", PIA, "two_persons", "die Taste an der Box genügt nicht"),
        ("TASTE 1 T7", TARIK, "not_yours", "andere frei"),
        ("TASTE 1 T13", PIA, "no_such_draft", "keinen Entwurf T13"),
        ("TASTE 9 T7", PIA, "no_such_incident", "Störung 9"),
        ("TASTE 1", PIA, "which_button", "TASTE 17 T7"),
    ],
)
def test_what_is_not_offered_says_why(
    config: OrdersConfig, tmp_path: Path, text: str, sender: str, reason: str, words: str
) -> None:
    async def story(desk: Desk) -> None:
        assert words in await desk.text(text, sender)
        assert offered(desk) == ""

    assert [why for _, _, why in live(config, tmp_path, story, PANEL).refused] == [reason]


def test_without_a_panel_nothing_is_offered(config: OrdersConfig, tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        assert "keine Taste" in await desk.text("TASTE 1 T7")

    assert [why for _, _, why in live(config, tmp_path, story).refused] == ["no_panel"]


def test_words_too_long_to_be_read_are_not_offered(config: OrdersConfig, tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        desk.world.said = "Wort " * 200
        desk.world.dead.add(Uplink.BACKUP)
        desk.world.run(60)
        assert "zu lang" in await desk.text("TASTE 1 T7")
        assert offered(desk) == ""

    live(config, tmp_path, story, PANEL)


def test_a_press_releases_only_the_words_that_were_offered_when_it_began(
    config: OrdersConfig, tmp_path: Path
) -> None:
    async def story(desk: Desk) -> None:
        await desk.text("TASTE 1 T7")
        await desk.text("TASTE 1 T6", MARA)
        desk.outside.offering.press("1 T7 1")
        assert offered(desk) == "1 T6 1"
        desk.world.said = "other words"
        desk.world.dead.add(Uplink.BACKUP)
        desk.world.run(60)
        assert offered(desk) == ""
        desk.outside.offering.press("1 T6 1")

    desk = live(config, tmp_path, story, PANEL)
    assert desk.world.of(Released) == []
    assert [why for _, _, why in desk.refused] == ["not_offered", "not_offered"]


def test_an_offer_ends_with_its_time_and_with_a_release_elsewhere(
    config: OrdersConfig, tmp_path: Path
) -> None:
    async def story(desk: Desk) -> None:
        await desk.text("TASTE 1 T7")
        desk.world.run(OFFERED_S + 1)
        assert offered(desk) == ""
        await desk.text("TASTE 1 T7")
        await desk.text(f"FREIGABE 1 T7 {code()}")
        assert offered(desk) == ""

    desk = live(config, tmp_path, story, PANEL)
    assert [one.contact for one in desk.world.of(Released)] == ["pia-entwurf"]
