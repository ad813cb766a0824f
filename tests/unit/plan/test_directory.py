"""Who is told at each step."""

from __future__ import annotations

from pathlib import Path

from tests.unit.plan.conftest import SAMPLE, Edit

from notanker.core.settings import Recipient
from notanker.plan.directory import people, steps
from notanker.plan.load import load
from notanker.plan.model import Plan


def plan_in(folder: Path) -> Plan:
    plan, _ = load(folder)
    assert plan is not None
    return plan


def test_the_holder_comes_first_then_the_deputies() -> None:
    assert people(plan_in(SAMPLE), "it_network") == (
        Recipient("tarik-vorlage", "Tarik Vorlage", "+491713920013", "de"),
        Recipient("ines-modell", "Ines Modell", "+491713920014", "de"),
    )


def test_a_number_of_its_own_for_sms_wins_over_the_phone() -> None:
    assert people(plan_in(SAMPLE), "emergency_lead")[0].number == "+491713920010"


def test_the_readers_language_is_known() -> None:
    told = {person.name: person.language for person in people(plan_in(SAMPLE), "operations")}
    assert told == {"Jonas Muster": "de", "Oliver Sample": "en"}


def test_the_steps_begin_after_one_another() -> None:
    told = steps(plan_in(SAMPLE))
    assert [timed.starts_s for timed in told] == [0, 300, 600, 1200]
    assert [timed.step.order for timed in told] == [1, 2, 3, 4]
    assert all(timed.step.people for timed in told)


def test_without_a_plan_nobody_is_known() -> None:
    assert steps(None) == ()
    assert people(None, "it_network") == ()


def test_an_unknown_role_has_nobody() -> None:
    assert people(plan_in(SAMPLE), "nobody") == ()


def test_who_gets_no_sms_is_left_out_and_told(edit: Edit) -> None:
    text = 'phone = "+49 171 39200 13"\nsms = true'
    folder = edit("contacts.toml", text, text.replace("true", "false"))
    plan, problems = load(folder)
    assert [person.contact for person in people(plan, "it_network")] == ["ines-modell"]
    assert [(p.code, p.severity) for p in problems] == [("no-sms", "error")]
    assert "Tarik Vorlage" in problems[0].de.what


def test_where_nothing_is_said_of_sms_the_phone_is_tried_with_a_warning(edit: Edit) -> None:
    text = 'phone = "+49 171 39200 13"\n'
    folder = edit("contacts.toml", text + "sms = true\n", text)
    plan, problems = load(folder)
    assert people(plan, "it_network")[0].number == "+491713920013"
    assert [(p.code, p.severity) for p in problems] == [("sms-guessed", "warning")]


def test_a_step_that_reaches_nobody_is_told(edit: Edit) -> None:
    edit("contacts.toml", 'phone = "+49 171 39200 13"\nsms = true',
         'phone = "+49 171 39200 13"\nsms = false')  # fmt: skip
    folder = edit("contacts.toml", 'phone = "+49 171 39200 14"\nsms = true',
                  'phone = "+49 171 39200 14"\nsms = false')  # fmt: skip
    plan, problems = load(folder)
    assert people(plan, "it_network") == ()
    assert "nobody" in {problem.code for problem in problems}


def test_a_broken_deputy_does_not_cost_the_holder(edit: Edit) -> None:
    folder = edit("contacts.toml", 'phone = "+49 171 39200 14"', 'phone = "0171"')
    assert [person.contact for person in people(plan_in(folder), "it_network")] == ["tarik-vorlage"]
