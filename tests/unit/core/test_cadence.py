"""The next news comes when it was promised."""

from __future__ import annotations

from notanker.core import cadence, chain, escalation
from notanker.core.calendar import Window
from notanker.core.facts import CauseKnown, Fact, PrimaryBack, Queued, Resolved, Withheld
from notanker.core.incident import Incident, after
from notanker.core.names import Cause
from notanker.core.settings import Notice, Step, Telling
from tests.unit.core.test_chain import LENA, MARA, at, opened, told

TELLING = Telling((Step(1, "it", (MARA,), ack="none"),), (Notice("T3", (LENA,)),), 1800.0)
# 14:13:20 UTC is the moment 0 of these tests.
AFTERNOON = Window(14 * 3600, 16 * 3600)


def alarmed(telling: Telling = TELLING, system: str = "") -> Incident:
    incident = opened(system)
    alarm = escalation.SYSTEM_ALARM if system else escalation.ALARM
    return after(incident, chain.facts(incident, telling, alarm, at(0), 0.0))


def due(incident: Incident, seconds: float, telling: Telling = TELLING) -> tuple[Fact, ...]:
    return cadence.facts(incident, telling, at(seconds), 0.0)


def test_who_knows_is_told_how_it_stands_when_it_was_promised() -> None:
    incident = alarmed()
    assert due(incident, 1799) == ()
    assert cadence.next_wake_s(incident, TELLING, at(1799), 0.0) == 1.0
    said = due(incident, 1800)
    assert told(said) == [("T11", "mara"), ("T11", "lena")]
    incident = after(incident, said)
    assert due(incident, 3599) == ()
    assert told(due(incident, 3600)) == [("T11", "mara"), ("T11", "lena")]


def test_of_a_system_it_has_its_own_words() -> None:
    assert told(due(alarmed(system="pbx"), 1800))[0] == ("T11-system", "mara")


def test_who_had_news_a_quarter_of_an_hour_ago_is_not_told_that_there_is_none() -> None:
    incident = alarmed()
    news = Queued(at(1000), 17, "17-9", "T1-isolated", "mara", "Mara", MARA.number, "de")
    assert told(due(after(incident, [news]), 1800)) == [("T11", "lena")]


def test_being_asked_to_answer_is_no_news() -> None:
    incident = alarmed()
    asked = Queued(at(1000), 17, "17-9", "T2", "mara", "Mara", MARA.number, "de")
    assert ("T11", "mara") in told(due(after(incident, [asked]), 1800))


def test_a_cause_that_is_known_better_is_news_but_not_within_a_minute() -> None:
    incident = after(alarmed(), [CauseKnown(at(20), 17, Cause.CAPTIVE_PORTAL, "")])
    assert due(incident, 59) == ()
    assert cadence.next_wake_s(incident, TELLING, at(20), 0.0) == 40.0
    said = due(incident, 60)
    assert told(said) == [("T11", "mara"), ("T11", "lena")]
    assert due(after(incident, said), 600) == ()


def test_that_nothing_is_left_has_a_message_of_its_own() -> None:
    incident = after(alarmed(), [CauseKnown(at(20), 17, Cause.BOTH_LINES, "")])
    assert due(incident, 600) == ()


def test_in_quiet_hours_no_news_waits_and_that_is_written_down_once() -> None:
    telling = Telling(TELLING.steps, TELLING.notices, 1800.0, AFTERNOON)
    incident = alarmed(telling)
    (kept,) = due(incident, 1800, telling)
    assert isinstance(kept, Withheld)
    assert kept.why == "quiet_hours"
    incident = after(incident, [kept])
    assert due(incident, 1900, telling) == ()
    left_s = cadence.next_wake_s(incident, telling, at(1900), 0.0)
    assert left_s == 16 * 3600 - (14 * 3600 + 800 + 1900)
    assert told(due(incident, 1900 + left_s, telling)) == [("T11", "mara"), ("T11", "lena")]


def test_without_a_clock_there_are_no_quiet_hours() -> None:
    telling = Telling(TELLING.steps, TELLING.notices, 1800.0, AFTERNOON)
    assert told(cadence.facts(alarmed(telling), telling, at(1800), None))


def test_while_the_line_is_on_trial_people_still_hear_and_afterwards_no_more() -> None:
    incident = after(alarmed(), [PrimaryBack(at(1700), 17)])
    assert told(due(incident, 1800))
    assert due(after(incident, [Resolved(at(1750), 17)]), 1800) == ()


def test_who_was_never_told_is_promised_nothing() -> None:
    assert due(opened(), 99_999) == ()
    assert cadence.next_wake_s(opened(), TELLING, at(1), 0.0) is None
