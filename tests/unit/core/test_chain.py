"""Whose turn it is to be alarmed, and who is left in peace."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from notanker.core import chain, escalation
from notanker.core.calendar import Duty, Window
from notanker.core.chain import Kind, stops
from notanker.core.facts import (
    Acknowledged,
    Escalated,
    Fact,
    Opened,
    PrimaryBack,
    Queued,
    Settled,
    Withheld,
)
from notanker.core.incident import Incident, after, fold
from notanker.core.moment import Moment
from notanker.core.names import Cause, Line, Outcome, Phase, Unsaid
from notanker.core.report_rows import words_of
from notanker.core.settings import Notice, Recipient, Step, Telling

MARA = Recipient("mara", "Mara Beispiel", "+493023125110")
JONAS = Recipient("jonas", "Jonas Muster", "+493023125111", "en")
LENA = Recipient("lena", "Lena Probe", "+493023125112")
DUMB = Recipient("pia", "Pia Entwurf", "")
MONDAY = 1_790_000_000.0  # 2026-09-21 14:13:20 UTC, a Monday
EVENING = (Duty(frozenset(range(7)), Window(18 * 3600, 22 * 3600)),)


def at(seconds: float) -> Moment:
    return Moment(seconds, MONDAY + seconds, trusted=True, boot="b1")


def opened(system: str = "") -> Incident:
    found = fold([Opened(at(0), 17, Cause.PROVIDER, "", Line.BACKUP, system=system)])
    (incident,) = found.open
    return incident


def told(facts: tuple[Fact, ...]) -> list[tuple[str, str]]:
    return [(fact.template, fact.contact) for fact in facts if isinstance(fact, Queued)]


def kept(facts: tuple[Fact, ...]) -> list[tuple[str, str]]:
    return [(fact.contact, fact.why.value) for fact in facts if isinstance(fact, Withheld)]


class Night:
    """One incident, led through time."""

    def __init__(self, telling: Telling, system: str = "") -> None:
        self.telling, self.incident = telling, opened(system)
        self.alarm = escalation.SYSTEM_ALARM if system else escalation.ALARM

    def look(self, seconds: float, *happened: Fact) -> tuple[Fact, ...]:
        self.incident = after(self.incident, happened)
        said = chain.facts(self.incident, self.telling, self.alarm, at(seconds), 0.0)
        self.incident = after(self.incident, said)
        assert not chain.facts(self.incident, self.telling, self.alarm, at(seconds), 0.0)
        return said


def test_the_sample_plans_steps_come_at_0_5_10_and_20_minutes() -> None:
    waits = ((1, 300.0), (2, 300.0), (3, 600.0), (4, 600.0))
    steps = tuple(Step(order, "it", (MARA,), wait_s) for order, wait_s in waits)
    alarms = [stop.after_s / 60 for stop in stops(steps) if stop.kind is Kind.ALARM]
    assert alarms == [0, 5, 10, 20]
    assert stops(steps)[-1].kind is Kind.BRIDGE
    assert stops(steps)[-1].after_s / 60 == 30


def test_deputies_come_after_the_holder_where_the_plan_says_so() -> None:
    night = Night(Telling((Step(1, "it", (MARA, JONAS), on_no_ack="deputy"),)))
    assert told(night.look(1)) == [("T1", "mara")]
    assert told(night.look(61)) == [("T2", "mara")]
    assert told(night.look(301)) == [("T1", "jonas")]


def test_else_all_of_a_role_are_told_together() -> None:
    night = Night(Telling((Step(1, "it", (MARA, JONAS)), Step(2, "lead", (LENA,)))))
    assert told(night.look(1)) == [("T1", "mara"), ("T1", "jonas")]


def test_who_answers_before_being_asked_is_not_asked() -> None:
    night = Night(Telling((Step(1, "it", (MARA, JONAS)), Step(2, "lead", (LENA,)))))
    night.look(1)
    said = night.look(30, Acknowledged(at(30), 17, "mara", "sms"))
    assert told(said) == [("T11-ack", "jonas")]
    assert kept(said) == [("lena", "acknowledged")]
    assert night.look(5000) == ()
    assert night.incident.phase is Phase.ACKNOWLEDGED


@pytest.mark.parametrize("second", [2, 60, 61, 62, 299, 300, 301])
def test_an_answer_at_any_moment_stops_what_has_not_begun(second: int) -> None:
    night = Night(Telling((Step(1, "it", (MARA,)), Step(2, "lead", (LENA,)))))
    for moment in range(1, second):
        night.look(moment)
    alarmed = escalation.alarmed(night.incident)
    night.look(second, Acknowledged(at(second), 17, "mara", "panel"))
    for moment in range(second, 700, 7):
        night.look(moment)
    assert escalation.alarmed(night.incident) == alarmed


def test_where_nobody_answers_everybody_is_called_into_the_conference() -> None:
    night = Night(Telling((Step(1, "it", (MARA,), 60.0), Step(2, "lead", (LENA,), 60.0))))
    for moment in range(1, 121):
        night.look(moment)
    assert told(night.look(121)) == [("T2-bridge", "mara"), ("T2-bridge", "lena")]
    assert night.look(9999) == ()


def test_a_bridge_in_the_middle_calls_those_of_later_steps_as_well() -> None:
    first = Step(1, "it", (MARA,), 60.0, on_no_ack="bridge")
    night = Night(Telling((first, Step(2, "lead", (LENA,)))))
    night.look(1)
    night.look(31)
    assert told(night.look(62)) == [("T1", "lena"), ("T2-bridge", "mara"), ("T2-bridge", "lena")]


def test_who_is_off_duty_is_spared_until_everybody_is_called() -> None:
    off = replace(JONAS, duty=EVENING)
    night = Night(Telling((Step(1, "it", (off, MARA), 60.0),)))
    said = night.look(1)
    assert (told(said), kept(said)) == ([("T1", "mara")], [("jonas", "off_duty")])
    night.look(31)
    assert ("T1", "jonas") in told(night.look(62))


def test_where_nobody_is_on_duty_all_are_told() -> None:
    night = Night(Telling((Step(1, "it", (replace(MARA, duty=EVENING),)),)))
    assert told(night.look(1)) == [("T1", "mara")]


def test_a_step_that_reaches_nobody_costs_no_time() -> None:
    night = Night(Telling((Step(1, "it", (DUMB,)), Step(2, "lead", (LENA,)))))
    said = night.look(1)
    assert (told(said), kept(said)) == ([("T1", "lena")], [("pia", Unsaid.NO_NUMBER)])


def test_a_restart_after_an_hour_goes_on_where_it_would_be_and_asks_nothing_stale() -> None:
    night = Night(Telling((Step(1, "it", (MARA,)), Step(2, "lead", (LENA,)))))
    night.look(1)
    assert told(night.look(3600)) == [("T1", "lena"), ("T2-bridge", "mara"), ("T2-bridge", "lena")]


def test_the_hotline_is_told_at_once_and_is_alarmed_when_its_turn_comes() -> None:
    steps = (Step(1, "it", (MARA,), 60.0), Step(2, "ops", (LENA,)))
    night = Night(Telling(steps, (Notice("T3", (LENA,)),)))
    assert told(night.look(1)) == [("T1", "mara"), ("T3", "lena")]
    night.look(31)
    assert told(night.look(62)) == [("T1", "lena")]


def test_whoever_has_the_alarm_needs_no_notice() -> None:
    night = Night(Telling((Step(1, "it", (MARA,)),), (Notice("T3", (MARA, DUMB)),)))
    said = night.look(1)
    assert told(said) == [("T1", "mara")]
    assert kept(said) == [("mara", "already_alarmed"), ("pia", "no_number")]


def test_of_a_system_a_notice_has_its_own_words() -> None:
    night = Night(Telling((Step(1, "it", (MARA,)),), (Notice("T3", (LENA,)),)), system="pbx")
    assert told(night.look(1)) == [("T1-system", "mara"), ("T3-system", "lena")]


def test_while_the_line_is_on_trial_nobody_new_is_alarmed() -> None:
    night = Night(Telling((Step(1, "it", (MARA,)), Step(2, "lead", (LENA,)))))
    night.look(1)
    assert night.look(400, PrimaryBack(at(290), 17)) == ()


def test_the_all_clear_spares_whom_no_alarm_has_reached() -> None:
    night = Night(Telling((Step(1, "it", (MARA, JONAS)),)))
    night.look(1, Settled(at(1), 17, "17-1", Outcome.FAILED, 3, "no such number"))
    night.look(2, Settled(at(2), 17, "17-1", Outcome.FAILED, 3, "no such number"))
    said = escalation.all_clear(night.incident, at(9))
    assert (told(said), kept(said)) == ([("T12", "jonas")], [("mara", "never_alarmed")])


def test_the_next_alarm_is_told_in_advance() -> None:
    night = Night(Telling((Step(1, "it", (MARA,)), Step(2, "lead", (LENA,), 600.0))))
    night.look(1)
    assert chain.next_alarm_s(night.incident, night.telling, at(61)) == 240.0
    assert chain.next_wake_s(night.incident, night.telling, at(21)) == 40.0
    night.look(301)
    assert chain.next_alarm_s(night.incident, night.telling, at(301)) == 600.0
    night.look(9999)
    assert chain.next_alarm_s(night.incident, night.telling, at(9999)) is None
    assert chain.next_wake_s(night.incident, night.telling, at(9999)) is None


def test_without_a_plan_nobody_is_told_and_nothing_waits() -> None:
    night = Night(Telling(every_s=math.inf))
    assert night.look(1) == ()
    assert chain.next_wake_s(night.incident, night.telling, at(1)) is None


def test_a_question_is_no_further_step_of_the_escalation() -> None:
    night = Night(Telling((Step(1, "it", (MARA,)), Step(2, "lead", (LENA,)))))
    for moment in range(1, 602):
        night.look(moment)
    moved = [fact for fact in night.incident.facts if isinstance(fact, Escalated)]
    assert [fact.kind for fact in moved] == ["alarm", "ask", "alarm", "ask", "bridge"]
    spoken = [words[1] for fact in moved if (words := words_of(fact)) is not None]
    assert spoken == [
        "Escalation: step 1 of the plan",
        "Escalation: step 2 of the plan",
        "Nobody answered: all are called",
    ]
