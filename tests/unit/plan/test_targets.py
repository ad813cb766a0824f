"""What an incident is measured against: the plan's own times, each with the place where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.core.judging import SHIPPED, TAKEN_OVER_S, TOLD_S
from notanker.plan.load import load
from notanker.plan.model import Plan
from notanker.plan.targets import span_s, targets_of

SAMPLE = Path(__file__).parents[3] / "examples" / "plan"


def plan(folder: Path = SAMPLE) -> Plan:
    found, _ = load(folder)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("15 min", 900), ("1 Tag", 86_400), ("2 h", 7200), ("1,5 Std.", 5400), ("30 Minuten", 1800),
        ("1 h 30 min", 5400), ("2 days", 172_800), ("45s", 45), ("1 Woche", 604_800),
    ],
)  # fmt: skip
def test_a_span_is_read_as_people_write_it(words: str, seconds: float) -> None:
    assert span_s(words) == seconds


@pytest.mark.parametrize("words", ["", "sofort", "15", "4 Plätze", "ca. 15 min", "15 min oder so"])
def test_what_is_no_span_is_none(words: str) -> None:
    assert span_s(words) is None


@given(st.text(max_size=60))
def test_any_words_are_a_span_or_none(words: str) -> None:
    found = span_s(words)
    assert found is None or found >= 0


def test_without_a_plan_the_shipped_targets_hold() -> None:
    found = targets_of(None)
    assert (found.told.limit_s, found.taken_over.limit_s) == (TOLD_S, TAKEN_OVER_S)
    assert found.told.source == SHIPPED
    assert (found.acknowledged, found.services, found.plan) == (None, (), "")


def test_the_plan_says_how_soon_somebody_is_to_acknowledge_and_each_core_service_to_run() -> None:
    found = targets_of(plan())
    assert found.acknowledged is not None
    assert found.acknowledged.limit_s == 300
    assert found.acknowledged.source[1] == "escalation.toml, step 1: wait_s"
    assert [(one.subject[1], one.limit_s) for one in found.services] == [
        ("Card blocking hotline", 900),
        ("Musterbank's blocking portal", 1800),
    ]
    assert found.plan == "2026-11 (42)"


def test_a_system_is_measured_by_its_own_time_and_the_services_that_need_it() -> None:
    whole = plan()
    found = targets_of(whole, "card-system")
    assert found.system is not None
    assert (found.system.limit_s, found.system.source[0]) == (3600, "systems.toml, rto")
    assert [one.subject[0] for one in found.services] == [
        "Sperr-Hotline",
        "Sperrportal der Musterbank",
    ]
    assert targets_of(whole, "no such system").services == ()


def test_times_of_ones_own_come_before_the_shipped_ones(tmp_path: Path) -> None:
    for file in SAMPLE.glob("*.toml"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    own = tmp_path / "escalation.toml"
    own.write_text(f"{own.read_text()}\n[targets]\nhotline_s = 30\n")
    found = targets_of(plan(tmp_path))
    assert (found.hotline.limit_s, found.hotline.source[0]) == (
        30,
        "escalation.toml, [targets] hotline_s",
    )
    assert found.taken_over.source == SHIPPED


def test_a_wrong_time_is_a_problem_and_the_shipped_one_holds(tmp_path: Path) -> None:
    for file in SAMPLE.glob("*.toml"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    own = tmp_path / "escalation.toml"
    own.write_text(f"{own.read_text()}\n[targets]\nhotline_s = -1\n")
    found, problems = load(tmp_path)
    assert targets_of(found).hotline.limit_s == TOLD_S
    assert any("hotline_s" in problem.place.field for problem in problems)
