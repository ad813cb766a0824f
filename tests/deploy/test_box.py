"""What the roles base, agent and portal leave on a box: installed once, looked at from every side.

Debian 12 in the short form, Debian 13 as well with `--long`.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.deploy.conftest import COLLECTION, Played, play_on, write_inventory

from notanker_lab.booted import Container
from notanker_lab.booted.system import fresh_name

ROOT = Path(__file__).parents[2]
PLAYBOOK = """
- hosts: notanker_sites
  become: true
  roles:
    - role: notanker.site.base
    - role: notanker.site.agent
    - role: notanker.site.portal
- hosts: notanker_sites
  gather_facts: false
  tasks:
    - ansible.builtin.debug:
        msg: "FINDING {{ item }}"
      loop: "{{ base_findings + agent_findings }}"
"""
SITE: dict[str, Any] = {
    "notanker_site_id": "musterhafen",
    "notanker_language": "en",
    "notanker_centre_url": "https://centre.example:8443",
    "notanker_wheelhouse": str(ROOT / "dist" / "wheelhouse"),
    "agent_anchors": [{"kind": "icmp", "address": f"203.0.113.{n}"} for n in (1, 2, 3)],
    "agent_plan": str(ROOT / "examples" / "plan"),
    # It waits for the site's key, and stops nothing until then.
    "agent_settings": {"centre": {"interval_s": 30}},
    "base_secrets": {"leads-code": "muster-code", "sim-pin": "0000"},
}
MOST_EXPOSED = {"notanker-agent": 3.0, "notanker-portal": 1.5}
OWN = {"/tmp", "/var/tmp"}  # noqa: S108 - folders that the unit alone sees, and that end with it
WRITABLE = {
    "notanker-agent": {"/run/notanker", "/run/notanker-dns", "/var/lib/notanker", *OWN},
    "notanker-portal": OWN,
}
"""All files and folders that the two can write, by their own eyes; the list grows only by a decision."""

# As the unit's own user, in its own view of the file system; of what it may write as a whole, the top alone.
LOOK = """
pid=$(systemctl show --property MainPID --value {unit})
value() {{ sed -n "s/^$1:\\\\s*//p" /proc/$pid/status; }}
groups=$(value Groups | xargs | tr ' ' ',')
nsenter --target $pid --mount -- setpriv --reuid $(value Uid | cut -f1) --regid $(value Gid | cut -f1) \
  --groups $groups --inh-caps=-all \
  find / '(' -path /proc -o -path /sys -o -path /dev ')' -prune \
    -o -writable '(' -type d -o -type f ')' -print -prune 2>/dev/null || true
"""
INTERRUPTED = ("Mark it as whole", "Configuration", "Does what is written run", "The agent answers")
"""Names of tasks before which a run is killed."""


def words_of(played: Played) -> str:
    """Give what was printed as running text: YAML breaks lines, and doubles quotes."""
    return " ".join(played.text.replace("''", "'").split())


@dataclass
class Site:
    """A box on which the roles have run."""

    box: Container
    folder: Path

    @property
    def playbook(self) -> Path:
        return self.folder / "box.yml"

    def play(self, *options: str, **more: Any) -> Played:
        self.playbook.write_text(PLAYBOOK, "utf-8")
        return play_on(self.folder, self.box, str(self.playbook), *options, **SITE | more)

    def play_until(self, task: str) -> None:
        """Run until this task is about to begin, and kill what runs it."""
        program = Path(sys.executable).parent / "ansible-playbook"
        inventory = write_inventory(self.folder, self.box, SITE)
        running = subprocess.Popen(
            [program, "--inventory", inventory, self.playbook],
            cwd=COLLECTION,
            env={**os.environ, "ANSIBLE_HOME": str(self.folder / "home"), "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert running.stdout is not None
        with running.stdout as lines:
            seen = any(re.match(rf"TASK \[notanker.*: {task}\]", line) for line in lines)
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()
        assert seen, task

    def show(self, unit: str, name: str) -> str:
        return self.box.run(f"systemctl show --property {name} --value {unit}").strip()

    def text(self, path: str) -> str:
        return self.box.run(f"cat {path}")


@pytest.fixture(scope="module", params=["bookworm", pytest.param("trixie", marks=pytest.mark.long)])
def site(
    request: pytest.FixtureRequest, in_a_capsule: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    with Container(fresh_name("site"), request.param) as box:
        made = Site(box, tmp_path_factory.mktemp("box"))
        first = made.play()
        assert first.failed == 0, first.why
        print(f"{request.param}: installed in {first.seconds:.0f} s, {first.changed} tasks changed")
        assert "FINDING Not enrolled at the centre yet." in words_of(first)
        box.wait_until("test -e /var/lib/notanker/plans/current/index.json", 120)
        yield made


def test_all_of_it_runs_and_answers(site: Site) -> None:
    for unit in MOST_EXPOSED:
        assert site.show(f"{unit}.service", "ActiveState") == "active"
        assert site.show(f"{unit}.service", "Type") == "notify"
        assert "network-online.target" not in site.show(f"{unit}.service", "After")
    assert "musterhafen" in site.box.run("notanker status || true")
    assert "Musterhafen" in site.box.run("curl -s http://127.0.0.1/de/")


@pytest.mark.parametrize("unit", MOST_EXPOSED)
def test_the_fence_is_as_high_as_was_promised(site: Site, unit: str) -> None:
    said = site.box.run(f"systemd-analyze security {unit}.service --no-pager")
    found = re.search(r"Overall exposure level for \S+ ([0-9.]+)", said)
    assert found is not None, said
    print(f"{unit}: exposure {found[1]}")
    assert float(found[1]) <= MOST_EXPOSED[unit], said


@pytest.mark.parametrize("unit", WRITABLE)
def test_what_can_be_written_is_a_short_list(site: Site, unit: str) -> None:
    found = set(site.box.run(LOOK.format(unit=unit)).split())
    print(f"{unit} can write: {', '.join(sorted(found))}")
    assert found == WRITABLE[unit]


def test_within_the_fence_all_that_it_starts_works(site: Site) -> None:
    agent = site.show("notanker-agent.service", "MainPID")
    children = site.box.run(f"pgrep --parent {agent} --full notanker.plugin.child").split()
    assert len(children) == 1
    rights = site.text(f"/proc/{children[0]}/status")
    assert re.search(r"^CapEff:\s0+$", rights, re.MULTILINE)
    assert site.text(f"/proc/{children[0]}/oom_score_adj").strip() == "500"
    # The counter's table is set by nft, rules by netlink, the plan was rendered by a child.
    assert "notanker_meter" in site.box.run("nft list tables")
    assert "uidrange 742-742" in site.box.run("ip rule")
    assert site.box.succeeds("test -e /var/lib/notanker/plans/current/index.json")


def test_the_portal_sees_what_it_shows_and_nothing_else(site: Site) -> None:
    pid = site.show("notanker-portal.service", "MainPID")
    look = f"nsenter --target {pid} --mount -- ls"
    state = set(site.box.run(f"{look} /var/lib/notanker").split())
    assert state <= {"plans", "reports", "notanker.toml.good"}
    assert {"plans", "reports"} <= state
    assert site.box.run(f"{look} /etc/notanker/secrets").split() == ["leads-code"]
    assert site.box.run(f"awk '/^NoNewPrivs/{{print $2}}' /proc/{pid}/status").strip() == "1"


def test_a_second_run_changes_nothing_and_a_look_finds_nothing(site: Site) -> None:
    before = site.show("notanker-agent.service", "MainPID")
    again = site.play()
    assert (again.failed, again.changed) == (0, 0), again.text
    look = site.play("--check", "--diff")
    assert (look.failed, look.changed) == (0, 0), look.text
    assert site.show("notanker-agent.service", "MainPID") == before


def test_it_stops_in_order_and_its_plugins_with_it(site: Site) -> None:
    began = site.show("notanker-agent.service", "InvocationID")
    site.box.run("systemctl restart notanker-agent")
    log = site.box.run(f"journalctl --no-pager --output cat _SYSTEMD_INVOCATION_ID={began}")
    assert '"event":"agent_stopped"' in log
    # A plugin that is cut off at a stop never logs out of its modem, which may let in one alone.
    assert "plugin_ended" not in log, log


def test_a_configuration_with_faults_is_not_put_in_force(site: Site) -> None:
    before = site.text("/etc/notanker/notanker.toml"), site.show("notanker-agent", "MainPID")
    played = site.play(agent_settings={"detect": {"tolerate_gap": 3}})
    assert played.failed
    said = words_of(played)
    assert "This configuration is not put in force" in said
    assert "[detect.tolerate_gap] There is no key 'tolerate_gap' here." in said
    after = site.text("/etc/notanker/notanker.toml"), site.show("notanker-agent", "MainPID")
    assert after == before
    assert not site.box.succeeds("test -e /etc/notanker/notanker.toml.new")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"agent_primary": "eth7"}, "The box has no interface eth7 for the primary line"),
        ({"agent_anchors": []}, "Without anchors nobody notices an outage"),
        ({"notanker_mode": "gateway"}, "A gateway needs the LAN's interface"),
        ({"agent_plan": "/nowhere"}, "There is no plan in /nowhere on this machine"),
        ({"base_wheelhouse": "/nowhere"}, "Call 'make wheelhouse' in the source checkout"),
        ({"base_time_zone": "Europe/Nowhere"}, "There is no time zone 'Europe/Nowhere'"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
@pytest.mark.long
def test_a_wrong_value_stops_with_a_sentence_before_anything_is_changed(
    site: Site, wrong: dict[str, Any], sentence: str
) -> None:
    played = site.play(**wrong)
    assert played.failed
    assert played.changed == 0
    assert sentence in words_of(played)


@pytest.mark.long
@pytest.mark.parametrize("task", INTERRUPTED)
def test_an_interrupted_run_is_simply_repeated(site: Site, task: str) -> None:
    site.box.run("rm -rf /opt/notanker/[0-9]* && rm /opt/notanker/current")
    site.play_until(task)
    repeated = site.play()
    assert repeated.failed == 0, repeated.why
    again = site.play()
    assert (again.failed, again.changed) == (0, 0), again.text
    assert site.box.succeeds("notanker status; test $? -le 1")
