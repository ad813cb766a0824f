"""The whole story of one outage, told once and looked at from every side."""

import html
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from notanker_lab.analysis import Record
from notanker_lab.stage import BOARD_PORT
from tests.lab.scene import HOTLINE, IT, TOLD, Page, Scene, is_over, on_stage, until

WAIT_S = 3.0
USERS = ("udp4", "udp6", "tcp4")


@dataclass
class Story:
    """What was seen before, during and after the outage."""

    scene: Scene
    before: dict[str, Any] = field(default_factory=dict)
    during: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    pages: dict[str, Page] = field(default_factory=dict)
    site: dict[str, Any] = field(default_factory=dict)
    cut_s: float = 0.0
    healed_s: float = 0.0
    echoes: Record = field(default_factory=lambda: Record(()))


@pytest.fixture(scope="module")
def story(in_a_capsule: None) -> Iterator[Story]:
    with on_stage(portal=True, wait_to_restore_s=WAIT_S) as scene:
        told = Story(scene)
        users = scene.lab.traffic.start(USERS)
        until(lambda: all(users.record().flow(one).rtts_s() for one in USERS), "the users work")
        told.before = {"devices": scene.devices(), "rules": [scene.rules(4), scene.rules(6)]}
        with scene.lab.faults.silent_cut() as cut:
            told.cut_s = cut.started_s
            scene.wait_line("backup")
            scene.wait_sms(2)
            status = scene.wait(lambda s: s["heartbeat"]["over"] == "backup")
            until(lambda: scene.site().get("state") == "backup", "the centre knows")
            told.site = scene.site()
            told.during = {"devices": scene.devices(), "status": status}
            told.during["rules"] = [scene.rules(4), scene.rules(6)]
            told.pages = {path: scene.page(path) for path in ("/de/", "/en/", "/kontakte")}
            told.healed_s = time.monotonic()
        scene.wait_line("wait_to_restore")
        scene.wait(is_over, 30)
        until(lambda: scene.site()["beat"]["line"] == "primary", "the centre knows")
        until(_all_stored(scene), "all events are at the centre")
        told.after = {"devices": scene.devices(), "rules": [scene.rules(4), scene.rules(6)]}
        told.pages["report"] = scene.page("/bericht/1")
        told.echoes = users.stop()
        yield told


def _all_stored(scene: Scene) -> Any:
    return lambda: scene.site()["stored_to"] == scene.facts()[-1].position


def test_before_the_outage_all_goes_by_the_primary_line(story: Story) -> None:
    assert story.before["devices"] == ["eth0", "eth0"]
    assert story.before["rules"] == [[1742, 1743, 1744, 1745]] * 2


def test_in_the_outage_the_kernel_sends_users_by_lte_over_both_families(story: Story) -> None:
    assert story.during["devices"] == ["lte0", "lte0"]
    assert story.during["rules"] == [[1742, 1743, 1744, 1745, 1746]] * 2


def test_the_users_traffic_really_flows_by_lte_within_seconds(story: Story) -> None:
    for flow in USERS:
        out = story.echoes.flow(flow).between(story.cut_s + 8, story.healed_s)
        early = story.echoes.flow(flow).between(story.cut_s, story.cut_s + 8)
        assert any(echo.uplink == "lte" for echo in early.echoes), flow
        assert {echo.uplink for echo in out.echoes if echo.good} <= {"lte"}, flow


def test_the_alert_goes_to_those_on_call_in_the_plans_words(story: Story) -> None:
    alerts = [sms for sms in story.scene.sms() if "STÖRUNG" in sms["text"]]
    assert [sms["number"] for sms in alerts] == list(IT)
    for number, sms in enumerate(alerts, 1):
        assert re.fullmatch(
            r"STÖRUNG Musterhafen: Leitung aus (\d+ s|\d\d:\d\d)\. LTE aktiv\. Wohl Musternetz\. Tel"
            rf" \+493023125500 PIN 4829#\. Plan: WLAN NOTFALL\. Nr 1-{number}",
            sms["text"],
        )
        assert sms["parts"] == 1


def test_the_hotline_is_told_without_anybodys_doing(story: Story) -> None:
    told = [sms for sms in story.scene.sms() if sms["text"].startswith("INFO")]
    assert [sms["number"] for sms in told] == list(HOTLINE)
    assert ["Sprachregelung" in told[0]["text"], "wording" in told[1]["text"]] == [True, True]
    assert all(sms["monotonic_s"] - story.cut_s < 60 for sms in told)


def test_those_who_may_release_texts_are_asked_after_the_alarms(story: Story) -> None:
    sms = story.scene.sms()
    asked = [n for n, one in enumerate(sms) if ": T6, T7, T9, T10" in one["text"]]
    alarms = [n for n, one in enumerate(sms) if "STÖRUNG" in one["text"]]
    assert len({sms[n]["number"] for n in asked}) == len(asked) > 1
    assert max(alarms) < min(asked)
    assert "FREIGABE 1 T6 und Einmalcode" in sms[asked[0]]["text"]
    assert story.during["status"]["incident"]["drafts"][0]["words"] == []


def test_the_alert_is_out_within_ten_seconds(story: Story) -> None:
    assert story.scene.sms()[0]["monotonic_s"] - story.cut_s < 10


def test_the_centre_hears_of_it_over_the_backup(story: Story) -> None:
    beat = story.site["beat"]
    assert (beat["over"], beat["line"], beat["primary"], beat["incident"]) == (
        "backup", "backup", "down", 1,
    )  # fmt: skip
    assert beat["cause"] == "provider"


def test_the_portal_says_so_in_german_and_english(story: Story) -> None:
    assert "Internet läuft über LTE" in story.pages["/de/"].text
    assert "Internet runs over LTE" in story.pages["/en/"].text
    assert "Tarik Vorlage" in story.pages["/de/"].text
    assert "Musternetz" in story.pages["/kontakte"].text


def test_traffic_goes_back_only_after_the_wait(story: Story) -> None:
    back = [
        at_s
        for at_s, uplink in story.echoes.flow("udp4").uplinks()
        if uplink == "primary" and at_s > story.healed_s
    ]
    assert len(back) == 1
    assert back[0] - story.healed_s >= WAIT_S
    assert story.after["devices"] == ["eth0", "eth0"]
    assert story.after["rules"] == [[1742, 1743, 1744, 1745]] * 2


def test_there_were_two_switches_and_no_more(story: Story) -> None:
    for flow in ("udp4", "udp6"):
        assert story.echoes.flow(flow).switches() == 2
    assert story.scene.switches() == ["backup", "primary"]


def test_the_all_clear_goes_to_exactly_those_who_were_alarmed(story: Story) -> None:
    clear = [
        sms for sms in story.scene.sms() if sms["text"].startswith(("ENTWARNUNG", "ALL CLEAR"))
    ]
    assert [sms["number"] for sms in clear] == list(TOLD)
    told = [
        sms for sms in story.scene.sms() if not re.search(r"freigeben|release texts", sms["text"])
    ]
    assert len(told) == 2 * len(TOLD)
    assert "Hauptleitung wieder stabil" in clear[0]["text"]


def test_the_report_has_every_step(story: Story) -> None:
    line = _report_command(story.scene)
    rows = _rows(story.scene)
    kinds = [row["kind"] for row in rows]
    order = ["Opened", "Switched", "Queued", "Settled", "PrimaryBack", "Resolved"]
    assert [kinds.index(step) for step in order] == sorted(kinds.index(step) for step in order)
    said = len(story.scene.facts("Queued"))
    assert [kinds.count(kind) for kind in ("Switched", "Queued", "Settled")] == [2, said, said]
    assert [row["after_s"] for row in rows] == sorted(row["after_s"] for row in rows)
    assert story.pages["report"].status == 200
    page = html.unescape(story.pages["report"].text).replace("\xa0", " ")
    # Who was told has a list of its own in them.
    steps = [row for row in rows if row["kind"] not in ("Queued", "Settled")]
    for language, words in (("de", "Alarmmeldung"), ("en", "Alert")):
        text = story.scene.lab.exec("site", line, env={"NOTANKER_LANG": language}).stdout
        assert words in text
        for row in steps:
            assert row[language] in " ".join(text.split())
    assert all(row["de"] in page for row in steps)


def test_the_centre_has_every_event_of_the_incident_once_and_in_order(story: Story) -> None:
    kept = [(fact.position, fact.kind) for fact in story.scene.facts()]
    assert [(position, kind) for _, position, kind in story.scene.central_events()] == kept
    assert {"Opened", "Switched", "Queued", "Settled", "Resolved"} <= {kind for _, kind in kept}


def test_the_centre_has_the_report_as_the_site_made_it(story: Story) -> None:
    scene = story.scene
    path = f"/de/site/{scene.site()['id']}/report/1"
    until(lambda: scene.fetch("centre", BOARD_PORT, path).status == 200, "the report is there")
    page = html.unescape(scene.fetch("centre", BOARD_PORT, path).text).replace("\xa0", " ")
    assert "Auswertungsbericht zu Störung 1" in page
    steps = [row["de"] for row in _rows(scene) if row["kind"] in ("Switched", "Resolved")]
    assert [step for step in steps if step not in page] == []


def _report_command(scene: Scene) -> list[str]:
    return scene.stage.command("incidents", "--config", str(scene.stage.config), "report", "1")


def _rows(scene: Scene) -> list[dict[str, Any]]:
    told = scene.lab.exec("site", [*_report_command(scene), "--json"]).stdout
    rows: list[dict[str, Any]] = json.loads(told)["rows"]
    return rows
