"""The role central on booted Debian: installed once, looked at from every side, and spoken to as sites do.

SQLite on Debian 12 in the short form; Debian 13, PostgreSQL and the RabbitMQ engine with `--long`.
"""

from __future__ import annotations

import json
import re
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
UNIT = "notanker-central.service"
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


def test_the_units_stand_behind_a_fence(centre: Centre) -> None:
    for unit, most in MOST_EXPOSED.items():
        told = centre.run(f"systemd-analyze security --no-pager {unit}.service | tail -n 1")
        found = re.search(r": ([\d.]+) ", told)
        assert found is not None
        assert float(found.group(1)) <= most, told
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


def test_a_modem_at_the_centre_tells_by_sms_from_behind_the_fence(
    container: Container, tmp_path: Path
) -> None:
    with Lab() as lab:
        site, lte = in_place_of_the_site(lab)["lte0"]
        container.plug(lte, site)
        container.run(f"ip link set lte0 up && ip address add {addresses.SITE_LTE}/24 dev lte0")
        person = {"id": "anna", "name": "Anna Beispiel", "ways": [f"sms:{ANNA}"]}
        alarm = {
            "channel": [{"name": "sms", "modem": "huawei_lte"}],
            "person": [person],
            "step": [{"people": ["anna"]}],
        }
        quick = [{"id": "nord", "name": "Nord", "interval_s": 5, "grace_s": 5}]
        given = {"central_settings": {"alarm": alarm}, "central_sites": quick}
        centre = installed(container, tmp_path, **given)
        assert centre.report(3, centre.seal(), interval_s=5.0) == "200"
        control.wait_until(
            lambda: any(one["number"] == ANNA for one in lab.smsc.messages()),
            SILENT_S,
            lambda: f"Anna has her SMS\n{centre.run('journalctl -u notanker-central | tail -40')}",
        )
        assert "modem.conf" in centre.run("systemctl show -p DropInPaths notanker-central")
        told = centre.run("systemd-analyze security --no-pager notanker-central | tail -n 1")
        found = re.search(r": ([\d.]+) ", told)
        assert found is not None
        assert float(found.group(1)) <= MOST_EXPOSED_BY_A_MODEM, told
        again = centre.play()
        assert (again.failed, again.changed) == (0, 0), again.why
        without = centre.play(central_settings={})
        assert not without.failed, without.why
        assert "modem.conf" not in centre.run("systemctl show -p DropInPaths notanker-central")


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
