"""How long a text is as SMS (3GPP TS 23.038)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.plugin.sms import text as sms
from notanker.plugin.sms.alphabet import BASIC, EXTENDED

SHORT = st.text(st.sampled_from(sorted(BASIC | EXTENDED)), max_size=500)


@pytest.mark.parametrize("char", "äöüÄÖÜß§@_")
def test_german_letters_cost_one(char: str) -> None:
    assert sms.units(char * 160) == 160
    assert sms.segments(char * 160) == 1
    assert sms.fold(char) == char


@pytest.mark.parametrize("char", "€[]{}~^|\\")
def test_signs_of_the_extension_table_cost_two(char: str) -> None:
    assert sms.units(char) == 2
    assert sms.segments(char * 80) == 1
    assert sms.segments(char * 81) == 2


def test_one_typographic_sign_makes_the_message_wide() -> None:
    assert sms.segments("a" * 70) == 1
    assert sms.segments("a" * 70 + "–") == 2
    assert sms.segments(sms.fold("a" * 70 + "–")) == 1


def test_a_long_message_has_parts_of_153() -> None:
    assert [sms.segments("a" * n) for n in (160, 161, 306, 307)] == [1, 2, 2, 3]


def test_no_character_of_two_units_is_split_between_parts() -> None:
    # 152 + 2 do not fit a part of 153: one septet stays empty, and the rest needs one more part.
    text = "a" * 152 + "€" + "a" * 152
    assert sms.units(text) == 306
    assert sms.segments(text) == 3


def test_an_emoji_is_two_units_wide() -> None:
    assert sms.units("😀") == 2
    assert sms.segments("😀" * 35) == 1
    assert sms.segments("😀" * 36) == 2


def test_typographic_signs_are_folded() -> None:
    assert sms.fold("„Ruhe“ – sagte er … ‚ja‘ und “yes” — 10\u00a0%") == (
        '"Ruhe" - sagte er ... \'ja\' und "yes" - 10 %'
    )


def test_letters_with_foreign_accents_keep_their_base() -> None:
    assert sms.fold("Łódź Čapek naïve œuvre Ağa") == "Lodz Capek naive oeuvre Aga"


def test_decomposed_umlauts_are_umlauts() -> None:
    assert sms.fold("Sto\u0308rung") == "Störung"


@given(st.text(max_size=300))
def test_a_folded_text_is_always_in_the_short_alphabet(text: str) -> None:
    folded = sms.fold(text)
    assert sms.is_short(folded)
    assert sms.fold(folded) == folded


@given(SHORT)
def test_a_text_in_the_short_alphabet_is_not_changed(text: str) -> None:
    assert sms.fold(text) == text
    assert sms.units(text) == len(text) + sum(char in EXTENDED for char in text)


@given(SHORT, SHORT)
def test_more_text_never_needs_fewer_parts(first: str, second: str) -> None:
    assert sms.segments(first + second) >= sms.segments(first)


@given(st.text(max_size=300), st.integers(0, 200))
def test_a_cut_text_keeps_the_limit(text: str, limit: int) -> None:
    assert sms.units(sms.cut(text, limit)) <= limit


def test_what_looks_like_one_sign_counts_for_the_part_in_which_it_fits() -> None:
    assert sms.segments("Č" * 66 + "🇩🇪" + "Č" * 63) == 2
    assert sms.segments("Č" * 66 + "🇩🇪" + "Č" * 64) == 3


def test_half_a_character_can_be_shown() -> None:
    assert sms.printable("a\ud83d 😀") == "a\ufffd 😀"
