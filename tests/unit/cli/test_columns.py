"""What commands print fits a terminal of 80 columns, the most important first, in every state of a site."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from notanker.core.cause import Detail
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
    BoxStatus,
    DraftStatus,
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

NOW = Clock().now()
LONG = "Kundenkommunikation und Störungsansage für alle Rufnummern des Standorts"
CALM = Status(
    "musterhafen-nord-gebaeude-17",
    NOW,
    Line.PRIMARY,
    NOW,
    uplinks=(
        UplinkStatus(Uplink.PRIMARY, "eth0", Verdict.UP, carrier=True, rtt_ms=20.4, loss_pct=0.0),
        UplinkStatus(Uplink.BACKUP, "wwan0", Verdict.UP, carrier=True, rtt_ms=61.0, loss_pct=1.0),
    ),
    modem=ModemStatus("lte1", "Beispielfunk Deutschland Geschäftskunden " * 2, -93.0, told=NOW),
    plugins=(
        PluginStatus("lte1", "huawei_lte", PluginHealth.OK),
        PluginStatus("panel", "gpio_panel", PluginHealth.DEGRADED, 5, "no GPIO pins here, " * 6),
    ),
    heartbeat=HeartbeatStatus(True, NOW, Uplink.PRIMARY, "the centre's certificate is " * 4),
    plan=PlanStatus("musterhafen", 3, "2026-11", contact=NOW),
    systems=(SystemStatus("pbx", (LONG, LONG), Verdict.DOWN, NOW),),
)


def incident(**more: Any) -> IncidentStatus:
    detail = Detail(Confidence.LIKELY, "net", (LONG, LONG), NOW, ("pbx",), 9)
    made = IncidentStatus(
        17, Stage.OPEN, Cause.PROVIDER, NOW, "first hop answers, icmp 0/3, dns 0/3, tcp 0/3, " * 3,
        detail,
        messages=tuple(
            MessageStatus(f"17-{n}", "T1", f"leitung-rufbereitschaft-{n}", Outcome.DELIVERED, NOW)
            for n in range(1, 9)
        ),
        drafts=(
            DraftStatus("T7", 1, 1, 1),
            DraftStatus("T9", 2, 2, 0, released=True, released_by=("Mara Beispiel", LONG)),
        ),
    )  # fmt: skip
    return replace(made, **more)


LTE = replace(
    CALM,
    line=Line.BACKUP,
    incident=incident(acknowledged=NOW, acknowledged_by="mara-beispiel"),
)
DEAD = tuple(replace(one, verdict=Verdict.DOWN) for one in CALM.uplinks)
UNSURE = replace(NOW, trusted=False)
STATES: dict[str, tuple[Status, dict[str, list[str]]]] = {
    "calm": (CALM, {"de": ["Standort", "Verkehr"], "en": ["Site", "Traffic"]}),
    "on LTE, taken": (
        LTE,
        {
            "de": ["Standort", "Störung", "übernommen von mara-beispiel", "Ursache", "Verkehr"],
            "en": ["Site", "Incident", "taken on by mara-beispiel", "Cause", "Traffic"],
        },
    ),
    "both dead": (
        replace(LTE, line=Line.ISOLATED, uplinks=DEAD, incident=incident(cause=Cause.BOTH_LINES)),
        {
            "de": ["Standort", "Störung", "noch von niemandem übernommen", "Kein Ersatz"],
            "en": ["Site", "Incident", "nobody has it yet", "No backup"],
        },
    ),
    "drill": (
        replace(CALM, box=BoxStatus(drill_asked=NOW)),
        {"de": ["Standort", "Übung", "Verkehr"], "en": ["Site", "Drill", "Traffic"]},
    ),
    "clock not trusted": (
        replace(LTE, written=UNSURE, line_since=UNSURE, incident=incident(opened=UNSURE)),
        {"de": ["Standort", "Uhr", "Störung"], "en": ["Site", "Clock", "Incident"]},
    ),
    "agent dead": (
        replace(CALM, written=replace(NOW, boot_s=NOW.boot_s - 600, wall_s=NOW.wall_s - 600)),
        {
            "de": ["Achtung", "DER AGENT MELDET SICH NICHT", "Standort"],
            "en": ["Attention", "THE AGENT DOES NOT ANSWER", "Site"],
        },
    ),
    "plan stale": (
        replace(CALM, findings=("Der geltende Plan ist nicht mehr gültig unterschrieben. " * 4,)),
        {
            "de": ["Standort", "Verkehr", "Befund", "System ", "\nPlan "],
            "en": ["Site", "Traffic", "Finding", "System ", "\nPlan "],
        },
    ),
}


@pytest.mark.parametrize("state", STATES)
def test_status_fits_and_says_the_most_important_first(
    call: Call, files: SiteFiles, language: str, state: str
) -> None:
    status, order = STATES[state]
    files.write_status(status)
    text = call("status").output
    assert [line for line in text.splitlines() if len(line) > 80] == []
    places = [text.find(words) for words in order[language]]
    assert -1 not in places
    assert places == sorted(places)


def test_what_matters_of_an_outage_is_on_the_first_screen(
    call: Call, files: SiteFiles, language: str
) -> None:
    files.write_status(LTE)
    screen = "\n".join(call("status").output.splitlines()[:23])
    words = {
        "de": ["Störung", "Ursache", "Verkehr", "LTE aktiv", "Hauptleitung", "Ersatz"],
        "en": ["Incident", "Cause", "Traffic", "LTE active", "Primary line", "Backup"],
    }
    for word in words[language]:
        assert word in screen


@pytest.mark.parametrize(
    "command", [["incidents"], ["incidents", "show", "1"], ["incidents", "report", "1"], ["drafts"]]
)
def test_the_record_fits(call: Call, history: World, language: str, command: list[str]) -> None:
    result = call(*command)
    assert result.exit_code == 0
    assert [line for line in result.output.splitlines() if len(line) > 80] == []
