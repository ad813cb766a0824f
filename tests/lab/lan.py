"""A client of the site: a namespace of its own behind the box, which hides it behind its own address.

Made by the test itself, out of what the lab has.
"""

import contextlib
import itertools
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from notanker_lab import addresses
from tests.lab.scene import Scene

BOX, BOX6 = "10.77.0.1", "fd00:77::1"
CLIENT, CLIENT6 = "10.77.0.2", "fd00:77::2"
INTERFACE = "lan0"

_SETTINGS = ("net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1")


@dataclass
class Lan:
    """The client's namespace."""

    scene: Scene
    name: str

    def run(self, *argv: str, timeout_s: float = 20) -> subprocess.CompletedProcess[str]:
        """Run a command at the client."""
        line = ["ip", "netns", "exec", self.name, *argv]
        return subprocess.run(line, capture_output=True, text=True, timeout=timeout_s, check=False)

    def echoes(self, folder: Path, family: int = 4) -> "Echoes":
        """Begin to send an echo each 10 ms from one socket: a flow with a fixed 5-tuple."""
        target = addresses.ECHO6 if family == 6 else addresses.ECHO
        file = folder / f"echoes{family}.jsonl"
        line = ["ip", "netns", "exec", self.name, sys.executable, "-c", _ECHOES, target, str(file)]
        return Echoes(subprocess.Popen(line, stderr=subprocess.DEVNULL), file)


@dataclass
class Echoes:
    """One flow: which of its echoes were answered, and by which public address they left."""

    process: subprocess.Popen[bytes]
    file: Path

    def stop(self) -> list[tuple[float, float | None, str]]:
        """End it; give (sent, answered, as whom) of each echo."""
        self.process.terminate()
        self.process.wait(10)
        rows = [json.loads(line) for line in self.file.read_text().splitlines()]
        answers = {row["n"]: row for row in rows if "r" in row}
        return [
            (row["t"], answers.get(row["n"], {}).get("r"), answers.get(row["n"], {}).get("a", ""))
            for row in rows
            if "t" in row
        ]


_ECHOES = """
import json, select, signal, socket, sys, time
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
sock = socket.socket(family, socket.SOCK_DGRAM)
sock.bind(("", 40000))
sock.setblocking(False)
out = open(sys.argv[2], "w", buffering=1)
end = []
signal.signal(signal.SIGTERM, lambda *_: end.append(1))
number, due = 0, time.monotonic()
while not end:
    if time.monotonic() >= due:
        due += 0.01
        number += 1
        out.write(json.dumps({"n": number, "t": time.monotonic()}) + "\\n")
        try:
            sock.sendto(b"%d" % number, (sys.argv[1], 7000))
        except OSError:
            pass
    if select.select([sock], [], [], max(0, due - time.monotonic()))[0]:
        try:
            data = sock.recv(200)
        except OSError:
            continue
        text = data.decode()
        out.write(json.dumps({"n": int(text.split()[0]), "r": time.monotonic(), "a": text}) + "\\n")
time.sleep(0.2)
"""


def longest_gap_s(echoes: list[tuple[float, float | None, str]]) -> float:
    """Give the longest time between two answers."""
    answered = sorted(r for _, r, _ in echoes if r is not None)
    return max((b - a for a, b in itertools.pairwise(answered)), default=float("inf"))


@contextlib.contextmanager
def lan(scene: Scene) -> Iterator[Lan]:
    """Build the client behind the box; the box forwards."""
    name = scene.lab.topology.namespace("site") + "-lan"
    site = scene.lab.topology.namespace("site")
    _run("ip", "netns", "add", name)
    try:
        _run("ip", "link", "add", INTERFACE, "netns", site, "index", "200", "type", "veth",
             "peer", "name", "eth0", "netns", name, "index", "201")  # fmt: skip
        for ns, interface, four, six in (
            (site, INTERFACE, BOX, BOX6),
            (name, "eth0", CLIENT, CLIENT6),
        ):
            _run("ip", "-n", ns, "address", "add", f"{four}/24", "dev", interface)
            _run("ip", "-n", ns, "address", "add", f"{six}/64", "dev", interface, "nodad")
            _run("ip", "-n", ns, "link", "set", interface, "up")
        _run("ip", "-n", name, "link", "set", "lo", "up")
        _run("ip", "-n", name, "route", "add", "default", "via", BOX)
        _run("ip", "-n", name, "-6", "route", "add", "default", "via", BOX6)
        _run("ip", "netns", "exec", site, "sysctl", "-q", "-w", *_SETTINGS)
        time.sleep(0.1)
        yield Lan(scene, name)
    finally:
        subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)


def _run(*argv: str) -> None:
    subprocess.run(argv, check=True, capture_output=True)
