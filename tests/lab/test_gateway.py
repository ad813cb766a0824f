"""The box as the site's gateway: on LTE only what the plan calls core services passes, and nobody hangs."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from notanker_lab import addresses
from notanker_lab.stage import AGENT_UID, PLAN
from tests.lab.lan import INTERFACE, Lan, lan, longest_gap_s
from tests.lab.scene import Scene, is_over, on_stage, plan_copy, until

_SERVICES = f"""
[[service]]
id = "hotline"
name.de = "Hotline"
core = true
channels = ["voice"]
hosts = ["echo.example:7000/udp"]

[[service]]
id = "portal"
name.de = "Portal"
core = true
channels = ["chat"]
hosts = ["{addresses.ANCHORS[0]}:443/tcp", "[{addresses.ANCHORS6[0]}]:443/tcp"]

[[service]]
id = "rest"
name.de = "Alles andere"
core = false
hosts = ["{addresses.ANCHORS[1]}:443/tcp"]
"""
_CONFIG = f"""
[gateway]
mode = "gateway"
lan = ["{INTERFACE}"]
nat = "{addresses.SITE_PRIMARY}"
nat6 = "masquerade"

[failover]
"""
CORE = (addresses.ANCHORS[0], addresses.ANCHORS6[0])
OTHER = (addresses.ANCHORS[1], addresses.ANCHORS6[1])
QUICK_S = 1.0


@pytest.fixture(scope="module")
def running(in_a_capsule: None) -> Iterator[Scene]:
    def as_gateway(scene: Scene) -> None:
        scene.configure("[failover]\n", _CONFIG.lstrip())

        def with_services(folder: Path) -> None:
            (folder / "services.toml").write_text(_SERVICES, encoding="utf-8")

        plan_copy(scene, PLAN, with_services)

    with on_stage(before=as_gateway, wait_to_restore_s=2.0) as scene:
        yield scene


@pytest.fixture(scope="module")
def client(running: Scene) -> Iterator[Lan]:
    with lan(running) as client:
        until(lambda: addresses.ECHO in _table(running), "the plan's names are resolved", 20)
        yield client


def test_on_the_primary_everything_passes(scene: Scene, client: Lan) -> None:
    for address in (*CORE, *OTHER):
        assert _connect(client, address)[0] == "up", address
    scene.wait(lambda s: not s["findings"])


def test_on_lte_core_services_pass_and_all_else_is_refused_at_once(
    scene: Scene, client: Lan
) -> None:
    with scene.lab.faults.silent_cut():
        scene.wait_line("backup")
        scene.wait_devices("lte0")
        for address in CORE:
            assert _connect(client, address)[0] == "up", address
        for address in OTHER:
            said, took_s = _connect(client, address)
            assert (said, took_s < QUICK_S) == ("ECONNREFUSED", True), address
        for address in (*OTHER, *CORE):  # a datagram to a port that is no core service's
            said, took_s = _datagram(client, address)
            assert said in ("EHOSTUNREACH", "EACCES", "ECONNREFUSED"), address
            assert took_s < QUICK_S
        # What the box itself sends passes.
        line = [sys.executable, "-c", _CONNECT, addresses.ANCHORS[1]]
        assert scene.lab.exec("site", line, uid=3000, ambient_caps=()).stdout.startswith("up")
    scene.wait(is_over, 40)
    assert _connect(client, OTHER[0])[0] == "up"


@pytest.mark.parametrize("family", [4, 6])
def test_a_call_follows_the_switch_and_loses_nothing_on_the_way_back(
    scene: Scene, client: Lan, tmp_path: Path, family: int
) -> None:
    echoes = client.echoes(tmp_path, family)
    time.sleep(1)
    with scene.lab.faults.silent_cut():
        scene.wait_line("backup")
        time.sleep(1)
    healed_s = time.monotonic()
    scene.wait_line("primary")
    time.sleep(1.5)
    told = echoes.stop()
    lost = [sent for sent, at_s, _ in told[:-30] if at_s is None and sent > healed_s]
    print(f"longest gap {longest_gap_s(told):.2f} s; lost at the return: {len(lost)}")
    assert longest_gap_s(told) < 5.0
    assert len(lost) <= 2
    assert len({text.split()[-1] for _, _, text in told if text}) == 2, "it went by both lines"


def test_the_rules_stand_while_the_agent_is_dead_and_are_taken_up_again(
    scene: Scene, client: Lan
) -> None:
    before = _table(scene)
    scene.kill_agent()
    assert _table(scene) == before
    scene.start_agent()
    scene.wait_calm()
    until(lambda: _rules(_table(scene)) == _rules(before), "the same rules stand")


def test_a_crash_after_the_switch_leaves_rules_that_fit_it(scene: Scene, client: Lan) -> None:
    with scene.lab.faults.silent_cut():
        until(lambda: scene.device() == "lte0", "the switch is made")
        scene.kill_agent()
        assert _connect(client, CORE[0])[0] == "up"
        assert _connect(client, OTHER[0])[0] == "ECONNREFUSED"
        scene.start_agent()
        scene.wait_line("backup")
    scene.wait(is_over, 60)


def test_rules_that_somebody_else_threw_away_are_put_back(scene: Scene, client: Lan) -> None:
    scene.lab.topology.nft("site", "flush ruleset")
    assert scene.agent is not None
    scene.agent.send_signal(1)  # SIGHUP: look at the plan again
    until(lambda: addresses.ECHO in _table(scene), "the rules stand again", 30)


def test_clear_takes_all_of_it_away(scene: Scene) -> None:
    scene.stop_agent()
    assert scene.stage.notanker("clear", "--config", str(scene.stage.config)).returncode == 0
    assert _table(scene) == ""
    assert scene.rules(4) == scene.rules(6) == []
    scene.start_agent()
    scene.wait_calm()


def test_without_the_right_to_set_rules_it_says_so_and_switches_all_the_same(
    scene: Scene,
) -> None:
    scene.stop_agent()
    line = scene.stage.command("run", "--config", str(scene.stage.config))
    env = {"NOTANKER_STATE": str(scene.stage.site / "state"), "PATH": "/nowhere"}
    values = [f"{key}={value}" for key, value in env.items()]
    agent = scene.lab.popen("site", ["/usr/bin/env", *values, *line], uid=AGENT_UID)
    try:
        scene.stage.wait_for(lambda s: any("no nft" in finding for finding in s["findings"]), 20)
        with scene.lab.faults.carrier_loss():
            until(lambda: scene.device() == "lte0", "it switches")
        until(lambda: scene.device() == "eth0", "and back", 30)
    finally:
        scene.lab.end(agent)
    scene.start_agent()
    scene.wait(is_over, 60)


def _table(scene: Scene) -> str:
    """Give the gateway's rules as they stand."""
    return scene.lab.exec("site", ["nft", "list", "table", "inet", "notanker"]).stdout


def _rules(table: str) -> list[str]:
    return [line for line in table.splitlines() if "packets" not in line]


def _connect(client: Lan, address: str) -> tuple[str, float]:
    said, took_s = client.run(sys.executable, "-c", _CONNECT, address).stdout.split()
    return said, float(took_s)


def _datagram(client: Lan, address: str) -> tuple[str, float]:
    said, took_s = client.run(sys.executable, "-c", _DATAGRAM, address).stdout.split()
    return said, float(took_s)


_CONNECT = """
import errno, socket, sys, time
begun = time.monotonic()
try:
    socket.create_connection((sys.argv[1], 443), 5)
    said = "up"
except OSError as error:
    said = errno.errorcode.get(error.errno, "timeout")
print(said, time.monotonic() - begun)
"""

_DATAGRAM = """
import errno, socket, sys, time
sock = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
sock.settimeout(3)
sock.connect((sys.argv[1], 9999))
begun = time.monotonic()
sock.send(b"x")
try:
    sock.recv(1)
    said = "answer"
except OSError as error:
    said = errno.errorcode.get(error.errno, "timeout")
print(said, time.monotonic() - begun)
"""
