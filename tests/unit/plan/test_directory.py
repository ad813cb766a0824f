"""Who is told at each step."""

from __future__ import annotations

import math
from pathlib import Path

from tests.unit.plan.conftest import SAMPLE, Edit

from notanker.core.allowance import Limits
from notanker.core.settings import Recipient
from notanker.core.ways import Way
from notanker.plan.directory import people, steps, telling
from notanker.plan.load import load
from notanker.plan.model import Plan


def person(contact: str, name: str, number: str) -> Recipient:
    return Recipient(contact, name, number, "de", channels=(Way("sms", number),))


def plan_in(folder: Path) -> Plan:
    plan, _ = load(folder)
    assert plan is not None
    return plan


def test_the_holder_comes_first_then_the_deputies() -> None:
    assert people(plan_in(SAMPLE), "it_network") == (
        person("tarik-vorlage", "Tarik Vorlage", "+491713920013"),
        person("ines-modell", "Ines Modell", "+491713920014"),
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
    numbers = {person.contact: person.number for person in people(plan, "it_network")}
    assert numbers == {"tarik-vorlage": "", "ines-modell": "+491713920014"}
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
    assert not any(person.number for person in people(plan, "it_network"))
    assert "nobody" in {problem.code for problem in problems}


def test_a_broken_deputy_does_not_cost_the_holder(edit: Edit) -> None:
    folder = edit("contacts.toml", 'phone = "+49 171 39200 14"', 'phone = "0171"')
    assert [person.contact for person in people(plan_in(folder), "it_network")] == ["tarik-vorlage"]


def test_the_core_is_told_all_that_the_plan_says_of_telling() -> None:
    found = telling(plan_in(SAMPLE))
    assert [step.role for step in found.steps][:2] == ["it_network", "emergency_lead"]
    assert [(one.template, one.people[0].contact) for one in found.notices] == [
        ("T3", "jonas-muster")
    ]
    assert found.every_s == 1800.0
    assert found.quiet is not None
    assert (found.quiet.opens_s, found.quiet.closes_s) == (22 * 3600, 6 * 3600)
    assert telling(None).steps == ()


MARA = 'email = "mara@ankerruf.example"\n'


def ways_of(
    folder: Path, role: str = "emergency_lead", channels: tuple[str, ...] = ()
) -> list[str]:
    return [way.kind for way in people(plan_in(folder), role, channels)[0].ways]


def test_sms_comes_first_then_mail_then_the_other_addresses(edit: Edit) -> None:
    folder = edit("contacts.toml", MARA, MARA + 'addresses = {ntfy = "rufbereitschaft"}\n')
    (_, mail, ntfy) = people(plan_in(folder), "emergency_lead")[0].ways
    assert (mail, ntfy) == (Way("mail", "mara@ankerruf.example"), Way("ntfy", "rufbereitschaft"))
    assert ways_of(folder) == ["sms", "mail", "ntfy"]


def test_a_contacts_own_order_holds_and_what_it_does_not_name_is_not_tried(edit: Edit) -> None:
    assert ways_of(edit("contacts.toml", MARA, MARA + 'channels = ["mail", "teams"]\n')) == ["mail"]


def test_a_step_narrows_and_orders_the_ways_and_silences_nobody(edit: Edit) -> None:
    folder = edit("contacts.toml", MARA, MARA + 'addresses = {ntfy = "rufbereitschaft"}\n')
    assert ways_of(folder, channels=("ntfy", "sms")) == ["ntfy", "sms"]
    assert ways_of(folder, channels=("panel",)) == ["sms", "mail", "ntfy"]
    steps_ = telling(plan_in(folder)).steps
    assert [way.kind for way in steps_[1].people[0].ways] == ["sms"]


def test_who_has_only_a_mail_address_is_reached_by_that(edit: Edit) -> None:
    folder = edit("contacts.toml", 'sms = "+49 171 39200 10"', "sms = false")
    assert ways_of(folder) == ["mail"]
    assert "no-sms" not in {problem.code for problem in load(folder)[1]}


def test_an_address_that_is_none_is_told_and_the_person_keeps_the_others(edit: Edit) -> None:
    _, problems = load(edit("contacts.toml", MARA, MARA + "addresses = {ntfy = 5}\n"))
    assert "addresses" in " ".join(str(problem.place) for problem in problems)


def test_the_limits_reach_the_core(edit: Edit) -> None:
    folder = edit("escalation.toml", "sms_per_hour = 60", "sms_per_hour = 7\nreport_s = 60")
    assert telling(plan_in(folder)).limits == Limits(7, 60.0)


def test_without_anybody_in_the_plan_the_fallback_is_told() -> None:
    for plan in (None, Plan(head=plan_in(SAMPLE).head)):
        (step,) = telling(plan, ["+493023125110"], "en").steps
        assert [(p.number, p.language, p.ways) for p in step.people] == [
            ("+493023125110", "en", (Way("sms", "+493023125110"),))
        ]
        assert step.ack == "none"


def test_with_people_in_the_plan_the_fallback_is_left_in_peace() -> None:
    told = telling(plan_in(SAMPLE), ["+493023125110"])
    assert told == telling(plan_in(SAMPLE))


def test_no_updates_are_wanted_where_the_plan_says_0(edit: Edit) -> None:
    plan = plan_in(edit("escalation.toml", "every_min = 30", "every_min = 0"))
    assert telling(plan).every_s == math.inf


def test_deputies_who_come_later_take_a_wait_of_their_own(edit: Edit) -> None:
    old = 'wait_s = 300\nack = "reply"\non_no_ack = "next"\n\n[[step]]\norder = 2'
    new = old.replace('"next"', '"deputy"')
    assert [t.starts_s for t in steps(plan_in(edit("escalation.toml", old, new)))][1] == 600


def test_a_notice_to_a_role_that_is_not_there_is_told(edit: Edit) -> None:
    old = 'role = "operations"\ntemplate = "T3"'
    _, problems = load(edit("escalation.toml", old, old.replace("operations", "hotline")))
    assert "hotline" in " ".join(problem.de.what for problem in problems)


def test_what_is_for_people_outside_is_sent_to_nobody_by_a_notice(edit: Edit) -> None:
    folder = edit("escalation.toml", 'template = "T3"', 'template = "T9"')
    plan, problems = load(folder)
    assert telling(plan).notices == ()
    assert [(p.code, p.severity) for p in problems] == [("notice-outside", "error")]
    assert "T9" in problems[0].en.what
