"""Beside NetworkManager, which manages both lines: nothing of it is touched, and its doings are followed."""

import functools
import time
from collections.abc import Iterator

import pytest

from notanker_lab import addresses
from tests.lab.networkmanager import NetworkManager, networkmanager
from tests.lab.scene import PRIORITIES, SWITCH, Scene, is_over, on_stage, until

OTHER_STICK, OTHER_STICK6 = "192.168.8.2", "2001:db8:2::9"
"""Further addresses of the stick: next hops that NetworkManager may change to."""


@pytest.fixture(scope="module")
def running(in_a_capsule: None) -> Iterator[Scene]:
    """Give a site whose next hop of LTE is known from NetworkManager's routes alone."""

    def by_networkmanager(scene: Scene) -> None:
        scene.configure(f'gateway = "{addresses.STICK}"\n', "")
        scene.configure(f'gateway6 = "{addresses.STICK6}"\n', "")

    with on_stage(before=by_networkmanager, agent=False, wait_to_restore_s=2.0) as scene:
        scene.lab.topology.ip("lte", "address", "add", f"{OTHER_STICK}/24", "dev", "usb")
        scene.lab.topology.ip(
            "lte", "-6", "address", "add", f"{OTHER_STICK6}/64", "dev", "usb", "nodad"
        )
        yield scene


@pytest.fixture(scope="module")
def nm(running: Scene) -> Iterator[NetworkManager]:
    with networkmanager(running) as nm:
        nm.settle()
        before = nm.own()
        running.start_agent()
        running.wait_calm()
        assert nm.own() == before, "the start touches nothing"
        yield nm


def test_an_outage_and_its_end_leave_all_of_networkmanagers_as_it_was(
    nm: NetworkManager, scene: Scene
) -> None:
    nm.settle()
    before = nm.own()
    with scene.lab.faults.silent_cut():
        scene.wait_line("backup")
        scene.wait_devices("lte0")
        # Its own check moves the metric: the rule stands above it.
        until(
            lambda: "20100" in nm.own()["routes -4"], "NetworkManager sees the outage as well", 60
        )
        assert scene.devices() == ["lte0", "lte0"]
        assert [scene.rules(4), scene.rules(6)] == [[*PRIORITIES, SWITCH]] * 2
    scene.wait(is_over, 40)
    until(lambda: nm.own() == before, "all is as it was", 60)
    scene.wait_devices("eth0")


def test_a_reconnected_lte_serves_again_and_the_switch_stays_where_it_is(
    nm: NetworkManager, scene: Scene
) -> None:
    with scene.lab.faults.silent_cut():
        scene.wait_line("backup")
        nm.nmcli("connection", "down", "lte0")
        nm.nmcli("connection", "up", "lte0")
        until(lambda: _hops(scene) == [addresses.STICK, addresses.STICK6], "the table is filled")
        scene.wait(lambda s: s["line"] == "backup", 20)
        scene.wait_devices("lte0")
    scene.wait(is_over, 60)


def test_the_backups_next_hop_follows_what_networkmanager_sets(
    nm: NetworkManager, scene: Scene
) -> None:
    for hops in ([OTHER_STICK, OTHER_STICK6], [addresses.STICK, addresses.STICK6]):
        gateways = ("ipv4.gateway", hops[0], "ipv6.gateway", hops[1])
        nm.nmcli("connection", "modify", "lte0", *gateways)
        nm.nmcli("device", "reapply", "lte0")
        until(functools.partial(_leads_by, scene, hops), "the table follows")
    scene.wait(lambda s: s["line"] == "primary")


def test_another_address_and_metric_of_lte_disturb_nothing(
    nm: NetworkManager, scene: Scene
) -> None:
    addresses_of = "ipv4.addresses", f"{addresses.SITE_LTE.rpartition('.')[0]}.101/24"
    nm.nmcli("connection", "modify", "lte0", *addresses_of, "ipv4.route-metric", "900")
    nm.nmcli("connection", "up", "lte0")
    try:
        nm.settle()
        before = nm.own()
        with scene.lab.faults.silent_cut():
            scene.wait_line("backup", timeout_s=30)
            scene.wait_devices("lte0")
        scene.wait(is_over, 60)
        until(lambda: nm.own() == before, "all is as it was", 60)
    finally:
        addresses_of = "ipv4.addresses", f"{addresses.SITE_LTE}/24"
        nm.nmcli("connection", "modify", "lte0", *addresses_of, "ipv4.route-metric", "700")
        nm.nmcli("connection", "up", "lte0")


def test_reapplied_lines_and_a_stopped_agent_leave_rules_and_profiles_in_peace(
    nm: NetworkManager, scene: Scene
) -> None:
    nm.settle()
    before = nm.own()
    for name in ("eth0", "lte0"):
        nm.nmcli("device", "reapply", name)
    time.sleep(1)
    nm.settle()
    assert [scene.rules(4), scene.rules(6)] == [PRIORITIES] * 2
    scene.stop_agent()
    assert scene.stage.notanker("clear", "--config", str(scene.stage.config)).returncode == 0
    assert nm.own() == before
    assert scene.rules(4) == scene.rules(6) == []


def _leads_by(scene: Scene, hops: list[str]) -> bool:
    return _hops(scene) == hops


def _hops(scene: Scene) -> list[str]:
    """Give the next hops of the backup's table."""
    found = []
    for family in ("-4", "-6"):
        routes = scene.ip(family, "route", "show", "table", "1742").splitlines()
        found += [line.split()[2] for line in routes if line.startswith("default via")]
    return found
