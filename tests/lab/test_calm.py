"""What must not move traffic: loss, a silent anchor, short gaps."""

import time
from collections.abc import Iterator

import pytest

from notanker_lab.analysis import Record
from tests.lab.scene import Scene, is_over, uplink


@pytest.fixture
def unmoved(scene: Scene) -> Iterator[Scene]:
    """Give a scene of which no user may notice a switch, and nobody gets an SMS."""
    switches = len(scene.switches())
    users = scene.lab.traffic.start(("udp4", "udp6"))
    yield scene
    echoes: Record = users.stop()
    assert {echo.uplink for echo in echoes.echoes if echo.good} == {"primary"}
    assert len(scene.switches()) == switches
    assert not scene.sms()
    assert is_over(scene.stage.status())


@pytest.mark.timeout(180)
def test_twenty_percent_of_loss_move_nothing(unmoved: Scene, long: bool) -> None:
    with unmoved.lab.faults.random_loss(20):
        time.sleep(60 if long else 20)
        assert (uplink(unmoved.stage.status(), "primary")["loss_pct"] or 0) > 5


@pytest.mark.parametrize("number", [1, 3])
def test_one_dead_anchor_of_three_moves_nothing_and_is_named(unmoved: Scene, number: int) -> None:
    with unmoved.lab.faults.anchor_dead(number):
        wanted = f"icmp 203.0.113.{number}"
        unmoved.wait(lambda s: wanted in uplink(s, "primary")["silent_anchors"], 30)
        time.sleep(2)


def test_two_of_three_anchors_that_answer_no_ping_move_nothing(unmoved: Scene) -> None:
    with unmoved.lab.faults.anchor_dead(1, "icmp"), unmoved.lab.faults.anchor_dead(2, "icmp"):
        time.sleep(6)


@pytest.mark.parametrize("gap_s", [0.3, 0.5])
def test_a_short_gap_moves_nothing(unmoved: Scene, gap_s: float, long: bool) -> None:
    for number in range(20 if long else 4):
        with unmoved.lab.faults.silent_cut():
            time.sleep(gap_s)
        # Not always at the same moment of the probes' rhythm.
        time.sleep(1.2 + 0.13 * number)
