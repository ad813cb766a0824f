"""The example inventory, with booted systems for some of its machines; and what they need beside it."""

from __future__ import annotations

import hashlib
import json
import shlex
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import yaml
from tests.deploy.conftest import COLLECTION, Played, played

from notanker_lab import addresses
from notanker_lab.booted import Booted
from notanker_lab.stage import make_certificate
from notanker_lab.topology import command

HOUSE = COLLECTION.parents[1] / "dist" / "wheelhouse"
RELEASE = "x86_64-py3.11"


class Example:
    """A copy of the example inventory, in which one site is a booted system.

    Args:
        folder: where the copy is; it is made unless it is there.
        site: the site's name in the example.
        box: the booted system.
    """

    def __init__(self, folder: Path, site: str, box: Booted) -> None:
        self.folder, self.site, self.box = folder, site, box
        if not folder.exists():
            shutil.copytree(COLLECTION / "example", folder)
        self.lead("notanker_sites", site, box)

    def lead(self, group: str, name: str, box: Booted) -> None:
        """Let a name of the example lead to a booted system."""
        file = self.folder / "inventory.yml"
        told = yaml.safe_load(file.read_text("utf-8"))
        told[group]["hosts"][name] = box.inventory()["all"]["hosts"][box.name]
        file.write_text(json.dumps(told), encoding="utf-8")

    def say(self, **variables: Any) -> None:
        """Write variables of the site, as a person would, into the file that is meant for them."""
        file = self.folder / "host_vars" / f"{self.site}.yml"
        file.write_text(file.read_text("utf-8") + yaml.safe_dump(variables), encoding="utf-8")

    def play(self, playbook: str, *options: str, limit: str = "") -> Played:
        """Call a playbook for the site alone, or for another host."""
        limited = ("--limit", limit or self.site, *options)
        return played(self.folder / "inventory.yml", playbook, limited)


def said(what: str) -> str:
    """Give a command of the box that tells whether its agent's status, `s`, is so."""
    code = f"import json; s = json.load(open('/run/notanker/status.json')); assert {what}"
    return f"python3 -c {shlex.quote(code)}"


WELL = said("s['line'] == 'primary' and all(u['verdict'] == 'up' for u in s['uplinks'])")
"""A command of the box that tells whether both lines are proven, and traffic takes the primary one."""


def answer_as_anchors(box: Booted, link: str) -> None:
    """Let the anchors answer at the other end of a link."""
    box.beyond(link, "ip link set lo up")
    for address in addresses.ANCHORS:
        box.beyond(link, f"ip address add {address}/32 dev lo")


def wheelhouse(folder: Path, release: str, more: dict[str, bytes]) -> Path:
    """Make a wheelhouse of another release, whole and well signed for, with more at the end of some files."""
    shutil.copytree(HOUSE / RELEASE, folder / RELEASE)
    house = folder / RELEASE
    (wheel,) = house.glob("notanker-*.whl")
    old = hashlib.sha256(wheel.read_bytes()).hexdigest()
    with zipfile.ZipFile(wheel) as source:
        content = {name: source.read(name) + more.get(name, b"") for name in source.namelist()}
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in content.items():
            target.writestr(name, data)
    new = hashlib.sha256(wheel.read_bytes()).hexdigest()
    lock = house / "requirements.txt"
    lock.write_text(lock.read_text("utf-8").replace(old, new), encoding="utf-8")
    (house / "release").write_text(f"{release}\n", encoding="utf-8")
    with tarfile.open(folder / f"{RELEASE}.tar", "w") as archive:
        for path in sorted(house.iterdir()):
            archive.add(path, arcname=path.name)
    return folder


def certificate(folder: Path, scratch: Path) -> None:
    """Make the centre's certificate, as an authority of the company would."""
    made = scratch / "authority"
    made.mkdir()
    make_certificate(made, "centre.example")
    for name, target in {"centre.pem": "central.pem", "centre.key": "central.key"}.items():
        shutil.copy(made / name, folder / target)
    shutil.copy(made / "ca.pem", folder / "ca.pem")


def join(box: Booted, centre: Booted) -> None:
    """Put the centre behind the site's router, and let its name be known."""
    router, there = box.links.far("eth0"), centre.links.near
    subprocess.run(["ip", "-n", there, "link", "del", "wan0"], check=False, capture_output=True)
    line = ["ip", "link", "add", "wan0", "netns", router, "type", "veth"]
    command([*line, "peer", "name", "wan0", "netns", there])
    centre.run("nmcli device set wan0 managed no", check=False)
    for namespace, address in ((router, "198.51.100.1"), (there, addresses.CENTRE)):
        command(["ip", "-n", namespace, "address", "add", f"{address}/24", "dev", "wan0"])
        command(["ip", "-n", namespace, "link", "set", "wan0", "up"])
    # Both have the same addresses on their primary lines.
    box.beyond(
        "eth0",
        "sysctl -q net.ipv4.ip_forward=1; nft add table ip nat; "
        "nft 'add chain ip nat out { type nat hook postrouting priority 100; }'; "
        "nft add rule ip nat out oifname wan0 masquerade",
    )
    box.run(f"echo {addresses.CENTRE} centre.example >>/etc/hosts")
