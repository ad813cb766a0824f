"""Texts for people outside: drafted, released by as many people as it takes, and never otherwise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from notanker.core import drafts, view
from notanker.core.events import DraftMade, DrillAsked
from notanker.core.facts import OrderRefused, Queued, Withheld
from notanker.core.names import Uplink
from notanker.core.outside import Drafted, Released, Withdrawn
from notanker.core.report import report_of
from notanker.core.settings import DraftRule
from notanker.shell.codec import encode_fact
from tests.unit.core.outside_world import (
    PEOPLE,
    PIA,
    RULES,
    Outside,
    outage,
    recovered,
    telling,
)
from tests.unit.core.world import JONAS, MARA


def shown(world: Outside, number: int = 1) -> dict[str, str]:
    """Return what the status file shows of released words."""
    status = view.status_of(world.state, world.moment())
    everything = (*((status.incident,) if status.incident else ()), *status.further, *status.recent)
    return {
        draft.template: draft.words[0][1]
        for one in everything
        if one.number == number
        for draft in one.drafts
        if draft.words
    }


def refusals(world: Outside) -> list[str]:
    return [fact.reason for fact in world.of(OrderRefused)]


def test_an_outage_has_its_texts_drafted_and_shows_none_of_them() -> None:
    world = outage()
    assert [fact.template for fact in world.of(Drafted)] == ["T6", "T7", "T9", "T10"]
    assert [fact.persons for fact in world.of(Drafted)] == [1, 1, 2, 2]
    assert shown(world) == {}


def test_whoever_may_release_is_asked_once_for_all_texts() -> None:
    world = outage()
    asked = [fact for fact in world.of(Queued) if fact.template == drafts.ASK]
    assert sorted(fact.contact for fact in asked) == ["jonas", "mara", "pia"]
    assert min(fact.at.boot_s for fact in asked) >= world.of(Queued)[0].at.boot_s


def test_whoever_is_only_asked_to_release_is_not_alarmed_and_hears_no_all_clear() -> None:
    world = outage()
    recovered(world)
    assert ("mara", "T12") in world.told()
    assert ("pia", "T12") not in world.told()
    assert not [fact for fact in world.of(Withheld) if fact.contact == "pia"]


def test_one_person_releases_the_announcement() -> None:
    world = outage()
    world.release("T7")
    assert shown(world) == {"T7": "T7 words"}
    assert [(fact.template, fact.name, fact.how) for fact in world.of(Released)] == [
        ("T7", "Pia Entwurf", "sms")
    ]


def test_a_text_for_customers_takes_two_different_people() -> None:
    world = outage()
    world.release("T9", PIA)
    world.release("T9", PIA)
    assert shown(world) == {}
    assert refusals(world) == ["you_did"]
    world.release("T9", JONAS)
    assert shown(world) == {"T9": "T9 words"}


def test_a_laxer_plan_does_not_make_it_one_person() -> None:
    rules = (DraftRule("T9", 1, PEOPLE), DraftRule("T7", 0, PEOPLE))
    world = outage(replace(telling(), drafts=rules))
    world.release("T9")
    assert shown(world) == {}
    assert world.draft("T7").missing == 1


@pytest.mark.parametrize(
    ("template", "who", "reason"),
    [
        ("T8", PIA, "no_such_draft"),
        ("T13", PIA, "no_such_draft"),
        ("T7", "lena", "not_yours"),
        ("T9", drafts.PANEL, "two_persons"),
    ],
)
def test_what_does_not_count_is_on_record_with_its_reason(
    template: str, who: object, reason: str
) -> None:
    world = outage()
    world.release(template, who)  # type: ignore[arg-type]  # any of both
    assert refusals(world) == [reason]
    assert shown(world) == {}


def test_the_button_at_the_box_is_enough_for_what_one_person_releases() -> None:
    world = outage()
    world.release("T7", drafts.PANEL)
    assert "T7" in shown(world)


def test_what_is_withdrawn_is_shown_no_more_and_needs_everybody_anew() -> None:
    world = outage()
    world.release("T9", PIA)
    world.release("T9", MARA)
    world.release("T9", JONAS, back=True)
    assert shown(world) == {}
    assert world.of(Withdrawn)[0].name == "Jonas Muster"
    world.release("T9", PIA)
    assert shown(world) == {}
    world.release("T9", MARA)
    assert "T9" in shown(world)


def test_a_release_survives_a_restart_and_a_power_cut() -> None:
    world = outage()
    world.release("T7")
    world.release("T9")
    world.restart()
    assert shown(world) == {"T7": "T7 words"}
    world.reboot(20)
    world.run(60)
    world.release("T9", MARA)
    assert set(shown(world)) == {"T7", "T9"}


def test_other_words_are_a_new_version_that_nobody_has_released() -> None:
    world = outage()
    world.release("T7")
    world.said = "other words"
    world.dead.add(Uplink.BACKUP)  # "LTE active" is true no longer
    world.run(60)
    draft = world.draft("T7")
    assert (draft.version, draft.missing) == (2, 1)
    assert shown(world) == {}


def test_the_same_words_are_still_released_when_the_state_changes() -> None:
    world = outage()
    world.release("T7")
    world.dead.add(Uplink.BACKUP)
    world.run(60)
    assert world.draft("T7").version == 1
    assert shown(world) == {"T7": "T7 words"}


def test_who_released_what_lapsed_is_asked_again_and_others_are_not_bothered() -> None:
    world = outage()
    world.said = "other words"
    world.dead.add(Uplink.BACKUP)
    world.run(60)
    asked = [fact for fact in world.of(Queued) if fact.template == drafts.ASK]
    assert len(asked) == len(PEOPLE)  # nobody had released anything
    world.release("T7")
    world.said = "yet other words"
    world.dead.discard(Uplink.BACKUP)
    world.run(60)
    asked = [fact for fact in world.of(Queued) if fact.template == drafts.ASK]
    assert len(asked) == 2 * len(PEOPLE)


def test_a_text_that_promises_news_is_true_until_then() -> None:
    world = outage(telling(every_s=300.0), promises=True)
    world.release("T6")
    world.run(200)
    assert "T6" in shown(world)
    world.run(100)
    assert shown(world) == {}
    assert world.draft("T6").version == 2


def test_an_outage_that_is_over_takes_its_texts_with_it_and_brings_the_apology() -> None:
    world = outage()
    world.release("T7")
    recovered(world)
    assert shown(world) == {}
    world.release("T6")
    assert refusals(world)[-1] == "too_late"
    world.release("T13", PIA)
    world.release("T13", MARA)
    assert shown(world) == {"T13": "T13 words"}


def test_nobody_apologises_while_something_is_out_again() -> None:
    world = outage()
    recovered(world)
    world.release("T13", PIA)
    world.release("T13", MARA)
    world.dead.add(Uplink.PRIMARY)
    world.run(30)
    assert shown(world) == {}


def test_an_apology_is_gone_after_a_day() -> None:
    world = outage()
    recovered(world)
    world.release("T13", PIA)
    world.release("T13", MARA)
    assert "T13" in shown(world)
    world.now_s += drafts.APOLOGY_S
    assert shown(world) == {}


def test_a_drill_releases_nothing() -> None:
    world = Outside(outage().config)
    world.run(10)
    world.happen(DrillAsked("panel", "panel"))
    world.dead.add(Uplink.PRIMARY)
    world.run(60)
    assert [fact.drill for fact in world.of(Drafted)] == [True] * 4
    world.release("T7")
    assert refusals(world) == ["drill"]
    assert (shown(world), world.plays) == ({}, False)
    assert drafts.ASK not in {template for _, template in world.told()}


def test_without_such_texts_in_the_plan_there_are_none() -> None:
    world = outage(replace(telling(), drafts=()))
    assert world.of(Drafted) == []


def test_the_report_says_who_released_what() -> None:
    world = outage()
    world.release("T7")
    recovered(world)
    incident = world.state.recent[-1]
    german = [row.de for row in report_of(incident, "musterhafen").rows]
    assert "T7, Fassung 1: freigegeben von Pia Entwurf (SMS)" in german
    assert any(row.startswith("Störungsansage +493023125000 ist aus, lief") for row in german)
    assert "Entwurf T9, Fassung 1, wartet auf Freigabe" in german


def test_all_kinds_of_texts_have_a_rule_of_their_own() -> None:
    assert {rule.template for rule in RULES} == {*drafts.OUTAGE, *drafts.RECOVERY}
    assert set(drafts.PERSONS) == {*drafts.OUTAGE, *drafts.RECOVERY}


def test_the_longest_text_is_one_fact_that_the_centre_takes() -> None:
    world = outage()
    texts = (("de", '"\n\\\0' * 5_000), ("en", '"' * 50_000), ("fr", "x"))
    why = ('"' * 5_000, '"' * 5_000)
    world.happen(DraftMade(1, "T10", "other", texts, refused=why))
    fact = world.of(Drafted)[-1]
    assert [language for language, _ in fact.words] == ["de", "en"]
    assert fact.words[1][1].endswith("…")
    assert len(encode_fact(fact)[1]) < 16_384
