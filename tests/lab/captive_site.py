"""A box with the Wi-Fi that leads to the portal, and devices that join it, each with a hardware address.

The Wi-Fi is a bridge; the rest is real: dnsmasq with the configuration that the product prints, and the
portal as it is shipped, without any right but port 80.
"""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from notanker_lab import capsule, processes
from notanker_lab.reach import CHECKOUT
from notanker_lab.topology import command

BOX: Final = "10.42.0.1"
DUMMY: Final = "198.51.100.1"
PORTAL_UID: Final = 5001
SOON_S: Final = 30.0
_BOX_NS: Final = "captive-box"
_PLAN: Final = CHECKOUT / "examples" / "plan"
_TOML: Final = """
[site]
id = "musterhafen"
[primary]
interface = "eth0"
[backup]
interface = "wwan0"
gateway = "192.0.2.1"
[[anchor]]
kind = "icmp"
address = "192.0.2.53"
[portal]
host = "0.0.0.0"
port = 80
[paths]
state = "{folder}"
run = "{folder}"
plan = "{plan}"
"""
_NOTANKER: Final = (sys.executable, "-m", "notanker.cli")
# What a device runs sees the Wi-Fi's resolver, and no other device's.
_RESOLVING: Final = 'mount --bind "$1" /etc/resolv.conf && shift && exec "$@"'


@dataclass(frozen=True)
class Device:
    """Something that has joined the Wi-Fi.

    Attributes:
        ns: Its namespace.
        folder: For what it writes.
    """

    ns: str
    folder: Path

    def line(self, *argv: str | Path) -> list[str]:
        """Give the command line that runs a command on the device."""
        resolver = str(self.folder.parent / "resolv.conf")
        within = ["ip", "netns", "exec", self.ns, "unshare", "-m", "sh", "-c", _RESOLVING, "sh"]
        return [*within, resolver, *map(str, argv)]

    def run(self, *argv: str | Path, env: dict[str, str] | None = None) -> str:
        """Run a command to its end; it must succeed."""
        environment = processes.environment(env)
        done = subprocess.run(
            self.line(*argv),
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def python(self, code: str, *argv: str) -> Any:
        """Run a program that prints JSON."""
        return json.loads(self.run(sys.executable, "-c", code, *argv))

    def asks(self, url: str, agent: str = "x") -> dict[str, Any]:
        """Ask for a page as a program on the device does, by name; follow nothing."""
        found: dict[str, Any] = self.python(_ASK, url, agent)
        return found


class Site:
    """The box and its Wi-Fi."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "notanker.toml"
        self._count = 0

    def join(self, name: str, *, address: bool = True) -> Device:
        """Have a device join; without an address, it asks for one by DHCP itself."""
        self._count += 1
        ns, port = f"captive-{name}", f"port{self._count}"
        command(["ip", "netns", "add", ns])
        mac = f"02:00:5e:10:00:{self._count:02x}"
        command(["ip", "link", "add", port, "netns", _BOX_NS, "type", "veth", "peer", "name", "eth0",
                 "address", mac, "netns", ns])  # fmt: skip
        command(["ip", "-n", _BOX_NS, "link", "set", port, "master", "wlan0", "up"])
        for interface in ("lo", "eth0"):
            command(["ip", "-n", ns, "link", "set", interface, "up"])
        if address:
            own = f"10.42.0.{2 + self._count}/24"
            command(["ip", "-n", ns, "address", "add", own, "dev", "eth0"])
            command(["ip", "-n", ns, "route", "add", "default", "via", BOX])
        folder = self.folder / name
        folder.mkdir()
        return Device(ns, folder)


@contextlib.contextmanager
def captive_site() -> Iterator[Site]:
    """Build the box, its dnsmasq and its portal."""
    folder = capsule.HOME / "captive"
    folder.mkdir(mode=0o755)
    site = Site(folder)
    try:
        _build(site)
        with _running("dnsmasq", folder, "--keep-in-foreground", f"--conf-file={folder}/dnsmasq.conf",
                      "--user=root", f"--dhcp-leasefile={folder}/leases", "--pid-file"):  # fmt: skip
            rights = processes.as_user(PORTAL_UID, ["net_bind_service"])
            with _running(*_as(rights), folder, "portal", "--config", str(site.config)):
                probe = site.join("probe")
                until(lambda: _answers(probe), "the portal answers")
                yield site
    finally:
        for path in sorted(Path("/run/netns").glob("captive-*")):
            command(["ip", "netns", "del", path.name])


def _build(site: Site) -> None:
    site.config.write_text(_TOML.format(folder=site.folder, plan=_PLAN))
    (site.folder / "resolv.conf").write_text(f"nameserver {BOX}\noptions timeout:2\n")
    told = command([*_NOTANKER, "portal", "dnsmasq", "--config", str(site.config)])
    (site.folder / "dnsmasq.conf").write_text(told)
    store = str(site.folder / "plans")
    command([*_NOTANKER, "plan", "accept", str(_PLAN), "--store", store])
    command(["ip", "netns", "add", _BOX_NS])
    command(["ip", "-n", _BOX_NS, "link", "set", "lo", "up"])
    command(["ip", "-n", _BOX_NS, "link", "add", "wlan0", "type", "bridge", "forward_delay", "0"])
    for address in (f"{BOX}/24", f"{DUMMY}/32"):
        command(["ip", "-n", _BOX_NS, "address", "add", address, "dev", "wlan0"])
    command(["ip", "-n", _BOX_NS, "link", "set", "wlan0", "up"])


def _as(rights: Sequence[str]) -> tuple[str, ...]:
    return (*rights, *_NOTANKER)


@contextlib.contextmanager
def _running(*argv: str | Path) -> Iterator[None]:
    """Run a program on the box; the folder among the arguments is where its log goes."""
    folder = next(one for one in argv if isinstance(one, Path))
    line = [str(one) for one in argv if one is not folder]
    with (folder / f"{Path(line[-1]).name}.log").open("wb") as log:
        within = ["ip", "netns", "exec", _BOX_NS, *line]
        process = subprocess.Popen(within, env=processes.environment(), stdout=log, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)


def _answers(device: Device) -> bool:
    with contextlib.suppress(AssertionError):
        return bool(device.asks(f"http://{BOX}/healthz")["status"] == 200)
    return False


def until(true: Callable[[], object], what: str, timeout_s: float = SOON_S) -> None:
    """Wait until something is so."""
    end_s = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < end_s, what
        time.sleep(0.1)


_ASK = """
import http.client, json, sys, urllib.parse
parts = urllib.parse.urlsplit(sys.argv[1])
link = http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=10)
link.request("GET", parts.path or "/", headers={"User-Agent": sys.argv[2], "Accept-Language": "de"})
answer = link.getresponse()
print(json.dumps({"status": answer.status, "body": answer.read().decode(),
                  "location": answer.getheader("Location")}))
"""
