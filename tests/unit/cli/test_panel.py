"""`notanker panel`: the box in the terminal, in words and rhythms, and when the agent is dead."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from notanker.cli.panel import lines
from notanker.cli.panel_words import LAMP_NAMES, MEANINGS, RHYTHM_NAMES, TONE_NAMES
from notanker.core.moment import Moment
from notanker.core.names import Cause, Line, PluginHealth, Stage, Uplink, Verdict
from notanker.core.status import IncidentStatus, PlanStatus, PluginStatus, Status, UplinkStatus
from notanker.lamps import LAMPS, PanelPicture, Rhythm, Tone
from notanker.shell.clock import Clock
from tests.unit.cli.conftest import Call, SiteFiles


@pytest.fixture
def now() -> Moment:
    return Clock().now()


@pytest.fixture
def outage(now: Moment) -> Status:
    return Status(
        "musterhafen",
        now,
        Line.BACKUP,
        now,
        uplinks=(
            UplinkStatus(Uplink.PRIMARY, "eth0", Verdict.DOWN, carrier=True),
            UplinkStatus(Uplink.BACKUP, "lte0", Verdict.UP, carrier=True),
        ),
        incident=IncidentStatus(17, Stage.OPEN, Cause.PROVIDER, now),
        plugins=(PluginStatus("lte1", "huawei_lte", PluginHealth.OK),),
        plan=PlanStatus("musterhafen", 3, "2026-11"),
    )


def test_an_outage_is_read_without_colour(
    call: Call, files: SiteFiles, outage: Status, language: str
) -> None:
    files.write_status(outage)
    result = call("panel")
    assert result.exit_code == 1
    assert "\x1b" not in result.output
    assert "#.#.#.#.#.#." in result.output
    words = {
        "de": [
            "Hauptleitung",
            "blinkt schnell ausgefallen",
            "niemand hat quittiert",
            "neue Störung",
        ],
        "en": ["Primary line", "fast           down", "nobody has acknowledged", "new incident"],
    }
    for text in [*words[language], "17"]:
        assert text in result.output


def test_an_agent_that_is_dead_leaves_the_panel_dark(
    call: Call, files: SiteFiles, outage: Status, language: str
) -> None:
    missing = call("panel")
    files.write_status(replace(outage, written=replace(outage.written, boot_s=0.0, wall_s=0.0)))
    stale = call("panel")
    said = {"de": "meldet sich nicht", "en": "does not answer"}[language]
    for result in (missing, stale):
        assert result.exit_code == 3
        assert said in result.output
        assert "#" not in result.output


def test_programs_get_json(call: Call, files: SiteFiles, outage: Status) -> None:
    files.write_status(outage)
    told = json.loads(call("panel", "--json").stdout)
    assert (told["primary"], told["lte"], told["buzzer"]) == ("fast", "lit", "alarm")


def test_who_watches_sees_the_lamps_flash(outage: Status) -> None:
    picture = PanelPicture(primary=Rhythm.FAST)
    on, off = (lines(outage, picture, at_s)[2] for at_s in (10.0, 10.3))
    assert on.startswith("(#)")
    assert off.startswith("( )")


@pytest.mark.parametrize("lamp", LAMPS)
@pytest.mark.parametrize("rhythm", Rhythm)
def test_every_line_fits_a_terminal(
    lamp: str, rhythm: Rhythm, outage: Status, language: str
) -> None:
    change: dict[str, Any] = {lamp: rhythm}
    shown = lines(outage, replace(PanelPicture(), **change), 10.0)
    assert max(map(len, shown)) <= 80
    if rhythm in MEANINGS[lamp]:
        assert MEANINGS[lamp][rhythm][language == "en"] in "\n".join(shown), "not cut off"


def test_there_is_a_word_for_everything() -> None:
    assert set(LAMP_NAMES) == set(MEANINGS) == set(LAMPS)
    assert set(RHYTHM_NAMES) == set(Rhythm)
    assert set(TONE_NAMES) == set(Tone)
