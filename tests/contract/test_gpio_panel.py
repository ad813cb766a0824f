"""The panel on the box against the lab's board: real processes, real seconds, mock pins."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from notanker.plugin import (
    Collected,
    Happening,
    Hold,
    MainsPower,
    PanelNews,
    PanelPicture,
    Permanent,
    PowerCut,
    Pressed,
    Rhythm,
    Tone,
)
from notanker_lab.panel import LAMPS, Hand
from tests.contract.support.box import board, options
from tests.contract.support.runner import Instance, Runner, eventually, is_alive

CALM = PanelPicture(
    primary=Rhythm.LIT, lte=Rhythm.BLIP, plugins=Rhythm.LIT, plan=Rhythm.LIT, said=Tone.WELL
)


@pytest.fixture
def hand(tmp_path: Path) -> Iterator[Hand]:
    with board(tmp_path) as given:
        yield given


@pytest.fixture
def panel(runner: Runner, hand: Hand, tmp_path: Path) -> Instance:
    started = runner.start("gpio_panel", options(tmp_path))
    started.await_health("ok")
    assert news(started, MainsPower) == [MainsPower(on=True)]
    return started


def show(panel: Instance, picture: PanelPicture) -> None:
    panel.call("show", picture, answer=type(None))


def news(panel: Instance, kind: type[PanelNews | Happening], count: int = 1) -> list[object]:
    """Collect until so many of the kind have come, and return them."""
    found: list[object] = []

    def collected() -> bool:
        told = panel.call("collect", answer=Collected)
        found.extend(one for one in (*told.panel, *told.happenings) if isinstance(one, kind))
        return len(found) >= count

    eventually(collected, f"{count} {kind.__name__}")
    return found


def cut_soon(runner: Runner, panel: Instance, off_s: float = 5.0) -> None:
    """Have the power cut, and do not wait for its end."""
    call = panel.process.call("cut_power", PowerCut(off_s=off_s), answer=type(None))
    runner.spawn(call)


def test_it_shows_what_it_is_told(panel: Instance, hand: Hand) -> None:
    show(panel, CALM)
    hand.wait_level("primary", 1)
    assert hand.levels()["incident"] == 0
    show(panel, PanelPicture(primary=Rhythm.DARK, incident=Rhythm.LIT))
    hand.wait_level("incident", 1)
    hand.wait_level("primary", 0)


def test_lamps_of_one_rhythm_flash_together(panel: Instance, hand: Hand) -> None:
    show(panel, PanelPicture(primary=Rhythm.FAST, incident=Rhythm.FAST))
    eventually(lambda: len(hand.edges("incident")) > 8, "it flashes")
    ons = {name: [at_s for at_s, level in hand.edges(name) if level] for name in LAMPS}
    apart = [abs(one - two) for one, two in zip(ons["primary"], ons["incident"], strict=False)]
    # Both are switched in one go; what lies between is two messages to the emulator.
    assert sorted(apart)[len(apart) // 2] < 0.1


def test_a_press_is_told_at_once_and_tests_every_lamp(panel: Instance, hand: Hand) -> None:
    show(panel, CALM)
    panel.process.news.clear()
    hand.press(0.1)
    eventually(panel.process.news.is_set, "the agent is told")
    assert news(panel, Pressed) == [Pressed(Hold.SHORT)]
    for lamp in LAMPS:
        assert any(level for _, level in hand.edges(lamp)), lamp
    assert hand.edges("buzzer"), "it says how the site does"


@pytest.mark.parametrize(
    ("held_s", "hold"), [(3.3, Hold.ACKNOWLEDGE), (8.9, Hold.DRILL)], ids=["three", "eight"]
)
def test_a_long_press_means_what_the_lamps_say_before_it_ends(
    panel: Instance, hand: Hand, held_s: float, hold: Hold
) -> None:
    show(panel, PanelPicture())
    hand.press(held_s)
    assert news(panel, Pressed) == [Pressed(hold)]
    ons = [level for _, level in hand.edges("plan")]
    assert len(ons) >= (2 if hold is Hold.ACKNOWLEDGE else 4)
    assert not hand.edges("buzzer")


def test_a_contact_that_bounces_is_no_press(panel: Instance, hand: Hand) -> None:
    hand.bounce(20)
    hand.press(0.2)
    assert news(panel, Pressed) == [Pressed(Hold.SHORT)]


def test_mains_power_that_goes_is_told_once_it_stays_away(panel: Instance, hand: Hand) -> None:
    hand.mains(on=False)
    hand.mains(on=True)
    hand.mains(on=False)
    assert news(panel, MainsPower) == [MainsPower(on=False)]
    hand.mains(on=True)
    assert news(panel, MainsPower) == [MainsPower(on=True)]


def test_the_router_is_without_power_for_as_long_as_told(panel: Instance, hand: Hand) -> None:
    panel.call("cut_power", PowerCut(off_s=1.0), answer=type(None))
    (off, on) = hand.edges("relay")
    assert (off[1], on[1]) == (1, 0)
    assert on[0] - off[0] > 0.9
    assert hand.router_has_power()


def test_a_child_that_is_killed_while_the_router_is_off_does_not_leave_it_off(
    runner: Runner, panel: Instance, hand: Hand
) -> None:
    cut_soon(runner, panel)
    hand.wait_level("relay", 1)
    killed_s = time.monotonic()
    os.kill(panel.pid(), signal.SIGKILL)
    # The pin keeps its level, as on the Pi: only the next child gives the router its power back.
    hand.wait_level("relay", 0)
    assert hand.joined() == 2
    assert time.monotonic() - killed_s < 4.5, "not just the end of the cut"


def test_a_child_that_is_told_to_end_gives_the_power_back_itself(
    runner: Runner, panel: Instance, hand: Hand
) -> None:
    cut_soon(runner, panel, off_s=60.0)
    hand.wait_level("relay", 1)
    pid = panel.pid()
    os.kill(pid, signal.SIGTERM)
    eventually(lambda: not is_alive(pid), "the child ends")
    assert [level for _, level in hand.edges("relay")][:2] == [1, 0]


def test_an_agent_that_ends_leaves_the_router_on_and_the_lamps_dark(
    runner: Runner, panel: Instance, hand: Hand
) -> None:
    show(panel, CALM)
    hand.wait_level("primary", 1)
    cut_soon(runner, panel, off_s=60.0)
    hand.wait_level("relay", 1)
    runner.stop()
    hand.wait_level("relay", 0)


def test_without_a_relay_nothing_is_cut(runner: Runner, hand: Hand, tmp_path: Path) -> None:
    wired = {**options(tmp_path), "relay_pin": 0}
    panel = runner.start("gpio_panel", wired)
    panel.await_health("ok")
    with pytest.raises(Permanent, match="relay_pin"):
        panel.call("cut_power", PowerCut(off_s=1.0), answer=type(None))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"relay_pin": 5, "button_pin": 0}, "GPIO 5"),
        ({"buzzer_pin": 17}, "GPIO 17"),
        ({"pins": "mock", "socket": ""}, "socket"),
        ({"plan_pin": 40}, "plan_pin"),
        ({"lamp": 1}, "lamp"),
    ],
)
def test_wrong_wiring_is_told_in_a_sentence(
    runner: Runner, tmp_path: Path, wrong: dict[str, object], said: str
) -> None:
    panel = runner.start("gpio_panel", {**options(tmp_path), **wrong})
    panel.await_health("degraded")
    assert said in panel.process.problems[0].sentence("en") + str(panel.process.problems[0].place)


def test_a_board_that_is_not_there_is_told(runner: Runner, tmp_path: Path) -> None:
    panel = runner.start("gpio_panel", options(tmp_path))
    assert "GPIO" in panel.await_health("degraded").reason
