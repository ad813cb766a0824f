"""The plan's own words: what they may hold for whom, and that nothing in them stops a message."""

from __future__ import annotations

from functools import cache

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.plan.conftest import SAMPLE, Edit

from notanker.plan.load import load
from notanker.plan.longest import longest
from notanker.plan.messages import BY_PEOPLE, KNOWN, LIGHT, check_one, compose
from notanker.plan.model import Plan, Template
from notanker.plan.shipped import LONG
from notanker.plugin.sms import text as sms

VALUES = {
    "since": "10:42", "now": "11:30", "duration": "3 h 28 min", "incident": "17", "mark": "17-1",
    "fallback": "LTE aktiv", "cause_internal": "Netz des Anbieters", "next_update": "12:00",
    "update": "2", "wait_min": "5", "outages": "2", "acknowledged_by": "Mara Beispiel", "ticket": "88123",
}  # fmt: skip


@cache
def sample() -> Plan:
    plan, problems = load(SAMPLE)
    assert plan is not None
    assert problems == []
    return plan


def with_text(plan: Plan, template: str, body: str) -> tuple[Plan, Template]:
    """Return the plan with another body of that German text."""
    own = plan.template(template, "de")
    assert own is not None
    changed = msgspec.structs.replace(own, body=body)
    others = tuple(item for item in plan.templates if item is not own)
    return msgspec.structs.replace(plan, templates=(*others, changed)), changed


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("number", range(1, 16))
def test_each_of_the_samples_texts_is_used(number: int, language: str) -> None:
    composed = compose(sample(), f"T{number}", language, VALUES)
    assert composed.problems == ()
    assert not composed.shipped
    assert "{" not in composed.text
    if f"T{number}" not in LONG:
        assert sms.segments(composed.text) == 1


@pytest.mark.parametrize("number", range(1, 16))
def test_in_a_drill_each_of_them_says_so_at_both_ends(number: int) -> None:
    composed = compose(sample(), f"T{number}", "de", VALUES, in_drill=True)
    assert composed.text.split()[0] == composed.text.split()[-1] == "ÜBUNG"
    if f"T{number}" not in LONG:
        assert sms.segments(composed.text) == 1


def test_in_a_drill_a_mail_says_so_on_lines_of_its_own() -> None:
    text = compose(sample(), "T13", "en", VALUES, in_drill=True).text
    assert text.startswith("DRILL\n\nHello,")
    assert text.endswith("Your team Ankerruf\n\nDRILL")


def test_the_plan_knows_whom_to_call_and_what_matters_most() -> None:
    assert "+493023125110 anrufen" in compose(sample(), "T2", "de", VALUES).text
    assert "Vorrang hat: Sperr-Hotline." in compose(sample(), "T5", "de", VALUES).text
    assert "Sprachregelung H1" in compose(sample(), "T3", "de", VALUES).text
    assert (
        "+493023125000"
        in compose(sample(), "T2", "de", VALUES | {"callback": "+493023125000"}).text
    )


@pytest.mark.parametrize(
    ("template", "name"),
    [("T9", "cause_internal"), ("T7", "fallback"), ("T10", "callback"), ("T13", "acknowledged_by"),
     ("T9", "pin")],
)  # fmt: skip
def test_people_outside_are_told_no_cause_and_no_names(template: str, name: str) -> None:
    plan, changed = with_text(sample(), template, f"Hallo, {{{name}}}.")
    [problem] = check_one(changed, longest(plan, "de"))
    assert (problem.code, problem.severity) == ("not-for-public", "error")
    composed = compose(plan, template, "de", VALUES)
    assert composed.shipped
    assert "not-for-public" in [p.code for p in composed.problems]


def test_the_light_line_is_for_the_recovery_alone() -> None:
    plan, changed = with_text(sample(), "T9", "Hallo, {brand.light}")
    assert [p.code for p in check_one(changed, longest(plan, "de"))] == ["unknown-placeholder"]
    assert compose(plan, "T9", "de", VALUES).shipped


def test_what_only_a_person_knows_stands_in_no_text_that_goes_out_by_itself() -> None:
    plan, changed = with_text(sample(), "T5", "Ausfall, Ticket {ticket}.")
    assert [p.code for p in check_one(changed, longest(plan, "de"))] == ["unknown-placeholder"]
    plan, changed = with_text(sample(), "T6", "Ausfall, Ticket {ticket}.")
    assert check_one(changed, longest(plan, "de")) == []
    assert compose(plan, "T6", "de", VALUES).text == "Ausfall, Ticket 88123."


def test_a_text_for_outside_that_would_go_out_by_itself_is_refused(edit: Edit) -> None:
    _, problems = load(edit("templates/T9.md", 'release = "two"', 'release = "one"'))
    assert [(p.code, p.severity, p.place.field) for p in problems] == [
        ("released-too-easily", "error", "release")
    ]
    assert 'release = "two"' in problems[0].sentence("de")


def test_an_alarm_is_one_sms_whatever_its_head_allows(edit: Edit) -> None:
    edit("templates/T1.md", "max = 1", "max = 3")
    plan, problems = load(edit("templates/T1.md", "Plan:", "Bitte lesen Sie alle den Plan:"))
    assert [(p.code, p.severity) for p in problems if p.place.file] == [("alarm-too-long", "error")]
    long = VALUES | {"cause_internal": "Anmeldeseite des Anbieters", "since": "22.11. 10:42"}
    assert compose(plan, "T1", "de", long).shipped


def test_a_mail_keeps_its_lines_and_an_sms_has_none() -> None:
    assert "\n\n" in compose(sample(), "T13", "de", VALUES).text
    assert "\n" not in compose(sample(), "T4", "de", VALUES).text


@pytest.mark.parametrize(
    ("language", "values", "code"),
    [
        ("fr", {}, "no-such-language"),
        ("de", {"site": "N" * 10_000}, "value-too-long"),
        ("de", {"since": ""}, "empty-value"),
    ],
)
def test_what_cannot_be_said_is_said_in_shipped_words(
    language: str, values: dict[str, str], code: str
) -> None:
    composed = compose(sample(), "T1", language, VALUES | values)
    assert composed.shipped
    assert [problem.code for problem in composed.problems] == [code]
    assert composed.text.startswith("STÖRUNG ")
    assert sms.segments(composed.text) == 1
    assert composed.text.endswith(" Nr 17-1")


HOLES = st.sampled_from([*KNOWN, *BY_PEOPLE, LIGHT, "x", " since", ""]).map(lambda n: f"{{{n}}}")
BODY = st.lists(HOLES | st.text(max_size=20), max_size=8).map(" ".join)


@given(
    number=st.integers(1, 15),
    body=BODY,
    values=st.dictionaries(st.sampled_from(KNOWN), st.text(max_size=30) | st.just("N" * 10_000)),
    in_drill=st.booleans(),
)
def test_whatever_the_plans_words_a_text_goes_out_and_the_fault_is_told(
    number: int, body: str, values: dict[str, str], in_drill: bool
) -> None:
    template = f"T{number}"
    plan, changed = with_text(sample(), template, body)
    for problem in check_one(changed, longest(plan, "de")):
        assert problem.sentence("de")
    composed = compose(plan, template, "de", values, in_drill=in_drill)
    assert composed.text.strip()
    assert composed.shipped == bool(composed.problems)
    if template not in LONG:
        assert sms.segments(composed.text) == 1
        assert sms.is_short(composed.text)
    if in_drill or number == 14:
        assert composed.text.split()[0] == composed.text.split()[-1] == "ÜBUNG"
