"""A box whose root file system is read-only in operation: all works, a run opens it and closes it again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.deploy.conftest import Played, play_on
from tests.deploy.test_box import SITE, words_of

from notanker_lab.booted import Container, Machine
from notanker_lab.booted.system import fresh_name

pytestmark = [pytest.mark.long, pytest.mark.timeout(3600)]
OPENED = """
- hosts: notanker_sites
  become: true
  pre_tasks:
    - ansible.builtin.include_role: {name: notanker.site.rootfs, tasks_from: open}
  roles:
    - role: notanker.site.base
"""
PLAYBOOK = f"""{OPENED.rstrip()}
    - role: notanker.site.agent
    - role: notanker.site.portal
    - role: notanker.site.rootfs
  post_tasks:
    - ansible.builtin.debug:
        msg: "FINDING {{{{ item }}}}"
      loop: "{{{{ base_findings + rootfs_findings }}}}"
"""
AS_ON_A_PI = (Path(__file__).parent / "as_on_a_pi.sh").read_text("utf-8")
CUTS = 5
BOOT_S = 300.0
COUNT = """
import sqlite3
with sqlite3.connect("file:/var/lib/notanker/journal.sqlite?mode=ro", uri=True) as db:
    print(db.execute("select count(*) from event").fetchone()[0])
"""
CLOSED = "findmnt --noheadings --output VFS-OPTIONS --mountpoint / | grep -qE '(^|,)ro(,|$)'"


@dataclass
class Site:
    """A box on which the roles have run, and that was booted since."""

    box: Container
    folder: Path

    def play(self, *options: str, **more: Any) -> Played:
        playbook = self.folder / "box.yml"
        playbook.write_text(PLAYBOOK, "utf-8")
        wanted = SITE | {"rootfs_read_only": True, "rootfs_more_writable": ["/srv"]} | more
        return play_on(self.folder, self.box, str(playbook), *options, **wanted)

    def wait_well(self) -> None:
        self.box.wait_until("notanker status; test $? -le 1", 120)
        self.box.wait_until("curl --silent --fail --output /dev/null http://127.0.0.1/healthz", 120)

    def positions(self) -> int:
        """Say how many events the record has."""
        return int(self.box.run(f"python3 - <<'END'\n{COUNT}\nEND"))


@pytest.fixture(scope="module", params=["bookworm", "trixie"])
def site(
    request: pytest.FixtureRequest, in_a_capsule: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    with Container(fresh_name("site"), request.param) as box:
        made = Site(box, tmp_path_factory.mktemp("rootfs"))
        box.run(AS_ON_A_PI)
        first = made.play()
        assert first.failed == 0, first.why
        assert "read-only from the next boot on" in words_of(first)
        for finding in ("swaps to the card too (/dev/loop0)", "keeps no limit of memory"):
            assert finding in words_of(first)
        made.wait_well()
        box.cut()
        box.start()
        made.wait_well()
        yield made


def test_nothing_changes_but_what_has_to(site: Site) -> None:
    assert site.box.succeeds(CLOSED)
    for place in ("/etc/x", "/usr/local/bin/x", "/opt/notanker/x", "/var/lib/dpkg/x"):
        assert not site.box.succeeds(f"touch {place}"), place
    for place in ("/var/lib/notanker/x", "/var/tmp/x", "/root/x", "/srv/x"):  # noqa: S108 - the box's
        site.box.run(f"touch {place} && rm {place}")


def test_no_unit_fails_for_it(site: Site) -> None:
    failed = site.box.run("systemctl list-units --failed --plain --no-legend")
    assert failed == ""
    # Debian's own nightly work waits, and does not fail.
    for unit in ("apt-daily.service", "apt-daily-upgrade.service", "dpkg-db-backup.service"):
        site.box.run(f"systemctl start {unit}")
        asked = f"systemctl show --property ConditionResult,ActiveState --value {unit}"
        assert set(site.box.run(asked).split()) == {"no", "inactive"}


def test_what_raspberry_pi_os_does_at_boot_is_in_the_way_of_nothing(site: Site) -> None:
    assert not site.box.succeeds("test -e /var/swap")
    line = "console=tty1 root=/dev/mmcblk0p2 rootwait cgroup_enable=memory\n"
    assert site.box.run("cat /boot/firmware/cmdline.txt") == line
    assert "disabled" in site.box.run("cloud-init status || true")


def test_the_record_goes_on(site: Site) -> None:
    before = site.positions()
    site.box.run("systemctl restart notanker-agent")
    site.wait_well()
    assert site.positions() > before


def test_a_second_run_changes_nothing_and_leaves_it_closed(site: Site) -> None:
    again = site.play()
    assert (again.failed, again.changed) == (0, 0), again.text
    assert "FINDING" not in again.text
    assert site.box.succeeds(CLOSED)
    look = site.play("--check", "--diff")
    assert (look.failed, look.changed) == (0, 0), look.text
    assert site.box.succeeds(CLOSED)


def test_a_run_that_changes_something_opens_it_for_that(site: Site) -> None:
    done = site.play(agent_settings={"failover": {"wait_to_restore_s": 45}})
    assert done.failed == 0, done.why
    assert done.changed > 0
    assert "wait_to_restore_s = 45" in site.box.run("cat /etc/notanker/notanker.toml")
    assert site.box.succeeds(CLOSED)


def test_by_hand_it_is_open_for_a_while(site: Site) -> None:
    assert "Writable for 120 minutes" in site.box.run("notanker-rootfs writable")
    site.box.run("touch /etc/x && rm /etc/x")
    left = site.box.run(
        "systemctl show --property ActiveState --value notanker-rootfs-closes.timer"
    )
    assert left.strip() == "active"
    # What the timer does at its end.
    site.box.run("systemctl start notanker-rootfs-closes.service")
    site.box.wait_until(CLOSED, 30)
    assert not site.box.succeeds("notanker-rootfs")


def test_it_is_writable_again_for_good_where_that_is_wanted(site: Site) -> None:
    done = site.play(rootfs_read_only=False)
    assert done.failed == 0, done.why
    assert not site.box.succeeds(CLOSED)
    assert not site.box.run("find /etc/systemd/system /usr/local -name '*notanker-rootfs*'")
    assert not site.box.succeeds("test -e /etc/cloud/cloud-init.disabled")
    site.box.cut()
    site.box.start()
    site.wait_well()
    assert not site.box.succeeds(CLOSED)
    again = site.play(rootfs_read_only=False)
    assert (again.failed, again.changed) == (0, 0), again.text


@pytest.fixture
def machine(in_a_capsule: None) -> Iterator[Machine]:
    """Give a machine that has booted by itself: how it boots is what is looked at."""
    box = Machine(fresh_name("root"))
    try:
        yield box.up()
    finally:
        box.down()


def test_a_machine_whose_power_fails_comes_back_closed_and_whole(
    machine: Machine, tmp_path: Path
) -> None:
    """With a kernel of its own: what is checked and mounted before, and what is seeded and swept after."""
    playbook = tmp_path / "bare.yml"
    playbook.write_text(f"{OPENED}    - role: notanker.site.rootfs\n", "utf-8")
    done = play_on(tmp_path, machine, str(playbook), **SITE | {"rootfs_read_only": True})
    assert done.failed == 0, done.why
    for number in range(CUTS):
        machine.cut()
        machine.start()
        machine.wait_until("systemctl is-system-running | grep -qE 'running|degraded'", BOOT_S)
        assert machine.run("systemctl list-units --failed --plain --no-legend") == ""
        assert machine.succeeds(CLOSED)
        machine.run(f"echo {number} >>/var/lib/notanker/cuts; sync /var/lib/notanker/cuts")
    assert machine.run("cat /var/lib/notanker/cuts").split() == [str(n) for n in range(CUTS)]
