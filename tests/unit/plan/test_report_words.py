"""The report in words: whatever happened in whatever order, it is told in both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit import incidents_of

from notanker.core.facts import Fact, Resolved
from notanker.core.incident import fold
from notanker.core.moment import Moment
from notanker.core.names import Cause, Outcome
from notanker.core.report import Report, report_of
from notanker.core.usage import DataUsed
from notanker.plan.report_summary import summary
from notanker.plan.report_words import (
    course,
    data_words,
    figures,
    listed,
    shortfall_rows,
    span,
    target_rows,
    told_rows,
)
from notanker.plan.targets import targets_of

USUAL = incidents_of.made(incidents_of.usual())


def when(moment: Moment) -> str:
    return f"{moment.boot_s - 5000:.0f}"


@given(
    rest=st.lists(st.sampled_from([*incidents_of.usual()[1:], *incidents_of.worst(17)[1:60]])),
    language=st.sampled_from(["de", "en"]),
)
def test_whatever_happened_is_told(rest: list[Fact], language: str) -> None:
    (one,) = fold([incidents_of.usual()[0], *rest]).all
    made = report_of(one, "musterhafen", targets_of(None))
    sentences = summary(made, language, when)
    assert all(sentence.endswith(".") for sentence in sentences)
    assert all(value for _, value in figures(made, language, when))
    assert len(told_rows(made, language, when)) == len(made.messages)
    assert target_rows(made, language)
    assert len(course(made)) <= len(made.rows)
    shortfall_rows(made.shortfalls, language, when)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"cause": Cause.UNKNOWN}, "Die Ursache blieb unklar."),
        ({"first_alert_s": None}, "Niemand wurde benachrichtigt."),
        ({"acknowledged_s": None}, "Niemand hat quittiert."),
        ({"acknowledged_by": "", "acknowledged_how": "panel"}, "Jemand an der Box quittiert nach 2 min."),
        ({"outage_s": None}, "Die Hauptleitung ist noch nicht wieder da."),
        ({"flaps": 3}, "Nach 3 h 28 min ist die Hauptleitung wieder da, nach 3 Rückfällen."),
        ({"isolated_s": 200_000.0}, "2 Tage 7 h lang hat der Standort keine Anbindung."),
        ({"outage_s": 200_000.0}, "Nach 2 Tagen 7 h ist die Hauptleitung wieder da."),
        ({"into": 18}, "Sie gehört zu Störung 18; dort steht, wie es weiterging."),
        ({"system": "switch"}, "0: Musternetz antwortet nicht mehr."),
    ],
)  # fmt: skip
def test_the_summary_says_how_it_was(changed: dict[str, object], sentence: str) -> None:
    assert sentence in summary(replace(USUAL, **changed), "de", when)  # type: ignore[arg-type] # by name


def test_who_was_not_reached_is_named() -> None:
    unreached = tuple(
        replace(message, outcome=Outcome.FAILED if message.contact == "ines" else message.outcome)
        for message in USUAL.messages
    )
    found = summary(replace(USUAL, messages=unreached), "en", when)
    assert "Not reached: Ines Modell." in found
    assert any("to 2 people" in sentence for sentence in found)


def test_what_belongs_to_another_incident_says_so() -> None:
    facts = [*incidents_of.usual()[:4], Resolved(incidents_of.at(30), 17, into=18)]
    made: Report = incidents_of.made(facts)
    assert made.into == 18
    assert "It is part of incident 18, which tells how it went on." in summary(made, "en", when)


@pytest.mark.parametrize(
    ("seconds", "german", "english"),
    [
        (0.04, "0,0 s", "0.0 s"),
        (9.94, "9,9 s", "9.9 s"),
        (9.96, "10 s", "10 s"),
        (None, "nie", "never"),
    ],
)
def test_tenths_of_a_second_count_at_first(
    seconds: float | None, german: str, english: str
) -> None:
    assert (span(seconds, "de"), span(seconds, "en")) == (german, english)


def test_names_are_listed_as_far_as_they_fit() -> None:
    assert listed(["A", "B"], "de") == "A, B"
    assert listed(list("ABCDEF"), "de") == "A, B, C, D und 2 weitere"
    assert listed(["x" * 200], "en") == "x" * 39 + "…"


def test_data_is_told_within_its_bounds() -> None:
    assert data_words(DataUsed(12_000_000, 340_000_000), "de") == "zwischen 12 und 340 MB"
    assert data_words(DataUsed(12_000_000, 12_100_000), "en") == "12 MB"
    assert data_words(DataUsed(12_000_000, None), "en") == "at least 12 MB"
