"""Lines that are half dead, both lines dead, and a line that comes and goes."""

import time
from collections import Counter

import pytest

from tests.lab.scene import ASKS, SOON_S, Scene, is_over, on_stage


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        ("half_dead", "half_dead"),
        ("tcp_dead", "half_dead"),
        ("dns_dead", "dns"),
        ("captive_portal", "captive_portal"),
        ("router_silent", "router"),
        ("silent_cut", "provider"),
    ],
)
def test_a_line_that_only_looks_alive_is_left_and_the_cause_is_named(
    scene: Scene, fault: str, cause: str
) -> None:
    with scene.lab.faults.start(fault):
        scene.wait_line("backup", timeout_s=30)
        scene.wait_devices("lte0")
        status = scene.wait(lambda s: s["incident"] and s["incident"]["cause"] == cause)
        scene.wait_sms(2, "STÖRUNG")
        assert status["incident"]["cause"] == cause
    scene.wait(is_over, 40)
    scene.wait_sms(2, "ENTWARNUNG")


def test_both_dead_is_told_as_such_and_the_primarys_return_needs_no_switch(scene: Scene) -> None:
    switches = len(scene.switches())
    users = scene.lab.traffic.start(("udp4", "udp6"))
    both = scene.lab.faults.both_dead()
    status = scene.wait_line("isolated", timeout_s=30)
    told = scene.wait_sms(2, "STÖRUNG", timeout_s=40)
    assert all("Kein Ersatz" in sms["text"] for sms in told)
    status = scene.wait(lambda s: s["incident"])
    assert status["incident"]["cause"] == "both_lines"
    # Isolated, all stays on the primary, which has nothing to detect when it returns.
    assert scene.devices() == ["eth0", "eth0"]
    both.heal()
    scene.lab.faults.lte_dead()
    healed_s = time.monotonic()
    time.sleep(3)
    echoes = users.stop()
    for flow in ("udp4", "udp6"):
        mine = echoes.flow(flow).between(healed_s + 0.5, healed_s + 2.5)
        assert mine.echoes
        assert {echo.uplink for echo in mine.echoes} == {"primary"}, flow
    scene.lab.faults.heal()
    scene.wait(is_over, 40)
    assert len(scene.switches()) == switches
    assert len(scene.wait_sms(3, "ENTWARNUNG")) == 3  # and one in English


def test_both_dead_and_the_backup_back_first_serves_by_the_backup(scene: Scene) -> None:
    scene.lab.faults.silent_cut()
    dead = scene.lab.faults.lte_dead()
    scene.wait_line("isolated", timeout_s=30)
    dead.heal()
    scene.wait_line("backup")
    scene.wait_devices("lte0")
    scene.lab.faults.heal()
    scene.wait(is_over, 40)


def test_a_backup_that_fails_in_the_outage_isolates_and_says_so_once(scene: Scene) -> None:
    scene.lab.faults.silent_cut()
    scene.wait_line("backup")
    scene.wait_sms(2, "LTE aktiv")
    dead = scene.lab.faults.lte_dead()
    scene.wait_line("isolated", timeout_s=30)
    scene.wait_devices("eth0")
    scene.wait_sms(2, "Kein Ersatz", timeout_s=40)
    dead.heal()
    scene.wait_line("backup")
    scene.lab.faults.heal()
    scene.wait(is_over, 40)
    number = scene.facts("Opened")[-1].fields["incident"]
    said = [fact.fields for fact in scene.facts("Queued") if fact.fields["incident"] == number]
    # The hotline hears by alarms as well that nothing is left, and that something is again.
    told = Counter(item["template"] for item in said if item["template"] not in ("T2", ASKS))
    assert told == {"T1": 4, "T3": 2, "T1-isolated": 4, "T12": 4}
    # What was no longer true when its turn came was not sent, nor what said the same as one that waited.
    ends = [f.fields for f in scene.facts("Settled") if f.fields["incident"] == number]
    gone = {e["mark"] for e in ends if e["reason"].startswith(("withdrawn", f"{number}-"))}
    overtaken = len(gone)
    assert overtaken < told["T1"]
    scene.wait_sms(sum(told.values()) - overtaken)
    assert set(scene.copies().values()) == {1}


def test_a_dead_backup_alone_is_no_outage(scene: Scene) -> None:
    switches = len(scene.switches())
    with scene.lab.faults.lte_dead():
        time.sleep(5)
        assert scene.stage.status()["line"] == "primary"
        assert scene.devices() == ["eth0", "eth0"]
    assert len(scene.switches()) == switches
    assert not scene.sms()


@pytest.mark.timeout(240)
def test_a_flapping_line_moves_traffic_at_most_twice(long: bool) -> None:
    up_s, down_s, times = (20.0, 5.0, 6) if long else (2.5, 2.5, 3)
    with on_stage(wait_to_restore_s=30.0 if long else 4.0, waits_grow=True) as scene:
        with scene.lab.faults.flapping(up_s, down_s, times) as flaps:
            flaps.wait((up_s + down_s) * times + SOON_S)
            moved = scene.switches()
        assert moved in (["backup"], ["backup", "primary"])
        scene.wait_sms(2, "STÖRUNG")
        # The waits grow: the line must prove itself longer than it took to break.
        assert all(count == 1 for count in scene.copies().values())
        assert len([sms for sms in scene.sms() if "STÖRUNG" in sms["text"]]) == 2
        lost = scene.facts("PrimaryLost")
        assert lost
