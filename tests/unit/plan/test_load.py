"""Loading a plan: all faults at once, with their places, and the rest is used."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from tests.unit.plan.conftest import SAMPLE, Edit

from notanker.errors import Problem, errors_of
from notanker.plan.fingerprint import fingerprint
from notanker.plan.load import load
from notanker.plan.model import Plan


def codes(problems: list[Problem]) -> list[str]:
    return [problem.code for problem in problems]


def loaded(folder: Path) -> tuple[Plan, list[Problem]]:
    plan, problems = load(folder)
    assert plan is not None
    return plan, problems


def test_the_sample_plan_has_no_fault() -> None:
    plan, problems = loaded(SAMPLE)
    assert [problem.sentence("de") for problem in problems] == []
    assert plan.head.id == "musterhafen"
    assert len(plan.roles) == 8
    assert len(plan.contacts) == 34
    assert len(plan.escalation.steps) == 4
    assert len(plan.escalation.announcements) == 3
    assert len(plan.services) == 5
    assert {item.head.id for item in plan.scenarios} == {
        "internet-und-telefon-tot", "nur-internet-vpn", "nur-telefonie", "system-auftraggeber",
        "strom", "cyberverdacht", "gebaeude-nicht-nutzbar", "lte-auch-weg",
    }  # fmt: skip
    assert len(plan.measures) == 2 * 11
    assert {item.head.id for item in plan.templates} == {f"T{n}" for n in range(1, 16)}
    assert [item.head.id for item in plan.forms] == ["F1", "F2", "F3", "F4"] * 2
    assert {item.head.id for item in plan.pages} == {"ruhe", "standort", "neu-im-team", "glossar"}
    assert (len(plan.programme.drills), len(plan.drills), len(plan.risks)) == (5, 1, 2)
    assert [item.file for item in plan.assets] == ["assets/standort.svg"]
    assert {item.language for item in plan.scenarios} == {"de", "en"}
    assert plan.fingerprint == fingerprint(SAMPLE)


def test_a_broken_contact_costs_that_contact_alone(edit: Edit) -> None:
    folder = edit("contacts.toml", 'phone = "+49 30 23125 110"', 'phone = "030 23125110"')
    plan, problems = loaded(folder)
    assert plan.contact("mara-beispiel") is None
    assert plan.contact("jonas-muster") is not None
    [fault] = [problem for problem in problems if problem.code == "wrong-value"]
    assert fault.place.file == "contacts.toml"
    assert fault.place.line == 8
    assert fault.place.field == "contact[1].phone"
    assert "Landesvorwahl" in fault.de.cure
    assert "country code" in fault.en.cure


def test_a_synonym_alone_is_told(edit: Edit) -> None:
    _, problems = loaded(edit("plan.toml", "seq = 42", 'seq = 42\nsynonyms = ["Zuse"]'))
    [fault] = problems
    assert (fault.code, fault.severity, fault.place.field) == (
        "lonely-synonym",
        "warning",
        "synonyms",
    )


def test_every_fault_is_told_at_once(plan_folder: Path, edit: Edit) -> None:
    edit("contacts.toml", 'kind = "person"', 'kind = "robot"')
    edit("roles.toml", 'holder = "tarik-vorlage"', 'holder = "nobody"')
    edit("escalation.toml", "wait_s = 300", 'wait_s = "soon"')
    edit("scenarios/nur-internet-vpn.md", 'severity = "high"', "severity = 3")
    edit("templates/T1.md", "{since}", "{wetter}")
    _, problems = loaded(plan_folder)
    files = {problem.place.file for problem in problems}
    assert files >= {
        "contacts.toml",
        "roles.toml",
        "escalation.toml",
        "scenarios/nur-internet-vpn.md",
        "templates/T1.md",
    }


def test_each_problem_has_words_in_both_languages(plan_folder: Path, edit: Edit) -> None:
    edit("contacts.toml", 'kind = "person"', 'kind = "robot"')
    edit("roles.toml", 'holder = "tarik-vorlage"', 'holder = "nobody"')
    (plan_folder / "notes.txt").write_text("x")
    _, problems = loaded(plan_folder)
    assert problems
    for problem in problems:
        for words in (problem.de, problem.en):
            assert words.what
            assert words.cure
        assert problem.place.file


@pytest.mark.parametrize("key", ["id", "site", "organisation", "title.de", "seq", "version"])
def test_without_its_identity_there_is_no_plan(key: str, plan_folder: Path) -> None:
    path = plan_folder / "plan.toml"
    lines = path.read_text("utf-8").splitlines()
    kept = [
        line
        for line in lines
        if not line.startswith(key) and not (key == "title.de" and line.startswith("title"))
    ]
    path.write_text("\n".join(kept), "utf-8")
    plan, problems = load(plan_folder)
    assert plan is None
    assert "missing-key" in codes(problems)


@pytest.mark.parametrize("line", ['colour = "red"', "scope = 7", "approved_by = []"])
def test_a_fault_beside_the_identity_leaves_the_plan_readable(line: str, edit: Edit) -> None:
    key = line.partition(" ")[0]
    folder = edit("plan.toml", "seq = 42", f"seq = 42\n{line}")
    path = folder / "plan.toml"
    rows = path.read_text("utf-8").splitlines()
    first = rows.index(line)
    path.write_text(
        "\n".join(r for n, r in enumerate(rows) if n <= first or not r.startswith(f"{key} ="))
    )
    plan, problems = loaded(folder)
    assert plan.head.site == "Musterhafen"
    assert errors_of(problems)


@pytest.mark.parametrize("key", ["issued", "review_by", "owner_role", "classification"])
def test_a_mandatory_field_is_asked_for(key: str, plan_folder: Path) -> None:
    path = plan_folder / "plan.toml"
    rows = path.read_text("utf-8").splitlines()
    path.write_text("\n".join(row for row in rows if not row.startswith(key)))
    plan, problems = loaded(plan_folder)
    assert plan.head.seq == 42
    assert ("missing-field", key) in [(p.code, p.place.field) for p in problems]


@pytest.mark.parametrize("name", ["roles.toml", "contacts.toml", "escalation.toml"])
def test_a_missing_file_is_named_and_the_rest_is_read(name: str, plan_folder: Path) -> None:
    (plan_folder / name).unlink()
    plan, problems = loaded(plan_folder)
    assert ("missing-file", name) in [(p.code, p.place.file) for p in problems]
    assert plan.scenarios


def test_a_role_held_by_nobody_known_is_told_with_its_line(edit: Edit) -> None:
    folder = edit("roles.toml", 'deputies = ["ines-modell"]', 'deputies = ["ines-modell", "x"]')
    _, problems = loaded(folder)
    [fault] = [p for p in problems if p.code == "no-such-contact"]
    assert fault.place.file == "roles.toml"
    assert fault.place.field == "role[2].deputies"
    lines = (folder / "roles.toml").read_text("utf-8").splitlines()
    assert fault.place.line is not None
    assert lines[fault.place.line - 1].startswith("deputies")


def test_a_step_for_an_unknown_role_is_told(edit: Edit) -> None:
    folder = edit("escalation.toml", 'role = "operations"', 'role = "captain"')
    _, problems = loaded(folder)
    assert ("no-such-role", "step[3].role") in [(p.code, p.place.field) for p in problems]
    assert "nobody" in codes(problems)


def test_the_second_of_two_equal_ids_does_not_count(edit: Edit) -> None:
    folder = edit("contacts.toml", 'id = "jonas-muster"', 'id = "mara-beispiel"')
    plan, problems = loaded(folder)
    contact = plan.contact("mara-beispiel")
    assert contact is not None
    assert contact.name == "Mara Beispiel"
    assert "twice" in codes(problems)


def test_steps_come_in_their_order_whatever_the_file_says(edit: Edit) -> None:
    edit("escalation.toml", "order = 1", "order = 9")
    folder = edit("escalation.toml", "order = 4", "order = 1")
    plan, _ = loaded(folder)
    assert [step.order for step in plan.escalation.steps] == [1, 2, 3, 9]


def test_a_missing_english_version_is_a_warning(plan_folder: Path) -> None:
    (plan_folder / "i18n/en/pages/ruhe.md").unlink()
    _, problems = loaded(plan_folder)
    assert [(p.code, p.severity) for p in problems] == [("no-twin", "warning")]


def test_an_english_version_without_original_is_left_out(plan_folder: Path) -> None:
    (plan_folder / "pages/ruhe.md").unlink()
    plan, problems = loaded(plan_folder)
    assert "ruhe" not in {page.head.id for page in plan.pages}
    assert codes(problems) == ["odd-twin"]


def test_a_missing_section_of_a_scenario_is_a_warning(edit: Edit) -> None:
    folder = edit("scenarios/nur-internet-vpn.md", "## Rückkehr", "## Wieder da")
    _, problems = loaded(folder)
    assert codes(problems) == ["no-section"]
    assert "Rückkehr" in problems[0].de.what


def test_an_unreadable_note_before_a_step_is_told_with_its_line(edit: Edit) -> None:
    name = "scenarios/nur-internet-vpn.md"
    folder = edit(name, "{rolle: operations, bis: 3 min}", "{operations}")
    _, problems = loaded(folder)
    [fault] = problems
    assert fault.code == "odd-step"
    assert fault.place.line is not None
    line = (folder / name).read_text("utf-8").splitlines()[fault.place.line - 1]
    assert "{operations}" in line


def test_a_text_file_without_head_is_told_and_left_out(plan_folder: Path) -> None:
    (plan_folder / "pages/lose.md").write_text("# Nur Text\n")
    plan, problems = loaded(plan_folder)
    assert codes(problems) == ["no-front-matter"]
    assert len(plan.pages) == 2 * 4


def test_a_fault_in_a_head_has_the_line_of_the_file(edit: Edit) -> None:
    folder = edit("pages/ruhe.md", "order = 1", 'order = "first"')
    _, problems = loaded(folder)
    assert (problems[0].place.line, problems[0].place.field) == (4, "order")


def test_links_are_not_followed(plan_folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("+++\nid='a'\ntitle='b'\n+++\nsecret")
    (plan_folder / "pages/link.md").symlink_to(secret)
    (plan_folder / "drawings").symlink_to(tmp_path)
    plan, problems = loaded(plan_folder)
    assert codes(problems) == ["no-regular-file", "no-regular-file"]
    assert all("secret" not in page.body for page in plan.pages)


def test_a_pipe_in_the_folder_does_not_block(plan_folder: Path) -> None:
    os.mkfifo(plan_folder / "pages/pipe.md")
    _, problems = loaded(plan_folder)
    assert codes(problems) == ["no-regular-file"]


def test_a_checkout_is_a_plan_folder_too(plan_folder: Path) -> None:
    (plan_folder / ".git").mkdir()
    (plan_folder / ".git/config").write_text("[core]")
    plan, problems = loaded(plan_folder)
    assert problems == []
    assert plan.fingerprint == fingerprint(SAMPLE)


def test_too_many_files_are_told_and_the_plan_is_still_read(plan_folder: Path) -> None:
    for number in range(600):
        (plan_folder / f"forms/f{number}.md").write_text("x")
    plan, problems = loaded(plan_folder)
    assert "too-many-files" in codes(problems)
    assert plan.contacts


def test_too_many_bytes_are_told_and_the_plan_is_still_read(plan_folder: Path) -> None:
    with (plan_folder / "assets/map.png").open("wb") as stream:
        stream.truncate(30_000_000)
    plan, problems = loaded(plan_folder)
    assert "plan-too-large" in codes(problems)
    assert plan.contacts


def test_a_file_that_belongs_to_nothing_is_a_warning(plan_folder: Path) -> None:
    (plan_folder / "todo.txt").write_text("x")
    _, problems = loaded(plan_folder)
    assert [(p.code, p.severity) for p in problems] == [("unknown-file", "warning")]


def test_names_with_control_characters_do_not_reach_the_report(plan_folder: Path) -> None:
    (plan_folder / "pages/a\nb\x1b[31m.md").write_text("x")
    _, problems = loaded(plan_folder)
    assert codes(problems) == ["bad-name"]
    assert problems[0].sentence("en").isprintable()


def test_no_folder_is_a_problem_not_an_error(tmp_path: Path) -> None:
    plan, problems = load(tmp_path / "nowhere")
    assert plan is None
    assert "no-folder" in codes(problems)


def test_a_review_may_not_be_put_off_for_more_than_a_year(edit: Edit) -> None:
    _, problems = loaded(edit("plan.toml", "review_by = 2027-10-29", "review_by = 2029-10-29"))
    assert codes(problems) == ["review-too-late"]


def test_an_unknown_time_zone_is_told(edit: Edit) -> None:
    plan, problems = loaded(edit("plan.toml", "Europe/Berlin", "Mars/{Olympus}"))
    assert codes(problems) == ["no-such-zone"]
    assert plan.head.seq == 42


def test_equal_folders_have_equal_fingerprints_and_each_byte_counts(
    plan_folder: Path, tmp_path: Path
) -> None:
    other = Path(shutil.copytree(plan_folder, tmp_path / "other"))
    assert fingerprint(other) == fingerprint(plan_folder)
    (other / "pages/ruhe.md").rename(other / "pages/stille.md")
    moved = fingerprint(other)
    assert moved != fingerprint(plan_folder)
    with (other / "plan.toml").open("ab") as stream:
        stream.write(b"\n")
    assert fingerprint(other) != moved


def test_drills_and_accepted_risks_are_read(plan_folder: Path) -> None:
    shutil.rmtree(plan_folder / "i18n/en/exercises")
    (plan_folder / "exercises" / "programme.toml").write_text(
        '[[drill]]\non = 2027-03-01\nlevel = "L2"\ntitle = "LTE"\nscenario = "nur-internet-vpn"\n'
        'lead_role = "it_network"\n'
        '[[drill]]\non = 2027-01-01\nlevel = "L0"\ntitle = "Lesen"\nscenario = "nur-internet-vpn"\n'
        'lead_role = "it_network"\n'
    )
    (plan_folder / "exercises" / "2026-10-14-lte.toml").write_text(
        'id = "2026-10-14-lte"\nheld_on = 2026-10-14\nlevel = "L2"\nscenario = "nur-internet-vpn"\n'
        'took_min = 41\ntook_part = ["Mara Beispiel"]\nmissed = ["Quittung nach 7 Minuten"]\n'
        '[[action]]\nwhat = "Klingelton"\nowner = "mara-beispiel"\ndue = 2026-12-01\n'
    )
    (plan_folder / "i18n/en/risks.toml").unlink()
    (plan_folder / "risks.toml").write_text(
        '[[risk]]\nid = "one-switch"\ntitle = "Nur ein Switch"\nwhy = "Ersatz liegt bereit"\n'
        'accepted_by = "mara-beispiel"\naccepted_on = 2026-10-01\nexpires = 2026-12-01\n'
    )
    plan, problems = loaded(plan_folder)
    assert {(p.code, p.place.file) for p in problems} == {
        ("no-twin", "risks.toml"),
        ("no-twin", "exercises/2026-10-14-lte.toml"),
        ("no-twin", "exercises/programme.toml"),
    }
    assert [item.level for item in plan.programme.drills] == ["L0", "L2"]
    assert plan.drills[0].action[0].owner == "mara-beispiel"
    assert plan.risks[0].id == "one-switch"


@pytest.mark.parametrize("key", ["rto", "min_level", "order", "channels", "needs"])
def test_a_service_lacks_nothing_that_the_format_asks_for(key: str, plan_folder: Path) -> None:
    path = plan_folder / "services.toml"
    rows = path.read_text("utf-8").splitlines()
    first = next(n for n, row in enumerate(rows) if row.startswith(f"{key} ="))
    path.write_text("\n".join(row for n, row in enumerate(rows) if n != first))
    plan, problems = loaded(plan_folder)
    assert "missing-field" in codes(problems)
    assert len(plan.services) == 5  # it still counts: the gateway lets it through by its hosts


@pytest.mark.parametrize(
    ("file", "old", "new", "code"),
    [
        ("measures/heimarbeit.md", 'owner_role = "operations"', 'owner_role = "x"', "no-such-role"),
        ("measures/heimarbeit.md", '"client-system"', '"magic"', "no-such-resource"),
        ("measures/mail-autoantwort.md", 'keeps = ["mailberatung"]', 'keeps = ["x"]',
         "no-such-service"),
        ("measures/heimarbeit.md", "effort_min = 60", 'effort_min = "lang"', "wrong-value"),
    ],
)  # fmt: skip
def test_what_a_measure_names_exists(file: str, old: str, new: str, code: str, edit: Edit) -> None:
    _, problems = load(edit(file, old, new))
    assert code in codes(problems)
