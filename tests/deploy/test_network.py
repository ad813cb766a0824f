"""Modem, Wi-Fi, clock and access on a box that stands beside NetworkManager, looked at from every side."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.deploy.conftest import Play

from notanker_lab.booted import Container

ROOT = Path(__file__).parents[2]
PLAYBOOK = """
- hosts: notanker_sites
  become: true
  roles:
    - role: notanker.site.base
    - role: notanker.site.time
    - role: notanker.site.modem
    - role: notanker.site.agent
    - role: notanker.site.portal
    - role: notanker.site.wifi
    - role: notanker.site.firewall
    - role: notanker.site.access
  post_tasks:
    - ansible.builtin.include_role: {name: notanker.site.modem, tasks_from: asked}
    - ansible.builtin.debug:
        msg: "FINDING {{ item }}"
      loop: "{{ time_findings + modem_findings + wifi_findings + access_findings + firewall_findings }}"
"""
KEY = "blaues-Fass-am-Kai-1742"
SITE: dict[str, Any] = {
    "notanker_site_id": "musterhafen",
    "notanker_language": "en",
    "notanker_wheelhouse": str(ROOT / "dist" / "wheelhouse"),
    "notanker_portal_address": "10.42.0.1",
    "agent_anchors": [{"kind": "icmp", "address": f"203.0.113.{n}"} for n in (1, 2, 3)],
    "agent_plan": str(ROOT / "examples" / "plan"),
    "base_secrets": {"wifi-key": KEY, "sim-pin": "1742"},
    "time_within_s": 3,
    "modem_sim_within_s": 5,
}
MOST_EXPOSED = {"notanker-wifi-dns": 3.0, "notanker-firewall": 3.0}


@pytest.fixture
def playbook(tmp_path: Path) -> str:
    """Give a playbook with all roles of a site."""
    path = tmp_path / "network.yml"
    path.write_text(PLAYBOOK, "utf-8")
    return str(path)


def findings(text: str) -> str:
    """Give what was told as still to be done."""
    return "\n".join(line for line in text.splitlines() if "FINDING" in line)


def routes(box: Container, table: str, more: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(box.run(f"ip -json route show table {table} {more}"))
    return found


def stands_beside_networkmanager(box: Container, play: Play, playbook: str) -> None:
    """Install all roles, look at what they left, and install them again."""
    first = play(box, playbook, **SITE)
    assert not first.failed, first.why
    told = findings(first.text)
    assert "The box has no radio wlan0" in told
    assert "The modem does not answer the agent" in told
    assert "chrony does not run" in told, "a container may set no clock"

    # LTE has its own table, and the main one no way out over it; the stick itself stays at hand.
    assert [r["gateway"] for r in routes(box, "1742", "default dev lte0")] == ["192.168.8.1"]
    assert not routes(box, "main", "default dev lte0")
    assert routes(box, "main", "192.168.8.0/24 dev lte0")
    assert routes(box, "main", "default dev eth0")
    assert "192.168.8.1" not in box.run("cat /etc/resolv.conf")

    # The key is in no file that others can read, and its file holds both addresses.
    profile = "/etc/NetworkManager/system-connections/notanker-wifi.nmconnection"
    assert box.run(f"stat --format '%U %a' {profile}") == "root 600\n"
    shown = box.run(
        "nmcli --get-values ipv4.addresses,802-11-wireless.mode connection show notanker-wifi"
    )
    assert shown.split("\n")[:2] == ["10.42.0.1/24, 198.51.100.1/32", "ap"]
    assert not box.run(
        f"grep -rlF {KEY} /etc /run /var/log --exclude-dir=secrets | grep -v {profile}", check=False
    )
    assert "address=/notfall.internal/10.42.0.1" in box.run("cat /etc/notanker/wifi-dnsmasq.conf")
    assert box.succeeds("systemctl is-active notanker-wifi-dns notanker-firewall")

    # ModemManager is kept off, and nothing tells chrony that there is no network.
    assert box.run("systemctl is-enabled ModemManager", check=False) == "masked\n"
    assert box.run("readlink /etc/NetworkManager/dispatcher.d/20-chrony-onoffline") == "/dev/null\n"
    assert box.succeeds(
        "chronyd -p -f /etc/chrony/notanker.conf | tail -1 | grep -qx 'makestep 1 -1'"
    )

    sshd = box.run("sshd -T -C user=pi,host=x,addr=192.0.2.1")
    for line in (
        "passwordauthentication no",
        "permitrootlogin no",
        "kbdinteractiveauthentication no",
    ):
        assert line in sshd.splitlines()
    assert not box.succeeds("systemctl cat notanker-tunnel")

    for unit, most in MOST_EXPOSED.items():
        told = json.loads(box.run(f"systemd-analyze security --json=short {unit}.service"))
        exposed = float(box.run(f"systemd-analyze security {unit}.service | tail -1").split()[-3])
        assert exposed <= most, told
    # But for the comment that says why.
    assert not box.succeeds("grep -rqE '^[^#]*network-online' /etc/systemd/system")

    again = play(box, playbook, **SITE)
    assert (again.changed, again.failed) == (0, 0), again.why
    looked = play(box, playbook, "--check", **SITE)
    assert (looked.changed, looked.failed) == (0, 0), looked.why


@pytest.mark.long
def test_all_roles_stand_beside_networkmanager_on_debian_12(
    container: Container, play: Play, playbook: str
) -> None:
    stands_beside_networkmanager(container, play, playbook)


@pytest.mark.long
def test_all_roles_stand_beside_networkmanager_on_debian_13(
    container13: Container, play: Play, playbook: str
) -> None:
    stands_beside_networkmanager(container13, play, playbook)
