"""The 7-bit alphabets (3GPP TS 23.038, 6.2.1 and annex A)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.plugin.sms import national
from notanker.plugin.sms.alphabet import (
    BASIC,
    DEFAULT,
    EXTENDED,
    LAST_LANGUAGE,
    Languages,
    fits,
    septets,
    text_of,
)

LANGUAGES = st.builds(Languages, st.integers(0, LAST_LANGUAGE), st.integers(0, LAST_LANGUAGE))


def test_the_default_alphabet_has_128_places_and_ascii_where_gsm_has_it() -> None:
    assert len(DEFAULT) == 128
    assert len(BASIC) == 127
    for char in "%&'()*+,-./0123456789:;<=>?ABCXYZabcxyz \n\r":
        assert septets(char) == char.encode()


def test_the_signs_that_gsm_has_elsewhere_are_where_it_has_them() -> None:
    assert septets("@£$_ÄÖÜäöüß§€") == bytes(
        [0x00, 0x01, 0x02, 0x11, 0x5B, 0x5C, 0x5E, 0x7B, 0x7C, 0x7E, 0x1E, 0x5F, 0x1B, 0x65]
    )


def test_what_no_table_has_does_not_fit() -> None:
    assert not fits("ç")
    assert not fits("\x1b")
    with pytest.raises(KeyError):
        septets("ç")


def test_an_unknown_sign_after_an_escape_is_read_from_the_main_table() -> None:
    assert text_of([0x1B, 0x41]) == "A"
    assert text_of([0x1B, 0x0D]) == "\r"


def test_an_escape_after_an_escape_or_at_the_end_is_a_space() -> None:
    assert text_of([0x1B, 0x1B, 0x41]) == " A"
    assert text_of([0x41, 0x1B]) == "A "


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (1, "ĞİŞçğış€"),
        (2, "çÁÍÓÚáíóú€"),
        (3, "êçÔôÁáÊÀÍÓÚÃÕÂíóúãõâ€"),
        (4, "\u09e6\u09ef\u09df\u09e2\u09f5\u09fa"),
        (5, "\u0964\u0965\u0ae6\u0aef"),
        (6, "\u0964\u0965\u0966\u096f\u0952\u0958\u095f\u0971"),
        (7, "\u0ce6\u0cef\u0cde\u0cf1\u0cf2"),
        (8, "\u0d66\u0d6f\u0d70\u0d75\u0d7a\u0d7f"),
        (9, "\u0b66\u0b6f\u0b5c\u0b5d\u0b5f\u0b71"),
        (10, "\u0a66\u0a6f\u0a59\u0a5b\u0a5c\u0a5e\u0a75"),
        (11, "\u0be6\u0bef\u0bf3\u0bf8\u0bfa"),
        (12, "\u0c66\u0c6f\u0c58\u0c59\u0c78\u0c7f"),
        (13, "\u06f0\u06f9\u060c\u061f\u0640\u066b\u0673\u06cd\u06d4"),
    ],
)
def test_each_single_shift_table_has_its_own_signs_behind_an_escape(
    language: int, text: str
) -> None:
    own = Languages(single=language)
    coded = septets(text, own)
    assert coded[::2] == b"\x1b" * len(text)
    assert text_of(coded, own) == text


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (1, "Bağlantı kesildi: İŞşĞ"),
        (3, "coração não está à mão ª º ∞"),
        (4, "\u0981\u0985\u0995\u09b9\u09bc\u09ce\u09f1"),
        (5, "\u0a81\u0a85\u0a95\u0ab9\u0ad0\u0af1"),
        (6, "\u0901\u0905\u0915\u0939\u0950\u097f"),
        (7, "\u0c82\u0c85\u0c95\u0ca1\u0cb9\u0cd6\u0ce3"),
        (8, "\u0d02\u0d05\u0d15\u0d39\u0d57\u0d79"),
        (9, "\u0b01\u0b05\u0b15\u0b39\u0b56\u0b63"),
        (10, "\u0a01\u0a05\u0a15\u0a39\u0a51\u0a74"),
        (11, "\u0b82\u0b85\u0b95\u0bb9\u0bd0\u0bf9"),
        (12, "\u0c01\u0c05\u0c15\u0c39\u0c56\u0c63"),
        (13, "\u0627\u0628\u067e\u062a\u0679\u06a9\u06af\u06d2\u0670"),
    ],
)
def test_each_locking_table_has_its_letters_for_one_septet(language: int, text: str) -> None:
    own = Languages(locking=language)
    coded = septets(text, own)
    assert len(coded) == len(text)
    assert text_of(coded, own) == text


def test_spanish_has_no_locking_table_of_its_own() -> None:
    assert national.locking(2) == DEFAULT


@pytest.mark.parametrize("language", range(4, 14))
def test_digits_and_small_letters_are_in_their_place_in_every_table_of_india(language: int) -> None:
    plain = "0123456789:;abcdefghijklmnopqrstuvwxyz !?.,()\n\r"
    assert (
        text_of(septets(plain, Languages(locking=language)), Languages(locking=language)) == plain
    )
    places = "0123456789:;abcxyz !?.,\n\r"
    assert septets(places, Languages(locking=language)) == places.encode()


@pytest.mark.parametrize("language", range(1, 14))
def test_no_character_has_two_places_in_a_locking_table_and_the_escape_is_kept(
    language: int,
) -> None:
    table = national.locking(language)
    letters = [char for char in table if char != national.GAP]
    assert len(table) == 128
    assert table[0x1B] == "\x1b"
    assert len(letters) == len(set(letters))


@given(LANGUAGES, st.lists(st.integers(0, 127), max_size=160))
def test_any_septets_are_some_text_and_one_that_fits(
    languages: Languages, values: list[int]
) -> None:
    text = text_of(values, languages)
    assert fits(text, languages)
    assert text_of(septets(text, languages), languages) == text


@given(st.text(st.sampled_from(sorted(BASIC | EXTENDED))))
def test_a_text_of_the_default_alphabet_comes_back(text: str) -> None:
    assert text_of(septets(text)) == text
