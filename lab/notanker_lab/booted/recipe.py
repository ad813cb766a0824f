"""What an image is made of: Debian's packages, and the little that a site of ours finds on its box.

Near to Raspberry Pi OS Lite: NetworkManager, a user `pi` with sudo, Python; none of what our roles install.
"""

import hashlib
import json
from pathlib import Path
from typing import Final

from notanker_lab.booted import places

SUITES: Final = ("bookworm", "trixie")
COURIER: Final = "10.0.2.100"
COURIER_PORT: Final = 3128
"""Where a system finds its packages (see courier): in the network of its management link, nowhere else."""
MANAGED: Final = "10.0.2.15"
"""The address at which a machine is managed."""
MACS: Final = {
    "eth0": "52:54:00:6e:61:01",
    "lte0": "0c:5b:8f:27:9a:64",  # as every HiLink stick in its first mode
    "mgmt0": "52:54:00:6e:61:09",
}

PACKAGES: Final = (
    *("systemd-sysv", "systemd-timesyncd", "libpam-systemd", "dbus", "udev", "kmod", "procps"),
    *("openssh-server", "sudo", "python3", "python3-apt", "ca-certificates", "curl", "less"),
    *("iproute2", "iputils-ping", "netbase", "e2fsprogs", "network-manager", "wpasupplicant"),
    *("iw", "rfkill", "wireless-regdb", "busybox"),
)

_MANAGEMENT_LINK = f"""\
[Match]
MACAddress={MACS["mgmt0"]}
[Link]
Name=mgmt0
"""
_MANAGEMENT_NETWORK = f"""\
[Match]
Name=mgmt0
[Link]
RequiredForOnline=no
[Network]
Address={MANAGED}/24
LinkLocalAddressing=no
IPv6AcceptRA=no
LLMNR=no
"""
# The second-best name: what a role says of the stick comes before this in the order of names.
_LTE_LINK = f"""\
[Match]
MACAddress={MACS["lte0"]}
[Link]
Name=lte0
"""
# By udev, not in NetworkManager's own files: those are the roles' business.
_UNMANAGED = f"""\
SUBSYSTEM=="net", ATTR{{address}}=="{MACS["mgmt0"]}", ENV{{NM_UNMANAGED}}="1"
SUBSYSTEM=="net", ATTR{{address}}=="02:00:00:00:01:00", ENV{{NM_UNMANAGED}}="1"
"""
_APT = f"""\
Acquire::http::Proxy "http://{COURIER}:{COURIER_PORT}";
Acquire::Languages "none";
APT::Install-Recommends "false";
"""
_SSHD = """\
UseDNS no
PermitRootLogin prohibit-password
MaxSessions 100
MaxStartups 100
"""

FILES: Final = {
    "etc/hostname": "notanker-box\n",
    "etc/hosts": "127.0.0.1 localhost\n127.0.1.1 notanker-box\n::1 localhost ip6-localhost\n",
    "etc/fstab": "",
    "etc/machine-id": "uninitialized\n",
    "etc/systemd/network/10-mgmt0.link": _MANAGEMENT_LINK,
    "etc/systemd/network/10-mgmt0.network": _MANAGEMENT_NETWORK,
    "etc/systemd/network/95-lte0.link": _LTE_LINK,
    "etc/udev/rules.d/90-stand.rules": _UNMANAGED,
    "etc/apt/apt.conf.d/00stand": _APT,
    "etc/ssh/sshd_config.d/stand.conf": _SSHD,
    "etc/sudoers.d/010_pi-nopasswd": "pi ALL=(ALL) NOPASSWD: ALL\n",
    # Two radios that hear each other: the box's, and a phone's. Both are silent, as on Raspberry Pi OS until
    # somebody has chosen a country: the kernel starts them so, and NetworkManager keeps them so.
    "etc/modules-load.d/stand.conf": "mac80211_hwsim\n",
    "etc/modprobe.d/stand.conf": (
        "options mac80211_hwsim radios=2\noptions rfkill default_state=0\n"
    ),
    "var/lib/NetworkManager/NetworkManager.state": "[main]\nWirelessEnabled=false\n",
}
"""Written over what the packages brought; all are root's, with mode 0644."""

MASKED: Final = (
    *("apt-daily.timer", "apt-daily-upgrade.timer", "e2scrub_all.timer", "e2scrub_reap.service"),
    *("fstrim.timer", "systemd-firstboot.service", "systemd-networkd-wait-online.service"),
    *("getty@tty1.service", "console-getty.service"),
)
"""What would only make noise; none of it belongs to what is tried here."""
ENABLED: Final = ("systemd-networkd.service", "ssh.service")


def sources(suite: str) -> str:
    """Give the package sources of an image; the courier knows what stands behind the reserved name."""
    return (
        f"deb http://debian.example/debian {suite} main\n"
        f"deb http://debian.example/debian {suite}-updates main\n"
        f"deb http://debian.example/debian-security {suite}-security main\n"
    )


def fingerprint(suite: str, more: object = None) -> str:
    """Give a short name of all that an image is made of: another one, another image."""
    builder = Path(__file__).with_name("image.py").read_text(encoding="utf-8")
    made_of = [sources(suite), PACKAGES, FILES, MASKED, ENABLED, places.public_key(), builder]
    parts = [suite, made_of, more]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]
