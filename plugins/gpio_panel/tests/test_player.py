"""The panel's thread: it switches what changes, tells of news, and does not die unseen."""

from __future__ import annotations

import select
import threading
from collections.abc import Iterator

import pytest

from notanker.plugin import MainsPower, PanelPicture, Rhythm
from notanker_gpio_panel.player import MOST_NEWS, Player

PATIENCE_S = 20.0


@pytest.fixture
def player() -> Iterator[Player]:
    player = Player()
    yield player
    player.close()


def test_it_switches_only_what_changes(player: Player) -> None:
    switched: list[tuple[str, bool]] = []
    lit = threading.Event()

    def switch(name: str, on: bool) -> None:
        switched.append((name, on))
        if on:
            lit.set()

    player.start(switch, pressed=False, mains=None)
    for _ in range(50):
        player.show(PanelPicture(plan=Rhythm.LIT))
    assert lit.wait(PATIENCE_S)
    assert switched.count(("plan", True)) == 1


def test_the_mains_level_at_the_start_is_news(player: Player) -> None:
    player.start(lambda *_: None, pressed=False, mains=False)
    ready, _, _ = select.select([player.notice], [], [], PATIENCE_S)
    assert ready
    assert player.attend()
    assert player.collect() == [MainsPower(on=False)]
    assert not player.attend()


def test_news_that_nobody_collects_are_bounded(player: Player) -> None:
    for _ in range(3 * MOST_NEWS):
        player.tell(MainsPower(on=True))
    assert len(player.collect()) == MOST_NEWS


def test_a_pin_that_fails_is_told_with_the_next_picture(player: Player) -> None:
    failed = threading.Event()

    def switch(name: str, on: bool) -> None:
        failed.set()
        raise OSError(f"no such pin: {name}")

    player.start(switch, pressed=False, mains=None)
    assert failed.wait(PATIENCE_S)
    player.close()
    with pytest.raises(OSError, match="no such pin"):
        player.show(PanelPicture())
