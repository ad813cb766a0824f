"""A whole site on a booted machine, from the bare box to the all-clear, and its power cut again and again.

The machine stands in the place of the lab's site: behind the lab's router, with the lab's stick, on the air
with a phone. One run of ``site.yml`` makes it a site; from then on it is looked at from outside.
``--cuts 100`` is for the record.
"""

from __future__ import annotations

import json
import random
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.deploy.conftest import Played, play_on

from notanker_lab import Lab, addresses, control
from notanker_lab.booted import Machine, Phone, in_place_of_the_site
from notanker_lab.booted.system import fresh_name
from notanker_lab.stage import CENTRE_UID, SITE, Stage

ROOT = Path(__file__).parents[2]
SSID, KEY = "NOTFALL", "blaues-Fass-am-Kai-1742"
PORTAL = "10.42.0.1"
BEAT_S = 15.0
IT = ("+491713920013", "+491713920014")
"""The holder and the deputy of the example plan's first step."""
MACHINE_S = 300.0
"""An emulated machine is ten times slower than a Raspberry Pi: this is patience, no promise."""

pytestmark = [pytest.mark.long, pytest.mark.timeout(4 * 3600)]

# What is left after a cut has to be whole, and whole means: nobody had to come.
WHOLE = textwrap.dedent("""
    import json, pathlib, sqlite3
    state = pathlib.Path("/var/lib/notanker")
    for path in sorted(state.glob("*.sqlite")):
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
            assert db.execute("pragma integrity_check").fetchone()[0] == "ok", path
    rows = sqlite3.connect(f"file:{state}/journal.sqlite?mode=ro", uri=True).execute(
        "select position, kind, fields from event order by position").fetchall()
    found = {"plan": (state / "plans" / "current").resolve().name, "key": (state / "centre.key").read_text()}
    for kind in ("Queued", "Settled"):
        found[kind] = [json.loads(text)["mark"] for _, one, text in rows if one == kind]
    print(json.dumps(found))
""")


def over(status: dict[str, Any]) -> bool:
    """Say whether all is as it was before an outage."""
    return status["line"] == "primary" and status["incident"] is None


class Site:
    """The machine, the lab around it, and its centre."""

    def __init__(self, lab: Lab, stage: Stage, box: Machine, folder: Path) -> None:
        self.lab, self.stage, self.box, self._folder = lab, stage, box, folder
        self._read = 0

    def play(self, *options: str, **more: Any) -> Played:
        anchors = [
            {"kind": kind, "address": one} for kind in ("icmp", "tcp") for one in addresses.ANCHORS
        ]
        variables: dict[str, Any] = {
            "notanker_site_id": SITE,
            "notanker_language": "de",
            "notanker_primary": "eth0",
            "notanker_lte": "lte0",
            "notanker_modem": "huawei_lte",
            "notanker_wifi": "wlan0",
            "notanker_admin_networks": ["192.0.2.0/24", "10.0.2.0/24"],
            "notanker_centre_url": "https://centre.example:8443",
            "notanker_wheelhouse": str(ROOT / "dist" / "wheelhouse"),
            "wifi_ssid": SSID,
            "agent_anchors": anchors,
            "agent_plan": str(ROOT / "examples" / "plan"),
            "agent_settings": {
                # However often the line came back and went, it is trusted again in a minute.
                "failover": {"wait_to_restore_s": 5, "most_wait_s": 60},
                "centre": {"interval_s": BEAT_S},
            },
            "base_secrets": {"wifi-key": KEY},
        }
        return play_on(self._folder, self.box, "site.yml", *options, **variables | more)

    def code(self) -> str:
        """Have the centre make a code, as its administrator does."""
        line = self.stage.command(
            "central", "--config", str(self.stage.central_config), "enrol", SITE
        )
        done = self.lab.exec("centre", line, uid=CENTRE_UID, ambient_caps=(), check=True)
        words = [word for word in done.stdout.split() if word.count("-") == 4]
        return words[0]

    def status(self) -> dict[str, Any]:
        """Give what the agent says it knows; empty while it says nothing."""
        told = self.box.run("cat /run/notanker/status.json", check=False)
        found: dict[str, Any] = json.loads(told) if told.startswith("{") else {}
        return found

    def wait(self, what: Callable[[dict[str, Any]], object]) -> None:
        """Wait until the agent's status fulfils ``what``."""
        said = "notanker status; journalctl -u notanker-agent | tail -30"
        control.wait_until(
            lambda: bool((status := self.status()) and what(status)),
            MACHINE_S,
            lambda: f"the status is right\n{self.box.run(said, check=False)}",
        )

    def at_the_centre(self) -> dict[str, Any]:
        """Give what the centre knows of the site."""
        found: dict[str, Any] = self.stage.sites()[0]
        return found

    def wait_centre(self, state: str) -> None:
        control.wait_until(
            lambda: self.at_the_centre()["state"] == state,
            MACHINE_S,
            lambda: f"the centre says {state}: {self.at_the_centre()}",
        )

    def heard_s(self) -> float:
        """When the centre heard of the site last, on its clock."""
        return self.at_the_centre()["received_s"] or 0.0

    def wait_heard(self, before_s: float) -> None:
        control.wait_until(lambda: self.heard_s() > before_s, MACHINE_S, "a beat arrives")

    def leave_sms_behind(self) -> None:
        """Look from now on at later SMS alone: a busy machine has its own small outages."""
        self._read = len(self.lab.smsc.messages())

    def sms(self, *words: str) -> list[dict[str, Any]]:
        """Give the SMS that the network took, those that contain all the words."""
        later = self.lab.smsc.messages()[self._read :]
        return [one for one in later if all(word in one["text"] for word in words)]

    def wait_sms(self, count: int, *words: str) -> list[dict[str, Any]]:
        control.wait_until(
            lambda: len(self.sms(*words)) >= count,
            MACHINE_S,
            lambda: f"{count} of {words}: {self.sms()}",
        )
        return self.sms(*words)

    def calm(self) -> None:
        """Wait until both lines are proven and no incident is open."""
        self.wait(
            lambda s: (
                over(s)
                and s["plan"]["fingerprint"]
                and all(u["verdict"] == "up" for u in s["uplinks"])
            )
        )

    def kept(self) -> dict[str, Any]:
        """Give what is on the disk; it has to be whole."""
        found: dict[str, Any] = json.loads(self.box.run(f"python3 - <<'END'\n{WHOLE}\nEND"))
        return found


@pytest.fixture(scope="module", params=["bookworm", "trixie"])
def site(
    request: pytest.FixtureRequest, in_a_capsule: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """Give a bare box that one run of the playbook made a site, enrolled at its centre."""
    with Lab() as lab:
        stage = Stage(lab, beat_s=BEAT_S)
        keys = f'\n[keys]\nurl = "https://centre.example:8443"\nca = "{stage.centre}/ca.pem"\n'
        with stage.central_config.open("a", encoding="utf-8") as file:
            file.write(keys)
        stage.start_centre()
        control.wait_until(lambda: bool(stage.sites()), 60, "the centre answers")
        box = Machine(fresh_name("site"), request.param, cables=in_place_of_the_site(lab))
        try:
            box.up()
            made = Site(lab, stage, box, tmp_path_factory.mktemp("site"))
            box.wait_until("ip -4 -brief address show eth0 | grep -q 192.0.2.2/", MACHINE_S)
            first = made.play(agent_enrol_code=made.code())
            assert not first.failed, first.why
            print(
                f"{request.param}: a site after {first.seconds:.0f} s, {first.changed} tasks changed"
            )
            made.calm()
            yield made
        finally:
            box.down()


def test_a_second_run_changes_nothing(site: Site) -> None:
    again = site.play()
    assert (again.failed, again.changed) == (0, 0), again.why
    print(f"the second run took {again.seconds:.0f} s")


def test_the_box_can_be_asked_where_its_time_comes_from(site: Site) -> None:
    assert "Leap status" in site.box.run("chronyc tracking")


def test_a_phone_joins_is_led_to_the_portal_and_reads_the_plan(site: Site) -> None:
    phone = Phone(site.box)
    phone.join(SSID, KEY)
    assert phone.lease().startswith("10.42.0.")
    # What an Android asks for by itself when it has joined (PORTAL.md): the answer leads to the portal.
    assert "Musterhafen" in phone.fetch("http://connectivitycheck.gstatic.com/generate_204")
    page = phone.fetch(f"http://{PORTAL}/de/")
    assert "Musterhafen" in page
    assert not phone.succeeds(f"curl --silent --max-time 3 http://{addresses.ROUTER}/")
    assert not phone.succeeds(f"ping -c 1 -W 2 {addresses.CENTRE}")


def test_the_line_dies_and_all_that_is_promised_is_seen_from_outside(site: Site) -> None:
    site.calm()
    site.wait_centre("ok")
    site.leave_sms_behind()
    with site.lab.faults.silent_cut():
        cut_s = time.monotonic()
        alarms = site.wait_sms(2, "STÖRUNG")
        told_s = time.monotonic() - cut_s
        assert {one["number"] for one in alarms} >= set(IT), alarms
        site.wait(lambda s: s["line"] == "backup")
        # The heartbeat arrives by LTE: the centre has no other way to know.
        site.wait_centre("backup")
        print(
            f"emulated: SMS {told_s:.0f} s after the cut, "
            f"the centre knew after {time.monotonic() - cut_s:.0f} s"
        )
        assert site.box.succeeds(
            f"curl --silent --max-time 20 -o /dev/null http://{addresses.ANCHORS[0]}/"
        )
        page = site.box.run("curl --silent http://127.0.0.1/de/")
        assert "LTE" in page
    site.wait(over)
    site.wait_sms(2, "ENTWARNUNG")
    site.wait_centre("ok")
    number = site.box.run("notanker incidents list").split()[0]
    assert site.box.run(f"notanker incidents report {number}").strip()


def test_whatever_moment_the_power_fails_nothing_is_lost(
    site: Site, request: pytest.FixtureRequest
) -> None:
    rounds: int = request.config.getoption("--cuts")
    chance = random.Random(1742)  # noqa: S311 - moments, not secrets
    before = site.kept()
    portal_s, beat_s = [], []
    for number in range(rounds):
        # Now while alarms are being written and sent, now while all is well.
        cut = site.lab.faults.silent_cut() if number % 2 else None
        time.sleep(chance.uniform(0.0, 12.0))
        seen = site.kept()
        time.sleep(chance.uniform(0.0, 0.5))
        site.box.cut()
        heard_s = site.heard_s()
        if cut is not None:
            cut.heal()
        on_s = time.monotonic()
        site.box.start()
        site.box.wait_until(
            "curl --silent --fail --output /dev/null http://127.0.0.1/healthz", MACHINE_S
        )
        portal_s.append(time.monotonic() - on_s)
        site.wait_heard(heard_s)
        beat_s.append(time.monotonic() - on_s)
        after = site.kept()
        assert (after["plan"], after["key"]) == (before["plan"], before["key"])
        for kind in ("Queued", "Settled"):
            assert after[kind][: len(seen[kind])] == seen[kind], f"cut {number}: {kind}"
    site.calm()
    control.wait_until(
        lambda: set((kept := site.kept())["Queued"]) <= set(kept["Settled"]),
        MACHINE_S,
        "every message has its end",
    )
    middle = sorted(portal_s)[rounds // 2], sorted(beat_s)[rounds // 2]
    print(
        f"{rounds} power cuts: no alert, plan or key lost, no boot needed a hand; emulated, medians: "
        f"portal {middle[0]:.0f} s after power, first heartbeat {middle[1]:.0f} s"
    )
