"""The data budget: what the packet filter counts, what each band stops, what a killed agent remembers."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from notanker_lab import addresses
from tests.lab.scene import USERS_UID, Scene, Status, is_over, is_well, on_stage, until

BUDGET_BYTES = 20_000_000
"""Each band takes more than the half megabyte at which the counters are looked at before their time."""
DATAGRAM = 1000
ETHERNET = 14


@pytest.fixture(scope="module")
def running(in_a_capsule: None) -> Iterator[Scene]:
    """Give a site with a small budget, whose primary line stays away as long as a test wants."""

    def budgeted(scene: Scene) -> None:
        scene.configure("[failover]", "[budget]\nmonthly_mb = 20\n\n[failover]")

    with on_stage(before=budgeted) as scene:
        yield scene


@pytest.fixture
def scene(running: Scene) -> Iterator[Scene]:
    """Give the site with an empty ledger: what the month has used is a file, and begins with it."""
    running.stop_agent()
    (running.stage.site / "state" / "lte-data.json").unlink(missing_ok=True)
    running.lab.topology.nft("site", "delete table inet notanker_meter")
    running.recover()
    yield running
    running.lab.faults.heal()


def budget(status: Status) -> dict[str, Any]:
    """Give what the agent says of its budget."""
    return dict(status["budget"] or {"used_bytes": 0, "band": "plenty"})


def send(scene: Scene, count: int) -> None:
    """Have a user send so many datagrams of 1 kB to the internet, which come back as an echo."""
    scene.lab.exec("site", ["python3", "-c", _SEND, addresses.ECHO, str(count)], uid=USERS_UID)


_SEND = """
import socket, sys, time
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.connect((sys.argv[1], 7000))
for number in range(int(sys.argv[2])):
    sock.send(b"x" * 972)
    time.sleep(0.002)
time.sleep(0.5)
"""


MOST = 4_000_000 // (2 * DATAGRAM)
"""Sent at once: a tenth of their bytes, which may still be uncounted, is less than half of a band."""


def on_wire(scene: Scene) -> int:
    """Give the bytes of IP packets that the radio has carried so far."""
    ways = scene.lab.wires.counters()["lte"]
    up, down = ways["up"], ways["down"]
    frames = up["offered_packets"] + down["sent_packets"]
    return int(up["offered_bytes"] + down["sent_bytes"] - ETHERNET * frames)


def at_rest(scene: Scene) -> int:
    """Wait until the echo is back, on a slow machine too, and give what the radio has carried by then."""
    before, now = -1, on_wire(scene)
    while now - before > 5 * DATAGRAM:
        time.sleep(0.5)
        before, now = now, on_wire(scene)
    return now


def settled(scene: Scene, wanted: Callable[[Status], object]) -> Status:
    return scene.wait(wanted, 90)


def test_what_users_send_over_lte_is_counted_and_what_the_modem_is_asked_is_not(
    scene: Scene,
) -> None:
    with scene.lab.faults.silent_cut():
        scene.wait_line("backup")
        scene.wait_devices("lte0")
        before, wire = budget(settled(scene, lambda s: s["budget"])), on_wire(scene)
        send(scene, 400)
        for _ in range(40):  # 40 pages of the modem's own, over the same interface
            scene.lab.exec("site", ["python3", "-c", _PAGE, addresses.STICK_API])
        told = settled(scene, lambda s: budget(s)["used_bytes"] > before["used_bytes"] + 700_000)
        used, carried = budget(told)["used_bytes"] - before["used_bytes"], on_wire(scene) - wire
        assert abs(used - carried) < 0.1 * carried, (used, carried)
        assert budget(told)["purposes"]["other"] > 700_000
        assert budget(told)["purposes"]["standby"] > 0
        scene.wait(lambda s: budget(s)["purposes"]["heartbeat"] > 0, 90)


_PAGE = "import sys, urllib.request as u; u.urlopen(sys.argv[1] + 'api/monitoring/status').read()"


@pytest.mark.timeout(240)
def test_users_stop_first_then_heartbeats_and_alarms_never(scene: Scene) -> None:
    with scene.lab.faults.silent_cut():
        scene.wait_line("backup")
        scene.wait_devices("lte0")
        told: list[tuple[str, str, str]] = []
        for band in ("warned", "scarce", "spent"):
            status = scene.stage.status()
            while budget(status)["band"] != band:
                used, wire = budget(status)["used_bytes"], on_wire(scene)
                missing = (_until(band) - used) // (2 * DATAGRAM) + 20
                send(scene, max(1, min(missing, MOST)))
                # Nearly all of it must be counted before the next is measured out, or a band is passed by.
                carried = 0.9 * (at_rest(scene) - wire)
                status = settled(scene, _grown(used + carried))
            allowed = budget(status)["allowance"]
            told.append((band, allowed["users"], allowed["beats"]))
        assert told == [
            ("warned", "all", "all"), ("scarce", "core", "thinned"), ("spent", "none", "changes"),
        ]  # fmt: skip
        bands = [fact.fields["band"] for fact in scene.facts("BandEntered")][-3:]
        assert bands == ["warned", "scarce", "spent"]
        assert any("Datenbudget" in finding for finding in scene.stage.status()["findings"])
        until(lambda: scene.site().get("lte_band", "spent") == "spent", "the centre knows")
        entered_s = scene.facts("BandEntered")[-1].boot_s
        heard = scene.wait(lambda s: _told_s(s) > entered_s)  # the band itself is a change
        last = _told_s(heard)
        time.sleep(8)  # four intervals
        assert _told_s(scene.stage.status()) == last
    # The return is a change, so it is told; and the all-clear goes out though nothing is left.
    scene.wait_sms(2, "ENTWARNUNG", timeout_s=40)
    scene.wait(is_over, 60)


def _told_s(status: Status) -> float:
    return float(status["heartbeat"]["acknowledged"]["boot_s"])


def _until(band: str) -> int:
    return int(BUDGET_BYTES * {"warned": 0.75, "scarce": 0.95, "spent": 1.0}[band])


def _grown(used: float) -> Callable[[Status], bool]:
    return lambda status: budget(status)["used_bytes"] > used


@pytest.mark.timeout(240)
def test_a_killed_agent_forgets_nothing_that_was_used(scene: Scene) -> None:
    with scene.lab.faults.silent_cut():
        scene.wait_line("backup")
        scene.wait_devices("lte0")
        wire = on_wire(scene)
        before = budget(settled(scene, lambda s: s["budget"]))["used_bytes"]
        send(scene, 300)
        scene.kill_agent()
        send(scene, 100)  # the rule is the state: traffic goes on without the agent
        scene.start_agent()
        told = settled(scene, lambda s: budget(s)["used_bytes"] > before + 700_000)
        carried = on_wire(scene) - wire
        used = budget(told)["used_bytes"] - before
        assert abs(used - carried) < 0.1 * carried, (used, carried)
    scene.wait(lambda s: is_over(s) and is_well(s), 60)
