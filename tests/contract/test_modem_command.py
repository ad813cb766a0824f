"""`notanker modem`, through the agent that runs and with a plugin of its own where none does."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from notanker.cli.commands import notanker
from tests.contract.support.runner import BAD, Runner
from tests.contract.support.serving import serve_control
from tests.unit.config.samples import GOOD, instead

Call = Callable[..., Result]


@pytest.fixture(params=["de", "en"])
def language(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("NOTANKER_LANG", request.param)
    return str(request.param)


def configure(tmp_path: Path, kind: str = "asked") -> Path:
    path = tmp_path / "notanker.toml"
    text = instead('kind = "huawei_lte"', f'kind = "{kind}"', GOOD)
    paths = f'[paths]\nstate = "{tmp_path}"\nrun = "{tmp_path}"\nplugins = ["{BAD}"]\n'
    path.write_text(f"{text}\n{paths}", encoding="utf-8")
    return path


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    monkeypatch.setenv("NOTANKER_CONFIG", str(configure(tmp_path)))

    def run(*arguments: str) -> Result:
        result = CliRunner().invoke(notanker, ["modem", *arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert all(len(line) < 80 for line in result.output.splitlines()), result.output
        return result

    return run


@pytest.fixture(params=["with an agent", "without one"])
def agent(request: pytest.FixtureRequest, runner: Runner, tmp_path: Path) -> Iterator[str]:
    """Have the agent's socket there, or not."""
    if request.param == "without one":
        yield request.param
        return
    asked = runner.start("asked", {"folder": str(tmp_path)})
    with serve_control(runner, tmp_path / "control", {"lte1": asked.process}):
        yield request.param


def test_it_shows_what_the_modem_is(call: Call, agent: str, language: str) -> None:
    shown = call("info")
    assert shown.exit_code == 0
    assert "Muster M1" in shown.output
    assert ("SIM-Karte" if language == "de" else "SIM card") in shown.output


def test_it_shows_the_signal_as_a_bar(call: Call, agent: str, language: str) -> None:
    shown = call("signal", "--count", "1")
    word = "brauchbar" if language == "de" else "usable"
    assert shown.output.startswith("[##########          ] RSRP  -97 dBm  " + word)
    assert "SINR 11 dB" in shown.output


def test_programs_get_json(call: Call, agent: str) -> None:
    assert json.loads(call("signal", "--count", "1", "--json").output)["rsrp_dbm"] == -97
    assert json.loads(call("info", "--json").output)["info"]["sim"] == "ready"
    assert json.loads(call("sms", "list", "--json").output)[0]["text"] == "OK 17"
    assert json.loads(call("list", "--json").output)[0]["info"]["model"] == "M1"


def test_it_asks_the_network(call: Call, agent: str) -> None:
    assert call("ussd", "*100#").output == "*100#: 12,34 EUR\n"


def test_a_refusal_is_told_with_its_reason(call: Call, agent: str, language: str) -> None:
    refused = call("ussd", "100")
    assert refused.exit_code == 3
    assert "no code" in refused.output


def test_it_sends_once_and_says_what_proves_it(call: Call, agent: str, language: str) -> None:
    sent = call("sms", "send", "+491713920017", "Hallo")
    assert sent.exit_code == 0
    assert "test" in sent.output


def test_it_lists_what_the_modem_holds(call: Call, agent: str) -> None:
    shown = call("sms", "list").output
    assert "+491713920017" in shown
    assert "OK 17" in shown


def test_it_lists_the_modems(call: Call, agent: str) -> None:
    assert "lte1        asked         Muster M1 (1.0)" in call("list").output


def test_the_report_says_what_is_not_well(call: Call, agent: str, language: str) -> None:
    report = call("test", "--to", "+491713920017")
    assert report.exit_code == 1  # no agent writes its status here
    wrong = [line for line in report.output.splitlines() if line.startswith(("FEHLER", "WRONG"))]
    assert len(wrong) == 1, report.output
    assert report.output.count("\nok") + report.output.startswith("ok") == 6


def test_a_modem_that_is_none_is_told_with_those_that_are(call: Call, language: str) -> None:
    shown = call("info", "--modem", "lte2")
    assert shown.exit_code == 2
    assert "lte1" in shown.output


def test_a_plugin_that_dies_is_no_answer(
    call: Call, tmp_path: Path, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTANKER_CONFIG", str(configure(tmp_path, "dies_at_start")))
    shown = call("info")
    assert shown.exit_code == 3
    assert "lte1" in shown.output


def test_a_send_that_was_lost_may_have_left(
    call: Call, tmp_path: Path, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTANKER_CONFIG", str(configure(tmp_path, "leave")))
    shown = call("sms", "send", "+491713920017", "Hallo")
    assert shown.exit_code == 1
    assert ("niemand weiß" if language == "de" else "nobody knows") in shown.output
