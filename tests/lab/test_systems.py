"""Systems of the site in the lab: told by name, with one cause for a cascade, and nothing is switched."""

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from notanker_lab import addresses
from tests.lab.scene import Scene, Status, is_over, on_stage, until

SWITCH, PBX = "192.0.2.20", "192.0.2.21"
"""Addresses of the site's network that the router's machine answers for, until they are taken away."""

WATCHES = f"""
[[watch]]
system = "core-switch"
kind = "icmp"
address = "{SWITCH}"
interval_s = 2

[[watch]]
system = "pbx"
kind = "icmp"
address = "{PBX}"
interval_s = 2

[[watch]]
system = "router"
kind = "tcp"
address = "{addresses.ROUTER}"
port = 53
interface = "eth0"
interval_s = 2

[[watch]]
system = "card-system"
kind = "tcp"
address = "centre.example"
port = 8443
uplink = "either"
interval_s = 2
"""


def _stand(scene: Scene, address: str, *, up: bool) -> None:
    """Put a system onto the site's network, or take it away."""
    verb = "add" if up else "del"
    scene.lab.topology.ip("router", "address", verb, f"{address}/24", "dev", "lan")


@contextlib.contextmanager
def gone(scene: Scene, *systems: str) -> Iterator[None]:
    """Take systems away for a while."""
    for address in systems:
        _stand(scene, address, up=False)
    try:
        yield
    finally:
        for address in systems:
            _stand(scene, address, up=True)


@pytest.fixture(scope="module")
def running(in_a_capsule: None) -> Iterator[Scene]:
    """Give a site with watched systems that all answer."""

    def watched(scene: Scene) -> None:
        for address in (SWITCH, PBX):
            _stand(scene, address, up=True)
        scene.configure("[alerts]\n", WATCHES + "\n[alerts]\n")

    with on_stage(before=watched) as scene:
        scene.wait(lambda s: _states(s) == dict.fromkeys(_states(s), "up") and _states(s), 30)
        yield scene


def _states(status: Status) -> dict[str, Any]:
    return {item["system"]: item["verdict"] for item in status["systems"]}


def test_a_switch_that_dies_with_what_needs_it_is_one_incident_of_its_own(scene: Scene) -> None:
    switches = len(scene.switches())
    with gone(scene, SWITCH, PBX):
        status = scene.wait(lambda s: s["incident"])
        incident = status["incident"]
        assert (incident["cause"], incident["system"]) == ("switch", "core-switch")
        assert incident["detail"]["confidence"] == "certain"
        assert "pbx" in incident["detail"]["dependants"]
        assert "router" not in incident["detail"]["dependants"]  # it answers
        assert status["further"] == []
        told = scene.wait_sms(2, "STÖRUNG")
        assert all("Core-Switch antwortet nicht" in sms["text"] for sms in told)
        shown = scene.stage.notanker("status", "--config", str(scene.stage.config)).stdout
        assert "Core-Switch" in shown
        assert all(len(line) <= 80 for line in shown.splitlines())
    scene.wait(is_over, 40)
    told = scene.wait_sms(2, "ENTWARNUNG")
    assert all("Core-Switch antwortet wieder" in sms["text"] for sms in told)
    assert len(scene.switches()) == switches


def test_a_telephone_system_that_dies_alone_is_told_as_such(scene: Scene) -> None:
    with gone(scene, PBX):
        status = scene.wait(lambda s: s["incident"])
        assert status["incident"]["cause"] == "telephony"
        told = scene.wait_sms(2, "STÖRUNG")
        assert all("Telefonanlage" in sms["text"] for sms in told)
        assert scene.devices() == ["eth0", "eth0"]
    scene.wait(is_over, 40)


def test_a_line_that_dies_with_the_switch_under_it_has_the_switch_as_its_cause(
    scene: Scene,
) -> None:
    opened = len(scene.facts("Opened"))
    with gone(scene, SWITCH, PBX), scene.lab.faults.router_silent():
        scene.wait_line("backup", timeout_s=30)
        status = scene.wait(lambda s: s["incident"] and s["incident"]["cause"] != "unknown")
        assert (status["incident"]["cause"], status["incident"]["detail"]["system"]) == (
            "switch", "core-switch",
        )  # fmt: skip
        told = scene.wait_sms(2, "STÖRUNG")
        assert all("LTE aktiv" in sms["text"] for sms in told)
    scene.wait(is_over, 60)
    assert len(scene.facts("Opened")) == opened + 1


def test_a_client_s_system_is_watched_over_the_line_that_is_in_use(scene: Scene) -> None:
    with scene.lab.faults.silent_cut():
        scene.wait_line("backup", timeout_s=30)
        scene.wait(lambda s: _states(s)["card-system"] == "up")
        status = scene.wait(lambda s: s["incident"] and s["incident"]["cause"] == "provider")
        assert status["incident"]["evidence"].startswith("first hop answers")
        assert status["further"] == []
    scene.wait(is_over, 60)


def test_a_system_that_breaks_as_the_agent_is_killed_in_an_outage_is_named_all_the_same(
    scene: Scene,
) -> None:
    with scene.lab.faults.silent_cut():
        scene.wait_line("backup", timeout_s=30)
        scene.wait(lambda s: s["incident"] and s["incident"]["cause"] == "provider")
        until(lambda: scene.facts("WatchesHeard"), "what was well is on record")
        with gone(scene, PBX):
            scene.kill_agent()
            scene.start_agent()
            status = scene.wait(lambda s: s["further"], 60)
            assert [one["cause"] for one in status["further"]] == ["telephony"]
            assert status["incident"]["cause"] == "provider"
            assert _states(status)["pbx"] == "down"
        scene.wait(lambda s: not s["further"], 60)
    scene.wait(is_over, 60)
