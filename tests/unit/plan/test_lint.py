"""Weak points: each is found, with its line and a cure in both languages, unless somebody has accepted it."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from tests.unit.plan.conftest import SAMPLE, Edit

from notanker.errors import Problem
from notanker.plan.lint import lint
from notanker.plan.lint import numbers as numbers_of
from notanker.plan.lint.catalogue import CATALOGUE
from notanker.plan.lint.people import is_easy

TODAY = dt.date(2026, 11, 26)


def found(folder: Path, today: dt.date = TODAY) -> list[Problem]:
    return list(lint(folder, today).problems)


def test_the_sample_plan_has_no_weak_point() -> None:
    assert [problem.sentence("de") for problem in found(SAMPLE)] == []


def test_the_sample_plan_stays_small_enough_for_a_slow_line() -> None:
    files = [path for path in SAMPLE.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 250_000


CASES = [
    ("contacts.toml", 'phone_2 = "+49 30 23125 111"', 'phone_2 = "+49 171 39200 11"', "phone-twice"),
    ("contacts.toml", 'phone_2 = "+49 30 23125 111"', 'phone_2 = "+49 30 23125 110"', "number-shared"),
    ("contacts.toml", 'phone_2 = "+49 30 23125 111"', f'phone_2 = "+49 {0}30 23125 111"', "trunk-zero"),
    ("contacts.toml", 'phone = "+49 69 90009 200"', 'phone = "+49 69 9"', "wrong-value"),
    ("contacts.toml", 'verified_on = 2026-10-29', 'verified_on = 2026-05-01', "verified-long-ago"),
    ("contacts.toml", 'verified_on = 2026-10-29', 'verified_on = 2026-12-24', "date-ahead"),
    ("contacts.toml", 'depends_on = ["mobile-voice"]',
     'depends_on = ["client-system", "site-voice", "site-internet", "site-power"]', "never-reached"),
    ("roles.toml", 'deputies = ["ines-modell"]', 'deputies = ["tarik-vorlage"]', "deputy-is-holder"),
    ("roles.toml", 'deputies = ["ines-modell"]', 'deputies = ["ines-modell", "ines-modell"]',
     "deputy-twice"),
    ("roles.toml", 'deputies = ["jonas-muster", "lena-probe"]', 'deputies = ["jonas-muster"]',
     "one-deputy"),
    ("roles.toml", 'id = "scribe"', 'id = "writer"', "missing-role"),
    ("escalation.toml", 'pin = "4829"', 'pin = "1234"', "pin-too-easy"),
    ("escalation.toml", 'backup_phone = "+49 40 66969 501"', 'backup_phone = "+49 30 23125 500"',
     "bridge-backup-same"),
    ("escalation.toml", 'phone = "+49 30 23125 500"', 'phone = "+49 30 23125 000"', "bridge-on-head"),
    ("escalation.toml", 'head_number = "+49 30 23125 001"', 'head_number = "+49 30 23125 000"',
     "head-twice"),
    ("escalation.toml", 'role = "operations"\nchannels', 'role = "it_network"\nchannels',
     "step-adds-nobody"),
    ("escalation.toml", "tested_on = 2026-10-14", "tested_on = 2026-03-14", "tested-long-ago"),
    ("escalation.toml", 'text_template = "T7"', 'text_template = "T99"', "no-such-text"),
    ("systems.toml", 'owner_contact = "mobil-beispiel"', 'owner_contact = "musternetz"',
     "same-carrier"),
    ("systems.toml", 'rto = "8 h"', 'rto = "bald"', "odd-span"),
    ("services.toml", 'rto = "15 min"', 'rto = "2 h"', "rto-after-mtd"),
    ("services.toml", "order = 2", "order = 1", "order-twice"),
    ("plan.toml", "review_by = 2027-10-29", "review_by = 2026-10-30", "review-overdue"),
    ("plan.toml", "review_by = 2027-10-29\nreviewed_on = 2026-10-29", "review_by = 2029-10-29",
     "review-far"),
    ("risks.toml", "expires = 2027-01-31", "expires = 2026-11-25", "risk-expired"),
    ("risks.toml", "expires = 2027-01-31", "expires = 2026-12-20", "risk-expires-soon"),
    ("risks.toml", "expires = 2027-01-31", "expires = 2029-01-31", "risk-too-long"),
    ("exercises/programme.toml", "on = 2026-12-01", "on = 2026-11-01", "drill-overdue"),
    ("exercises/2026-10-14-lte.toml", "due = 2026-12-15", "due = 2026-11-15", "action-overdue"),
    ("scenarios/strom.md", "drilled_on = 2026-09-09\n", "", "never-drilled"),
    ("scenarios/strom.md", "drilled_on = 2026-09-09", "drilled_on = 2020-09-09", "tested-long-ago"),
    ("scenarios/strom.md", "{rolle: facility, bis: 3 min} Ist", "Ist", "step-of-nobody"),
    ("scenarios/strom.md", "Dann sofort 112.",
     f"Dann {'bitte ' * 20}sofort 112 rufen.",
     "long-step"),
    ("i18n/en/measures/heimarbeit.md", "effort_min = 60", "effort_min = 30", "twin-differs"),
    ("i18n/en/scenarios/strom.md", "{role: facility, by: 3 min} Is", "{role: scribe, by: 3 min} Is",
     "twin-steps"),
    ("i18n/en/roles.toml", 'on_duty = "Roster, Mon-Sun 06-23"\n', "", "half-twin"),
    ("i18n/en/roles.toml", 'id = "scribe"', 'id = "writer"', "lonely-twin"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "old", "new", "code"), CASES, ids=[f"{c[3]}-{c[0]}" for c in CASES]
)
def test_each_weak_point_is_found_with_its_place(
    file: str, old: str, new: str, code: str, edit: Edit
) -> None:
    folder = edit(file, old, new)
    problems = [problem for problem in found(folder) if problem.code == code]
    assert problems
    for problem in problems:
        assert problem.place.line is not None
        lines = (folder / problem.place.file).read_text("utf-8").splitlines()
        assert 1 <= problem.place.line <= len(lines)
        assert problem.de.what != problem.en.what


def test_every_step_that_is_one_too_many_for_a_quarter_of_an_hour_counts(edit: Edit) -> None:
    step = "- [ ] {rolle: facility, bis: 9 min} Nachsehen.\n"
    folder = edit("scenarios/strom.md", "## Notbetrieb", step * 16 + "\n## Notbetrieb")
    assert "too-many-steps" in {problem.code for problem in found(folder)}


def test_one_mobile_network_for_all_who_are_alarmed_is_found(plan_folder: Path) -> None:
    path = plan_folder / "contacts.toml"
    path.write_text(re.sub(r'network = "[^"]*"', 'network = "X"', path.read_text("utf-8")), "utf-8")
    [problem] = [one for one in found(plan_folder) if one.code == "same-network"]
    assert "(X)" in problem.en.what


def spoil(folder: Path) -> None:
    """Let calls be diverted only with the core switch: nothing keeps the hotline going without it."""
    for name in ("rufumleitung-mobil", "partnerstandort"):
        for path in (folder / f"measures/{name}.md", folder / f"i18n/en/measures/{name}.md"):
            text = path.read_text("utf-8")
            path.write_text(
                text.replace('needs = ["mobile-voice", ', 'needs = ["site-lan", '), "utf-8"
            )


def test_a_system_without_which_no_measure_helps_is_found_once_for_each(plan_folder: Path) -> None:
    spoil(plan_folder)
    spofs = [one.place.field for one in found(plan_folder) if one.code == "spof"]
    assert "system[3].id" in spofs


def test_what_somebody_has_accepted_is_silent_until_it_expires(plan_folder: Path) -> None:
    spoil(plan_folder)
    text = (plan_folder / "risks.toml").read_text("utf-8")
    accepted = 'subject = "core-switch"', 'finding = "spof"\nsubject = "core-switch"'
    (plan_folder / "risks.toml").write_text(text.replace(*accepted), "utf-8")
    assert "system[3].id" not in [p.place.field for p in found(plan_folder) if p.code == "spof"]
    later = found(plan_folder, dt.date(2027, 10, 29))
    assert "system[3].id" in [p.place.field for p in later if p.code == "spof"]
    assert "risk-expired" in {problem.code for problem in later}


def test_a_measure_that_does_not_say_what_it_keeps_counts_for_nothing_and_is_told(
    plan_folder: Path,
) -> None:
    for path in plan_folder.rglob("measures/*.md"):
        text = path.read_text("utf-8")
        path.write_text(re.sub(r"keeps = .*\n", "", text), "utf-8")
    codes = [problem.code for problem in found(plan_folder)]
    assert codes.count("keeps-unsaid") == 2 * 11
    assert "plan-cover" in codes


@pytest.mark.parametrize(
    ("pin", "easy"),
    [
        ("4829", False),
        ("4829#", False),
        ("1234", True),
        ("9876", True),
        ("0000#", True),
        ("48", True),
    ],
)
def test_a_pin_that_is_guessed_at_once_is_easy(pin: str, easy: bool) -> None:
    assert is_easy(pin) is easy


def test_numbers_that_cannot_be_dialled_are_found_with_the_world_s_numbering_plans(
    plan_folder: Path,
) -> None:
    path = plan_folder / "contacts.toml"
    text = path.read_text("utf-8")
    # Digits too many, and a landline for SMS; both of ranges reserved for fiction.
    text = text.replace('"+44 7700 900123"', f'"+44 7700 900123{99}"')
    text = text.replace('sms = "+49 171 39200 10"', 'sms = "+49 30 23125 110"')
    path.write_text(text, "utf-8")
    codes = {problem.code for problem in found(plan_folder)}
    assert {"number-impossible", "sms-to-landline"} <= codes


def test_without_the_library_the_numbers_are_checked_by_e164_alone(
    edit: Edit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numbers_of, "library", lambda: None)
    folder = edit("contacts.toml", '"+44 7700 900123"', f'"+44 {0}7700 900123"')
    codes = {problem.code for problem in found(folder)}
    assert "trunk-zero" in codes
    assert "number-impossible" not in codes


@pytest.mark.parametrize("code", sorted(CATALOGUE.entries))
def test_each_sentence_ends_and_has_a_cure(code: str) -> None:
    entry = CATALOGUE.entries[code]
    for what, cure in (entry.de, entry.en):
        assert what.endswith(".")
        assert cure[-1] in ".}"


def test_a_plan_without_identity_is_told_and_not_looked_at_further(edit: Edit) -> None:
    linted = lint(edit("plan.toml", 'id = "musterhafen"\n', ""), TODAY)
    assert linted.plan is None
    assert "missing-key" in {problem.code for problem in linted.problems}


def test_all_is_found_in_one_go_and_each_at_its_line(plan_folder: Path) -> None:
    for file, old, new, _ in (CASES[0], CASES[7], CASES[11], CASES[20], CASES[25], CASES[29]):
        path = plan_folder / file
        path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    problems = found(plan_folder)
    assert {CASES[n][3] for n in (0, 7, 11, 20, 25, 29)} <= {problem.code for problem in problems}
    assert all(problem.place.line for problem in problems)
