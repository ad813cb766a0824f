"""The role central on booted Debian: installed once, looked at from every side, and spoken to as sites do.

SQLite on Debian 12 in the short form; Debian 13, PostgreSQL and the RabbitMQ engine with `--long`.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.deploy.conftest import Played, play_on
from tests.unit.central.conftest import make_beat, make_event

from notanker.beat.keys import key_of
from notanker.shell.sealing import SiteSeal
from notanker_lab import Lab, addresses, control
from notanker_lab.booted import Container, in_place_of_the_site
from notanker_lab.booted.system import fresh_name

pytestmark = pytest.mark.long  # each wants boxes of its own, for minutes

ROOT = Path(__file__).parents[2]
PASSWORD = "ein langes Passwort 1"
RULES, DASHBOARD = "/etc/prometheus/notanker.rules.yml", "/var/lib/grafana/notanker.json"
MOST_EXPOSED = {"notanker-central": 1.2, "notanker-central-backup": 0.6}
MOST_EXPOSED_BY_A_MODEM = 1.6
ANNA = "+491713920011"
SILENT_S = 180.0
STICKS_PASSWORD = "Stick-Passwort-4"
UNIT = "notanker-central.service"
DROP_IN = f"/etc/systemd/system/{UNIT}.d/modem.conf"
MODEMS_CONF = "deploy/systemd/notanker-central-modem.conf"
CENTRAL = "runuser --user notanker-central -- notanker central"
STATE = "/var/lib/notanker-central"


@dataclass
class Centre:
    """A machine on which the role has run once."""

    booted: Container
    folder: Path
    variables: dict[str, Any]
    first: Played

    def play(self, *options: str, **more: Any) -> Played:
        return play_on(self.folder, self.booted, "central.yml", *options, **self.variables | more)

    def run(self, command: str) -> str:
        return self.booted.run(command)

    def report(self, counter: int, seal: SiteSeal, interval_s: float = 60.0) -> str:
        """Post a beat as a site does, by TLS and to the certificate's name; return the HTTP status."""
        events = (make_event(counter),)
        beat = make_beat(counter, "nord", events=events, interval_s=interval_s)
        (self.folder / "beat").write_bytes(seal.seal(beat))
        self.booted.put(self.folder / "beat", "/run/beat")
        return self.run(
            "curl -s -o /dev/null -w '%{http_code}' --cacert /etc/notanker/central/ca.pem "
            "--resolve central.example:8443:127.0.0.1 --data-binary @/run/beat "
            "https://central.example:8443/api/1/beat"
        )

    def site(self, name: str = "nord") -> dict[str, Any]:
        """Return what the board's readers see of a site."""
        token = self.run(f"{CENTRAL} user token mara 2>/dev/null").strip()
        told = self.run(
            f"curl -s -H 'Authorization: Bearer {token}' http://127.0.0.1:8444/api/1/sites"
        )
        return next(site for site in json.loads(told)["sites"] if site["id"] == name)

    def show(self, *properties: str) -> str:
        """Return what systemd has of the centre's unit, one line each."""
        return self.run(f"systemctl show --value -p {','.join(properties)} {UNIT}").strip()

    def exposure(self, unit: str) -> float:
        told = self.run(f"systemd-analyze security --no-pager {unit} | tail -n 1")
        found = re.search(r": ([\d.]+) ", told)
        assert found is not None, told
        return float(found.group(1))

    def children(self) -> list[str]:
        """Return the process ids of the plugins' children."""
        look = f"pgrep --parent {self.show('MainPID')} --full notanker.plugin.child"
        return self.booted.run(look, check=False).split()

    def status(self, process: str) -> dict[str, str]:
        """Return what the kernel says of a process."""
        lines = self.run(f"cat /proc/{process}/status").splitlines()
        return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}

    def seal(self, name: str = "nord") -> SiteSeal:
        return SiteSeal(key_of(self.run(f"{CENTRAL} site-key {name} 2>/dev/null")))


def certify(folder: Path, *names: str) -> Path:
    """Make the folder of secrets: an authority, and a certificate for those names."""
    made = folder / "secrets"
    made.mkdir()
    new = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc"]
    authority = ["-subj", "/CN=ca", "-keyout", "../ca.key", "-out", "ca.pem"]
    alternatives = "subjectAltName=" + ",".join(f"DNS:{name}" for name in names)
    own = ["-subj", f"/CN={names[0]}", "-keyout", "central.key", "-out", "central.pem"]
    signed = ["-CA", "ca.pem", "-CAkey", "../ca.key", "-addext", alternatives]
    for words in (new + authority, new + own + signed):
        subprocess.run(["openssl", *words], cwd=made, check=True, capture_output=True)
    return made


def variables(secrets: Path, **more: Any) -> dict[str, Any]:
    return {
        "notanker_language": "en",
        "notanker_wheelhouse": str(ROOT / "dist" / "wheelhouse"),
        "notanker_secrets": str(secrets),
        "notanker_centre_url": "https://central.example:8443",
        "central_sites": [{"id": "nord", "name": "Nord", "region": "Küste"}],
        "central_accounts": [{"name": "mara", "role": "admin", "password": PASSWORD}],
        **more,
    }


def installed(booted: Container, folder: Path, *names: str, **more: Any) -> Centre:
    given = variables(certify(folder, "central.example", *names), **more)
    first = play_on(folder, booted, "central.yml", **given)
    assert first.failed == 0, first.why
    return Centre(booted, folder, given, first)


@pytest.fixture(scope="module")
def centre(in_a_capsule: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with Container(fresh_name("centre")) as booted:
        booted.run("mkdir -p /etc/prometheus /var/lib/grafana")
        yield installed(
            booted,
            tmp_path_factory.mktemp("centre"),
            central_metrics="127.0.0.1:9799",
            central_prometheus_folder="/etc/prometheus",
            central_grafana_folder="/var/lib/grafana",
        )


def test_a_second_run_changes_nothing(centre: Centre) -> None:
    again = centre.play()
    assert (again.failed, again.changed) == (0, 0), again.why


def test_a_site_reports_and_stands_on_the_board(centre: Centre) -> None:
    seal = centre.seal()
    assert centre.report(3, seal) == "200"
    assert centre.site()["state"] == "ok"
    assert "notanker_sites" in centre.run("curl -s http://127.0.0.1:9799/metrics")


def test_a_month_is_given_out_on_paper_from_behind_the_fence(centre: Centre) -> None:
    board = "http://127.0.0.1:8444"
    curl = "curl -s --cookie-jar /run/cookies --cookie /run/cookies"
    page = centre.run(f"{curl} {board}/sign-in")
    token = re.search('name="form" value="([^"]+)"', page)
    assert token is not None, page
    form = {"name": "mara", "password": PASSWORD, "form": token[1]}
    told = " ".join(f"--data-urlencode {shlex.quote(f'{k}={v}')}" for k, v in form.items())
    centre.run(f"{curl} {told} {board}/sign-in")
    assert centre.run(f"{curl} {board}/site/nord/month/2026-11.pdf | head -c 4") == "%PDF"


def test_the_units_stand_behind_a_fence(centre: Centre) -> None:
    for unit, most in MOST_EXPOSED.items():
        assert centre.exposure(f"{unit}.service") <= most, unit
    assert centre.run("systemctl show -p Type,WatchdogUSec --value notanker-central").split() == [
        "notify",
        "1min",
    ]


def test_it_listens_where_it_should_and_nowhere_else(centre: Centre) -> None:
    lines = centre.run("ss -Hltnup | grep notanker").splitlines()
    assert sorted(line.split()[4] for line in lines) == [
        "*:8443",
        "127.0.0.1:8444",
        "127.0.0.1:9799",
    ]


def test_no_secret_can_be_read_by_others_and_none_was_logged(centre: Centre) -> None:
    kept = "/etc/notanker/central.toml /etc/notanker/central/* /var/lib/notanker-central/*"
    for path in centre.run(f"ls -d {kept}").split():
        assert not centre.booted.succeeds(f"setpriv --reuid 65534 --clear-groups cat {path}"), path
    key = (Path(centre.variables["notanker_secrets"]) / "central.key").read_text().splitlines()[1]
    log = centre.run("journalctl --no-pager --output cat")
    for secret in (PASSWORD, key):
        assert secret not in centre.first.text
        assert secret not in log


def test_what_is_still_to_be_done_is_said_at_the_end(centre: Centre) -> None:
    assert "Keep a copy of /var/lib/notanker-central/central.master" in " ".join(
        centre.first.text.split()
    )
    assert "sites need TCP 8443" in centre.first.text


def test_rules_and_dashboard_lie_where_it_was_asked_for(centre: Centre) -> None:
    for path, source in (
        (RULES, "prometheus/notanker.rules.yml"),
        (DASHBOARD, "grafana/notanker.json"),
    ):
        assert centre.run(f"cat {path}") == (ROOT / "deploy" / source).read_text("utf-8")


def test_a_copy_is_made_and_comes_back(centre: Centre) -> None:
    seal = centre.seal()
    assert centre.report(1000, seal) == "200"
    centre.run("systemctl start notanker-central-backup.service")
    (copy,) = centre.run("ls /var/backups/notanker-central/*.sqlite").split()
    assert centre.report(2000, seal) == "200"
    assert centre.report(1500, seal) == "400", "older than the newest"
    assert not centre.booted.succeeds(f"{CENTRAL} restore {copy}"), "under a centre that runs"
    centre.run("systemctl stop notanker-central")
    centre.run(f"{CENTRAL} restore {copy}")
    centre.run("systemctl start notanker-central")
    assert centre.report(1500, seal) == "200"
    centre.run("systemctl is-enabled notanker-central-backup.timer notanker-central.service")


def test_wrong_values_stop_it_before_anything_is_changed(centre: Centre) -> None:
    before = centre.run(
        "find /etc /opt/notanker -newermt '1 second ago' | wc -l; cat /etc/notanker/central.toml"
    )
    played = centre.play(
        central_port=443,
        central_database="mysql://x",
        central_accounts=[{"name": "mara", "role": "chief", "password": "short"}],
        central_prometheus_folder="/no/such/folder",
    )
    assert played.failed == 1
    told = " ".join(played.text.split())
    for sentence in (
        "The centre has no right to ports below 1024",
        "central_database is no address",
        "a role of viewer, operator, admin",
        "has 12 characters or more",
        "there is no folder /no/such/folder",
    ):
        assert sentence in told
    assert played.changed == 0
    assert before.endswith(centre.run("cat /etc/notanker/central.toml"))


def test_a_configuration_with_faults_is_not_put_in_force(centre: Centre) -> None:
    process = centre.run("systemctl show -p MainPID --value notanker-central")
    played = centre.play(central_settings={"alarm": {"per_hour": "many"}, "boards": {}})
    assert played.failed == 1
    told = " ".join(played.text.split())
    assert "This central.toml is not put in force" in told
    assert "per_hour" in told
    assert "boards" in told
    assert "many" not in centre.run("cat /etc/notanker/central.toml")
    assert centre.run("systemctl show -p MainPID --value notanker-central") == process
    again = centre.play()
    assert (again.failed, again.changed) == (0, 0), again.why


def test_a_release_that_does_not_run_is_taken_back(centre: Centre, tmp_path: Path) -> None:
    """A release that is checked like any other, and ends as soon as it is to serve."""
    own = centre.run("readlink /opt/notanker/current").strip()
    machine = centre.run(
        "echo $(uname -m)-py$(python3 -c 'import sys; print(*sys.version_info[:2], sep=\".\")')"
    ).strip()
    house = tmp_path / f"{machine}-centre"
    house.mkdir()
    (house / "release").write_text("9.9.9\n")
    centre.run(
        "mkdir -p /opt/notanker/9.9.9/bin && cd /opt/notanker/9.9.9 && "
        f"touch .whole-{machine}-centre && printf '%s\\n' '#!/bin/sh' "
        f"'[ $# = 1 ] && exit 3' 'exec {own}/bin/notanker \"$@\"' >bin/notanker && chmod 755 bin/notanker"
    )
    played = centre.play(notanker_wheelhouse=str(tmp_path))
    assert played.failed == 1
    told = " ".join(played.text.split())
    assert f"The release before, {Path(own).name}, runs again" in told
    assert centre.run("readlink /opt/notanker/current").strip() == own
    assert centre.run("systemctl is-active notanker-central").strip() == "active"


def test_what_an_interrupted_run_has_laid_down_is_read_and_started(centre: Centre) -> None:
    """It ended after the unit was there, before systemd was told; its mark is of another unit."""
    process = centre.show("MainPID")
    centre.run(f"touch /etc/systemd/system/{UNIT} && echo another >/etc/notanker/.central-in-force")
    assert centre.show("NeedDaemonReload") == "yes"
    repeated = centre.play()
    assert repeated.failed == 0, repeated.why
    assert centre.show("NeedDaemonReload") == "no"
    assert centre.show("MainPID") != process
    again = centre.play()
    assert (again.failed, again.changed) == (0, 0), again.why


def test_check_mode_says_what_it_would_do_and_does_nothing(
    container: Container, tmp_path: Path
) -> None:
    given = variables(certify(tmp_path, "central.example"))
    played = play_on(tmp_path, container, "central.yml", "--check", "--diff", **given)
    assert played.failed == 0, played.why
    assert played.changed > 0
    assert PASSWORD not in played.text
    assert not container.succeeds("ls /opt/notanker || ls /etc/notanker || id notanker-central")


def test_debian_13_is_served_as_well(container13: Container, tmp_path: Path) -> None:
    centre = installed(container13, tmp_path)
    assert centre.report(3, centre.seal()) == "200"
    again = centre.play()
    assert (again.failed, again.changed) == (0, 0), again.why


@pytest.mark.timeout(1800)
def test_a_modem_at_the_centre_tells_by_sms_from_behind_the_fence(
    container: Container, tmp_path: Path
) -> None:
    with Lab(hilink={"login": "scram", "password": STICKS_PASSWORD}) as lab:
        site, lte = in_place_of_the_site(lab)["lte0"]
        container.plug(lte, site)
        container.run(f"ip link set lte0 up && ip address add {addresses.SITE_LTE}/24 dev lte0")
        centre = installed(container, tmp_path, **with_a_modem())
        assert centre.report(3, centre.seal(), interval_s=5.0) == "200"

        def told() -> list[str]:
            return [one["text"] for one in lab.smsc.messages() if one["number"] == ANNA]

        control.wait_until(
            lambda: bool(told()),
            SILENT_S,
            lambda: f"Anna has her SMS\n{centre.run(f'journalctl -u {UNIT} | tail -40')}",
        )
        assert_a_modem_stands_behind_the_fence(centre)
        process = centre.show("MainPID")
        again = centre.play()
        assert (again.failed, again.changed) == (0, 0), again.why
        assert centre.show("MainPID") == process
        assert_no_secret_was_logged(centre)
        without = centre.play(central_settings={})
        assert not without.failed, without.why
        assert_it_is_as_narrow_as_without_a_modem(centre)
        # The stick lets one in: who ends in order logs out, and the next one need not wait.
        assert lab.hilink.state()["requests"].get("POST /api/user/logout") == 1
        # After a minute she is reminded; the alarm itself came once.
        alarm, *reminders = told()
        assert alarm.startswith("STÖRUNG: Nord stumm seit"), alarm
        assert alarm.endswith("Nr 1-1"), alarm
        assert not any("Nr 1-1" in text for text in reminders), reminders


def with_a_modem() -> dict[str, Any]:
    """Give the variables of a centre that sends Anna an SMS as soon as the site is silent for 10 s."""
    stick = {"password": "/etc/notanker/central/stick"}
    alarm = {
        "channel": [{"name": "sms", "modem": "huawei_lte", "options": stick}],
        "person": [{"id": "anna", "name": "Anna Beispiel", "ways": [f"sms:{ANNA}"]}],
        "step": [{"people": ["anna"]}],
    }
    return {
        "central_settings": {"alarm": alarm},
        "central_sites": [{"id": "nord", "name": "Nord", "interval_s": 5, "grace_s": 5}],
        "central_files": {"stick": STICKS_PASSWORD},
    }


def assert_a_modem_stands_behind_the_fence(centre: Centre) -> None:
    """Assert that the centre has serial ports and no more, and its plugin's child no right at all."""
    assert centre.run(f"cat {DROP_IN}") == (ROOT / MODEMS_CONF).read_text("utf-8")
    assert centre.show("DropInPaths", "ActiveState", "NRestarts", "NeedDaemonReload").split() == [
        "0",
        "active",
        DROP_IN,
        "no",
    ]
    assert centre.exposure(UNIT) <= MOST_EXPOSED_BY_A_MODEM
    (child,) = centre.children()
    rights = centre.status(child)
    assert {rights[name] for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")} == {"0" * 16}
    assert (rights["NoNewPrivs"], rights["Seccomp"]) == ("1", "2")
    assert centre.run(f"ps -o user:20=,nice= {child}").split() == ["notanker-central", "5"]
    assert centre.run(f"cat /proc/{child}/oom_score_adj").strip() == "500"
    assert centre.run("getent group dialout").split(":")[2] in rights["Groups"].split()
    assert_no_child_failed(centre)


def assert_no_child_failed(centre: Centre) -> None:
    log = centre.run(f"journalctl --no-pager -u {UNIT}")
    for fault in ("capset", "plugin_ended", "modem_loop_failed", "Traceback"):
        assert fault not in log, log


def assert_no_secret_was_logged(centre: Centre) -> None:
    log = centre.run("journalctl --no-pager --output cat")
    master = centre.run(f"cat {STATE}/central.master").strip()
    key = (Path(centre.variables["notanker_secrets"]) / "central.key").read_text().splitlines()[1]
    for secret in (STICKS_PASSWORD, PASSWORD, master, key):
        assert secret not in centre.first.text
        assert secret not in log


def assert_it_is_as_narrow_as_without_a_modem(centre: Centre) -> None:
    assert not centre.booted.succeeds(f"test -e {DROP_IN}")
    assert centre.show("ActiveState", "DropInPaths", "NeedDaemonReload").split() == ["active", "no"]
    assert centre.exposure(UNIT) <= MOST_EXPOSED["notanker-central"]
    assert centre.children() == []
    assert_no_child_failed(centre)
    dialout = centre.run("getent group dialout").split(":")[2]
    assert dialout not in centre.status(centre.show("MainPID"))["Groups"].split()


def test_postgresql_on_the_machine_is_made_copied_and_brought_back(
    container: Container, tmp_path: Path
) -> None:
    centre = installed(container, tmp_path, central_database="postgresql:///notanker_central")
    seal = centre.seal()
    assert centre.report(1000, seal) == "200"
    centre.run("systemctl start notanker-central-backup.service")
    (copy,) = centre.run("ls /var/backups/notanker-central/*.pgdump").split()
    assert centre.report(2000, seal) == "200"
    assert not centre.booted.succeeds(f"{CENTRAL} restore {copy}"), "under a centre that runs"
    centre.run("systemctl stop notanker-central")
    centre.run(f"{CENTRAL} restore {copy}")
    centre.run("systemctl start notanker-central")
    assert centre.report(1500, seal) == "200"
    # A database that is away for a while is waited for.
    centre.run(
        "systemctl stop postgresql && systemctl restart --no-block notanker-central; sleep 3"
    )
    centre.run("systemctl start postgresql")
    centre.booted.wait_until("systemctl is-active notanker-central", timeout_s=60)
    assert centre.report(3000, seal) == "200"
    again = centre.play()
    assert (again.failed, again.changed) == (0, 0), again.why


def test_the_rabbitmq_engine_stores_what_its_workers_take_out_of_the_cluster(
    container: Container, tmp_path: Path
) -> None:
    host = container.run("hostname").strip()
    centre = installed(
        container,
        tmp_path,
        host,
        central_database="postgresql:///notanker_central",
        central_engine="rabbitmq",
        central_rabbitmq_nodes=[host],
        central_rabbitmq_password="noch/ein langes:Passwort@2",
        central_rabbitmq_sites_password="der Standorte Passwort 3",
        central_rabbitmq_cookie="NurFuerDieProbe123456789",
    )
    assert centre.report(3, centre.seal()) == "200"
    assert centre.site()["state"] == "ok"
    queues = centre.run("rabbitmqctl -q list_queues name type").splitlines()
    assert "notanker.beats\tquorum" in queues
    assert "{ok,quorum}" in centre.run(
        "rabbitmqctl -q eval 'application:get_env(rabbitmq_mqtt, durable_queue_type).'"
    )
    assert "guest" not in centre.run("rabbitmqctl -q list_users")
    units = "notanker-central-worker@1 notanker-central-worker@2"
    assert centre.run(f"systemctl is-active {units}").split() == ["active", "active"]
    again = centre.play()
    assert (again.failed, again.changed) == (0, 0), again.why
