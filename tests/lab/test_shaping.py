"""Voice comes first on LTE: a big upload of the LAN does not reach into a call's round trip."""

import contextlib
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from notanker_lab import addresses
from notanker_lab.stage import PLAN
from tests.lab.lan import INTERFACE, Lan, lan
from tests.lab.scene import Scene, is_over, on_stage, plan_copy, replug, until

HANDLE, VOICE = "1742:", "1742:4"
LINE_KBPS = 2000
QUEUE_MS = 880.0
CALL_S = 5.0
NEAR_S, P95_NEAR_S = 0.03, 0.2
"""So much an upload may add to a call's round trip: a frame takes 6 ms, a busy machine more."""
MOST_LOST = 5
QUEUE_S = 0.3
"""The stick's full queue adds more than this."""

_SERVICES = f"""
[[service]]
id = "hotline"
name.de = "Hotline"
core = true
channels = ["voice"]
hosts = ["{addresses.ECHO}:7000/udp"]

[[service]]
id = "files"
name.de = "Dateien"
core = true
hosts = ["{addresses.ECHO}:7001/tcp", "[{addresses.ECHO6}]:7000/udp"]
"""
_CONFIG = f"""[gateway]
mode = "gateway"
lan = ["{INTERFACE}"]
nat6 = "masquerade"
lte_up_kbps = {LINE_KBPS}

[failover]
"""


@pytest.fixture(scope="module")
def running(in_a_capsule: None) -> Iterator[Scene]:
    def as_gateway(scene: Scene) -> None:
        scene.configure("[failover]\n", _CONFIG)

        def with_services(folder: Path) -> None:
            (folder / "services.toml").write_text(_SERVICES, encoding="utf-8")

        plan_copy(scene, PLAN, with_services)

    with on_stage(before=as_gateway, wait_to_restore_s=2.0) as scene:
        yield scene


@pytest.fixture(scope="module")
def client(running: Scene) -> Iterator[Lan]:
    with lan(running) as client:
        yield client


def test_a_call_stays_near_the_lines_own_round_trip_while_somebody_uploads(
    scene: Scene, client: Lan
) -> None:
    _wait_shaped(scene)
    with (
        scene.lab.faults.buffer_bloat(LINE_KBPS, QUEUE_MS, "lte", "up"),
        scene.lab.faults.silent_cut(),
    ):
        scene.wait_line("backup")
        own = _calls(client)
        with _upload(client):
            shaped, shaped_kbps = _calls(client), _kbps(scene)
        scene.kill_agent()
        _tc(scene, "qdisc", "del", "dev", "lte0", "root")
        with _upload(client):
            bare, bare_kbps = _calls(client), _kbps(scene)
        scene.start_agent()
        scene.wait_line("backup")
    for what, calls in (("own", own), ("shaped", shaped), ("without", bare)):
        print(what, *calls, sep="\n  ")
    print(f"the upload gets {shaped_kbps:.0f} kbit/s, without shaping {bare_kbps:.0f}")
    assert shaped_kbps > 0.75 * LINE_KBPS
    for line, first, without in zip(own, shaped, bare, strict=True):
        if line.voice:
            assert first.median_s < line.median_s + NEAR_S, line.name
            assert first.p95_s < line.p95_s + P95_NEAR_S, line.name
            assert first.lost <= MOST_LOST, line.name
        assert without.median_s > line.median_s + QUEUE_S, line.name
    _wait_shaped(scene)
    scene.wait(is_over, 60)


def test_the_queue_outlives_the_agent_and_is_taken_up_again_as_it_is(scene: Scene) -> None:
    _wait_shaped(scene)
    scene.kill_agent()
    before = _sent_bytes(scene)
    scene.start_agent()
    scene.wait_calm()
    until(lambda: scene.log(scene.agent).count("shaping_set"), "it is set anew")
    assert _sent_bytes(scene) >= before > 0, "a queue made anew counts from nought"


def test_a_stick_that_is_plugged_in_again_gets_its_queue_again(scene: Scene) -> None:
    _wait_shaped(scene)
    scene.ip("link", "delete", "lte0")
    replug(scene, "lte0", 310)
    until(lambda: HANDLE in _roots(scene), "the queue stands on the new interface")


def test_somebody_elses_queue_is_left_alone_and_told(scene: Scene) -> None:
    scene.stop_agent()
    _tc(scene, "qdisc", "del", "dev", "lte0", "root")
    foreign = "add dev lte0 root handle 8001: tbf rate 5mbit burst 5000 limit 9000"
    _tc(scene, "qdisc", *foreign.split())
    scene.start_agent()
    scene.wait(lambda s: any("tbf 8001:" in finding for finding in s["findings"]))
    assert _roots(scene) == {"8001:": "tbf"}
    _tc(scene, "qdisc", "del", "dev", "lte0", "root")
    _wait_shaped(scene)


def test_without_the_bound_and_after_clear_nothing_of_it_stands(scene: Scene) -> None:
    _wait_shaped(scene)
    scene.stop_agent()
    bound = f"lte_up_kbps = {LINE_KBPS}\n"
    scene.configure(bound, "")
    scene.start_agent()
    until(lambda: HANDLE not in _roots(scene), "the queue is taken away")
    until(lambda: VOICE not in _table(scene), "the rules tell no voice apart")
    scene.stop_agent()
    scene.configure('nat6 = "masquerade"\n', f'nat6 = "masquerade"\n{bound}')
    scene.start_agent()
    _wait_shaped(scene)
    scene.stop_agent()
    assert scene.stage.notanker("clear", "--config", str(scene.stage.config)).returncode == 0
    assert HANDLE not in _roots(scene)
    scene.start_agent()
    scene.wait_calm()


def _wait_shaped(scene: Scene) -> None:
    until(lambda: _roots(scene) == {HANDLE: "htb"}, "the queue stands")
    until(lambda: VOICE in _table(scene), "the rules tell voice apart")
    scene.wait(lambda s: not s["findings"])


def _table(scene: Scene) -> str:
    return scene.lab.exec("site", ["nft", "list", "table", "inet", "notanker"]).stdout


def _sent_bytes(scene: Scene) -> int:
    """Give what has left by our root queue since it was made."""
    rows = json.loads(_tc(scene, "-s", "-j", "qdisc", "show", "dev", "lte0"))
    return sum(row["bytes"] for row in rows if row["handle"] == HANDLE)


def _kbps(scene: Scene, over_s: float = 4.0) -> float:
    """Give what leaves the stick."""
    before = scene.lab.wires.counters()["lte"]["up"]["sent_bytes"]
    time.sleep(over_s)
    after = scene.lab.wires.counters()["lte"]["up"]["sent_bytes"]
    return (after - before) * 8 / 1000 / over_s


def _tc(scene: Scene, *arguments: str) -> str:
    return scene.lab.exec("site", ["tc", *arguments]).stdout


def _roots(scene: Scene) -> dict[str, str]:
    """Give the handle and the kind of the root queues that somebody made."""
    rows = json.loads(_tc(scene, "-j", "qdisc", "show", "dev", "lte0"))
    return {row["handle"]: row["kind"] for row in rows if row.get("root")}


@contextlib.contextmanager
def _upload(client: Lan) -> Iterator[None]:
    """Move big files up, and wait until they fill the queue."""
    line = ["ip", "netns", "exec", client.name, sys.executable, "-m", "notanker_lab.bulk", "up"]
    with subprocess.Popen(line) as process:
        try:
            time.sleep(4)
            yield
        finally:
            process.kill()


@dataclass(frozen=True)
class Call:
    """What one call met."""

    name: str
    round_trips_s: list[float]
    sent: int

    @property
    def voice(self) -> bool:
        """Tell whether it is known as voice."""
        return self.name != "data"

    @property
    def median_s(self) -> float:
        return statistics.median(self.round_trips_s)

    @property
    def p95_s(self) -> float:
        return statistics.quantiles(self.round_trips_s, n=20)[-1]

    @property
    def lost(self) -> int:
        return self.sent - len(self.round_trips_s)

    def __str__(self) -> str:
        return (
            f"{self.name}: median {self.median_s * 1000:.0f} ms, p95 {self.p95_s * 1000:.0f} ms, "
            f"lost {self.lost} of {self.sent}"
        )


def _calls(client: Lan) -> list[Call]:
    """Have calls at once: voice by its mark, voice by its place, and one that is neither."""
    targets = f"{addresses.ECHO6} 46 {addresses.ECHO} 0 {addresses.ECHO6} 0".split()
    done = client.run(sys.executable, "-c", _CALLS, str(CALL_S), *targets)
    assert done.returncode == 0, done.stderr
    told = zip(("marked", "place", "data"), json.loads(done.stdout), strict=True)
    return [Call(name, found, sent) for name, (found, sent) in told]


_CALLS = """
import json, select, socket, sys, time
length_s, *rest = sys.argv[1:]
socks = []
for address, dscp in zip(rest[::2], rest[1::2]):
    six = ":" in address
    sock = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM)
    if six:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, int(dscp) << 2)
    else:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, int(dscp) << 2)
    sock.connect((address, 7000))
    sock.setblocking(False)
    socks.append(sock)
sent = {sock: [] for sock in socks}
found = {sock: [] for sock in socks}
begun = due = time.monotonic()
number = 0
def read(until_s):
    while (left_s := until_s - time.monotonic()) > 0:
        for sock in select.select(socks, [], [], left_s)[0]:
            n = int(sock.recv(300).split()[0])
            found[sock].append(time.monotonic() - sent[sock][n])
while due - begun < float(length_s):
    for sock in socks:
        sent[sock].append(time.monotonic())
        sock.send(b"%d" % number + b" " * 160)
    number += 1
    due += 0.02
    read(due)
read(time.monotonic() + 2)
print(json.dumps([[found[sock], number] for sock in socks]))
"""
