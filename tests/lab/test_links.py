"""What a cable, a stick and the kernel's interfaces do, and what follows from it."""

import time
from collections.abc import Iterator

import pytest

from tests.lab.scene import (
    PRIORITIES,
    SWITCH,
    Scene,
    is_over,
    is_well,
    on_stage,
    replug,
    until,
    uplink,
)


@pytest.fixture(scope="module")
def running(in_a_capsule: None) -> Iterator[Scene]:
    """Give a site that looks at its idle backup more often than usual."""

    def often(scene: Scene) -> None:
        scene.configure("[failover]\n", "[detect]\nbackup_interval_s = 3.0\n\n[failover]\n")

    with on_stage(before=often) as scene:
        yield scene


def test_a_lost_carrier_moves_traffic_at_once_and_its_return_moves_it_back(scene: Scene) -> None:
    with scene.lab.faults.carrier_loss():
        status = scene.wait_line("backup", timeout_s=5)
        scene.wait_devices("lte0")
        assert SWITCH in scene.rules(4)
        assert SWITCH in scene.rules(6)
        status = scene.wait(lambda s: s["incident"])
        assert status["incident"]["cause"] == "access_line"
        assert uplink(status, "primary")["carrier"] is False
        scene.wait_sms(2, "STÖRUNG")
    scene.wait(is_over, 30)
    scene.wait_devices("eth0")
    scene.wait_sms(2, "ENTWARNUNG")


def test_the_loss_of_the_ltes_carrier_disturbs_nobody(scene: Scene) -> None:
    switches = len(scene.switches())
    users = scene.lab.traffic.start(("udp4", "udp6"))
    with scene.lab.faults.lte_carrier_loss():
        scene.wait(lambda s: uplink(s, "backup")["verdict"] == "down")
        time.sleep(1)
        assert scene.stage.status()["line"] == "primary"
    scene.wait(is_well, 30)
    echoes = users.stop()
    assert echoes.switches() <= 1  # both flows together begin with one uplink
    assert {echo.uplink for echo in echoes.echoes if echo.good} == {"primary"}
    assert len(scene.switches()) == switches
    assert not scene.sms()


def test_a_stick_that_is_pulled_out_and_put_back_with_another_index_serves_again(
    scene: Scene,
) -> None:
    scene.ip("link", "delete", "lte0")
    scene.wait(lambda s: not uplink(s, "backup")["carrier"])
    time.sleep(1)
    assert scene.stage.status()["line"] == "primary"
    replug(scene, "lte0", 140)
    # The plugin may be in the pause after its failures.
    scene.wait(is_well, 60)
    until(lambda: "lte0" in scene.ip("route", "show", "table", "1742"), "the table is filled")
    until(lambda: "lte0" in scene.ip("-6", "route", "show", "table", "1742"), "the same for IPv6")
    with scene.lab.faults.silent_cut():
        scene.wait_line("backup")
        scene.wait_devices("lte0")
        scene.wait_sms(2, "STÖRUNG")
    scene.wait(is_over, 30)


def test_a_primary_interface_that_is_made_anew_is_watched_anew(scene: Scene) -> None:
    scene.ip("link", "delete", "eth0")
    scene.wait_line("backup", timeout_s=5)
    replug(scene, "eth0", 160)
    scene.wait(is_over, 30)
    scene.wait_devices("eth0")
    # And what is bound to it now is bound to the new one: the next cut is seen as the first was.
    with scene.lab.faults.silent_cut():
        scene.wait_line("backup")
    scene.wait(is_over, 30)


def test_our_rules_stand_once_each_after_all_that(scene: Scene) -> None:
    for family in (4, 6):
        assert scene.rules(family) == PRIORITIES


def test_a_rule_that_somebody_else_took_away_is_put_back(scene: Scene) -> None:
    for family in ("-4", "-6"):
        scene.ip(family, "rule", "del", "priority", "1745")
        scene.ip(family, "rule", "del", "priority", "1742")
    until(lambda: scene.rules(4) == PRIORITIES, "the rules stand again")
    until(lambda: scene.rules(6) == PRIORITIES, "the rules stand again for IPv6")


def test_a_switch_that_somebody_else_made_is_taken_back(scene: Scene) -> None:
    scene.ip("rule", "add", "priority", str(SWITCH), "table", "1742", "protocol", "142")
    until(lambda: SWITCH not in scene.rules(4), "traffic is back on the line that works")
