"""A message always goes out: in the plan's words if they can be used, else in the shipped ones."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.plan.conftest import SAMPLE, Edit

from notanker.core.names import Cause, Line
from notanker.plan import words
from notanker.plan.load import load
from notanker.plan.messages import KNOWN, compose
from notanker.plan.model import Plan
from notanker.plan.shipped import LONG, base_of, is_public
from notanker.plugin.sms import text as sms

VALUES = {
    "site": "Musterhafen",
    "since": "10:42",
    "fallback": "LTE aktiv",
    "cause_internal": "Netz des Anbieters",
    "bridge": "+493023125500",
    "pin": "4829",
    "incident": "17",
    "mark": "17-1",
    "now": "14:10",
    "duration": "3 h 28 min",
}


def plan_in(folder: Path) -> Plan:
    plan, _ = load(folder)
    assert plan is not None
    return plan


@cache
def sample_plan() -> Plan:
    return plan_in(SAMPLE)


@pytest.fixture
def sample() -> Plan:
    return sample_plan()


def test_the_plans_own_words_are_used(sample: Plan) -> None:
    composed = compose(sample, "T1", "de", VALUES)
    assert composed.text == (
        "STÖRUNG Musterhafen: Leitung aus 10:42. LTE aktiv. Wohl Netz des Anbieters. "
        "Tel +493023125500 PIN 4829#. Plan: WLAN NOTFALL. Nr 17-1"
    )
    assert not composed.shipped
    assert composed.problems == ()


def test_the_language_of_the_reader_is_used(sample: Plan) -> None:
    assert compose(sample, "T1", "en", VALUES).text.startswith("OUTAGE Musterhafen")


@pytest.mark.parametrize(
    ("template", "language", "text"),
    [
        (
            "T1",
            "de",
            (
                "STÖRUNG Musterhafen: Hauptleitung aus seit 10:42. LTE aktiv. "
                "Ursache: Netz des Anbieters. Konferenz +493023125500 PIN 4829#. Nr 17-1"
            ),
        ),
        (
            "T1",
            "en",
            (
                "OUTAGE Musterhafen: main line down since 10:42. LTE aktiv. "
                "Cause: Netz des Anbieters. Bridge +493023125500 PIN 4829#. No 17-1"
            ),
        ),
        (
            "T12",
            "de",
            (
                "ENTWARNUNG Musterhafen: Hauptleitung wieder stabil, Stand 14:10. "
                "Ausfall 3 h 28 min. Danke! Nr 17-1"
            ),
        ),
        (
            "T12",
            "en",
            (
                "ALL CLEAR Musterhafen: main line stable again at 14:10. "
                "Outage 3 h 28 min. Thank you! No 17-1"
            ),
        ),
    ],
)
def test_without_a_plan_the_shipped_text_goes_out(template: str, language: str, text: str) -> None:
    composed = compose(None, template, language, VALUES)
    assert composed.text == text
    assert composed.shipped


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("{since}", "{wetter}", "unknown-placeholder"),
        ("{since}", "{ since }", "unknown-placeholder"),
        ("{since}", "{duration}", "empty-value"),
        ("{since}", "{since} " + "sehr lange " * 9, "too-long"),
    ],
)
def test_a_text_that_cannot_be_used_gives_way_to_the_shipped_one(
    old: str, new: str, code: str, edit: Edit
) -> None:
    plan = plan_in(edit("templates/T1.md", old, new))
    composed = compose(plan, "T1", "de", {**VALUES, "duration": " "})
    assert composed.shipped
    assert [problem.code for problem in composed.problems] == [code]
    assert composed.problems[0].place.file == "templates/T1.md"
    assert composed.text.startswith("STÖRUNG Musterhafen: Hauptleitung aus seit 10:42")
    assert composed.text.endswith("Nr 17-1")


def test_an_empty_text_is_told_and_gives_way(plan_folder: Path) -> None:
    path = plan_folder / "templates/T1.md"
    path.write_text(path.read_text("utf-8").rpartition("+++\n")[0] + "+++\n \n", "utf-8")
    plan, problems = load(plan_folder)
    assert [problem.code for problem in problems] == ["empty-text"]
    assert compose(plan, "T1", "de", VALUES).shipped


def test_the_mark_is_added_where_the_text_has_none(edit: Edit) -> None:
    plan = plan_in(edit("templates/T1.md", " Nr {mark}", ""))
    assert compose(plan, "T1", "de", VALUES).text.endswith("WLAN NOTFALL. Nr 17-1")


def test_a_mark_with_its_word_is_not_doubled() -> None:
    assert compose(None, "T1", "de", {**VALUES, "mark": "Nr 17-1"}).text.endswith(" Nr 17-1")
    assert "Nr Nr" not in compose(None, "T1", "de", {**VALUES, "mark": "Nr 17-1"}).text


def test_bridge_and_site_come_from_the_plan(sample: Plan) -> None:
    values = {key: VALUES[key] for key in ("since", "fallback", "mark")}
    text = compose(sample, "T1", "de", values).text
    assert "Musterhafen" in text
    assert "+493023125500 PIN 4829#" in text


def test_typographic_signs_of_a_plan_do_not_split_the_message(edit: Edit) -> None:
    plan = plan_in(edit("templates/T1.md", "STÖRUNG {site}:", "„STÖRUNG“ {site} –"))
    composed = compose(plan, "T1", "de", VALUES)
    assert not composed.shipped
    assert sms.segments(composed.text) == 1


def test_a_value_is_never_read_as_a_placeholder(sample: Plan) -> None:
    text = compose(sample, "T1", "de", {**VALUES, "site": "{pin}"}).text
    assert text.startswith("STÖRUNG {pin}:")


def test_a_long_name_costs_the_alarm_its_least_part_first() -> None:
    composed = compose(None, "T1", "de", {**VALUES, "site": "Verwaltungsgebäude Musterhafen-Süd"})
    assert sms.segments(composed.text) == 1
    assert "+493023125500 PIN 4829#" in composed.text
    assert composed.text.endswith("Nr 17-1")


def test_an_alarm_that_can_become_too_long_is_refused_with_what_takes_most_room(edit: Edit) -> None:
    folder = edit(
        "templates/T1.md", "Plan: WLAN NOTFALL.", "Bitte Plan lesen: WLAN NOTFALL, Ruhe bewahren."
    )
    _, problems = load(folder)
    assert [(p.code, p.severity) for p in problems] == [("alarm-too-long", "error")]
    assert "Um 26 Zeichen kürzen; am meisten Platz braucht {cause_internal} (26)" in (
        problems[0].sentence("de")
    )


def test_the_worst_case_is_that_of_the_plans_own_names(edit: Edit) -> None:
    name = "Kartensystem der Musterbank Musterhafen"
    _, problems = load(edit("systems.toml", "Kartensystem Musterbank", name))
    told = {problem.place.file: problem.code for problem in problems}
    assert told == {"templates/T1.md": "alarm-too-long", "templates/T11.md": "may-be-too-long"}
    for problem in problems:
        assert f"{{cause_internal}} ({len(name)})" in problem.sentence("de")


def test_another_text_that_can_become_too_long_is_a_warning(edit: Edit) -> None:
    _, problems = load(edit("templates/T12.md", "Danke!", "Danke für Ihre Ruhe und Geduld!"))
    assert [(p.code, p.severity) for p in problems] == [("may-be-too-long", "warning")]


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_state_and_cause_of_the_agent_fits_the_samples_alarm(
    language: str, sample: Plan
) -> None:
    for line in Line:
        for cause in Cause:
            values = {
                **VALUES,
                "fallback": words.fallback_words(line, language),
                "cause_internal": words.cause_words(cause, language),
            }
            for plan in (sample, None):
                composed = compose(plan, "T1", language, values)
                assert composed.problems == ()
                assert sms.segments(composed.text) == 1


@settings(max_examples=300)
@given(
    template=st.sampled_from(["T1", "T12", "T2", "", "{"]) | st.text(max_size=5),
    language=st.sampled_from(["de", "en", "fr", ""]),
    values=st.dictionaries(
        st.sampled_from([*KNOWN, "x"]), st.text(max_size=200) | st.just("€" * 90)
    ),
    mark=st.just("") | st.from_regex(r"[1-9][0-9]{0,4}-[1-9][0-9]?", fullmatch=True),
    with_plan=st.booleans(),
)
def test_whatever_the_values_one_short_message_ending_with_its_mark_goes_out(
    template: str, language: str, values: dict[str, str], mark: str, with_plan: bool
) -> None:
    plan = sample_plan() if with_plan else None
    composed = compose(plan, template, language, values | ({"mark": mark} if mark else {}))
    assert composed.text.strip()
    if base_of(template) in LONG:
        return
    assert sms.is_short(composed.text)
    assert sms.segments(composed.text) == 1
    if mark and not is_public(template) and base_of(template) != "T14":
        assert composed.text.endswith(f"{'No' if language == 'en' else 'Nr'} {mark}")
