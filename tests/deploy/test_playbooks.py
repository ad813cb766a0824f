"""The playbooks with the example inventory, as a technician calls them, on booted containers."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.deploy.example import (
    HOUSE,
    WELL,
    Example,
    answer_as_anchors,
    certificate,
    join,
    said,
    wheelhouse,
)

from notanker_lab import addresses
from notanker_lab.booted import Booted, Container
from notanker_lab.booted.system import fresh_name

SITE = "musterhafen"
# What time, packages and Ansible itself write; and what the playbook says that it leaves.
NOT_OURS = (
    *("/var/log/", "/var/cache/", "/var/lib/apt/", "/var/lib/dpkg/", "/var/lib/systemd/"),
    *("/root/.ansible/", "/home/pi/", "/usr/lib/python3/dist-packages/", "/etc/ssl/certs/"),
    *("/var/lib/notanker/", "/var/lib/NetworkManager/"),
)

DEBIANS_OWN = "chrony nftables usb-modeswitch dnsmasq-base iw rfkill wireless-regdb wpasupplicant"
"""Packages that the roles install."""

pytestmark = pytest.mark.long  # each wants boxes of its own, for minutes


@pytest.fixture
def sites(tmp_path: Path, container: Container) -> Example:
    """Give the example, whose first site is a fresh Debian 12."""
    made = Example(tmp_path / "sites", SITE, container)
    # Behind lte0 nobody answers here, and nobody waits for him.
    made.say(modem_sim_within_s=5)
    return made


@pytest.fixture
def installed(sites: Example) -> Example:
    """Give the example with its first site installed."""
    first = sites.play("site.yml")
    assert not first.failed, first.why
    return sites


def files(box: Booted) -> set[str]:
    """List every file of the system that is not on NOT_OURS, and that no Debian package brought."""
    every = box.run("find / -xdev \\( -type f -o -type l \\) -print 2>/dev/null", timeout_s=120)
    packaged = set(box.run("cat /var/lib/dpkg/info/*.list", timeout_s=120).splitlines())
    return {path for path in every.splitlines() if not path.startswith(NOT_OURS)} - packaged


def test_wrong_values_stop_all_before_anything_is_changed(sites: Example) -> None:
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


def test_where_sudo_wants_a_password_the_first_look_says_how_to_give_it(sites: Example) -> None:
    sites.box.run("rm /etc/sudoers.d/010_pi-nopasswd && usermod --append --groups sudo pi")
    sites.box.run("echo 'pi:ein Passwort 1' | chpasswd")
    stopped = sites.play("look.yml")
    assert stopped.failed
    assert "denselben Befehl mit -K aufrufen" in " ".join(stopped.text.split())
    sites.say(ansible_become_password="ein Passwort 2")
    wrong = sites.play("look.yml")
    assert wrong.failed
    assert "kann auf der Box nicht ohne Weiteres sudo benutzen" in " ".join(wrong.text.split())
    sites.say(ansible_become_password="ein Passwort 1")
    looked = sites.play("look.yml")
    assert not looked.failed, looked.why


def test_the_example_is_installed_as_it_stands_and_the_second_run_changes_nothing(
    sites: Example,
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


def test_a_release_that_does_not_start_goes_back_to_the_one_before(
    installed: Example, tmp_path: Path
) -> None:
    box = installed.box
    before = box.run("readlink /opt/notanker/current")
    unit = box.run("cat /etc/systemd/system/notanker-agent.service /etc/notanker/notanker.toml")
    broken = {"notanker/cli/agent.py": b"raise SystemExit('does not start')\n"}
    house = wheelhouse(tmp_path / "house", "9.9.9-broken", broken)
    installed.say(notanker_wheelhouse=str(house))
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


def test_a_release_is_taken_and_the_one_before_stays_beside_it(
    installed: Example, tmp_path: Path
) -> None:
    box = installed.box
    before = box.run("readlink /opt/notanker/current").strip()
    changed = {"notanker/cli/agent.py": b"\n# Another release.\n"}
    house = wheelhouse(tmp_path / "house", "9.9.9", changed)
    installed.say(notanker_wheelhouse=str(house))
    update = installed.play("update.yml")
    assert not update.failed, update.why
    assert box.run("readlink /opt/notanker/current").strip() == "/opt/notanker/9.9.9"
    assert box.succeeds(f"test -x {before}/bin/notanker")
    for unit in ("notanker-agent", "notanker-portal"):
        # The libraries that a process has loaded are named by their real paths.
        loaded = box.run(f"cat /proc/$(systemctl show --value -p MainPID {unit})/maps")
        assert "/opt/notanker/9.9.9/" in loaded, unit
        assert f"{before}/" not in loaded, unit
    again = installed.play("update.yml")
    assert (again.failed, again.changed) == (0, 0), again.why


def test_what_is_taken_away_leaves_nothing_but_the_record(sites: Example) -> None:
    box = sites.box
    # They stay, and with them what they make of themselves when they are installed.
    box.run(
        f"apt-get update -qq && apt-get install -y -qq python3-venv {DEBIANS_OWN}", timeout_s=600
    )
    network = box.run("ip -brief address show eth0; ip route; nmcli -g NAME con")
    before = files(box)
    assert not sites.play("site.yml").failed
    assert files(box) - before
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


def test_a_drill_takes_the_line_away_and_gives_it_back(sites: Example) -> None:
    box = sites.box
    for link in ("eth0", "lte0"):
        answer_as_anchors(box, link)
    sites.say(
        notanker_modem="none",
        agent_lte_gateway=addresses.STICK,
        agent_anchors=[{"kind": "icmp", "address": one} for one in addresses.ANCHORS],
        agent_settings={"failover": {"wait_to_restore_s": 3, "most_wait_s": 3}},
    )
    first = sites.play("site.yml")
    assert not first.failed, first.why
    asked = sites.play("drill.yml")
    assert asked.failed
    assert "drill_told=true" in asked.text
    box.wait_until(WELL, 180)
    drill = sites.play("drill.yml", "-e", "drill_told=true", "-e", "drill_minutes=1")
    assert not drill.failed, drill.why
    assert "s war der Verkehr auf LTE" in " ".join(drill.text.split())
    assert "notanker_drill" not in box.run("nft list tables; systemctl list-timers --all")


def test_only_a_well_site_is_drilled(installed: Example) -> None:
    refused = installed.play("drill.yml", "-e", "drill_told=true")
    assert refused.failed
    assert refused.changed == 0
    assert "Geübt wird nur an einem gesunden Standort" in " ".join(refused.text.split())


def test_a_fresh_box_takes_a_dead_ones_place_with_a_key_of_its_own(
    sites: Example, tmp_path: Path
) -> None:
    with Container(fresh_name("centre")) as centre:
        sites.lead("notanker_centre", "centre", centre)
        # There is no name server here.
        sites.say(agent_settings={"centre": {"addresses": [addresses.CENTRE]}})
        certificate(sites.folder / "secrets-centre", tmp_path)
        join(sites.box, centre)
        made = sites.play("central.yml", limit="centre")
        assert not made.failed, made.why
        first = sites.play("site.yml")
        assert not first.failed, first.why
        key = sites.box.run("cat /var/lib/notanker/centre.key")
        assert sites.play("replace.yml").failed, "a box that is in use was made a fresh one"

        sites.box.down()
        with Container(fresh_name("fresh")) as fresh:
            sites.lead("notanker_sites", SITE, fresh)
            join(fresh, centre)
            replaced = sites.play("replace.yml")
            assert not replaced.failed, replaced.why
            assert fresh.run("cat /var/lib/notanker/centre.key") != key
            fresh.wait_until(said("s['heartbeat']['acknowledged']"), 90)
