"""Texts for people outside, as the plan has them: who releases them, and what must not be said."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.config.samples import GOOD
from tests.unit.plan.conftest import SAMPLE, Edit

from notanker.config.load import load as load_config
from notanker.config.model import AnnouncementConfig
from notanker.plan.directory import telling
from notanker.plan.drafting import words
from notanker.plan.load import load
from notanker.plan.model import Plan
from notanker.shell.settings import telling_of

VALUES = {
    "site": "Musterhafen", "since": "10:42", "now": "14:10", "next_update": "11:30", "incident": "17",
    "fallback": "LTE aktiv", "cause_internal": "Netz des Anbieters",
}  # fmt: skip


def plan_in(folder: Path) -> Plan:
    plan, _ = load(folder)
    assert plan is not None
    return plan


def people(plan: Plan, template: str) -> list[str]:
    rule = next(rule for rule in telling(plan).drafts if rule.template == template)
    return [person.contact for person in rule.people]


def test_the_samples_texts_are_drafts_with_the_number_of_people_that_their_kind_wants() -> None:
    rules = telling(plan_in(SAMPLE)).drafts
    assert [(rule.template, rule.persons) for rule in rules] == [
        ("T6", 1),
        ("T7", 1),
        ("T9", 2),
        ("T10", 2),
        ("T13", 2),
    ]


def test_communication_and_emergency_lead_release_what_names_nobody() -> None:
    assert people(plan_in(SAMPLE), "T7") == [
        "pia-entwurf",
        "clara-skizze",
        "mara-beispiel",
        "jonas-muster",
        "lena-probe",
    ]


def test_the_plan_may_want_more_people_and_other_roles(edit: Edit) -> None:
    folder = edit(
        "templates/T7.md", 'release = "one"', 'release = "two"\nrelease_roles = ["operations"]'
    )
    plan = plan_in(folder)
    rule = next(rule for rule in telling(plan).drafts if rule.template == "T7")
    assert rule.persons == 2
    assert people(plan, "T7") == [p.contact for p in telling(plan).notices[0].people]


def test_the_plan_never_makes_it_fewer_people(edit: Edit) -> None:
    folder = edit("templates/T9.md", 'release = "two"', 'release = "one"')
    rule = next(rule for rule in telling(plan_in(folder)).drafts if rule.template == "T9")
    assert rule.persons == 2


def test_a_role_that_there_is_not_is_told(edit: Edit) -> None:
    folder = edit("templates/T7.md", 'lang = "de"', 'lang = "de"\nrelease_roles = ["captain"]')
    _, problems = load(folder)
    assert [(one.code, one.place.field) for one in problems if one.code == "no-such-role"] == [
        ("no-such-role", "release_roles")
    ]


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("template", ["T6", "T7", "T9", "T10", "T13"])
def test_the_samples_own_words_are_used(template: str, language: str) -> None:
    made = words(plan_in(SAMPLE), template, language, VALUES)
    assert made.refused == ("", "")
    assert "Ankerruf" in made.text
    assert "{" not in made.text


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("Wegen der Telekom geht nichts.", "Telekom"),
        ("Vermutlich liegt es am Kabel.", "Vermutlich"),
        ("Alles ist um 14:00 Uhr behoben.", "14:00"),
        ("Fragen an Mara Beispiel.", "Mara Beispiel"),
        ("Stand: {weather}.", "{weather}"),
        ("Ursache: {cause_internal}.", "{cause_internal}"),
    ],
)
def test_words_that_must_not_be_said_give_way_to_the_shipped_ones(
    edit: Edit, said: str, why: str
) -> None:
    folder = edit("templates/T7.md", "Ihre Daten sind sicher.", f"Ihre Daten sind sicher. {said}")
    made = words(plan_in(folder), "T7", "de", VALUES)
    assert "Ankerruf" not in made.text
    assert made.text.startswith("Guten Tag und danke für Ihren Anruf.")
    assert why in made.refused[0]
    assert made.refused[1]


def test_in_a_drill_it_says_so_at_both_ends() -> None:
    made = words(plan_in(SAMPLE), "T7", "de", VALUES, in_drill=True)
    assert made.text.startswith("ÜBUNG")
    assert made.text.endswith("ÜBUNG")


def test_each_announcement_has_the_plugin_that_names_its_number(tmp_path: Path) -> None:
    file = tmp_path / "notanker.toml"
    rows = (
        '[[plugin]]\nname = "mail"\nkind = "apprise"\n'
        '[[announcement]]\nplugin = "lte1"\n'
        '[[announcement]]\nplugin = "mail"\nhead_numbers = ["+49 (30) 23125-000"]\n'
    )
    file.write_text(f"{GOOD}\n{rows}", encoding="utf-8")
    config, problems = load_config(file)
    assert config is not None
    assert not [one for one in problems if one.code == "no-such-plugin"]
    named, *others = telling_of(config, plan_in(SAMPLE)).announcements
    assert (named.plugin, named.template, named.hand[0].contact) == (
        "mail",
        "T7",
        "musternetz-kopfnummern",
    )
    assert [one.plugin for one in others] == ["lte1", "lte1"]
    assert config.announcement[0] == AnnouncementConfig(plugin="lte1")


def test_an_announcement_without_a_plugin_of_that_name_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "notanker.toml"
    file.write_text(f'{GOOD}\n[[announcement]]\nplugin = "pbx"\n', encoding="utf-8")
    _, problems = load_config(file)
    assert [one.place.field for one in problems if one.code == "no-such-plugin"] == [
        "announcement[1].plugin"
    ]
