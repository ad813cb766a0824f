"""The English twins: words alone, found by the record's own id."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import msgspec
import pytest
from tests.unit.plan.conftest import SAMPLE, Edit

from notanker.plan.load import load
from notanker.plan.model import Plan
from notanker.plan.twins import localised


def plan(folder: Path = SAMPLE) -> Plan:
    found, _ = load(folder)
    assert found is not None
    return found


def test_people_read_english_words_and_the_same_numbers() -> None:
    german, english = plan(), localised(plan(), "en")
    assert english.roles[0].tasks[0] == "Find out what is wrong, and decide"
    assert english.roles[0].holder == german.roles[0].holder
    assert english.head.activation[0].who == "Emergency lead or deputy"
    assert english.services[0].min_level == "4 desks, card blocking only"
    assert english.systems[0].location == "Service room, basement"
    assert english.escalation.announcements[0].check.startswith("Call the blocking hotline")
    assert english.programme.drills[0].title.startswith("Self test")
    assert english.risks[0].title == "There is only one core switch"
    assert [c.phone for c in english.contacts] == [c.phone for c in german.contacts]
    assert [c.name for c in english.contacts if c.kind == "person"][:9] == [
        c.name for c in german.contacts if c.kind == "person"
    ][:9]


def test_an_action_keeps_its_owner_and_its_day() -> None:
    drill = localised(plan(), "en").drills[0]
    assert drill.action[1].what == "Try the call after the SMS for the first step (call = true)"
    assert (drill.action[1].owner, drill.action[1].due) == ("ines-modell", dt.date(2026, 12, 15))


def test_german_is_what_the_files_say_and_so_is_english_without_a_twin(plan_folder: Path) -> None:
    whole = plan()
    assert localised(whole, "de") is whole
    (plan_folder / "i18n/en/roles.toml").unlink()
    assert localised(plan(plan_folder), "en").roles == whole.roles


def test_a_missing_twin_of_a_toml_file_is_a_warning_with_the_name_of_the_file(
    plan_folder: Path,
) -> None:
    (plan_folder / "i18n/en/systems.toml").unlink()
    _, problems = load(plan_folder)
    assert [(p.code, p.severity, p.place.file) for p in problems] == [
        ("no-twin", "warning", "systems.toml")
    ]
    assert "i18n/en/systems.toml" in problems[0].en.cure


@pytest.mark.parametrize(
    ("file", "old", "new", "code"),
    [
        ("roles.toml", 'id = "scribe"', 'id = "scribe"\nholder = "mara-beispiel"', "unknown-key"),
        ("contacts.toml", 'name = "Personnel office"', 'phone = "+49 30 23125 130"', "unknown-key"),
        ("systems.toml", 'rto = "1 day"', "rto = 1", "wrong-value"),
        ("plan.toml", 'scope = "', 'seq = 43\nscope = "', "unknown-key"),
        ("services.toml", "[[service]]", "[[servise]]", "unknown-key"),
        ("risks.toml", 'id = "ein-kern-switch"', 'id = "kein-switch"', "lonely-twin"),
        ("exercises/2026-10-14-lte.toml", 'met = [', 'took_min = 3\nmet = [', "unknown-key"),
    ],
)  # fmt: skip
def test_a_twin_has_words_and_nothing_else(
    file: str, old: str, new: str, code: str, edit: Edit
) -> None:
    _, problems = load(edit(f"i18n/en/{file}", old, new))
    [fault] = [problem for problem in problems if problem.code == code][:1]
    assert fault.place.file == f"i18n/en/{file}"
    assert fault.place.line is not None


def test_a_record_that_is_wrong_stays_german_and_costs_the_others_nothing(edit: Edit) -> None:
    folder = edit("i18n/en/roles.toml", 'tasks = ["Find out', 'tasks = [7, "Find out')
    english = localised(plan(folder), "en")
    assert english.roles[0].tasks == plan().roles[0].tasks
    assert english.roles[1].tasks[0] == "Check line, router and LTE"


def test_a_contact_with_a_typing_error_is_told_once_and_not_by_its_twin_again(edit: Edit) -> None:
    folder = edit("contacts.toml", 'phone = "+49 30 23125 130"', 'phone = "130"')
    _, problems = load(folder)
    assert [problem.code for problem in problems] == ["wrong-value"]


def test_english_words_make_no_plan_another_one_to_the_agent() -> None:
    whole = plan()
    bare = msgspec.structs.replace(whole, english={})
    assert localised(bare, "en") is bare
