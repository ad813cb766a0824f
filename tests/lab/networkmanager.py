"""Debian's real NetworkManager in the site's namespace, on a D-Bus of its own.

`tools/setup test` unpacks the packages; nothing is installed, and no service is started.
"""

import contextlib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from notanker_lab import addresses
from notanker_lab.debian import LIBRARIES, unpacked
from tests.lab.scene import Scene, until

_NM = "network-manager"
_LIBRARIES_OF = ("libnm0", "libteamdctl0", "libmm-glib0", "libbluetooth3")
METRICS = {"eth0": 100, "lte0": 700}

BUS = """
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={folder}/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/> <allow own="*"/> <allow send_destination="*"/> <allow eavesdrop="true"/>
  </policy>
</busconfig>
"""
_CONFIGURATION = f"""
[main]
plugins=keyfile
dns=none
auth-polkit=root-only
rc-manager=unmanaged

[keyfile]
path={{folder}}/connections

[connectivity]
uri=http://{addresses.ANCHORS[0]}/success.txt
response=success
interval=3

[logging]
level=INFO
"""
_PROFILE = """
[connection]
id={name}
type=ethernet
interface-name={name}
autoconnect=true

[ipv4]
method=manual
address1={address}/24,{gateway}
route-metric={metric}

[ipv6]
method=manual
address1={address6}/64,{gateway6}
route-metric={metric}
"""
# /sys read-only tells it that nobody runs udev here; /var/lib is a place of its own to write to.
_PRIVATE = "mount -o remount,ro /sys; mount -t tmpfs tmpfs /var/lib; exec"


@dataclass
class NetworkManager:
    """The running NetworkManager."""

    scene: Scene
    folder: Path

    def nmcli(self, *arguments: str) -> str:
        """Run `nmcli`; it must succeed."""
        line = [str(unpacked(_NM, "usr/bin/nmcli")), *arguments]
        done = self.scene.lab.exec("site", line, env=environment(self.folder))
        assert done.returncode == 0, done.stderr
        return done.stdout

    def settle(self) -> None:
        """Wait until it believes in both lines: a line that it does not trust has a worse metric."""

        def trusted() -> bool:
            routes = self.own()["routes -4"]  # its check has an IPv4 address
            return routes.count("default") == 2 and "metric 20" not in routes

        until(trusted, "NetworkManager trusts both lines", 60)

    def own(self) -> dict[str, str]:
        """Give all that is NetworkManager's: profiles, addresses, routes, rules that are not ours."""
        fields = ("-t", "-f", "connection,ipv4,ipv6", "connection", "show")
        found = {name: _steady(self.nmcli(*fields, name)) for name in METRICS}
        for family in ("-4", "-6"):
            found[f"routes {family}"] = _lines(
                self.scene.ip(family, "route", "show", "table", "main")
            )
            rules = self.scene.ip(family, "rule", "show").splitlines()
            found[f"rules {family}"] = "\n".join(line for line in rules if "proto 142" not in line)
            for name in METRICS:
                shown = self.scene.ip(
                    family, "-o", "address", "show", "dev", name, "scope", "global"
                )
                found[f"addresses {family} {name}"] = _lines(shown)
        return found


@contextlib.contextmanager
def networkmanager(scene: Scene) -> Iterator[NetworkManager]:
    """Start it, and have it take both lines over."""
    folder = scene.lab.scratch("networkmanager")
    (folder / "bus.conf").write_text(BUS.format(folder=folder), encoding="ascii")
    (folder / "nm.conf").write_text(_CONFIGURATION.format(folder=folder), encoding="ascii")
    (folder / "connections").mkdir()
    for name, address, gateway, address6, gateway6 in _LINES:
        values = {
            "address": address,
            "gateway": gateway,
            "address6": address6,
            "gateway6": gateway6,
        }
        profile = folder / "connections" / f"{name}.nmconnection"
        profile.write_text(_PROFILE.format(name=name, metric=METRICS[name], **values))
        profile.chmod(0o600)
    bus = [str(unpacked("dbus-daemon", "usr/bin/dbus-daemon"))]
    bus += [f"--config-file={folder}/bus.conf"]
    started = scene.lab.popen("site", [*bus, "--nofork", "--nopidfile"])
    until((folder / "bus").exists, "D-Bus is there")
    running = NetworkManager(scene, folder)
    managing = scene.lab.popen("site", command(folder), env=environment(folder))
    try:
        until(lambda: _is_up(running), "NetworkManager is there", 20)
        for name in METRICS:
            running.nmcli("connection", "up", name)
        yield running
    finally:
        scene.lab.end(managing)
        scene.lab.end(started)


_LINES = (
    ("eth0", addresses.SITE_PRIMARY, addresses.ROUTER, addresses.SITE_PRIMARY6, addresses.ROUTER6),
    ("lte0", addresses.SITE_LTE, addresses.STICK, addresses.SITE_LTE6, addresses.STICK6),
)


def command(folder: Path) -> list[str]:
    line = [
        str(unpacked(_NM, "usr/sbin/NetworkManager")),
        "--no-daemon",
        f"--config={folder}/nm.conf",
    ]
    line += [
        f"--config-dir={folder}/none",
        f"--pid-file={folder}/pid",
        f"--state-file={folder}/state",
    ]
    line += [f"--intern-config={folder}/intern.conf", f"--system-config-dir={folder}/none"]
    return ["unshare", "-m", "sh", "-c", f'{_PRIVATE} "$@"', "sh", *line]


def environment(folder: Path) -> dict[str, str]:
    libraries = ":".join(str(unpacked(package, LIBRARIES)) for package in _LIBRARIES_OF)
    return {
        "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={folder}/bus",
        "LD_LIBRARY_PATH": libraries,
        "LC_ALL": "C",
    }


def _is_up(running: NetworkManager) -> bool:
    try:
        return "running" in running.nmcli("-t", "-f", "RUNNING", "general")
    except (AssertionError, subprocess.TimeoutExpired):
        return False


def _steady(text: str) -> str:
    """Leave out what changes by itself."""
    return _lines("\n".join(line for line in text.splitlines() if "timestamp" not in line))


def _lines(text: str) -> str:
    return "\n".join(sorted(line.strip() for line in text.splitlines()))
