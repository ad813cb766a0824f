"""A running site keeps its last good configuration, and says so."""

from __future__ import annotations

import pytest

from notanker.cli.last_good import LAST_GOOD, config_or_last_good
from tests.unit.cli.conftest import Call, SiteFiles
from tests.unit.config.samples import GOOD


def test_a_good_configuration_is_remembered(call: Call, files: SiteFiles) -> None:
    config, findings = config_or_last_good(files.config)
    assert findings == ()
    assert config.site.id == "musterhafen"
    assert (files.state / LAST_GOOD).read_bytes() == files.config.read_bytes()


def test_a_broken_one_is_told_and_the_last_good_one_applies(
    call: Call, files: SiteFiles, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    config_or_last_good(files.config)
    files.configure(GOOD.replace("eth0", "eth7/broken"))
    config, findings = config_or_last_good(files.config)
    assert config.primary.interface == "eth0"
    assert len(findings) == 1
    assert "primary.interface" in findings[0]
    sentence = {
        "de": "Es gilt die letzte gute Konfiguration.",
        "en": "The last good configuration applies.",
    }
    said = capsys.readouterr().err
    assert sentence[language] in said
    assert "primary.interface" in said


def test_findings_are_in_the_site_s_language_whatever_the_terminal_s(
    call: Call, files: SiteFiles, language: str
) -> None:
    files.configure(GOOD.replace('sms = ["lte1"]', "sms = []"))
    _, findings = config_or_last_good(files.config)
    assert "erfährt niemand davon" in findings[0]


def test_without_a_last_good_one_a_broken_one_ends_with_status_2(
    call: Call, files: SiteFiles
) -> None:
    files.config.write_text("[site")
    with pytest.raises(SystemExit) as caught:
        config_or_last_good(files.config)
    assert caught.value.code == 2


def test_a_broken_one_never_replaces_the_last_good_one(call: Call, files: SiteFiles) -> None:
    config_or_last_good(files.config)
    good = (files.state / LAST_GOOD).read_bytes()
    files.config.write_text("[site")
    config_or_last_good(files.config)
    assert (files.state / LAST_GOOD).read_bytes() == good


def test_a_state_folder_that_cannot_be_written_does_not_stop_the_start(
    call: Call, files: SiteFiles
) -> None:
    files.state.write_text("a file in the way")
    config, _ = config_or_last_good(files.config)
    assert config.site.id == "musterhafen"


def test_run_and_portal_end_with_status_2_where_nothing_is_good(
    call: Call, files: SiteFiles
) -> None:
    files.config.write_text("[site")
    for command in ("run", "portal"):
        result = call(command)
        assert result.exit_code == 2
        assert str(files.config) in result.output
