"""`notanker check`: all that is wrong at once, for people and for programs."""

from __future__ import annotations

import json
import os

import pytest

from notanker.core.names import Line, PluginHealth
from notanker.core.status import PluginStatus, Status
from notanker.shell.clock import Clock
from tests.unit.cli.conftest import EXAMPLE_PLAN, Call, SiteFiles
from tests.unit.config.samples import GOOD, instead

BROKEN = (
    instead('id = "musterhafen"', 'id = "Muster Hafen"')
    .replace('modem = "lte1"', 'modem = "lte2"')
    .replace('sms = ["lte1"]', 'sns = ["lte1"]')
)


def test_a_good_configuration_is_well_and_says_how_fast_an_outage_is_seen(
    call: Call, language: str
) -> None:
    result = call("check", "--offline")
    assert result.exit_code == 0
    sentence = {
        "de": "Stummer Ausfall, Leitung in Ruhe                ",
        "en": "Silent cut, line idle                           ",
    }
    figure = {"de": "1,41 s", "en": "1.41 s"}
    assert sentence[language] + figure[language] in result.output


def test_every_problem_is_listed_with_file_line_field_and_cure(
    call: Call, files: SiteFiles, language: str
) -> None:
    files.configure(BROKEN)
    result = call("check", "--offline")
    assert result.exit_code == 2
    places = [f"{files.config}:2 [site.id]", f"{files.config}:25 [alerts.sns]"]
    assert all(place in result.output for place in places)
    words = {
        "de": ["Fehler", "-> Erwartet: ein Name", "-> Gemeint ist wohl „sms“.", "2 Befunde."],
        "en": ["error", "-> Expected: a name", "-> Probably 'sms' is meant.", "2 findings."],
    }
    for text in words[language]:
        assert text in result.output


def test_programs_get_the_same_as_json(call: Call, files: SiteFiles) -> None:
    files.configure(BROKEN)
    result = call("check", "--offline", "--json")
    assert result.exit_code == 2
    found = json.loads(result.stdout)
    assert [(p["place"]["line"], p["place"]["field"]) for p in found["problems"]] == [
        (2, "site.id"), (25, "alerts.sns"),
    ]  # fmt: skip
    assert {"what", "cure"} == set(found["problems"][0]["de"]) == set(found["problems"][0]["en"])
    assert found["forecast"] is None


def test_a_good_configuration_is_well_in_json_too(call: Call) -> None:
    found = json.loads(call("check", "--offline", "--json").stdout)
    assert found["forecast"]["quiet"]["mean_s"] == pytest.approx(1.41)
    assert found["forecast"]["false_switches"]["20"] <= 0.2
    assert found["forecast"]["half_dead"] is None
    assert [p for p in found["problems"] if p["severity"] == "error"] == []


def test_a_configuration_that_is_not_there_is_a_problem_with_status_2(
    call: Call, files: SiteFiles, language: str
) -> None:
    files.config.unlink()
    result = call("check", "--offline")
    assert result.exit_code == 2
    assert str(files.config) in result.output
    assert {"de": "nicht lesbar", "en": "cannot be read"}[language] in result.output


def test_an_interface_that_the_machine_has_not_is_found_at_its_line(
    call: Call, files: SiteFiles, language: str
) -> None:
    text = instead('interface = "eth0"', 'interface = "lo"').replace('"eth1"', '"notthere0"')
    without_plugin = text.replace('modem = "lte1"\n', "").replace('sms = ["lte1"]', "sms = []")
    files.configure(without_plugin.partition("[[plugin]]")[0])
    result = call("check")
    assert result.exit_code == 2
    assert f"{files.config}:9 [backup.interface]" in result.output
    assert "notthere0" in result.output
    assert {"de": "Vorhanden: lo", "en": "There are: lo"}[language] in result.output


def test_a_key_file_that_is_not_there_is_found(call: Call, files: SiteFiles) -> None:
    key = files.folder / "site.key"
    files.configure(GOOD + f'\n[centre]\nurl = "https://centre.example"\nkey = "{key}"\n')
    result = call("check", "--offline")
    assert result.exit_code == 2
    assert f"{files.config}:33 [centre.key]" in result.output
    key.write_text("secret")
    assert call("check", "--offline").exit_code == 0


def test_where_plans_are_fetched_none_has_to_lie_in_the_folder(
    call: Call, files: SiteFiles, language: str
) -> None:
    fetched = f"""
        [plan]
        allowed_signers = "{files.folder}/allowed_signers"
        [[plan.sources]]
        kind = "folder"
        path = "/mnt/plans"
    """
    files.configure(GOOD + fetched)
    files.config.write_text(files.config.read_text().replace(str(EXAMPLE_PLAN), "/nowhere"))
    result = call("check", "--offline")
    assert result.exit_code == 0, result.output
    words = {
        "de": "Es ist noch kein Plan übernommen",
        "en": "No plan has been accepted yet",
    }
    assert words[language] in result.output


def test_the_secret_itself_is_never_shown(call: Call, files: SiteFiles) -> None:
    key = files.folder / "site.key"
    key.write_text("very-secret")
    files.configure(GOOD + f'\n[centre]\nurl = "https://centre.example"\nkey = "{key}"\n')
    for arguments in (
        ("check", "--offline"),
        ("check", "--offline", "--json"),
        ("plugins", "--json"),
    ):
        assert "very-secret" not in call(*arguments).output


def test_a_plan_is_checked_alone(call: Call, language: str) -> None:
    result = call("plan", "check", str(EXAMPLE_PLAN))
    assert result.exit_code == 0
    assert {"de": "Befunde", "en": "findings"}[language] in result.output


def test_a_plan_s_problems_are_json_for_programs(call: Call, files: SiteFiles) -> None:
    plan = files.folder / "plan"
    plan.mkdir()
    (plan / "plan.toml").write_text("id = 5\n")
    result = call("plan", "check", str(plan), "--json")
    assert result.exit_code == 2
    problems = json.loads(result.stdout)
    assert problems
    assert all(problem["severity"] in ("error", "warning") for problem in problems)


def test_a_plan_that_is_not_there_is_a_problem_and_no_exception(
    call: Call, files: SiteFiles
) -> None:
    result = call("plan", "check", str(files.folder / "nothing"))
    assert result.exit_code == 2
    assert "nothing" in result.output


@pytest.mark.parametrize("command", [[], ["--help"], ["check", "--help"], ["plan", "--help"]])
def test_help_is_there(call: Call, command: list[str]) -> None:
    assert "Usage" in call(*command).output


def test_an_unknown_command_is_status_2(call: Call) -> None:
    assert call("fly").exit_code == 2


@pytest.mark.parametrize(
    ("values", "german"),
    [
        ({"LANG": "de_DE.UTF-8"}, True),
        ({"LANG": "C", "LC_ALL": "de_AT.UTF-8"}, True),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "en_GB.UTF-8"}, False),
        ({"LANG": "C.UTF-8"}, False),
        ({"NOTANKER_LANG": "de", "LANG": "en_US.UTF-8"}, True),
        ({}, False),
    ],
)
def test_the_language_is_that_of_the_terminal(
    call: Call,
    files: SiteFiles,
    monkeypatch: pytest.MonkeyPatch,
    values: dict[str, str],
    german: bool,
) -> None:
    for name in ("NOTANKER_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    assert os.environ.get("LANG") == values.get("LANG")
    files.configure(BROKEN)
    assert ("Fehler" in call("check", "--offline").output) is german


WHOLE = GOOD + "".join(
    f'[[anchor]]\nkind = "{kind}"\naddress = "203.0.113.{n}"\n'
    for kind in ("dns", "tcp", "http")
    for n in (1, 2, 3)
)


def test_what_follows_from_the_settings_fits_eighty_columns(
    call: Call, files: SiteFiles, language: str
) -> None:
    files.configure(WHOLE)
    output = call("check", "--offline").output
    _, _, table = output.partition(
        {"de": "Was daraus folgt:", "en": "What follows from it:"}[language]
    )
    rows = table.strip().splitlines()
    assert len(rows) == 10
    assert max(map(len, rows)) <= 80
    expected = {
        "de": ["1,16 s, höchstens 1,41 s", "0,91 s", "1,41 s, höchstens 1,91 s", "unter 0,001"],
        "en": ["1.16 s, at most 1.41 s", "0.91 s", "1.41 s, at most 1.91 s", "below 0.001"],
    }
    for figure in expected[language]:
        assert any(row.endswith(figure) for row in rows), figure


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ("burst_interval_s = 0.2", {"de": "kürzer als die 3.6 s", "en": "shorter than the 3.6 s"}),
        (
            "false_switches_per_year = 1e-6\ntolerate_gap_s = 0.5",
            {"de": "kürzer als", "en": "shorter than"},
        ),
        ("icmp_interval_s = 10", {"de": "bis zu 10.0 s", "en": "Up to 10.0 s"}),
        ("burst_interval_s = 1.0", {"de": "beschleunigt nichts", "en": "speeds up nothing"}),
    ],
)
def test_wishes_that_contradict_each_other_are_told_at_their_line(
    call: Call, files: SiteFiles, language: str, wish: str, words: dict[str, str]
) -> None:
    files.configure(f"{GOOD}\n[detect]\n{wish}\n")
    result = call("check", "--offline")
    assert result.exit_code == 0, "a wish that cannot come true is no reason not to start"
    assert words[language] in result.output
    assert "[detect." in result.output


def test_the_wish_for_fewer_false_switches_takes_longer_evidence(
    call: Call, files: SiteFiles
) -> None:
    rates = []
    for wish in ("100", "0.2", "0.001"):
        files.configure(f"{GOOD}\n[detect]\nfalse_switches_per_year = {wish}\n")
        found = json.loads(call("check", "--offline", "--json").stdout)["forecast"]
        rates.append(found["false_switches"]["20"])
        assert rates[-1] <= float(wish)
    assert rates == sorted(rates, reverse=True)


def test_a_watch_of_a_system_that_the_plan_lacks_is_a_warning(
    call: Call, files: SiteFiles, language: str
) -> None:
    watch = '[[watch]]\nsystem = "{}"\nkind = "icmp"\naddress = "192.0.2.10"\n'
    files.configure(GOOD + watch.format("core-switch") + watch.format("no-such"))
    result = call("check", "--offline")
    assert result.exit_code == 0
    assert "[watch[2].system]" in result.output
    assert "[watch[1].system]" not in result.output
    assert {"de": "steht nicht in systems.toml", "en": "is not in the plan's systems.toml"}[
        language
    ] in result.output


BOX = """
[panel]
plugin = "box"

[power_cycle]
enabled = true
per_day = 3

[[plugin]]
name = "box"
kind = "gpio_panel"
"""


def test_what_the_relay_may_do_is_said_before_it_does_it(
    call: Call, files: SiteFiles, language: str
) -> None:
    files.configure(GOOD + BOX)
    said = call("check", "--offline").output
    rows = [row for row in said.splitlines() if "Router" in row or "router" in row or "24 h" in row]
    assert max(map(len, rows)) <= 80
    for text in {
        "de": ["Neustart des Routers", "nach 10 min", "15 s, 3-mal in 24 h"],
        "en": ["Restart of the router", "after 10 min", "15 s, 3 times in 24 h"],
    }[language]:
        assert text in said
    files.configure(GOOD)
    assert "24 h" not in call("check", "--offline").output


@pytest.mark.parametrize(("health", "problems"), [(PluginHealth.OK, 0), (PluginHealth.DEGRADED, 1)])
def test_a_running_agents_pins_are_left_to_it(
    call: Call, files: SiteFiles, health: PluginHealth, problems: int
) -> None:
    files.configure(GOOD + BOX)
    now = Clock().now()
    box = PluginStatus("box", "gpio_panel", health, reason="GPIO: no pins")
    files.write_status(Status("musterhafen", now, Line.PRIMARY, now, plugins=(box,)))
    found = json.loads(call("check", "--json").stdout)["problems"]
    mine = [one for one in found if "box" in one["en"]["what"]]
    assert len(mine) == problems
