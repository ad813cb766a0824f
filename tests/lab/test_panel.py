"""The panel on the box in real outages: what it shows, what a hand does there, and the router's relay."""

import os
import signal
import time
from collections.abc import Iterator

import pytest

from notanker_lab.panel import Hand
from notanker_lab.stage import AGENT_UID
from tests.lab.scene import Scene, is_over, on_stage, until

PANEL = """
[panel]
plugin = "panel"

[power_cycle]
enabled = true
after_min = 0.05
per_day = 1
off_s = 5.0
boot_min = 0.05

[[plugin]]
name = "panel"
kind = "gpio_panel"
[plugin.options]
pins = "mock"
socket = "{folder}/pins.sock"
mains_pin = 6
relay_pin = 26
"""
OFF_S = 5.0
PIA = "+491713920015"
"""May release texts by the sample plan."""


class Box:
    """A site with a panel, and somebody who stands before it."""

    def __init__(self, scene: Scene, hand: Hand) -> None:
        self.scene, self.hand = scene, hand


@pytest.fixture
def box(in_a_capsule: None) -> Iterator[Box]:
    """Give a site of its own to each test: what the router's relay did is remembered for a day."""
    hands: list[Hand] = []

    def with_panel(scene: Scene) -> None:
        folder = scene.lab.scratch("panel", AGENT_UID)
        scene.configure("[[plugin]]", PANEL.format(folder=folder) + "[[plugin]]")
        scene.lab.module("site", "panel", str(folder))
        hands.append(Hand(folder / "panel.sock"))
        until((folder / "panel.sock").exists, "the board is there")

    with on_stage(before=with_panel, centre=False) as scene:
        yield Box(scene, hands[0])


def test_in_an_outage_lamps_and_buzzer_call_until_a_hand_acknowledges(box: Box) -> None:
    scene, hand = box.scene, box.hand
    hand.wait_level("primary", 1)
    assert hand.flashes("primary", 2.0) == 0
    with scene.lab.faults.silent_cut():
        scene.wait_line("backup")
        hand.wait_level("lte", 1)
        assert hand.flashes("primary", 2.0) >= 3
        assert hand.flashes("incident", 2.0) >= 3
        hand.wait_level("buzzer", 1, 5)
        hand.press(3.3)
        scene.wait(lambda s: s["incident"]["acknowledged_by"] == "panel")
        (fact,) = scene.facts("Acknowledged")
        assert (fact.fields["contact"], fact.fields["how"]) == ("panel", "panel")
        # It has sounded three times within 4 s until now; from now on nobody is called.
        time.sleep(0.5)
        silent_s = time.monotonic()
        assert 1 <= hand.flashes("incident", 4.0) <= 3
        assert not hand.edges("buzzer", silent_s)
        assert hand.router_has_power(), "the provider's outage is not the router's"
    scene.wait(is_over, 40)
    hand.wait_level("incident", 0)
    assert not hand.edges("relay")


def test_a_hand_at_the_box_releases_what_somebody_on_the_phone_has_read(box: Box) -> None:
    scene, hand = box.scene, box.hand
    with scene.lab.faults.silent_cut():
        scene.wait_line("backup")
        scene.wait(lambda s: any(d["template"] == "T7" for d in s["incident"]["drafts"]), 20)
        assert hand.flashes("plan", 4.0) in {2, 3}, "a text waits"
        hand.press(8.9)
        until(lambda: scene.facts("DrillAsked"), "without an offer that asks for a drill")
        scene.lab.smsc.inject(PIA, "TASTE 1 T7")
        scene.wait(lambda s: s["box"]["offered"], 45)
        hand.wait_level("plan", 1)
        hand.press(3.3)
        scene.wait(lambda s: s["incident"]["acknowledged_by"] == "panel")
        assert not scene.facts("Released"), "an acknowledgement releases nothing"
        until(
            lambda: any("Wortlaut:" in sms["text"] for sms in scene.sms()), "the words went out", 45
        )
        hand.press(8.9)
        until(lambda: scene.facts("Released"), "it is released")
    (released,) = scene.facts("Released")
    assert (released.fields["template"], released.fields["contact"]) == ("T7", "panel")
    assert len(scene.facts("DrillAsked")) == 1


def test_a_router_that_is_the_cause_is_restarted_once_and_never_again(box: Box) -> None:
    scene, hand = box.scene, box.hand
    with scene.lab.faults.start("router_silent"):
        scene.wait(lambda s: s["incident"] and s["incident"]["cause"] == "router", 40)
        assert hand.router_has_power(), "not before its time"
        hand.wait_level("relay", 1, 15)
        scene.wait(lambda s: s["box"]["router_off"])
        hand.wait_level("relay", 0, 15)
        until(lambda: scene.facts("PowerCycled"), "the outcome is written down")
        # Longer than power off, start and patience together: the rule would let it do so again.
        time.sleep(OFF_S + 3.0 + 3.0 + 4.0)
    off, on = hand.edges("relay")
    assert OFF_S - 0.2 < on[0] - off[0] < OFF_S + 2.0
    (ordered,) = scene.facts("PowerCycleOrdered")
    assert "first hop silent" in ordered.fields["reason"]
    assert [fact.fields["ok"] for fact in scene.facts("PowerCycled")] == [True]
    scene.wait(is_over, 40)


def test_an_agent_that_is_killed_while_the_router_is_off_comes_back_and_gives_it_power(
    box: Box,
) -> None:
    scene, hand = box.scene, box.hand
    with scene.lab.faults.start("router_silent"):
        hand.wait_level("relay", 1, 60)
        scene.kill_agent()
        assert not hand.router_has_power(), "the pin keeps its level, as on the Pi"
        scene.start_agent()
        hand.wait_level("relay", 0, 10)
        until(lambda: scene.facts("PowerCycled"), "the outcome is written down")
        scene.wait(lambda s: s["incident"], 30)
        time.sleep(OFF_S + 3.0 + 3.0 + 2.0)
    (told,) = scene.facts("PowerCycled")
    assert not told.fields["ok"]
    assert len(scene.facts("PowerCycleOrdered")) == 1
    assert [level for _, level in hand.edges("relay")] == [1, 0]


def test_without_mains_power_the_cause_is_known_and_the_router_left_alone(box: Box) -> None:
    scene, hand = box.scene, box.hand
    hand.mains(on=False)
    scene.wait(lambda s: s["box"]["mains"] is False)
    with scene.lab.faults.start("router_silent"):
        scene.wait(lambda s: s["incident"] and s["incident"]["cause"] == "own_power", 40)
        time.sleep(5.0)
        assert not hand.edges("relay")
        hand.mains(on=True)
        scene.wait(lambda s: s["box"]["mains"] is True)
    scene.wait(is_over, 40)


def test_a_drill_is_asked_for_and_written_down(box: Box) -> None:
    scene, hand = box.scene, box.hand
    hand.press(8.3)
    scene.wait(lambda s: s["box"]["drill_asked"])
    assert len(scene.facts("DrillAsked")) == 1
    assert not scene.sms()
    assert scene.stage.status()["line"] == "primary"


def test_a_panel_whose_child_is_killed_shows_again_what_is(box: Box) -> None:
    scene, hand = box.scene, box.hand
    joined = hand.joined()
    for pid in scene.agents_children():
        os.kill(pid, signal.SIGKILL)
    until(lambda: hand.joined() > joined, "a new child joins")
    # A lamp that flashes does not do so by itself: the new child was told what to show.
    assert hand.flashes("lte", 7.0) >= 2
    hand.wait_level("primary", 1)
