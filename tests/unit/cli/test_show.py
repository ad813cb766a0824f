"""`notanker status`, `plugins` and `incidents`: what is known, how old it is, and when nothing is."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace

import pytest

from notanker.core.cause import Detail
from notanker.core.moment import Moment
from notanker.core.names import (
    Cause,
    Confidence,
    Line,
    Outcome,
    PluginHealth,
    Stage,
    Uplink,
    Verdict,
)
from notanker.core.status import (
    HeartbeatStatus,
    IncidentStatus,
    MessageStatus,
    ModemStatus,
    PlanStatus,
    PluginStatus,
    Status,
    SystemStatus,
    UplinkStatus,
)
from notanker.shell.clock import Clock
from tests.unit.cli.conftest import Call, SiteFiles
from tests.unit.core.world import World


@pytest.fixture
def now() -> Moment:
    return Clock().now()


@pytest.fixture
def calm(now: Moment) -> Status:
    return Status(
        "musterhafen",
        now,
        Line.PRIMARY,
        now,
        uplinks=(
            UplinkStatus(
                Uplink.PRIMARY, "eth0", Verdict.UP, carrier=True, rtt_ms=20.4, loss_pct=0.0
            ),
            UplinkStatus(Uplink.BACKUP, "eth1", Verdict.UP, carrier=True),
        ),
        modem=ModemStatus("lte1", "Beispielfunk", -93.0, connected=True, told=now),
        plugins=(PluginStatus("lte1", "huawei_lte", PluginHealth.OK),),
        heartbeat=HeartbeatStatus(enabled=True, acknowledged=now, over=Uplink.PRIMARY),
        plan=PlanStatus("musterhafen", 3, "2026-11"),
    )


@pytest.fixture
def outage(calm: Status, now: Moment) -> Status:
    message = MessageStatus("17-1", "T1", "mara", Outcome.SENT, now)
    incident = IncidentStatus(17, Stage.OPEN, Cause.PROVIDER, now, messages=(message,))
    return replace(calm, line=Line.BACKUP, incident=incident, findings=("journal: disk full",))


def test_calm_is_status_0(call: Call, files: SiteFiles, calm: Status, language: str) -> None:
    files.write_status(calm)
    result = call("status")
    assert result.exit_code == 0
    words = {
        "de": ["Hauptleitung aktiv", "geht, 20 ms, 0 % Verlust", "Störung           keine"],
        "en": ["Main line active", "works, 20 ms, 0 % loss", "Incident          none"],
    }
    for text in [*words[language], "musterhafen", "Beispielfunk, -93 dBm", "lte1 (huawei_lte): ok"]:
        assert text in result.output


def test_an_outage_is_status_1_and_says_who_was_told(
    call: Call, files: SiteFiles, outage: Status, language: str
) -> None:
    files.write_status(outage)
    result = call("status")
    assert result.exit_code == 1
    words = {
        "de": ["LTE aktiv", "17, Netz des Anbieters", "17-1 mara: gesendet", "Befund"],
        "en": ["LTE active", "17, provider's network", "17-1 mara: sent", "Finding"],
    }
    for text in [*words[language], "journal: disk full"]:
        assert text in result.output


def test_a_broken_system_is_named_with_evidence_in_80_columns(
    call: Call, files: SiteFiles, calm: Status, now: Moment, language: str
) -> None:
    names = ("Core-Switch im Technikraum, Schrank 1", "Core switch, technical room, rack 1")
    detail = Detail(Confidence.LIKELY, "core-switch", names, now, ("pbx", "wifi"), 9)
    incident = IncidentStatus(
        18, Stage.OPEN, Cause.SWITCH, now, "dialler, door, pbx, printer +7 silent", detail, "pbx"
    )
    systems = (SystemStatus("pbx", ("Telefonanlage", "Telephone system"), Verdict.DOWN, now),)
    files.write_status(replace(calm, incident=incident, further=(incident,), systems=systems))
    result = call("status")
    assert result.exit_code == 1
    words = {
        "de": ["antwortet seit", "9 Systeme", "wahrscheinlich", "pbx, printer +7 stumm"],
        "en": ["has not answered since", "9 systems", "likely", "pbx, printer +7 silent"],
    }
    text = " ".join(result.output.split())
    for word in words[language]:
        assert word in text
    assert all(len(line) <= 80 for line in result.output.splitlines())


def test_status_is_json_for_programs(call: Call, files: SiteFiles, outage: Status) -> None:
    files.write_status(outage)
    result = call("status", "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert (found["line"], found["incident"]["number"]) == ("backup", 17)


def test_without_an_agent_there_is_a_sentence_and_status_3(call: Call, language: str) -> None:
    result = call("status")
    assert result.exit_code == 3
    assert {"de": "Läuft „notanker run“?", "en": "Is 'notanker run' running?"}[
        language
    ] in result.output


@pytest.mark.parametrize("data", [b"", b"{}", b"null", b"\xff\xfe", b'{"site": 5}'])
def test_a_snapshot_that_cannot_be_read_is_a_sentence_and_status_3(
    call: Call, files: SiteFiles, data: bytes
) -> None:
    (files.folder / "run").mkdir()
    (files.folder / "run" / "status.json").write_bytes(data)
    result = call("status")
    assert result.exit_code == 3
    assert "status.json" in result.output


def test_an_old_snapshot_is_shown_with_a_warning_and_status_3(
    call: Call, files: SiteFiles, calm: Status, now: Moment, language: str
) -> None:
    old = replace(now, boot_s=now.boot_s - 600, wall_s=now.wall_s - 600)
    files.write_status(replace(calm, written=old))
    result = call("status")
    assert result.exit_code == 3
    warning = {"de": "DER AGENT MELDET SICH NICHT", "en": "THE AGENT DOES NOT ANSWER"}
    assert warning[language] in result.output
    assert "10 min" in result.output


def test_a_snapshot_of_the_boot_before_is_old(
    call: Call, files: SiteFiles, calm: Status, now: Moment
) -> None:
    files.write_status(
        replace(calm, written=replace(now, boot="another", boot_s=10**6, wall_s=now.wall_s - 600))
    )
    assert call("status").exit_code == 3


def test_a_broken_configuration_is_status_2(call: Call, files: SiteFiles) -> None:
    files.config.write_text("[site")
    for command in ("status", "plugins", "incidents"):
        assert call(command).exit_code == 2


def test_plugins_are_listed_with_their_health(call: Call, files: SiteFiles, calm: Status) -> None:
    failing = PluginStatus("lte1", "huawei_lte", PluginHealth.DEGRADED, 5, "no answer")
    files.write_status(replace(calm, plugins=(failing,)))
    result = call("plugins")
    assert "huawei_lte" in result.output
    assert "degraded no answer" in result.output
    found = json.loads(call("plugins", "--json").stdout)
    assert found["configured"] == {"lte1": "huawei_lte"}
    assert found["health"]["lte1"]["failures"] == 5


def test_plugins_are_listed_without_an_agent_too(call: Call) -> None:
    result = call("plugins")
    assert result.exit_code == 0
    assert json.loads(call("plugins", "--json").stdout)["health"] == {}


# Incidents.


def test_incidents_are_listed_the_latest_first(call: Call, history: World, language: str) -> None:
    result = call("incidents")
    assert result.exit_code == 0
    lines = [line for line in result.output.splitlines() if line.strip()]
    numbers = [line.split()[0] for line in lines if line.split()[0].isdigit()]
    assert numbers == ["2", "1"]
    assert {"de": "Anschlussleitung", "en": "access line"}[language] in result.output


def test_incidents_are_json_for_programs(call: Call, history: World) -> None:
    found = json.loads(call("incidents", "--json").stdout)
    assert [(item["number"], item["stage"]) for item in found] == [(2, "open"), (1, "resolved")]


def test_a_report_tells_the_time_line(call: Call, history: World, language: str) -> None:
    result = call("incidents", "report", "1")
    assert result.exit_code == 0
    words = {
        "de": ["Auswertungsbericht zu Störung 1", "Netz des Anbieters", "Mara Beispiel"],
        "en": ["After-action report 1", "provider's network", "Mara Beispiel"],
    }
    for text in words[language]:
        assert text in result.output
    assert all(len(line) <= 100 for line in result.output.splitlines())


def test_a_report_is_json_for_programs(call: Call, history: World) -> None:
    found = json.loads(call("incidents", "report", "1", "--json").stdout)
    assert found["outage_s"] == pytest.approx(60, abs=2)
    assert [message["template"] for message in found["messages"]] == ["T1", "T12"]


def test_a_report_of_an_incident_that_never_was_is_a_sentence(call: Call, history: World) -> None:
    result = call("incidents", "report", "99")
    assert result.exit_code == 2
    assert "99" in result.output


def test_reading_the_record_does_not_touch_it(call: Call, files: SiteFiles, history: World) -> None:
    path = files.state / "journal.sqlite"
    before = path.read_bytes()
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("begin immediate")  # the agent is writing
        assert call("incidents").exit_code == 0
    other.close()
    assert path.read_bytes() == before


@pytest.mark.parametrize("data", [None, b"rubbish" * 1000])
def test_a_record_that_cannot_be_read_is_a_sentence_and_status_2(
    call: Call, files: SiteFiles, data: bytes | None
) -> None:
    path = files.state / "journal.sqlite"
    if data is not None:
        path.parent.mkdir()
        path.write_bytes(data)
    result = call("incidents")
    assert result.exit_code == 2
    assert str(path) in result.output
    assert data is None or path.read_bytes() == data
