"""The stand itself: what the other tests rely on when they say that something works on a booted Debian."""

from __future__ import annotations

import os
import re
import threading
import time
from pathlib import Path

import pytest
from tests.deploy.conftest import Play

from notanker_lab.booted import Container, Machine, Phone, places, recipe
from notanker_lab.booted.system import fresh_name
from notanker_lab.errors import LabError
from notanker_lab.topology import command

SSID, PASSWORD = "Notfall-Musterhafen", "nur-fuer-die-probe"
ACCESS_POINT = "10.42.0.1"

PLAY = """
- hosts: notanker_sites
  become: true
  gather_facts: false
  tasks:
    - name: Write a line
      ansible.builtin.copy: {content: "{{ line }}", dest: /etc/stand, mode: "0644"}
    - name: Stop at an evil line
      ansible.builtin.fail: {msg: "The line is evil: take another one."}
      when: line == "evil"
"""
HOSTAPD = f"""
interface=wlan0
driver=nl80211
ssid={SSID}
country_code=DE
hw_mode=g
channel=6
wpa=2
wpa_key_mgmt=WPA-PSK
rsn_pairwise=CCMP
wpa_passphrase={PASSWORD}
"""
WRITER = """
import os, sqlite3
db = sqlite3.connect("/root/kept.sqlite", isolation_level=None)
db.execute("pragma journal_mode=wal")
db.execute("pragma synchronous=full")
db.execute("create table if not exists kept (number integer primary key, filler blob)")
number = db.execute("select coalesce(max(number), 0) from kept").fetchone()[0]
while True:
    number += 1
    db.execute("insert into kept values (?, ?)", (number, os.urandom(400)))
    with open("/run/acknowledged", "a") as told:
        print(number, file=told)
"""
READER = """
import sqlite3
db = sqlite3.connect("/root/kept.sqlite")
assert db.execute("pragma integrity_check").fetchone()[0] == "ok"
print(db.execute("select coalesce(max(number), 0) from kept").fetchone()[0])
"""


def of_a_stand(name: str) -> list[str]:
    """Give what there is of a system on this side: processes, mounts, namespaces, files."""
    found = []
    for pid in (path.name for path in Path("/proc").iterdir() if path.name.isdigit()):
        try:
            line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        found += [line] if name in line and int(pid) != os.getpid() else []
    mounts = Path("/proc/self/mounts").read_text("utf-8").splitlines()
    namespaces = command(["ip", "netns", "list"]).splitlines()
    found += [line for line in (*mounts, *namespaces) if name in line]
    places_ = (places.RUNNING, places.cache() / "systems")
    return found + [str(path) for place in places_ for path in place.glob(f"{name}*")]


@pytest.mark.parametrize("name", ["", "A", "a b", "-a", "../a", "a" * 40])
def test_a_name_that_could_lead_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(LabError, match="name"):
        Container(name)


def test_an_image_has_another_name_as_soon_as_it_is_made_of_something_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = recipe.fingerprint("bookworm")
    assert before == recipe.fingerprint("bookworm") != recipe.fingerprint("trixie")
    monkeypatch.setattr(recipe, "PACKAGES", (*recipe.PACKAGES, "hello"))
    assert recipe.fingerprint("bookworm") != before


def test_a_container_comes_up_and_leaves_nothing(in_a_capsule: None) -> None:
    with Container(fresh_name("stand")) as box:
        assert box.run("cat /proc/1/comm").strip() == "systemd"
        assert box.run("systemctl is-active ssh NetworkManager").split() == ["active", "active"]
        assert set(box.run("ls /sys/class/net").split()) >= {"lo", "eth0", "lte0"}
        assert of_a_stand(box.name)
    assert of_a_stand(box.name) == []


def test_both_debians_are_what_they_are_called(container: Container) -> None:
    assert 'VERSION_ID="12"' in container.run("cat /etc/os-release")


@pytest.mark.long
def test_debian_13_boots_as_well(container13: Container) -> None:
    assert 'VERSION_ID="13"' in container13.run("cat /etc/os-release")
    assert container13.succeeds("systemctl is-active ssh")


def test_apt_finds_packages_and_nothing_else_is_to_be_had(container: Container) -> None:
    container.run("apt-get update -qq && apt-get install -y -qq hello", timeout_s=300)
    assert container.run("hello").startswith("Hello")
    # Neither a name server nor a way out: what is tried here depends on nothing of this machine.
    assert not container.succeeds("ping -c 1 -W 1 198.51.100.7")
    assert not container.succeeds("getent hosts debian.example", timeout_s=30)
    assert "403" in container.run(
        f"curl -s -o /dev/null -w '%{{http_code}}' -x {recipe.COURIER}:{recipe.COURIER_PORT} "
        "http://other.example/debian/"
    )


def test_files_and_folders_go_in_and_come_back(container: Container, tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "below").mkdir(parents=True)
    (source / "below" / "text").write_bytes(b"\x00 Stoerung \xff")
    (source / "program").write_text("#!/bin/sh\necho ran\n", "ascii")
    (source / "program").chmod(0o755)
    container.put(source, "/opt/all")
    container.put(source / "program", "/opt/alone/program")
    assert container.run("/opt/all/program; /opt/alone/program") == "ran\nran\n"
    (tmp_path / "back").mkdir()
    container.get("/opt/all", tmp_path / "back")
    container.get("/opt/all/below/text", tmp_path / "text")
    assert (tmp_path / "back" / "below" / "text").read_bytes() == b"\x00 Stoerung \xff"
    assert (tmp_path / "text").read_bytes() == b"\x00 Stoerung \xff"


def test_a_command_that_fails_says_how(container: Container) -> None:
    with pytest.raises(LabError, match=r"ended with 3:[\s\S]*so it is"):
        container.run("echo so it is >&2; exit 3")
    with pytest.raises(LabError, match="took longer"):
        container.run("sleep 60", timeout_s=0.5)
    assert container.run("echo told; exit 3", check=False) == "told\n"


def test_a_play_changes_a_box_once(container: Container, play: Play, tmp_path: Path) -> None:
    playbook = tmp_path / "play.yml"
    playbook.write_text(PLAY, "utf-8")
    first = play(container, str(playbook), line="calm")
    assert (first.changed, first.failed) == (1, 0), first.why
    again = play(container, str(playbook), line="calm")
    assert (again.changed, again.failed) == (0, 0), again.why
    assert container.run("cat /etc/stand") == "calm"


def test_a_failing_play_tells_what_its_task_said(
    container: Container, play: Play, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    playbook = tmp_path / "play.yml"
    playbook.write_text(PLAY, "utf-8")
    played = play(container, str(playbook), line="evil")
    assert played.failed == 1
    said = capsys.readouterr().out
    assert "Stop at an evil line" in said
    assert "The line is evil: take another one." in said
    assert "TASK [Write a line]" not in said


def test_each_cable_has_somebody_at_its_other_end(container: Container) -> None:
    for link in container.links.links:
        container.wait_until(f"ip -4 -brief address show {link.name} | grep -q {link.near}/")
        assert container.beyond(link.name, f"ping -c 1 -W 2 {link.near}")


def test_a_container_that_is_cut_comes_back_with_its_files(container: Container) -> None:
    container.run("echo kept >/root/note; touch /run/gone")
    container.cut()
    assert not container.running
    container.start()
    assert container.run("cat /root/note; test -e /run/gone || echo gone") == "kept\ngone\n"


@pytest.mark.long
def test_a_machine_that_is_cut_in_mid_write_keeps_what_was_acknowledged(machine: Machine) -> None:
    for _ in range(2):
        machine.run(f"cat >/root/writer.py <<'END'\n{WRITER}\nEND")
        writing = threading.Thread(
            target=machine.run, args=("exec python3 /root/writer.py",), kwargs={"check": False}
        )
        writing.start()
        machine.wait_until("test $(wc -l </run/acknowledged) -gt 20", timeout_s=60)
        time.sleep(2)
        acknowledged = int(machine.run("tail -n 2 /run/acknowledged | head -n 1"))
        machine.cut()
        writing.join()
        machine.start()
        kept = int(machine.run(f"python3 - <<'END'\n{READER}\nEND"))
        assert kept >= acknowledged


@pytest.mark.long
def test_a_card_that_lied_goes_back_to_what_it_had(machine: Machine) -> None:
    machine.run("echo old >/root/note; sync")
    machine.mark()
    machine.run("echo new >/root/note; sync")
    machine.cut(lose=True)
    machine.start()
    assert machine.run("cat /root/note") == "old\n"
    assert "login:" not in machine.console()


@pytest.mark.long
def test_a_frozen_machine_goes_on_within_seconds(machine: Machine) -> None:
    booted = machine.run("cat /proc/sys/kernel/random/boot_id")
    with_clock = abs(float(machine.run("date +%s")) - time.clock_gettime(time.CLOCK_REALTIME))
    assert with_clock < 10
    other = Machine(fresh_name("box"))
    try:
        began_s = time.monotonic()
        other.up("booted")
        assert time.monotonic() - began_s < 30
        assert other.run("cat /proc/sys/kernel/random/boot_id") == booted
    finally:
        other.down()
    assert of_a_stand(other.name) == []


@pytest.mark.long
def test_the_other_ends_of_a_machines_cables_answer(machine: Machine) -> None:
    for link in machine.links.links:
        machine.wait_until(f"ip -4 -brief address show {link.name} | grep -q {link.near}/", 90)
        assert machine.beyond(link.name, f"ping -c 1 -W 5 {link.near}")
    machine.carrier("eth0", on=False)
    machine.wait_until("grep -qx 0 /sys/class/net/eth0/carrier")
    machine.carrier("eth0", on=True)
    machine.wait_until("grep -qx 1 /sys/class/net/eth0/carrier")


def serve_the_phone(machine: Machine) -> None:
    """Give out addresses and one page, at the access point's own address."""
    machine.run(
        "mkdir -p /run/www && echo 'der Plan' >/run/www/index.html && "
        f"systemd-run --quiet python3 -m http.server -d /run/www --bind {ACCESS_POINT} 80"
    )


def load_the_page(machine: Machine, phone: Phone) -> None:
    address = phone.lease()
    assert re.fullmatch(r"10\.42\.0\.\d+", address)
    serve_the_phone(machine)
    machine.wait_until(f"curl -s -o /dev/null http://{ACCESS_POINT}/", timeout_s=60)
    assert phone.fetch(f"http://{ACCESS_POINT}/") == "der Plan\n"


@pytest.mark.long
def test_a_phone_joins_an_access_point_of_hostapd(machine: Machine) -> None:
    machine.run("apt-get install -y -qq hostapd dnsmasq-base", timeout_s=600)
    machine.run("nmcli radio wifi on; nmcli device set wlan0 managed no")
    machine.run(f"ip address flush dev wlan0; ip address add {ACCESS_POINT}/24 dev wlan0")
    machine.run(f"cat >/run/ap.conf <<'END'\n{HOSTAPD}\nEND\nhostapd -B /run/ap.conf")
    leases = "--dhcp-range=10.42.0.10,10.42.0.20 --dhcp-option=114,http://portal.example/"
    machine.run(f"dnsmasq --conf-file=/dev/null -p 0 -i wlan0 --bind-interfaces {leases}")
    phone = Phone(machine)
    with pytest.raises(LabError):
        phone.join(SSID, "not-the-password")
    phone.join(SSID, PASSWORD)
    load_the_page(machine, phone)
    assert phone.portal() == "http://portal.example/"


@pytest.mark.long
def test_a_phone_joins_an_access_point_of_networkmanager(machine: Machine) -> None:
    machine.run("apt-get install -y -qq dnsmasq-base nftables", timeout_s=600)
    machine.run(
        f"nmcli connection add type wifi ifname wlan0 con-name ap autoconnect no ssid {SSID} "
        "802-11-wireless.mode ap 802-11-wireless.band bg 802-11-wireless.channel 6 "
        f"wifi-sec.key-mgmt wpa-psk wifi-sec.psk {PASSWORD} wifi-sec.proto rsn wifi-sec.pairwise ccmp "
        f"ipv4.method shared ipv4.addresses {ACCESS_POINT}/24 ipv6.method disabled"
    )
    assert not machine.succeeds("nmcli --wait 20 connection up ap"), "silent, as it is shipped"
    machine.run("nmcli radio wifi on")
    machine.run("nmcli --wait 90 connection up ap", timeout_s=120)
    phone = Phone(machine)
    phone.join(SSID, PASSWORD)
    load_the_page(machine, phone)
