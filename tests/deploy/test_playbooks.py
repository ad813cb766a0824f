"""The playbooks with the example inventory, as a technician calls them, on booted containers."""

from __future__ import annotations

import hashlib
import json
import shutil
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.deploy.conftest import COLLECTION, Played, played

from notanker_lab.booted import Booted, Container

SITE = "musterhafen"
HOUSE = COLLECTION.parents[1] / "dist" / "wheelhouse"
RELEASE = "x86_64-py3.11"
# What time, packages and Ansible itself write; and what the playbook says that it leaves.
NOT_OURS = (
    *("/var/log/", "/var/cache/", "/var/lib/apt/", "/var/lib/dpkg/", "/var/lib/systemd/"),
    *("/root/.ansible/", "/home/pi/", "/usr/lib/python3/dist-packages/", "/etc/ssl/certs/"),
    "/var/lib/notanker/",
)


class Inventory:
    """A copy of the example, in which one site is a booted system."""

    def __init__(self, folder: Path, box: Booted) -> None:
        self.folder, self.box = folder, box
        shutil.copytree(COLLECTION / "example", folder)
        way = box.inventory()["all"]["hosts"][box.name]
        told = yaml.safe_load((folder / "inventory.yml").read_text("utf-8"))
        told["notanker_sites"]["hosts"][SITE] = way
        (folder / "inventory.yml").write_text(json.dumps(told), encoding="utf-8")

    def say(self, **variables: Any) -> None:
        """Write variables of the site, as a person would, into the file that is meant for them."""
        file = self.folder / "host_vars" / f"{SITE}.yml"
        file.write_text(file.read_text("utf-8") + yaml.safe_dump(variables), encoding="utf-8")

    def play(self, playbook: str, *options: str) -> Played:
        """Call a playbook for the site alone."""
        return played(self.folder / "inventory.yml", playbook, ("--limit", SITE, *options))


@pytest.fixture
def sites(tmp_path: Path, container: Container) -> Inventory:
    """Give the example, whose first site is a fresh Debian 12."""
    return Inventory(tmp_path / "sites", container)


@pytest.fixture
def installed(sites: Inventory) -> Inventory:
    """Give the example with its first site installed."""
    first = sites.play("site.yml")
    assert not first.failed, first.why
    return sites


def files(box: Booted) -> set[str]:
    """List every file of the system that is not on NOT_OURS, and that no Debian package brought."""
    every = box.run("find / -xdev \\( -type f -o -type l \\) -print 2>/dev/null", timeout_s=120)
    packaged = set(box.run("cat /var/lib/dpkg/info/*.list", timeout_s=120).splitlines())
    return {path for path in every.splitlines() if not path.startswith(NOT_OURS)} - packaged


def test_wrong_values_stop_all_before_anything_is_changed(sites: Inventory) -> None:
    before = files(sites.box)
    sites.say(notanker_mode="router", notanker_mdoe="solo", notanker_primary="eth7")
    stopped = sites.play("site.yml")
    assert stopped.failed
    assert stopped.changed == 0
    assert files(sites.box) == before
    text = " ".join(stopped.text.split())
    assert "Nichts wurde geändert" in text
    assert f"notanker_mode (host_vars/{SITE}.yml): „router“ passt nicht" in text
    assert "gemeint ist wohl notanker_mode" in text
    assert "eth7 gibt es an der Box nicht" in text


@pytest.mark.long
def test_the_example_is_installed_as_it_stands_and_the_second_run_changes_nothing(
    sites: Inventory,
) -> None:
    tried = sites.play("site.yml", "--check")
    assert not tried.failed, tried.why
    assert not sites.box.succeeds("test -e /opt/notanker -o -e /etc/notanker")
    first = sites.play("site.yml")
    assert not first.failed, first.why
    second = sites.play("site.yml")
    assert (second.failed, second.changed) == (0, 0), second.why
    assert sites.box.succeeds("systemctl is-active notanker-agent notanker-portal")
    third = sites.play("site.yml", "--check")
    assert (third.failed, third.changed) == (0, 0), third.why


@pytest.mark.long
def test_a_release_that_does_not_start_goes_back_to_the_one_before(
    installed: Inventory, tmp_path: Path
) -> None:
    box = installed.box
    before = box.run("readlink /opt/notanker/current")
    unit = box.run("cat /etc/systemd/system/notanker-agent.service /etc/notanker/notanker.toml")
    installed.say(notanker_wheelhouse=str(broken_house(tmp_path / "house")))
    update = installed.play("update.yml")
    assert update.failed
    text = " ".join(update.text.split())
    assert f"Die Box läuft wieder mit {Path(before.strip()).name}" in text
    assert "wurden nicht angerührt" in text
    assert box.run("readlink /opt/notanker/current") == before
    now = box.run("cat /etc/systemd/system/notanker-agent.service /etc/notanker/notanker.toml")
    assert now == unit
    assert box.run("/usr/local/bin/notanker status; test $? -le 1")
    again = installed.play("site.yml", "-e", f"notanker_wheelhouse={HOUSE}")
    assert (again.failed, again.changed) == (0, 0), again.why


def broken_house(folder: Path) -> Path:
    """Make a wheelhouse whose release is whole and checks configurations well, but does not start."""
    shutil.copytree(HOUSE / RELEASE, folder / RELEASE)
    house = folder / RELEASE
    (wheel,) = house.glob("notanker-*.whl")
    old = hashlib.sha256(wheel.read_bytes()).hexdigest()
    with zipfile.ZipFile(wheel) as source:
        content = {name: source.read(name) for name in source.namelist()}
    content["notanker/cli/agent.py"] = b"raise SystemExit('does not start')\n"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in content.items():
            target.writestr(name, data)
    new = hashlib.sha256(wheel.read_bytes()).hexdigest()
    lock = house / "requirements.txt"
    lock.write_text(lock.read_text("utf-8").replace(old, new), encoding="utf-8")
    (house / "release").write_text("9.9.9-broken\n", encoding="utf-8")
    with tarfile.open(folder / f"{RELEASE}.tar", "w") as archive:
        for path in sorted(house.iterdir()):
            archive.add(path, arcname=path.name)
    return folder


@pytest.mark.long
def test_what_is_taken_away_leaves_nothing_but_the_record(sites: Inventory) -> None:
    box = sites.box
    before, network = (
        files(box),
        box.run("ip -brief address show eth0; ip route; nmcli -g NAME con"),
    )
    assert not sites.play("site.yml").failed
    assert files(box) > before
    asked = sites.play("remove.yml")
    assert asked.failed
    assert asked.changed == 0
    gone = sites.play("remove.yml", "-e", "remove_sure=true")
    assert not gone.failed, gone.why
    assert files(box) - before == set()
    assert box.run("ls -A /var/lib/notanker").split()
    assert not box.succeeds("test -e /var/lib/notanker/centre.key")
    assert "notanker" not in box.run("ip rule; nft list tables; systemctl list-unit-files")
    assert "notanker" not in box.run("getent passwd; getent group")
    assert box.run("ip -brief address show eth0; ip route; nmcli -g NAME con") == network
    rest = sites.play("remove.yml", "-e", "remove_sure=true", "-e", "remove_record=true")
    assert not rest.failed, rest.why
    assert not box.succeeds("test -e /var/lib/notanker")
