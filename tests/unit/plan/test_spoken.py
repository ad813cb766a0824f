"""How long an announcement takes: what is written short and spoken long counts as it is spoken."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.plan.conftest import SAMPLE, Edit

from notanker.cli.plan_check import check_plan
from notanker.errors import Place
from notanker.plan import wording
from notanker.plan.load import load
from notanker.plan.shipped import words_of
from notanker.plan.spoken import MAX_S, MAX_WORDS, check, seconds, spelled, words

PLACE = Place("templates/T7.md", 10, "T7")


@pytest.mark.parametrize(
    ("language", "written", "said"),
    [
        ("de", "10:42 Uhr", "zehn Uhr zweiundvierzig"),
        ("de", "um 9:00", "um neun Uhr"),
        ("de", "121", "einhunderteinundzwanzig"),
        ("de", "2026", "zweitausendsechsundzwanzig"),
        ("de", "88123", "acht acht eins zwei drei"),
        ("de", "+49 30 23125 110",
         "plus vier neun drei null zwei drei eins zwei fünf eins eins null"),
        ("de", "z. B. LTE", "zum Beispiel el te e"),
        ("de", "Nr. 17", "Nummer siebzehn"),
        ("de", "ca. 5 Min.", "circa fünf Minuten"),
        ("de", "die PIN", "die PIN"),
        ("en", "at 10:42", "at ten forty-two"),
        ("en", "1234", "one thousand two hundred thirty-four"),
        ("en", "e.g. VPN", "for example vee pee en"),
        ("fr", "20", "zwanzig"),
    ],
)  # fmt: skip
def test_figures_and_abbreviations_are_spelled_out(language: str, written: str, said: str) -> None:
    assert spelled(written, language).split() == said.split()


@pytest.mark.parametrize(
    ("language", "text", "syllables"),
    [("de", "eingeschränkt zweiundvierzig", 7), ("en", "available services please line", 8)],
)
def test_syllables_make_the_time(language: str, text: str, syllables: int) -> None:
    speed = {"de": 4.0, "en": 3.3}[language]
    assert seconds(text, language) == pytest.approx(syllables / speed)


def test_a_pause_stands_between_two_sentences() -> None:
    assert seconds("Ja. Ja.", "de") == pytest.approx(2 / 4.0 + 0.4)
    assert seconds(" \n ", "de") == 0.0


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_shipped_announcement_takes_about_twenty_seconds(language: str) -> None:
    text = words_of("T7", language)
    assert words(text, language) <= MAX_WORDS
    assert 14 < seconds(text, language) < 21
    assert list(check(text, language, PLACE)) == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("ja " * 46, 46),
        ("Rufnummernumleitungsverantwortliche " * 12, 12),
        ("+49 30 23125 000 " * 4, 52),
    ],
)
def test_an_announcement_nobody_hears_to_its_end_is_told(text: str, count: int) -> None:
    [problem] = check(text, "de", PLACE)
    assert (problem.code, problem.severity) == ("spoken-too-long", "warning")
    assert f"{count} Wörter" in problem.sentence("de")
    assert str(round(seconds(text, "de"))) in problem.sentence("en")


def test_a_plans_announcement_is_measured_with_its_longest_values(edit: Edit) -> None:
    folder = edit("templates/T7.md", "Ihre Daten sind sicher.", "Es ist {now} Uhr. " * 9)
    plan, _ = load(folder)
    assert plan is not None
    assert [p.code for p in wording.findings(plan)] == ["spoken-too-long"]
    assert {item.head.lang: count > MAX_WORDS for item, count, _ in
                wording.announcements(plan)} == {"de": True, "en": False}  # fmt: skip


def test_the_command_shows_how_long_the_announcement_is(edit: Edit) -> None:
    done = CliRunner().invoke(check_plan, [str(SAMPLE)])
    assert done.exit_code == 0
    assert done.output.count("T7.md: ") == 2
    folder = edit("templates/T13.md", "Danke für Ihre Geduld.", "Danke für Ihre Geduld!!")
    done = CliRunner().invoke(check_plan, [str(folder), "--json"])
    assert done.exit_code == 0
    assert '"exclamations"' in done.output


@given(
    text=st.text(max_size=200) | st.text("0123456789:.+ €%LTEh", max_size=60),
    language=st.text(max_size=3),
)
def test_any_text_takes_its_time(text: str, language: str) -> None:
    assert 0.0 <= seconds(text, language) <= 4 * len(spelled(text, language)) + MAX_S
    assert words(text, language) >= 0
