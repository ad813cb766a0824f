"""The box's DNS forwarder is Debian's own dnsmasq: it asks the resolvers of the line in use, and no other."""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from notanker_lab import addresses
from tests.lab.scene import PRIORITIES, Scene, on_stage, until

FORWARDER_UID = 5003
RESOLVERS = {"eth0": addresses.ISP_DNS, "lte0": addresses.STICK}
SOON_S = 1.0


def _file(scene: Scene) -> Path:
    return scene.stage.site / "dns" / "resolv.conf"


@pytest.fixture(scope="module")
def running(in_a_capsule: None) -> Iterator[Scene]:
    """Give a site whose primary has a resolver far away, which LTE would reach as well."""

    def with_forwarder(scene: Scene) -> None:
        scene.configure(
            f'resolvers = ["{addresses.ROUTER}"]', f'resolvers = ["{addresses.ISP_DNS}"]'
        )
        dns = f'[dns]\nforwarder = "dnsmasq"\nfile = "{_file(scene)}"\n\n'
        scene.configure("[failover]\n", dns + "[failover]\n")
        _file(scene).parent.mkdir()
        _own(_file(scene).parent)

    with on_stage(before=with_forwarder, wait_to_restore_s=2.0) as scene:
        scene.lab.popen("site", _dnsmasq(_file(scene)))
        until(lambda: _ask(scene, "anchor1.example"), "the forwarder answers")
        scene.lab.topology.nft("site", _COUNTERS)
        yield scene


def test_names_resolve_by_lte_within_a_moment_of_the_switch(scene: Scene) -> None:
    asking = _Asking(scene)
    with scene.lab.faults.silent_cut():
        scene.wait_line("backup")
        switched_s = _switched_s(scene)
        time.sleep(2)
        answers = asking.stop()
    after = [at_s for at_s, ok in answers if ok and at_s > switched_s]
    print(f"first answer {(after[0] - switched_s) * 1000:.0f} ms after the switch")
    assert after[0] - switched_s < SOON_S
    scene.wait_line("primary")
    until(lambda: addresses.ISP_DNS in _file(scene).read_text(), "it is pointed back")
    assert _ask(scene, "anchor2.example")


def test_no_question_to_a_lines_resolver_leaves_by_the_other_line(scene: Scene) -> None:
    """Not even from a program that still asks the resolver of the line that was left."""
    before = _strays(scene)
    with scene.lab.faults.silent_cut():
        scene.wait_line("backup")
        for address in RESOLVERS.values():
            _ask(scene, "anchor1.example", address)
        until(lambda: _ask(scene, "centre.example"), "names resolve", 5)
    scene.wait_line("primary", timeout_s=30)
    for address in RESOLVERS.values():
        assert _ask(scene, "anchor1.example", address), f"{address} is asked over its own line"
    assert _strays(scene) == before


def test_an_answer_of_the_line_that_was_left_does_not_survive_in_the_cache(scene: Scene) -> None:
    """A captive portal's or a dead provider's lies would be told for their whole lifetime."""
    lie = scene.lab.popen("inet", _liar())
    until(lambda: _ask(scene, "bank.example", addresses.ANCHORS[2], 5353), "the liar lies", 5)
    scene.lab.topology.nft("router", _LIES)
    assert _ask(scene, "bank.example")
    with scene.lab.faults.silent_cut():
        scene.wait_line("backup")
        until(lambda: _ask(scene, "anchor1.example"), "names resolve", 5)
        assert not _ask(scene, "bank.example")
    scene.lab.topology.nft("router", "delete table ip lies")
    scene.lab.end(lie)


def test_the_file_is_right_again_after_a_crash_and_left_alone_where_it_is_right(
    scene: Scene,
) -> None:
    scene.wait_line("primary", timeout_s=30)
    made = _file(scene).stat().st_ino
    scene.kill_agent()
    scene.start_agent()
    scene.wait_calm()
    assert _file(scene).stat().st_ino == made, "dnsmasq keeps its cache"
    scene.kill_agent()
    _file(scene).write_text(f"nameserver {addresses.STICK}\n")
    scene.start_agent()
    until(lambda: addresses.ISP_DNS in _file(scene).read_text(), "it is right again")
    assert scene.rules(4) == sorted([*PRIORITIES, 1744, 1744])


def test_a_folder_that_is_gone_is_a_finding_and_the_switch_goes_on(scene: Scene) -> None:
    folder = _file(scene).parent
    kept = folder.rename(folder.with_name("gone"))
    with scene.lab.faults.silent_cut():
        scene.wait_line("backup")
        scene.wait_devices("lte0")
        scene.wait(lambda s: any(str(_file(scene)) in finding for finding in s["findings"]))
    kept.rename(folder)
    scene.wait(lambda s: s["line"] == "primary" and not s["findings"], 30)


_COUNTERS = f"""
table inet strays {{
  chain postrouting {{
    type filter hook postrouting priority filter
    oifname lte0 ip daddr {addresses.ISP_DNS} meta l4proto {{ tcp, udp }} th dport 53 counter
    oifname eth0 ip daddr {addresses.STICK} meta l4proto {{ tcp, udp }} th dport 53 counter
  }}
}}
"""

_LIES = f"""
table ip lies {{
  chain prerouting {{
    type nat hook prerouting priority dstnat
    ip daddr {addresses.ISP_DNS} udp dport 53 dnat to {addresses.ANCHORS[2]}:5353
  }}
}}
"""


def _strays(scene: Scene) -> list[int]:
    """Count the questions that left by the wrong line."""
    told = scene.lab.exec(
        "site", ["nft", "-j", "list", "table", "inet", "strays"], check=True
    ).stdout
    rules = [item["rule"]["expr"] for item in json.loads(told)["nftables"] if "rule" in item]
    return [part["counter"]["packets"] for rule in rules for part in rule if "counter" in part]


def _dnsmasq(file: Path) -> list[str]:
    options = ["--keep-in-foreground", "--conf-file=/dev/null", "--no-hosts", "--bind-interfaces"]
    options += ["--listen-address=127.0.0.1", "--pid-file=", "--log-facility=-", "--cache-size=500"]
    return ["dnsmasq", *options, f"--resolv-file={file}", "--clear-on-reload", "--user=nobody"]


def _liar() -> list[str]:
    options = ["--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts"]
    options += ["--bind-interfaces", f"--listen-address={addresses.ANCHORS[2]}", "--port=5353"]
    options += ["--pid-file=", "--log-facility=-", "--local-ttl=3600", "--user=root"]
    return ["dnsmasq", *options, "--host-record=bank.example,192.0.2.66"]


def _own(path: Path) -> None:
    import shutil

    from notanker_lab.stage import AGENT_UID

    shutil.chown(path, AGENT_UID, AGENT_UID)


def _ask(scene: Scene, name: str, server: str = "127.0.0.1", port: int = 53) -> bool:
    """Ask for a name once, as a user does; say whether an address came back."""
    line = [sys.executable, "-c", _ASK, name, server, str(port), "1"]
    return "ok" in scene.lab.exec("site", line, uid=3000, ambient_caps=()).stdout


class _Asking:
    """A user who asks for names that nobody has asked for before, again and again."""

    def __init__(self, scene: Scene) -> None:
        line = [sys.executable, "-c", _ASK, "anchor1.example", "127.0.0.1", "53", "0"]
        self._scene, self._process = scene, scene.lab.popen("site", line, uid=3000, ambient_caps=())

    def stop(self) -> list[tuple[float, bool]]:
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        rows = self._scene.lab.logs(self._process)[0].read_text().splitlines()
        return [(float(row.split()[0]), row.endswith("ok")) for row in rows]


def _switched_s(scene: Scene) -> float:
    """Give when the kernel was switched last, in boot seconds."""
    return [f.boot_s for f in scene.facts("Switched") if f.fields["ok"]][-1]


# Asks once for a name and wants its address; or asks in 50 ms steps for names that do not exist, each
# another: a cached answer would prove nothing, "there is no such name" comes from the resolver.
_ASK = """
import random, socket, struct, sys, time
name, server, port, once = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4] == "1"
number = 0
while True:
    number += 1
    asked = name if once else f"{random.randrange(10**9)}.{name}"
    labels = b"".join(bytes([len(part)]) + part.encode() for part in asked.split("."))
    question = struct.pack("!HHHHHH", number % 65536, 0x100, 1, 0, 0, 0) + labels + b"\\0"
    question += struct.pack("!HH", 1, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(1.0 if once else 0.3)
        ok = False
        try:
            sock.sendto(question, (server, port))
            answer = sock.recv(4096)
            code, count = answer[3] & 15, struct.unpack("!H", answer[6:8])[0]
            ok = count > 0 if once else code == 3
        except OSError:
            pass
    print(time.clock_gettime(time.CLOCK_BOOTTIME), "ok" if ok else "no", flush=True)
    if once:
        break
    time.sleep(0.05)
"""
