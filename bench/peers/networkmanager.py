"""NetworkManager as a peer: two connections, and its connectivity check, which adds 20000 to a metric.

It runs in the site's namespace on a D-Bus of its own. There is no udev in a namespace; it does without
where /sys is read-only. Its state and run folders are covered with empty ones, in its own mounts.
"""

from pathlib import Path

from bench.peers.debian import Unpacked
from bench.peers.peer import Silent, script

from notanker_lab import Lab, addresses, control

PROGRAM = "usr/sbin/NetworkManager"
_DAEMON = "usr/bin/dbus-daemon"
_DBUS = Unpacked("dbus-daemon", (_DAEMON,))
PACKAGE = Unpacked("network-manager", (PROGRAM,), needs=(_DBUS,))
_READY_S = 90.0
_METRICS = {"eth0": 100, "lte0": 700}

# As Debian's package network-manager-config-connectivity-debian has it: a name, each 300 s.
STOCK = "uri=http://anchor1.example/success.txt\nresponse=success"
# What helps it: an address in place of the name, and each 20 s.
HELPED = f"uri=http://{addresses.ANCHORS[0]}/success.txt\nresponse=success\ninterval=20"

_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={folder}/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""

_CONF = """
[main]
plugins=keyfile
dns=none
rc-manager=unmanaged
no-auto-default=*
auth-polkit=false
[keyfile]
path={folder}/connections
[connectivity]
enabled=true
{check}
"""

_CONNECTION = """
[connection]
id={interface}
uuid=00000000-0000-4000-8000-0000000000{number}
type=ethernet
interface-name={interface}
[ipv4]
method=manual
address1={address},{gateway}
route-metric={metric}
[ipv6]
method=manual
address1={address6},{gateway6}
route-metric={metric}
"""

_LINES = (
    ("eth0", f"{addresses.SITE_PRIMARY}/24", addresses.ROUTER, f"{addresses.SITE_PRIMARY6}/64"),
    ("lte0", f"{addresses.SITE_LTE}/24", addresses.STICK, f"{addresses.SITE_LTE6}/64"),
)
_GATEWAYS6 = {"eth0": addresses.ROUTER6, "lte0": addresses.STICK6}

_START = """#!/bin/sh
mount -t tmpfs tmpfs /var/lib && mkdir -p /run/NetworkManager &&
  mount -t tmpfs tmpfs /run/NetworkManager && mount -o remount,ro /sys || exit 1
exec {program} --no-daemon --config={folder}/nm.conf --config-dir={folder}/none \\
  --system-config-dir={folder}/none --intern-config={folder}/intern.conf \\
  --state-file={folder}/state --pid-file={folder}/pid
"""


class NetworkManager(Silent):
    """NetworkManager in the site, as root; routes, not rules, are its switch."""

    def __init__(self, name: str, check: str, patience_s: float) -> None:
        super().__init__()
        self.name, self._check, self.patience_s = name, check, patience_s

    def prepare(self, lab: Lab) -> None:
        """Write what it reads, start its bus, and take the addresses away that it shall set."""
        self._lab = lab
        folder = lab.scratch("nm")
        (folder / "bus.conf").write_text(_BUS.format(folder=folder), encoding="ascii")
        text = _CONF.format(folder=folder, check=self._check)
        (folder / "nm.conf").write_text(text, encoding="ascii")
        (folder / "connections").mkdir()
        for number, line in enumerate(_LINES, 10):
            _connection(folder / "connections", number, *line)
            for family in ("-4", "-6"):
                lab.topology.ip("site", family, "address", "flush", "dev", line[0])
        program = PACKAGE.path(PROGRAM)
        self._start = script(folder / "start", _START.format(folder=folder, program=program))
        self._env = {"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={folder}/bus"}
        bus = [str(_DBUS.path(_DAEMON)), f"--config-file={folder}/bus.conf", "--nofork"]
        lab.popen("site", [*bus, "--nopidfile"])
        control.wait_until((folder / "bus").exists, 10, "the private D-Bus listens")

    def launch(self) -> None:
        """Start it."""
        self._process = self.lab.popen("site", [str(self._start)], env=self._env)

    def rest(self) -> None:
        """Wait until it has found both lines connected to the internet."""
        what = lambda: f"NetworkManager has set both routes ({self.said()})"  # noqa: E731
        control.wait_until(self._settled, _READY_S, what)

    def _settled(self) -> bool:
        routes = self.lab.topology.ip("site", "route", "show", "default")
        return all(f"dev {name} proto static metric {m} " in routes for name, m in _METRICS.items())


def _connection(
    folder: Path, number: int, interface: str, address: str, gateway: str, address6: str
) -> None:
    path = folder / f"{interface}.nmconnection"
    text = _CONNECTION.format(
        number=number,
        interface=interface,
        address=address,
        gateway=gateway,
        address6=address6,
        gateway6=_GATEWAYS6[interface],
        metric=_METRICS[interface],
    )
    path.write_text(text, encoding="ascii")
    path.chmod(0o600)  # it reads no file that others could
