"""What reaches a box from each of its sides, over IPv4 and IPv6: an exact list, and nothing beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.deploy.conftest import Play
from tests.deploy.sides import answer_everywhere, by_the_line, heard, link_local

from notanker_lab.booted import Container
from notanker_lab.booted.system import fresh_name
from notanker_lab.topology import command

pytestmark = pytest.mark.long  # each wants boxes of its own, for minutes

PLAYBOOK = """
- hosts: notanker_sites
  become: true
  roles:
    - role: notanker.site.firewall
"""
WIFI, PROBE = "10.42.0.1", "198.51.100.1"
SITE: dict[str, Any] = {
    "notanker_language": "en",
    "notanker_primary": "eth0",
    "notanker_lte": "lte0",
    "notanker_wifi": "wlan0",
    "notanker_lan": ["lan0"],
    "notanker_admin_networks": ["192.0.2.0/28"],
}
PORTAL, DNS = {"tcp/80"}, {"tcp/53", "udp/53"}
RULES = "nft list table inet notanker_site"


@pytest.fixture
def box(in_a_capsule: None) -> Iterator[Container]:
    """Give a Debian 12 with a primary line, LTE, a LAN, and a cable in place of the radio."""
    with Container(fresh_name("sides"), links=("eth0", "lte0", "lan0")) as made:
        air = made.links.far("air")
        command(["ip", "netns", "add", air])
        try:
            one = ["wlan0", "netns", made.links.near, "type", "veth"]
            command(["ip", "link", "add", *one, "peer", "name", "far", "netns", air])
            # By NetworkManager, which takes away what others give.
            made.run(
                "nmcli connection add type ethernet ifname wlan0 con-name air ipv4.method manual "
                f"ipv4.addresses {WIFI}/24,{PROBE}/32 ipv6.method link-local && "
                "nmcli --wait 20 connection up air"
            )
            command(["ip", "-n", air, "link", "set", "far", "up"])
            command(["ip", "-n", air, "address", "add", "10.42.0.50/24", "dev", "far"])
            command(["ip", "-n", air, "route", "add", "default", "via", WIFI])
            made.wait_until("ip -4 address show eth0 | grep -q 192.0.2")
            yield made
        finally:
            command(["ip", "netns", "del", air])


@pytest.fixture
def playbook(tmp_path: Path) -> str:
    """Give a playbook with this role alone."""
    path = tmp_path / "firewall.yml"
    path.write_text(PLAYBOOK, "utf-8")
    return str(path)


def seen(box: Container) -> dict[str, dict[str, set[str]]]:
    """Give what is heard from every side, over both versions of IP where there are both."""
    eth0, lte0, lan0 = (link_local(box, name) for name in ("eth0", "lte0", "lan0"))
    sides = {
        "wifi": ("air", WIFI),
        "wifi, probe": ("air", PROBE),
        "wifi, the LAN's address": ("air", "192.168.50.1"),
        "wifi, IPv6": ("air", f"{link_local(box, 'wlan0')}%far"),
        "lte": ("lte0", "192.168.8.100"),
        "lte, IPv6": ("lte0", f"{lte0}%far"),
        "primary": ("eth0", "192.0.2.2"),
        "primary, IPv6": ("eth0", f"{eth0}%far"),
        "lan": ("lan0", "192.168.50.1"),
        "lan, IPv6": ("lan0", f"{lan0}%far"),
    }
    return {side: heard(box.links.far(at), target) for side, (at, target) in sides.items()}


def test_each_side_reaches_what_it_is_meant_to_and_nothing_else(
    box: Container, play: Play, playbook: str
) -> None:
    answer_everywhere(box)
    foreign = "add table inet theirs; add chain inet theirs one"
    box.run(f"apt-get install -y -qq nftables && nft '{foreign}'", timeout_s=300)
    first = play(box, playbook, notanker_mode="gateway", **SITE)
    assert not first.failed, first.why
    found = seen(box)
    assert {side: answers["open"] for side, answers in found.items()} == {
        "wifi": PORTAL | DNS | {"udp/67"},
        "wifi, probe": PORTAL,
        "wifi, the LAN's address": set(),
        "wifi, IPv6": set(),
        "lte": set(),
        "lte, IPv6": {"udp/546"},
        # From 192.0.2.1, which may manage the box. DHCP's own port is open, but heard by its client alone.
        "primary": {"tcp/22", *PORTAL},
        "primary, IPv6": {"udp/546"},
        "lan": PORTAL | DNS | {"udp/67"},
        "lan, IPv6": PORTAL | DNS,
    }
    # People's devices are told no at once (by UDP, the kernel tells one of them once a second: icmp(7),
    # icmp_ratelimit); LTE and the line hear nothing.
    for near in ("wifi", "lan"):
        assert not {port for port in found[near]["silent"] if port.startswith("tcp/")}
        assert found[near]["refused"]
    assert not found["lte"]["refused"]
    assert not found["primary"]["refused"]
    again = play(box, playbook, notanker_mode="gateway", **SITE)
    assert (again.changed, again.failed) == (0, 0), again.why
    assert "chain one" in box.run("nft list ruleset")


def test_a_box_alone_shows_its_portal_to_the_house_it_stands_in(
    box: Container, play: Play, playbook: str
) -> None:
    answer_everywhere(box)
    own = {"firewall_portal_networks": ["192.0.2.0/24"], "firewall_portal_tls_port": 443}
    variables = SITE | own | {"notanker_admin_networks": [], "notanker_lan": []}
    more = ['iifname "eth0" ip saddr 192.0.2.1 tcp dport 10050 accept']
    played = play(box, playbook, firewall_more_input=more, **variables)
    assert not played.failed, played.why
    found = {side: answers["open"] for side, answers in seen(box).items()}
    assert found["wifi"] == PORTAL | DNS | {"udp/67", "tcp/443"}
    assert found["lte"] == set()
    assert found["primary"] == {"tcp/22", *PORTAL, "tcp/443", "tcp/10050"}
    # Without networks that manage it, whoever comes by neither Wi-Fi nor LTE may try.
    assert found["lan"] == {"tcp/22"}


def test_what_nobody_may_do_is_refused_before_anything_is_changed(
    box: Container, play: Play, playbook: str
) -> None:
    box.run("apt-get install -y -qq nftables", timeout_s=300)
    way = by_the_line(box, "eth0", "192.0.2.2")
    out = play(
        box, playbook, ansible_ssh_args=way, **SITE | {"notanker_admin_networks": ["10.9.0.0/16"]}
    )
    assert out.failed
    assert out.changed == 0
    assert "would shut this session out: it comes from 192.0.2.1" in out.text
    port = play(box, playbook, ansible_ssh_args=way, **SITE | {"firewall_ssh_port": 2222})
    assert port.failed
    assert "comes in by port 22" in port.text
    side = by_the_line(box, "lte0", "192.168.8.100")
    lte = play(box, playbook, ansible_ssh_args=side, **SITE | {"notanker_admin_networks": []})
    assert lte.failed
    assert "comes in by 192.168.8.100, an address of the emergency Wi-Fi" in lte.text
    rule = play(box, playbook, firewall_more_input=["tcp dport potato accept"], **SITE)
    assert rule.failed
    assert rule.changed == 0
    assert "nft refuses the rules" in rule.text
    assert not box.succeeds(RULES)


def test_rules_that_shut_the_technician_out_are_taken_back_by_the_box_itself(
    box: Container, play: Play, playbook: str
) -> None:
    way = by_the_line(box, "eth0", "192.0.2.2")
    good = play(box, playbook, ansible_ssh_args=way, **SITE)
    assert not good.failed, good.why
    before = box.run(RULES)
    shut = "chain input { type filter hook input priority 0; tcp dport 22 ct state new drop; }"
    evil = json.dumps({"firewall_rules": f"{shut}\n", "firewall_back_s": 40})
    bad = play(box, playbook, "--extra-vars", evil, ansible_ssh_args=way, **SITE)
    assert bad.failed
    assert "takes them back by itself" in bad.text
    box.wait_until(f"{RULES} | grep -q from_lte", 60)
    assert box.run(RULES) == before
    mended = play(box, playbook, ansible_ssh_args=way, **SITE)
    assert not mended.failed, mended.why


def test_the_rules_outlive_a_restart_of_the_box_and_of_debians_own_service(
    box: Container, play: Play, playbook: str
) -> None:
    assert not play(box, playbook, **SITE).failed
    rules = box.run(RULES)
    box.run("systemctl restart nftables")
    box.wait_until(RULES)
    box.run("systemctl stop nftables && systemctl start nftables")
    box.wait_until(RULES)
    box.run("systemctl reload nftables")
    box.wait_until(RULES)
    assert box.run(RULES) == rules
    unit = "systemctl show --property After --value notanker-firewall.service"
    assert "network.target" not in box.run(unit).split()
    assert "network-online.target" not in box.run(unit)
