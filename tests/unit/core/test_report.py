"""The after-action report: measured against what was agreed, with what did not work, out of facts alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.core import incident as incidents
from notanker.core.bearer import Order, Why
from notanker.core.budget import Band
from notanker.core.facts import (
    Acknowledged,
    BandEntered,
    BearerMoved,
    DeviceTold,
    Fact,
    LineChanged,
    Opened,
    PrimaryBack,
    Queued,
    Resolved,
    Settled,
    Started,
    Switched,
    SystemBack,
)
from notanker.core.incident import Incident
from notanker.core.judging import Judgement, Target, Targets
from notanker.core.moment import Moment
from notanker.core.names import Cause, Line, Outcome, Uplink
from notanker.core.report import MOST_ROWS, Carried, Report, report_of
from notanker.core.usage import DataUsed, data_used

NUMBER = 17
PLAN = ("plan", "plan")
TARGETS = Targets(
    told=Target(60.0, PLAN),
    taken_over=Target(5.0, PLAN),
    acknowledged=Target(300.0, PLAN),
    services=(Target(900.0, PLAN, ("Sperr-Hotline", "Hotline")),),
    plan="2026-11 (42)",
)


def at(after_s: float) -> Moment:
    return Moment(5000.0 + after_s, 1_795_340_527.0 + after_s, True, "b1")


def opened(system: str = "") -> Opened:
    return Opened(at(0), NUMBER, Cause.PROVIDER, "icmp 0/3", Line.ISOLATED, system=system)


def told(place: int, after_s: float, contact: str = "mara") -> Queued:
    name = contact.capitalize()
    return Queued(at(after_s), NUMBER, f"17-{place}", "T1", contact, name, "+493023125110", "de")


def settled(
    place: int, after_s: float, outcome: Outcome = Outcome.SENT, attempts: int = 1, reason: str = ""
) -> Settled:
    return Settled(at(after_s), NUMBER, f"17-{place}", outcome, attempts, reason)


def over(after_s: float) -> Switched:
    return Switched(at(after_s), Uplink.BACKUP, True, 2.0, "", NUMBER)


def incident(*facts: Fact) -> Incident:
    (one,) = incidents.fold(facts).all
    return one


def report(*facts: Fact, beside: tuple[Fact, ...] = ()) -> Report:
    return report_of(incident(*facts), "musterhafen", TARGETS, beside)


def judged(made: Report) -> dict[str, Judgement]:
    return {one.what[1]: one for one in made.judgements}


def said(made: Report) -> list[str]:
    return [one.en for one in made.shortfalls]


# Judging.


def test_each_figure_stands_beside_its_target_and_who_set_it() -> None:
    made = report(
        opened(), over(2), told(1, 3), settled(1, 8), Acknowledged(at(123), NUMBER, "mara", "sms"),
        PrimaryBack(at(500), NUMBER), Resolved(at(530), NUMBER),
    )  # fmt: skip
    found = judged(made)
    assert {what: (one.was_s, one.limit_s, one.met) for what, one in found.items()} == {
        "first message sent": (8.0, 60.0, True),
        "acknowledged": (120.0, 300.0, True),
        "backup uplink takes over": (2.0, 5.0, True),
        "Hotline: internet is back": (2.0, 900.0, True),
    }
    assert {one.source for one in found.values()} == {PLAN}
    assert made.shortfalls == ()
    assert made.plan == "2026-11 (42)"


def test_what_was_late_is_missed_and_stands_among_what_did_not_work() -> None:
    made = report(
        opened(), over(9), told(1, 3), settled(1, 80), Acknowledged(at(400), NUMBER, "", "panel"),
        Resolved(at(1000), NUMBER),
    )  # fmt: skip
    assert {one.met for key, one in judged(made).items() if "Hotline" not in key} == {False}
    assert "first message sent: later than agreed" in said(made)


def test_what_never_came_is_missed_once_its_time_is_over() -> None:
    made = report(opened(), told(1, 3), settled(1, 90, Outcome.FAILED), Resolved(at(1000), NUMBER))
    found = judged(made)
    assert [one.met for one in found.values()] == [False] * 4
    assert "acknowledged: did not happen" in said(made)


@pytest.mark.parametrize("end", [(), (PrimaryBack(at(40), NUMBER), Resolved(at(45), NUMBER))])
def test_what_may_still_come_or_need_not_come_any_more_is_not_judged(end: tuple[Fact, ...]) -> None:
    made = report(opened(), over(2), told(1, 3), settled(1, 8), *end)
    assert judged(made)["acknowledged"].met is None
    assert made.shortfalls == ()


def test_a_target_that_is_no_span_of_time_is_shown_and_not_judged() -> None:
    soon = Target(None, PLAN, ("Hotline", "Hotline"), "so bald wie möglich")
    made = report_of(incident(opened(), over(2)), "x", Targets(services=(soon,)))
    one = judged(made)["Hotline: internet is back"]
    assert (one.met, one.said) == (None, "so bald wie möglich")


def test_a_system_is_measured_by_its_own_return_and_nothing_was_switched() -> None:
    targets = replace(TARGETS, system=Target(600.0, PLAN, ("Switch", "Switch")))
    facts = (opened("switch"), SystemBack(at(700), NUMBER), Resolved(at(800), NUMBER))
    made = report_of(incident(*facts), "x", targets)
    found = {what: one.met for what, one in judged(made).items()}
    assert found == {
        "first message sent": False,
        "Switch: runs again": False,
        "Hotline: runs again": True,
    }
    assert (made.taken_over_s, made.data) == (None, None)


def test_an_all_clear_is_no_first_message() -> None:
    clear = replace(told(2, 50), template="T12")
    made = report(opened(), told(1, 3), settled(1, 40, Outcome.FAILED), clear, settled(2, 55))
    assert made.first_alert_s is None


# What did not work.


def test_what_did_not_work_is_told_with_its_reason() -> None:
    broken = (
        Switched(at(1), Uplink.BACKUP, False, 0.0, "no route", NUMBER),
        BearerMoved(at(2), Order.BRING_UP, False, Why.NEEDED, 9.0, "no carrier", NUMBER),
    )
    made = report(
        opened(), *broken, over(4), told(1, 5), told(2, 5, "jonas"), told(3, 5, "ines"),
        settled(1, 9), settled(2, 20, Outcome.FAILED, 3, "number unknown"),
        settled(3, 30, Outcome.SENT, 2), Resolved(at(50), NUMBER),
        beside=tuple(DeviceTold(at(n), "lte1", "deaf", "no answer") for n in (6, 7)),
    )  # fmt: skip
    found = said(made)
    assert "Alert to Jonas (17-2): not sent (number unknown)" in found
    assert "Alert to Ines (17-3): only at attempt 2" in found
    assert "Switch to the backup uplink failed: no route" in found
    assert "LTE data session not brought up: no carrier" in found
    deaf = next(one for one in made.shortfalls if one.kind == "DeviceTold")
    assert (deaf.times, deaf.at) == (2, at(6)), "the same thing is told once"


def test_a_device_that_is_well_again_is_told_and_is_no_fault() -> None:
    news = (DeviceTold(at(6), "lte1", "port_gone"), DeviceTold(at(7), "lte1", "port_back"))
    made = report(opened(), over(2), told(1, 3), settled(1, 8), beside=news)
    assert said(made) == ["Device lte1: port gone"]
    assert "Device lte1: port back" in [row.en for row in made.rows]


def test_an_incident_that_is_open_is_told_up_to_now() -> None:
    one = incident(opened(), LineChanged(at(2), Line.BACKUP, NUMBER), over(2), told(1, 3))
    made = report_of(one, "x", TARGETS, now=at(3602))
    assert made.on_backup_s == 3600
    assert judged(made)["acknowledged"].met is False, "an hour is over"


def test_a_message_on_its_way_is_no_fault_until_the_incident_is_over() -> None:
    facts = (opened(), over(2), told(1, 3), settled(1, 8), told(2, 4, "jonas"))
    assert report(*facts).shortfalls == ()
    assert said(report(*facts, Resolved(at(50), NUMBER))) == ["Alert to Jonas (17-2): waiting"]


# Who was told what when.


def test_each_message_says_by_which_channel_in_which_words_and_whether_its_reader_acknowledged() -> (
    None
):
    facts = (
        opened(), told(1, 3), told(2, 3, "jonas"), settled(1, 8),
        Acknowledged(at(60), NUMBER, "mara", "sms"), told(3, 90),
    )  # fmt: skip
    carried = {"17-1": Carried("lte1", "STÖRUNG 17-1", repeated=True)}
    first, second, later = report_of(incident(*facts), "x", carried=carried).messages
    assert (first.channel, first.text, first.repeated) == ("lte1", "STÖRUNG 17-1", True)
    assert (first.acknowledged, second.acknowledged) == (at(60), None)
    assert later.acknowledged is None, "it came after the answer"
    assert (second.channel, second.text) == ("", "")


def test_who_acknowledged_is_named_in_the_time_line() -> None:
    made = report(opened(), told(1, 3), Acknowledged(at(60), NUMBER, "mara", "sms"))
    assert [row.en for row in made.rows][-1] == "Acknowledged by Mara (SMS)"
    assert (made.acknowledged_s, made.acknowledged_by) == (57.0, "mara")


def test_what_befell_the_site_stands_in_the_time_line_at_its_time() -> None:
    restart = Started(at(4), Uplink.BACKUP, "0.1.0")
    before = DeviceTold(at(-5), "lte1", "before")
    made = report(opened(), over(2), PrimaryBack(at(9), NUMBER), beside=(before, restart))
    assert [row.kind for row in made.rows] == ["Opened", "Switched", "Started", "PrimaryBack"]


def test_a_report_has_a_bound_and_says_what_it_left_out() -> None:
    flaps = [LineChanged(at(n), Line.BACKUP, NUMBER) for n in range(2 * MOST_ROWS)]
    made = report(opened(), *flaps, Resolved(at(5000), NUMBER))
    assert len(made.rows) == MOST_ROWS
    assert made.rows_left_out == MOST_ROWS + 2
    assert (made.rows[0].kind, made.rows[-1].kind) == ("Opened", "Resolved")


# LTE data.


def entered(after_s: float, used: int, band: Band = Band.PLENTY) -> BandEntered:
    return BandEntered(at(after_s), band, used, 1000, NUMBER if after_s >= 0 else None)


def test_without_a_mark_nobody_says_what_was_used() -> None:
    assert data_used(incident(opened(), Resolved(at(9), NUMBER))) is None


def test_before_and_after_a_mark_the_amount_is_known_within_bounds() -> None:
    one = incident(opened(), entered(10, 800, Band.WARNED), Resolved(at(99), NUMBER))
    assert data_used(one, (entered(-500, 100),)) == DataUsed(0, 850)
    assert data_used(one) == DataUsed(0, 950)


def test_between_marks_the_amount_is_known() -> None:
    marks = (entered(0, 700), entered(50, 760, Band.WARNED), entered(99, 800, Band.WARNED))
    assert data_used(incident(opened(), *marks, Resolved(at(99), NUMBER))) == DataUsed(100, 100)


def test_a_month_that_begins_meanwhile_begins_its_count_anew() -> None:
    marks = (entered(0, 700), entered(50, 20), entered(99, 50))
    assert data_used(incident(opened(), *marks, Resolved(at(99), NUMBER))) == DataUsed(50, 50)


def test_a_budget_that_is_spent_has_no_upper_bound() -> None:
    one = incident(opened(), entered(10, 1100, Band.SPENT), Resolved(at(99), NUMBER))
    assert data_used(one, (entered(-5, 900),)) == DataUsed(0, None)


@given(
    uses=st.lists(st.integers(0, 2000), max_size=8),
    whens=st.lists(st.floats(-1e6, 1e6), min_size=8, max_size=8),
)
def test_the_least_is_never_more_than_the_most(uses: list[int], whens: list[float]) -> None:
    marks = sorted(zip(whens, uses, strict=False))
    facts = [entered(when, used) for when, used in marks]
    within = [fact for fact in facts if fact.incident is not None]
    beside = [fact for fact in facts if fact.incident is None]
    found = data_used(incident(opened(), *within), beside)
    assert found is None or found.most_bytes is None or 0 <= found.least_bytes <= found.most_bytes
