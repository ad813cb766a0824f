"""What a plan covers of the standards, with file and line, and what is old."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.unit.plan.conftest import Edit

from notanker.cli.commands import notanker
from notanker.plan.audit.look import Look
from notanker.plan.audit.requirements import NOT_CHECKED, REQUIREMENTS, STANDARDS
from notanker.plan.audit.table import Row, audit
from notanker.plan.load import load

DAY = dt.date(2026, 11, 26)


def rows_of(folder: Path, today: dt.date = DAY) -> dict[tuple[str, str, str], Row]:
    plan, _ = load(folder)
    assert plan is not None
    return {
        (row.standard, row.clause, row.asks[1]): row
        for row in audit(plan, folder, STANDARDS, today)
    }


def call(folder: Path, *arguments: str, language: str = "de") -> tuple[int, str]:
    done = CliRunner().invoke(
        notanker, ["plan", "check", str(folder), *arguments], env={"NOTANKER_LANG": language}
    )
    return done.exit_code, done.output


def test_each_requirement_has_a_number_and_words_in_two_languages() -> None:
    assert {item.standard for item in REQUIREMENTS} == set(STANDARDS) == set(NOT_CHECKED)
    keys = [(item.standard, item.clause, item.asks) for item in REQUIREMENTS]
    assert len(keys) == len(set(keys))
    for item in REQUIREMENTS:
        assert re.fullmatch(r"[A0-9][0-9.]*( [a-i])?", item.clause)
        assert all(0 < len(words) < 38 for words in item.asks)


def test_what_is_there_is_shown_with_file_and_line(plan_folder: Path) -> None:
    row = rows_of(plan_folder)["nis2", "4.1.2 d", "activation and its end"]
    assert (row.state, row.place.file) == ("ok", "plan.toml")
    assert row.place.line is not None
    text = (plan_folder / "plan.toml").read_text().splitlines()[row.place.line - 1]
    assert text == "[[activation]]"


def test_what_is_missing_is_named_with_its_field(edit: Edit) -> None:
    folder = edit("plan.toml", "purpose = ", "# purpose = ")
    row = rows_of(folder)["nis2", "4.1.2 a", "purpose, scope, audience"]
    assert (row.state, row.place.field) == ("missing", "purpose")
    assert row.note == ("purpose fehlt", "purpose is missing")


def test_a_number_that_nobody_has_tried_for_half_a_year_is_old(plan_folder: Path) -> None:
    row = rows_of(plan_folder, DAY + dt.timedelta(days=500))["nis2", "4.1.2 c", "contacts, tried"]
    assert (row.state, row.place.file) == ("old", "contacts.toml")
    assert "höchstens 180" in row.note[0]


def test_a_review_that_is_due_makes_the_plan_old(plan_folder: Path) -> None:
    row = rows_of(plan_folder, dt.date(2030, 1, 1))["iso22301", "8.6", "plan reviewed"]
    assert (row.state, row.place.field) == ("old", "review_by")


DRILL = """id = "l1"
held_on = 2026-10-14
level = "L1"
scenario = "nur-internet-vpn"
took_min = 20
took_part = ["Mara Beispiel"]
missed = ["Quittung erst nach 7 Minuten"]
"""
ACTION = '[[action]]\nwhat = "Zweites Telefon"\nowner = "mara-beispiel"\ndue = 2026-12-01\n'


@pytest.mark.parametrize(
    ("more", "drill", "lesson"),
    [
        ("", "missing", "missing"),
        ('signed_by = "mara-beispiel"\n' + ACTION, "ok", "ok"),
        ('signed_by = "mara-beispiel"\n' + ACTION.replace("12-01", "11-01"), "ok", "old"),
    ],
)
def test_a_drill_counts_once_it_is_signed_and_its_lessons_are_drawn(
    plan_folder: Path, more: str, drill: str, lesson: str
) -> None:
    shutil.rmtree(plan_folder / "exercises", ignore_errors=True)
    (plan_folder / "exercises").mkdir()
    (plan_folder / "exercises" / "2026-10-14.toml").write_text(DRILL + more)
    rows = rows_of(plan_folder)
    assert rows["iso22301", "8.5", "drill on record"].state == drill
    assert rows["iso22301", "10.1", "lessons learnt"].state == lesson


def test_a_plan_with_nothing_but_its_identity_covers_almost_nothing(plan_folder: Path) -> None:
    for path in plan_folder.iterdir():
        if path.name != "plan.toml":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    rows = rows_of(plan_folder)
    assert {row.place.file for row in rows.values() if row.state == "ok"} == {"plan.toml"}
    assert all(any(row.note) for row in rows.values() if row.state != "ok")


def test_the_table_fits_a_terminal_and_certifies_nothing(plan_folder: Path) -> None:
    status, output = call(plan_folder, "--audit", "nis2,der4,iso22301")
    assert status in (0, 1)
    assert max(map(len, output.splitlines())) <= 80
    assert "deckt ab" in output
    assert "zertifiziert" not in output
    assert output.count("Nicht geprüft") == len(STANDARDS)


def test_the_twin_for_programs_says_the_same(plan_folder: Path) -> None:
    status, output = call(plan_folder, "--audit", "der4", "--json", language="en")
    told = json.loads(output)
    states = {row["state"] for row in told["rows"]}
    assert status == (0 if states == {"ok"} else 1)
    assert {row["standard"] for row in told["rows"]} == {"der4"}
    assert all(row["file"] for row in told["rows"])


@pytest.mark.parametrize("names", ["nis3", "nis2,x", ","])
def test_a_standard_that_nobody_knows_is_named(plan_folder: Path, names: str) -> None:
    status, output = call(plan_folder, "--audit", names)
    assert status == 2
    assert "nis2, der4, iso22301" in output


def test_a_plan_that_cannot_be_read_has_no_table(tmp_path: Path) -> None:
    assert call(tmp_path, "--audit", "nis2")[0] == 2


def test_a_file_that_is_no_table_has_no_lines(plan_folder: Path) -> None:
    (plan_folder / "risks.toml").write_text("risk = 1\n")
    plan, _ = load(plan_folder)
    assert plan is not None
    place = Look(plan, plan_folder, DAY).of("risks.toml", "risk", "x")
    assert place.file == "risks.toml"
