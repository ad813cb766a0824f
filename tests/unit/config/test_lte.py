"""What may be written on the LTE budget, cold sessions and hours, and what follows for the core."""

from __future__ import annotations

from pathlib import Path

import pytest

from notanker.config.load import load, load_or_raise
from notanker.core import standby
from notanker.core.calendar import Window
from notanker.errors import Problem
from notanker.shell.settings import COLD_PROOF_S, settings_of
from tests.unit.config.samples import GOOD

MORE = """
[budget]
monthly_mb = 1.5
first_day = 5

[failover]
window = "19:00-06:00"
"""

CENTRE = """
[centre]
url = "https://centre.example"
key = "{key}"
carriers = ["{carrier}"]
mqtt = "mqtts://broker.example"
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "notanker.toml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(tmp_path: Path, text: str) -> list[Problem]:
    return load(written(tmp_path, text))[1]


def test_the_core_is_told_of_budget_and_window(tmp_path: Path) -> None:
    settings = settings_of(load_or_raise(written(tmp_path, GOOD + MORE)), None)
    assert (settings.budget.monthly_bytes, settings.budget.first_day) == (1_500_000, 5)
    assert settings.failover.window == Window(19 * 3600, 6 * 3600)
    assert not settings.bearer.cold


def test_without_a_budget_nothing_is_limited(tmp_path: Path) -> None:
    assert settings_of(load_or_raise(written(tmp_path, GOOD)), None).budget.monthly_bytes is None


def test_a_cold_session_has_time_to_be_dialled(tmp_path: Path) -> None:
    text = GOOD.replace("[backup]\n", '[backup]\nmode = "cold"\n')
    settings = settings_of(load_or_raise(written(tmp_path, text)), None)
    assert settings.bearer.cold
    assert settings.failover.proof_s == COLD_PROOF_S


def test_a_cold_site_costs_less_than_a_warm_one(tmp_path: Path) -> None:
    warm = settings_of(load_or_raise(written(tmp_path, GOOD)), None)
    cold = GOOD.replace("[backup]\n", '[backup]\nmode = "cold"\n')
    other = settings_of(load_or_raise(written(tmp_path, cold)), None)
    assert standby.monthly(other).total_bytes < standby.monthly(warm).total_bytes


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[failover]\nwindow = "7-9"\n', "window"),
        ('[failover]\nwindow = "25:00-06:00"\n', "window"),
        ("[budget]\nmonthly_mb = 0\n", "monthly_mb"),
        ("[budget]\nfirst_day = 31\n", "first_day"),
        ('[budget]\nmonthly_mb = "500"\n', "monthly_mb"),
    ],
)
def test_what_cannot_be_meant_is_named_with_its_field(tmp_path: Path, text: str, said: str) -> None:
    found = problems(tmp_path, GOOD + text)
    assert any(said in str(problem.place) and problem.severity == "error" for problem in found)


@pytest.mark.parametrize(
    "zone", ["Europe/Atlantis", "../../etc/passwd", "/etc/localtime", "\\u0000"]
)
def test_a_time_zone_that_nobody_knows_is_named(tmp_path: Path, zone: str) -> None:
    text = GOOD.replace("[site]\n", f'[site]\ntime_zone = "{zone}"\n')
    assert any("time_zone" in str(problem.place) for problem in problems(tmp_path, text))


def test_a_time_zone_that_is_known_is_taken(tmp_path: Path) -> None:
    text = GOOD.replace("[site]\n", '[site]\ntime_zone = "Europe/Berlin"\n')
    assert load_or_raise(written(tmp_path, text)).site.time_zone == "Europe/Berlin"


@pytest.mark.parametrize("carrier", ["https", "udp", "mqtt"])
def test_standing_by_costs_less_than_six_megabytes_whatever_carries_the_beats(
    tmp_path: Path, carrier: str
) -> None:
    more = CENTRE.format(carrier=carrier, key=written(tmp_path, "key"))
    path = tmp_path / "site.toml"
    path.write_text(GOOD + more, encoding="utf-8")
    cost = standby.monthly(settings_of(load_or_raise(path), None))
    assert 0 < cost.beats_bytes < cost.total_bytes < 6_000_000
