"""Installing, servicing, operating: every command of the pages, as it is written there, on booted systems.

Page by page from an empty box to its removal. A command that no test has tried fails the last one, so that
whoever writes a new one into a page has to try it as well.
"""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.deploy.conftest import COLLECTION, link_collection
from tests.deploy.example import (
    WELL,
    Example,
    answer_as_anchors,
    certificate,
    join,
    said,
    wheelhouse,
)
from tests.docs.pages import DOCS, commands

from notanker_lab import Lab, addresses, kernel, processes
from notanker_lab.booted import Booted, Container, in_place_of_the_site
from notanker_lab.booted.system import fresh_name

ROOT = COLLECTION.parents[1]
PAGES = ("installing", "servicing", "operating")
SITE = "musterdorf"
PLAY = "ansible-playbook -i ~/standorte/inventory.yml notanker.site"
NUMBER = "+491713920013"
CENTRES_PORT = 8443
PIN, NEXT_PIN = "47110815", "17423141"
VAULT = "ein-langes-kennwort"
_RUN_S = 900.0
ENDED = 124
"""The exit status of a command that goes on until somebody has seen enough."""

pytestmark = [pytest.mark.long, pytest.mark.timeout(3600)]
NOT_TRIED = {
    "make collection wheelhouse": "tools/booted has made both, outside of the capsule",
    "git pull && make collection wheelhouse": "the same",
    "notanker central": "the name of a group",
    "notanker orders": "the name of a group",
    "sudo -i": "each command at a box or a centre is tried so",
    "sudo notanker-rootfs writable": "for boxes that want it: test_rootfs",
    "sudo notanker-rootfs read-only": "the same",
    "sudo apt full-upgrade": "Debian's own, and a mirror's",
    "chronyc tracking": "a container has no clock of its own; test_outage tries it on a machine",
}
"""What is left to others, and why."""
WRITTEN = {one for name in PAGES for one in commands(DOCS / "de" / f"{name}.md")}


@dataclass
class Manual:
    """Who does what the pages say: at the desk, at a box, at the centre."""

    lab: Lab
    home: Path
    box: Container
    centre: Container
    tried: set[str] = field(default_factory=set)

    def inventory(self) -> Example:
        """Give the technician's copy of the example, which leads to the box that there is from now on."""
        return Example(self.home / "standorte", SITE, self.box)

    def desk(self, written: str, more: str = "", *, status: int = 0, **words: str) -> str:
        """Run a command, and more behind it, where the inventory is; give what it printed, as running text.

        Args:
            written: as a page has it.
            more: options that a page names elsewhere.
            status: the exit status that it has to end with.
            words: what stands for a word in capitals.
        """
        line = f"{self._filled(written, words)} {more}"
        environment = {
            **os.environ,
            "HOME": str(self.home),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_NOCOLOR": "1",
        }
        folder = COLLECTION if line.startswith("ansible-") else ROOT
        code, text = at_a_terminal(line, folder, environment)
        assert code == status, f"{line}: {code}\n{text[-6000:]}"
        return " ".join(text.split())

    def play(self, name: str, more: str = "", *, status: int = 0, **words: str) -> str:
        """Call a playbook; there is a secret in the inventory that its password opens."""
        return self.desk(f"{PLAY}.{name}", f"{more} --ask-vault-pass", status=status, **words)

    def at_box(self, written: str, more: str = "", *, status: int = 0, **words: str) -> str:
        """Run a command at the box, as root by SSH and sudo, and give what it printed."""
        return self._at(self.box, f"{self._filled(written, words)} {more}", status)

    def at_centre(self, written: str, *, status: int = 0, **words: str) -> str:
        """Run a command at the centre, as root by SSH and sudo, and give what it printed."""
        return self._at(self.centre, self._filled(written, words), status)

    def _at(self, booted: Booted, line: str, status: int) -> str:
        (self.home / "line").write_text(f"{line}\n", "utf-8")
        booted.put(self.home / "line", "/run/line")
        within = f"timeout --signal INT {5 if status == ENDED else 90}"
        told = booted.run(
            f"runuser -l pi -c 'sudo -i {within} sh /run/line' 2>&1; echo status $?",
            timeout_s=120,
        )
        text, _, code = told.rpartition("status ")
        assert int(code) == status, f"{line}: {code}\n{text[-6000:]}"
        return text

    def _filled(self, written: str, words: dict[str, str]) -> str:
        assert written in WRITTEN, f"no page says: {written}"
        self.tried.add(written)
        for name, word in words.items():
            assert name in written
            written = written.replace(name, word)
        return written


def at_a_terminal(line: str, folder: Path, environment: dict[str, str]) -> tuple[int, str]:
    """Run a shell command at a terminal at which somebody answers each question for a password."""
    ours, theirs = pty.openpty()
    running = subprocess.Popen(
        ["sh", "-c", line],
        cwd=folder,
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    said, ends_s = b"", time.monotonic() + _RUN_S
    with contextlib.suppress(OSError):  # the terminal's end
        while time.monotonic() < ends_s:
            if select.select([ours], [], [], 1.0)[0]:
                more = os.read(ours, 65536)
                said += more
                if re.search(rb"password[^\n]*: ?$", more):
                    os.write(ours, f"{VAULT}\n".encode())
    os.close(ours)
    try:
        return running.wait(timeout=10), said.decode(errors="replace")
    finally:
        running.kill()


@pytest.fixture(scope="module")
def manual(in_a_capsule: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Manual]:
    """Give a bare box behind a router, with the lab's stick and its SIM, and a bare centre."""
    link_collection()
    names = fresh_name("box"), fresh_name("centre")
    with Lab() as lab, Container(names[0]) as box, Container(names[1]) as centre:
        made = Manual(lab, tmp_path_factory.mktemp("home"), box, centre)
        insert_sim(made, PIN)
        in_place_of_the_site(lab)
        stick_in(made)
        stand_at_the_site(made)
        relay = reachable_over_lte(made)
        try:
            yield made
        finally:
            relay.kill()
            relay.wait()
            made.box.down()


def reachable_over_lte(manual: Manual) -> subprocess.Popen[bytes]:
    """Let who comes over the lab's LTE to the centre's address come to this centre."""
    there = manual.lab.topology.namespace("centre")
    with kernel.in_network(there), socket.create_server((addresses.CENTRE, CENTRES_PORT)) as door:
        words = [str(door.fileno()), addresses.CENTRE, str(CENTRES_PORT)]
        enter = ["ip", "netns", "exec", manual.centre.links.near]
        return subprocess.Popen(
            [*enter, *processes.module("proxy"), *words],
            env=processes.environment(),
            pass_fds=[door.fileno()],
        )


def insert_sim(manual: Manual, pin: str) -> None:
    """Put a SIM card that has a PIN into the stick, which is out of the box meanwhile."""
    manual.lab.hilink.set(pin=pin, tries=3)
    manual.lab.hilink.fault("sim_pin")


def stand_at_the_site(manual: Manual) -> None:
    """Let the box have a line on which the anchors and the centre answer."""
    answer_as_anchors(manual.box, "eth0")
    join(manual.box, manual.centre)


def stick_out(manual: Manual) -> None:
    manual.box.unplug("lte0", manual.lab.topology.namespace("site"))


def stick_in(manual: Manual) -> None:
    manual.box.plug("lte0", manual.lab.topology.namespace("site"))


# Einen Standort einrichten


def test_sites_are_written_down(manual: Manual) -> None:
    manual.desk("cp -r deploy/ansible/example ~/standorte")
    folder = manual.home / "standorte"
    groups: dict[str, Any] = {name: {"hosts": {}} for name in ("notanker_sites", "notanker_centre")}
    (folder / "inventory.yml").write_text(yaml.safe_dump(groups), "utf-8")
    inventory = manual.inventory()
    inventory.lead("notanker_centre", "centre", manual.centre)
    certificate(folder / "secrets-centre", manual.home)
    inventory.say(
        agent_anchors=[{"kind": "icmp", "address": one} for one in addresses.ANCHORS],
        agent_settings={
            "centre": {"addresses": [addresses.CENTRE]},
            "failover": {"wait_to_restore_s": 3, "most_wait_s": 3},
        },
        agent_plan_sources=[{"kind": "centre"}],
        agent_plan_allowed_signers=str(manual.home / "allowed_signers"),
    )
    plans = {"folder": "/srv/notanker/plans"}
    told = folder / "host_vars" / "centre.yml"
    told.write_text(yaml.safe_dump({"central_settings": {"plans": plans}}), "utf-8")
    lay_plan(manual)
    write_pin(manual, PIN)
    manual.desk("notanker plan init", "~/plan")
    assert (manual.home / "plan" / "plan.toml").exists()


def lay_plan(manual: Manual) -> None:
    """Sign the example's plan, and copy it to the centre."""
    key, plan = manual.home / "key", manual.home / "signed"
    shutil.copytree(ROOT / "examples" / "plan", plan)
    notanker = [str(Path(sys.executable).parent / "notanker"), "plan"]
    for line in (
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)],
        [*notanker, "pack", str(plan)],
        [*notanker, "sign", str(plan), "--key", str(key)],
    ):
        subprocess.run(line, check=True, capture_output=True)
    public = key.with_suffix(".pub").read_text("utf-8")
    (manual.home / "allowed_signers").write_text(f"it@musterhafen.example {public}", "utf-8")
    manual.centre.run("mkdir -p /srv/notanker/plans")
    manual.centre.put(plan, f"/srv/notanker/plans/{SITE}")


def write_pin(manual: Manual, pin: str) -> None:
    """Write a PIN into the file that is meant for it, and encrypt that."""
    file = manual.home / "standorte" / "secrets" / SITE / "sim-pin"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"{pin}\n", "utf-8")
    manual.desk("ansible-vault encrypt DATEI", DATEI=str(file))
    assert pin not in file.read_text("utf-8")


def test_what_is_wrong_is_told_and_nothing_is_changed(manual: Manual) -> None:
    manual.play("look")
    file = manual.home / "standorte" / "host_vars" / f"{SITE}.yml"
    right = file.read_text("utf-8")
    manual.inventory().say(notanker_mode="router", notanker_mdoe="solo")
    told = manual.play("look", status=2)
    file.write_text(right, "utf-8")
    assert "changed=0" in told
    page = (ROOT / "docs/de/installing.md").read_text("utf-8").replace("musterstadt", SITE)
    sample = re.search(r"^    fatal: .*\n(?:    .*\n)+", page, re.MULTILINE)
    assert sample is not None
    assert " ".join(sample[0].split()) == " ".join(re.findall(r"fatal: .*?(?= PLAY )", told))


def test_centre_and_site_are_installed_and_the_centre_gives_a_code(manual: Manual) -> None:
    manual.play("central")
    file = manual.home / "standorte" / "inventory.yml"
    with_centre = yaml.safe_load(file.read_text("utf-8"))
    # The centre belongs to somebody else, who gives a code.
    file.write_text(yaml.safe_dump({**with_centre, "notanker_centre": {"hosts": {}}}), "utf-8")
    told = manual.play("site")
    assert f"notanker central enrol {SITE}" in told
    manual.play(f"site --limit {SITE} -e agent_enrol_code=CODE", CODE=code_of(manual))
    again = manual.play("site")
    assert re.search(r"changed=0 +unreachable=0 +failed=0", again)
    file.write_text(yaml.safe_dump(with_centre), "utf-8")


def code_of(manual: Manual) -> str:
    told = manual.at_centre(f"notanker central enrol {SITE}")
    found = re.search(r"(?:[0-9A-Z]{5}-){4}[0-9A-Z]{5}", told)
    assert found is not None, told
    return found[0]


def test_at_the_site_all_is_looked_at(manual: Manual) -> None:
    manual.box.wait_until(WELL, 180)
    # The centre has it, and the box its key by now.
    manual.box.wait_until(said("s['plan']['fingerprint']"), 180)
    manual.at_box("notanker modem signal", status=ENDED)
    look_at_it(manual)
    manual.desk("notanker plan poster", f"{ROOT}/examples/plan -o ~/poster.pdf")
    assert (manual.home / "poster.pdf").read_bytes().startswith(b"%PDF")


def look_at_it(manual: Manual) -> None:
    """Do what ends each visit: a test SMS, the check, the status."""
    manual.box.wait_until(
        said("s['heartbeat']['acknowledged'] and not s['heartbeat']['reason']"), 120
    )
    before = len(manual.lab.smsc.messages())
    manual.at_box("notanker modem test --to NUMMER", NUMMER=NUMBER)
    assert [one["number"] for one in manual.lab.smsc.messages()[before:]] == [NUMBER]
    manual.at_box("notanker check")
    assert "LTE" in manual.at_box("notanker status")


def test_the_first_drill(manual: Manual) -> None:
    manual.box.wait_until(WELL, 180)
    told = manual.play(f"drill --limit {SITE} -e drill_told=true", "-e drill_minutes=1")
    assert "s war der Verkehr auf LTE" in told
    number = manual.at_box("notanker incidents list").split()[0]
    assert "STÖRUNG" in manual.at_box("notanker incidents report NUMMER", NUMMER=number)
    assert manual.at_box("notanker incidents show NUMMER", NUMMER=number)


# Warten und instandsetzen


def test_lamps_are_read(manual: Manual) -> None:
    assert "LTE" in manual.at_box("notanker panel")
    assert "huawei_lte" in manual.at_box("notanker plugins")
    manual.at_box("notanker plan fetch")


def test_the_sim_is_changed(manual: Manual) -> None:
    write_pin(manual, NEXT_PIN)
    manual.play(f"site --limit {SITE}")
    stick_out(manual)
    insert_sim(manual, NEXT_PIN)
    stick_in(manual)
    manual.box.wait_until(WELL, 180)
    assert "SIM" in manual.at_box("notanker modem info")
    look_at_it(manual)


def test_a_dead_box_is_replaced(manual: Manual) -> None:
    manual.at_centre(f"notanker central revoke {SITE}")
    stick_out(manual)
    known = manual.home / "known_hosts"
    known.write_text(f"{manual.box.name} {(manual.home / 'key.pub').read_text('utf-8')}", "utf-8")
    manual.desk("ssh-keygen -R ADRESSE", f"-f {known}", ADRESSE=manual.box.name)
    assert not known.read_text("utf-8")
    manual.box.down()
    manual.box = Container(fresh_name("fresh")).up()
    insert_sim(manual, NEXT_PIN)
    stick_in(manual)
    stand_at_the_site(manual)
    manual.inventory()
    manual.play(f"replace --limit {SITE}")
    manual.box.wait_until(WELL, 180)
    look_at_it(manual)


def test_a_site_that_the_centre_no_longer_knows_is_enrolled_anew(manual: Manual) -> None:
    manual.at_centre(f"notanker central revoke {SITE}")
    manual.play(f"replace --limit {SITE}", "-e replace_key=true")
    manual.box.wait_until(said("s['heartbeat']['acknowledged']"), 90)


def test_a_new_version_comes_and_the_one_before_is_gone_back_to(
    manual: Manual, tmp_path: Path
) -> None:
    before = manual.box.run("readlink /opt/notanker/current").strip()
    house = wheelhouse(tmp_path / "house", "9.9.9", {"notanker/cli/agent.py": b"\n# Another.\n"})
    manual.inventory().say(notanker_wheelhouse=str(house))
    manual.play("update")
    assert manual.box.run("readlink /opt/notanker/current").strip() == "/opt/notanker/9.9.9"
    back = "sudo ln -sfn /opt/notanker/<Version> /opt/notanker/current"
    restart = "sudo systemctl restart notanker-agent notanker-portal"
    version: dict[str, Any] = {"<Version>": Path(before).name}
    manual.at_box(f"{back} && {restart}", **version)
    assert manual.box.run("readlink /opt/notanker/current").strip() == before
    manual.box.wait_until(WELL, 180)


def test_what_to_do_when_something_is_wrong(manual: Manual) -> None:
    assert "active (running)" in manual.at_box("systemctl status notanker-agent")
    assert manual.at_box("journalctl -u notanker-agent -n 50").count("\n") >= 10


# Betrieb


def test_the_modem_is_operated(manual: Manual) -> None:
    assert "lte" in manual.at_box("notanker modem list")
    before = len(manual.lab.smsc.messages())
    manual.at_box("notanker modem sms send NUMMER TEXT", NUMMER=NUMBER, TEXT="Probe")
    (sent,) = manual.lab.smsc.messages()[before:]
    assert sent["text"].startswith("Probe")
    manual.at_box("notanker modem sms list")
    manual.at_box("notanker modem ussd '*100#'")
    # Where nobody has a terminal, it is shown once.
    manual.at_box("notanker panel --watch")


def test_codes_are_made(manual: Manual) -> None:
    assert "otpauth://" in manual.at_box("notanker orders enrol mara-beispiel")
    assert manual.at_box("notanker orders codes")


def test_plan_and_rules_are_looked_at(manual: Manual) -> None:
    manual.box.put(manual.home / "signed", "/etc/notanker/plan")
    manual.at_box("notanker plan check", "/etc/notanker/plan")
    manual.at_box("notanker plan accept /etc/notanker/plan")
    assert "notanker_meter" in manual.at_box("nft list tables")


def test_it_is_taken_away(manual: Manual) -> None:
    manual.box.run("systemctl stop notanker-agent notanker-portal")
    manual.at_box("notanker clear")
    assert "notanker_meter" not in manual.box.run("nft list tables")
    manual.play(f"remove --limit {SITE} -e remove_sure=true")
    told = manual.home / "standorte" / "host_vars" / "centre.yml"
    told.write_text(yaml.safe_dump({"central_sites": []}), "utf-8")
    manual.play("central")
    manual.centre.run(f"notanker central site add {SITE}")
    manual.at_centre(f"notanker central site remove {SITE}")


def test_everything_that_is_written_was_tried(manual: Manual) -> None:
    assert WRITTEN - manual.tried - set(NOT_TRIED) == set()
    assert set(NOT_TRIED) <= WRITTEN
