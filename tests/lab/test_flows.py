"""What clings to the line that was left is cut: flows of the LAN, sockets of the box; and nothing else."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from notanker_lab import addresses
from tests.lab.lan import Lan, lan, longest_gap_s
from tests.lab.scene import SWITCH, Scene, is_over, on_stage, until

GAP_S = 5.0
"""Functional bar: detection and head-room. A flow that nobody cuts is lost for good."""

_SNAT = f"""
table inet users_nat {{}}
delete table inet users_nat
table inet users_nat {{
  chain postrouting {{
    type nat hook postrouting priority srcnat
    iifname lan0 oifname eth0 snat ip to {addresses.SITE_PRIMARY}
    iifname lan0 oifname lte0 snat ip to {addresses.SITE_LTE}
    iifname lan0 oifname eth0 snat ip6 to {addresses.SITE_PRIMARY6}
    iifname lan0 oifname lte0 snat ip6 to {addresses.SITE_LTE6}
  }}
}}
"""
_MASQUERADE = """
table inet users_nat {}
delete table inet users_nat
table inet users_nat {
  chain postrouting {
    type nat hook postrouting priority srcnat
    iifname lan0 masquerade
  }
}
"""


def cut_ms(scene: Scene) -> float:
    """Say how long the last cut took: until then a flow goes on by the old way, an echo each 10 ms."""
    cuts = [line for line in scene.log(scene.agent).splitlines() if '"flows_cut"' in line]
    return float(json.loads(cuts[-1])["took_ms"])


@pytest.fixture(scope="module")
def running(in_a_capsule: None) -> Iterator[Scene]:
    with on_stage(wait_to_restore_s=2.0) as scene:
        yield scene


@pytest.fixture(scope="module")
def client(running: Scene) -> Iterator[Lan]:
    with lan(running) as client:
        yield client


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("nat", [_SNAT, _MASQUERADE], ids=["snat", "masquerade"])
def test_a_clients_flow_with_a_fixed_5_tuple_follows_the_switch_and_the_switch_back(
    scene: Scene, client: Lan, tmp_path: Path, nat: str, family: int
) -> None:
    scene.lab.topology.nft("site", nat)
    echoes = client.echoes(tmp_path, family)
    time.sleep(1)
    with scene.lab.faults.silent_cut():
        scene.wait_line("backup")
        time.sleep(2)
    healed_s = time.monotonic()
    scene.wait_line("primary")
    time.sleep(2)
    told = echoes.stop()
    lost = [sent for sent, answered, _ in told[:-30] if answered is None and sent > healed_s]
    print(f"longest gap {longest_gap_s(told):.2f} s; lost at the return: {len(lost)}")
    assert longest_gap_s(told) < GAP_S
    assert told[-20][1] is not None
    assert len(lost) <= 10 + cut_ms(scene) / 10, "beside the cut itself, next to nothing"
    ends = (_via(told[10][2]), _via(told[-30][2]))
    assert ends == ("primary", "primary")
    assert "lte" in {_via(text) for _, _, text in told}


def test_a_switch_whose_cut_a_crash_prevented_is_completed_by_the_next_start(
    scene: Scene, client: Lan, tmp_path: Path
) -> None:
    scene.lab.topology.nft("site", _SNAT)
    echoes = client.echoes(tmp_path)
    time.sleep(0.5)
    scene.kill_agent()
    with scene.lab.faults.silent_cut():
        for family in ("-4", "-6"):  # as far as the dead agent came
            scene.ip(
                family, "rule", "add", "priority", str(SWITCH), "table", "1742", "protocol", "142"
            )
        time.sleep(1)
        started_s = time.monotonic()
        scene.start_agent()
        scene.wait_line("backup")
        time.sleep(2)
        told = echoes.stop()
    assert not [1 for sent, at, _ in told if at is None and sent > started_s + GAP_S - 1]
    assert _via(told[-30][2]) == "lte"


def test_a_connection_of_the_boxs_own_users_learns_at_once_that_its_line_is_gone(
    scene: Scene,
) -> None:
    with (
        _held(scene, addresses.ANCHORS[0]) as connection,
        _held(scene, addresses.ANCHORS6[0]) as six,
    ):
        with scene.lab.faults.silent_cut():
            scene.wait_line("backup")
            until(lambda: connection.poll() is not None, "the program hears of it", 5)
            until(lambda: six.poll() is not None, "and so does that of IPv6", 5)
        assert (connection.returncode, six.returncode) == (103, 103)  # ECONNABORTED
    scene.wait(is_over, 40)


def test_connections_into_the_lan_and_those_bound_to_a_line_are_left_alone(scene: Scene) -> None:
    served = scene.lab.popen("router", [sys.executable, "-c", _SERVER])
    time.sleep(0.5)
    near = _held(scene, addresses.ROUTER, 7443)
    bound = _held(scene, addresses.ANCHORS[1], device="eth0")
    with near, bound:
        with scene.lab.faults.silent_cut():
            scene.wait_line("backup")
            until(lambda: "flows_cut" in scene.log(scene.agent), "the rest is cut", 5)
            time.sleep(1)
            assert (near.poll(), bound.poll()) == (None, None)
        scene.wait(is_over, 40)
        time.sleep(1)
        assert (near.poll(), bound.poll()) == (None, None)
        near.kill()
        bound.kill()
    scene.lab.end(served)


def test_what_uses_lte_on_purpose_outlives_the_switch_back(scene: Scene) -> None:
    """A service of the administrator's, with a rule of its own that keeps it on LTE."""
    rule = ("priority", "900", "from", addresses.SITE_LTE, "table", "1742")
    scene.ip("rule", "add", *rule)
    with _held(scene, addresses.ANCHORS[2], source=addresses.SITE_LTE) as own:
        with scene.lab.faults.silent_cut():
            scene.wait_line("backup")
        scene.wait(is_over, 40)
        time.sleep(1)
        assert own.poll() is None
        own.kill()
    scene.ip("rule", "del", *rule)


def _via(answer: str) -> str:
    """Give the line by which an echo left, out of the address that the internet saw."""
    seen = answer.rsplit(maxsplit=1)[-1] if answer else ""
    return {
        addresses.PUBLIC_PRIMARY: "primary",
        addresses.SITE_PRIMARY6: "primary",
        addresses.PUBLIC_LTE: "lte",
        addresses.SITE_LTE6: "lte",
    }.get(seen, seen)


def _held(
    scene: Scene, address: str, port: int = 443, device: str = "", source: str = ""
) -> subprocess.Popen[bytes]:
    """Hold a connection of a user's; the program ends with the error number that it hears of."""
    line = [sys.executable, "-c", _HOLDER, address, str(port), device, source]
    process = scene.lab.popen("site", line, uid=3000, ambient_caps=("NET_RAW",) if device else ())
    until(lambda: "up" in scene.lab.logs(process)[0].read_text(), "the connection is up", 5)
    return process


_HOLDER = """
import socket, sys
address, port, device, source = sys.argv[1:]
sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
if device:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
if source:
    sock.bind((source, 0))
sock.connect((address, int(port)))
print("up", flush=True)
try:
    sys.exit(200 + len(sock.recv(1)))
except OSError as error:
    sys.exit(error.errno)
"""

_SERVER = """
import socket, time
server = socket.create_server(("", 7443))
held = []
while True:
    held.append(server.accept())
"""
