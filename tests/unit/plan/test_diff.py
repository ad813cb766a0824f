"""What differs between two plans is told by record and field."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.unit.plan.conftest import SAMPLE, Edit

from notanker.cli.plan import plan
from notanker.plan.diff import Change, changes
from notanker.plan.load import load
from notanker.plan.model import Plan


def read(folder: Path) -> Plan:
    found, _ = load(folder)
    assert found is not None
    return found


def between(folder: Path) -> tuple[Change, ...]:
    return changes(read(SAMPLE), read(folder))


def run(*arguments: str | Path, language: str = "en") -> Result:
    call = ["diff", *map(str, arguments)]
    return CliRunner().invoke(plan, call, env={"NOTANKER_LANG": language})


def test_a_plan_does_not_differ_from_its_copy(plan_folder: Path) -> None:
    assert between(plan_folder) == ()


@pytest.mark.parametrize(
    ("file", "old", "new", "record", "field"),
    [
        ("plan.toml", "seq = 42", "seq = 43", "head", "seq"),
        ("plan.toml", 'title.en = "Em', 'title.en = "The em', "head", "title.en"),
        (
            "contacts.toml",
            "+49 30 23125 110",
            "+49 30 23125 111",
            "contacts/mara-beispiel",
            "phone",
        ),
        ("escalation.toml", "wait_s = 300", "wait_s = 240", "escalation/steps/1", "wait_s"),
        ("pages/ruhe.md", "order = ", "order = 1", "pages/ruhe/de", "order"),
    ],
)
def test_a_change_is_told_once_with_record_and_field(
    file: str, old: str, new: str, record: str, field: str, edit: Edit
) -> None:
    [change] = between(edit(file, old, new))
    assert (change.kind, change.record, change.field) == ("changed", record, field)
    assert change.old != change.new


def test_a_line_more_does_not_move_what_stands_below_it(edit: Edit) -> None:
    assert between(edit("contacts.toml", "[[contact]]", "# a remark\n\n[[contact]]")) == ()


def test_what_came_and_went_is_told_as_a_whole(plan_folder: Path) -> None:
    (plan_folder / "templates" / "T12.md").unlink()
    (plan_folder / "pages" / "neu.md").write_text('+++\nid = "neu"\ntitle = "Neu"\n+++\nNeu\n')
    assert between(plan_folder) == (
        Change(kind="added", record="pages/neu/de"),
        Change(kind="removed", record="templates/T12/de"),
    )


def test_a_field_that_came_or_went_is_told_with_its_value(edit: Edit) -> None:
    folder = edit("plan.toml", 'approved_by = "Mara Beispiel"\n', "")
    assert between(folder) == (
        Change(kind="removed", record="head", field="approved_by", old="Mara Beispiel"),
    )


def test_differences_are_told_in_both_languages_and_end_as_those_of_diff(plan_folder: Path) -> None:
    with (plan_folder / "pages" / "ruhe.md").open("a") as page:
        page.write("Noch eine Zeile.\n")
    shutil.rmtree(plan_folder / "i18n" / "en" / "pages")
    german, english = (run(SAMPLE, plan_folder, language=tongue) for tongue in ("de", "en"))
    assert "pages/ruhe/de: Text: +1 -0 Zeilen\n" in german.output
    assert "pages/ruhe/de: text: +1 -0 lines\n" in english.output
    assert "pages/ruhe/en: entfallen\n" in german.output
    assert "pages/ruhe/en: gone\n" in english.output
    assert german.exit_code == english.exit_code == 1
    assert run(SAMPLE, SAMPLE).exit_code == 0


def test_programs_get_both_values(edit: Edit) -> None:
    told = run(SAMPLE, edit("plan.toml", "seq = 42", "seq = 43"), "--json")
    assert json.loads(told.output) == [
        {"kind": "changed", "record": "head", "field": "seq", "old": 42, "new": 43}
    ]


def test_a_folder_without_a_plan_is_told(tmp_path: Path) -> None:
    told = run(SAMPLE, tmp_path)
    assert told.exit_code == 2
    assert "plan.toml" in told.output


def test_control_signs_of_a_plan_do_not_reach_the_terminal(edit: Edit) -> None:
    folder = edit("plan.toml", 'approved_by = "Mara Beispiel"', 'approved_by = "\\u009b2J"')
    assert "\x9b" not in run(SAMPLE, folder).output
