"""The shipped words: complete, in two languages, never too long, and never without their mark."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.plan.messages import BY_PEOPLE, FOR_PUBLIC, KNOWN, LIGHT, compose, names_in
from notanker.plan.shipped import (
    LONG,
    PUBLIC,
    base_of,
    drill,
    known_as,
    release_of,
    shipped,
    words_of,
)
from notanker.plugin.sms import text as sms

SYSTEM = ("T1-system", "T3-system", "T4-system", "T5-system", "T11-system", "T12-system")
ALL = (
    *(f"T{n}" for n in range(1, 16)), *SYSTEM, "T2-bridge", "T2-release", "T2-on", "T2-off", "T11-ack",
    "T1-again", "T1-system-again",
)  # fmt: skip
SMS = tuple(one for one in ALL if base_of(one) not in LONG)
WORDS = {"de": "ÜBUNG", "en": "DRILL"}
VALUES = {
    "site": "Musterhafen", "since": "10:42", "now": "11:30", "duration": "3 h 28 min",
    "incident": "17", "mark": "17-1", "fallback": "LTE aktiv", "system": "Core-Switch",
    "cause_internal": "Netz des Anbieters", "bridge": "+493023125500", "pin": "4829",
    "next_update": "12:00", "service": "Sperr-Hotline", "update": "2", "wait_min": "5", "outages": "2",
    "acknowledged_by": "Mara Beispiel", "callback": "+493023125110", "needed_by": "+9 Systeme",
    "wording": "H1", "ticket": "88123", "brand.signoff": "Ihr Team Ankerruf",
    "brand.light": "Der Anker hält wieder.", "texts": "T6, T7, T9, T10", "text": "T6",
    "heads": "+493023125000", "hand": "Musternetz +496990009200",
}  # fmt: skip


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("template", ALL)
def test_there_are_words_for_every_kind(template: str, language: str) -> None:
    names = names_in(words_of(template, language))
    known = FOR_PUBLIC if base_of(template) in PUBLIC else KNOWN + BY_PEOPLE
    assert words_of(template, language)
    assert set(names) <= {*known, *((LIGHT,) if template == "T13" else ())}


@pytest.mark.parametrize("template", ALL)
def test_both_languages_say_the_same(template: str) -> None:
    german, english = (sorted(names_in(words_of(template, tongue))) for tongue in ("de", "en"))
    assert german == english


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("template", SMS)
def test_with_everyday_values_nothing_is_left_out(template: str, language: str) -> None:
    text = shipped(template, language, VALUES)
    assert sms.segments(text) == 1
    for name in names_in(words_of(template, language)):
        assert VALUES[name] in text


@pytest.mark.parametrize(
    ("template", "language", "text"),
    [
        ("T2", "de", ("Bitte mit OK 17 antworten oder anrufen: +493023125110. "
         "Keine Antwort in 5 Min: nächste Stufe. Nr 17-1")),
        ("T2", "en", ("Please reply OK 17 or call +493023125110. "
         "No answer in 5 min: next step. No 17-1")),
        ("T2-bridge", "de", ("STÖRUNG Musterhafen: bitte jetzt in die Telefonkonferenz, "
         "+493023125500 PIN 4829#. Noch hat niemand quittiert. Störung seit 10:42. Nr 17-1")),
        ("T2-bridge", "en", ("OUTAGE Musterhafen: please join the conference now, "
         "+493023125500 PIN 4829#. Nobody has acknowledged yet. Down since 10:42. No 17-1")),
        ("T11", "de", ("UPDATE 2 Musterhafen: Störung dauert an, Stand 11:30. LTE aktiv. "
         "Ursache: Netz des Anbieters. Nächste Info 12:00, auch ohne Neues. Nr 17-1")),
        ("T11-ack", "de", ("UPDATE 2 Musterhafen: Störung übernommen von Mara Beispiel, "
         "Stand 11:30. LTE aktiv. Nächste Info 12:00. Nr 17-1")),
        ("T14", "de", ("ÜBUNG Musterhafen: simulierter Ausfall seit 10:42. Bitte wie im Ernstfall "
         "handeln, keine Kunden informieren. Abbruch: +493023125110. Nr 17-1 ÜBUNG")),
    ],
)  # fmt: skip
def test_the_words_are_these(template: str, language: str, text: str) -> None:
    assert compose(None, template, language, VALUES).text == text


def test_the_request_to_acknowledge_does_without_a_number_it_does_not_know() -> None:
    assert shipped("T2", "de", {"mark": "1-1"}) == "Bitte mit OK antworten. Nr 1-1"


def test_people_outside_are_told_no_number_of_ours() -> None:
    for template in sorted(PUBLIC):
        assert "17-1" not in shipped(template, "de", VALUES)


def test_a_variant_without_words_of_its_own_is_told_in_those_that_it_varies() -> None:
    assert known_as("T1-isolated") == "T1"
    assert known_as("T11-ack") == "T11-ack"
    assert compose(None, "T3-backup", "de", VALUES).text == shipped("T3", "de", VALUES)


@pytest.mark.parametrize("template", ALL)
def test_nothing_for_people_outside_goes_out_by_itself(template: str) -> None:
    outside = {"T6": "one", "T7": "one", "T9": "two", "T10": "two", "T13": "two"}
    assert release_of(template) == outside.get(template, "auto")
    assert release_of(template, "two") == "two"


@given(
    template=st.sampled_from(ALL) | st.text(max_size=6),
    language=st.sampled_from(["de", "en", "fr", ""]),
    names=st.dictionaries(
        st.sampled_from([*KNOWN, *BY_PEOPLE, LIGHT, "x"]),
        st.text(max_size=40) | st.sampled_from(["N" * 10_000, "€" * 90, "{pin}", "\ud800", "\0"]),
    ),
    in_drill=st.booleans(),
)
def test_whatever_the_values_there_is_a_text_and_an_sms_is_one(
    template: str, language: str, names: dict[str, str], in_drill: bool
) -> None:
    composed = compose(None, template, language, names, in_drill=in_drill)
    assert composed.text.strip()
    if any(len(value) > 500 for value in names.values()) or language not in ("de", "en"):
        assert composed.problems
    if base_of(template) not in LONG:
        assert sms.segments(composed.text) == 1
    if in_drill or base_of(template) == "T14":
        word = WORDS["en" if language == "en" else "de"]
        assert composed.text.split()[0] == composed.text.split()[-1] == word


@given(
    text=st.text(max_size=300) | st.text("aé ÜBUNG{}€\n.", max_size=300),
    language=st.sampled_from(["de", "en", "fr"]),
    mark=st.sampled_from(["", " Nr 17-1", " No 9999-99", " Nr 17-1 ÜBUNG"]),
)
def test_a_drill_is_marked_at_both_ends_of_one_sms(text: str, language: str, mark: str) -> None:
    word = WORDS["en" if language == "en" else "de"]
    for in_sms in (True, False):
        marked = drill(text + mark, language, in_sms=in_sms)
        assert (marked.split()[0], marked.split()[-1]) == (word, word)
        assert len(marked.split()) >= 2
    assert sms.segments(drill(text + mark, language)) == 1


def test_a_drills_mark_stays_and_no_number_is_cut_in_two() -> None:
    text = f"STÖRUNG {'sehr ' * 23}Konferenz +493023125500 PIN 4829#. Nr 17-1"
    marked = drill(text, "de")
    assert marked.endswith(" Nr 17-1 ÜBUNG")
    assert "+49" not in marked or "+493023125500" in marked
    assert drill(marked, "de") == marked
