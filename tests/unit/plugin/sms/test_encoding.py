"""Texts into PDUs (3GPP TS 23.040, 9.2.2.2)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.plugin.sms.alphabet import BASIC, EXTENDED, Languages
from notanker.plugin.sms.decoding import decode
from notanker.plugin.sms.encoding import MAX_CHARS, Options, Part, submit
from notanker.plugin.sms.faults import SubmitError
from notanker.plugin.sms.model import Submit
from notanker.plugin.sms.text import segments
from tests.unit.plugin.sms.samples import RECIPIENT

NUMBER = "+493023125110"
TURKISH = Languages(single=1, locking=1)

SHORT = st.text(st.sampled_from(sorted(BASIC | EXTENDED)), max_size=700)
# Whatever a person writes; two lone halves that meet would be a pair when they are read again.
ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
SIGNS = [*"aä€", "😀", "👨‍👩‍👧", "🇩🇪", "e\u0301", "👍🏽", "\u200d"]
PICTURES = st.lists(st.sampled_from(SIGNS), max_size=200).map("".join)
OPTIONS = st.builds(
    Options,
    reference=st.integers(0, 255),
    report=st.booleans(),
    reject_duplicates=st.booleans(),
    period_s=st.none() | st.floats(0, 1e9),
    flash=st.booleans(),
    concat_reference=st.integers(0, 65535),
    wide_reference=st.booleans(),
    languages=st.builds(Languages, st.integers(0, 13), st.integers(0, 13)),
)


def read(part: Part) -> Submit:
    message = decode(part.pdu)
    assert isinstance(message, Submit)
    return message


def texts(text: str, options: Options | None = None) -> list[str]:
    return [part.text for part in submit(NUMBER, text, options or Options())]


def test_a_short_text_is_one_pdu_and_its_length_is_without_the_centre() -> None:
    assert submit(NUMBER, "hello") == (Part(f"000100{RECIPIENT}000005E8329BFD06", 18, 0, "hello"),)


def test_what_was_asked_for_stands_in_the_pdu() -> None:
    options = Options(
        reference=0x2A, report=True, reject_duplicates=True, period_s=3600, flash=True
    )
    (part,) = submit(NUMBER, "hello", options)
    assert part == Part(f"00352A{RECIPIENT}00100B05E8329BFD06", 19, 0x2A, "hello")


def test_an_umlaut_stays_short_and_a_foreign_letter_makes_the_text_wide() -> None:
    (short,) = submit(NUMBER, "Ü")
    assert short.pdu.endswith("0000" + "015E")
    (wide,) = submit(NUMBER, "Č")
    assert wide.pdu.endswith("0008" + "02010C")


def test_a_long_text_has_parts_with_one_reference_that_count_on() -> None:
    parts = submit(NUMBER, "a" * 307, Options(reference=254, concat_reference=0xA7))
    assert [len(part.text) for part in parts] == [153, 153, 1]
    assert [part.reference for part in parts] == [254, 255, 0]
    heads = [read(part).header.concat for part in parts]
    assert [(head.reference, head.total, head.part, head.wide) for head in heads if head] == [
        (0xA7, 3, 1, False), (0xA7, 3, 2, False), (0xA7, 3, 3, False)
    ]  # fmt: skip


def test_a_wide_reference_costs_one_character() -> None:
    options = Options(concat_reference=0x1234, wide_reference=True)
    assert [len(text) for text in texts("a" * 161, options)] == [152, 9]
    assert [len(text) for text in texts("Č" * 71, options)] == [66, 5]
    concat = read(submit(NUMBER, "a" * 161, options)[0]).header.concat
    assert concat is not None
    assert (concat.reference, concat.wide) == (0x1234, True)


def test_a_reference_that_is_too_large_loses_its_upper_bits() -> None:
    concat = read(submit(NUMBER, "a" * 161, Options(concat_reference=0x1234))[0]).header.concat
    assert concat is not None
    assert concat.reference == 0x34


@pytest.mark.parametrize(
    ("text", "count"), [("a" * 160, 1), ("a" * 161, 2), ("Č" * 70, 1), ("Č" * 71, 2)]
)
def test_the_borders_are_those_of_the_standard(text: str, count: int) -> None:
    assert len(texts(text)) == count


def test_an_escape_pair_is_not_cut_in_two() -> None:
    assert texts("a" * 152 + "€" + "b" * 10) == ["a" * 152, "€" + "b" * 10]


def test_a_surrogate_pair_is_not_cut_in_two() -> None:
    assert texts("Č" * 66 + "😀" + "b" * 10) == ["Č" * 66, "😀" + "b" * 10]


@pytest.mark.parametrize("sign", ["🇩🇪", "👨‍👩‍👧", "👍🏽", "e\u0301", "❤\ufe0f", "1\ufe0f\u20e3"])
def test_what_looks_like_one_sign_is_not_cut_in_two(sign: str) -> None:
    assert texts("Č" * 66 + sign + "b" * 10) == ["Č" * 66, sign + "b" * 10]


def test_two_flags_are_two_signs() -> None:
    assert texts("Č" * 63 + "🇩🇪🇫🇷" + "b" * 10) == ["Č" * 63 + "🇩🇪", "🇫🇷" + "b" * 10]


def test_a_sign_that_no_part_can_hold_is_cut_between_its_characters() -> None:
    monster = "e" + "\u0301" * 200
    assert "".join(texts(monster)) == monster
    assert [len(text) for text in texts(monster)] == [67, 67, 67]


def test_a_national_language_keeps_a_text_short() -> None:
    text = "Bağlantı kesildi, şube İzmir" * 3
    assert len(texts(text)) == 2
    (part,) = submit(NUMBER, text, Options(languages=TURKISH))
    message = read(part)
    assert message.text == text
    assert message.header.languages == TURKISH


def test_an_empty_text_is_a_message() -> None:
    (part,) = submit(NUMBER, "")
    assert read(part).text == ""


def test_a_recipient_who_cannot_be_reached_is_refused() -> None:
    with pytest.raises(SubmitError, match="a name"):
        submit("Leitwarte", "hello")


@pytest.mark.parametrize(
    "text", ["Č" * (67 * 255 + 1), "a" * (153 * 255 + 1), "a" * (MAX_CHARS + 1)]
)
def test_a_text_of_more_than_255_parts_is_refused(text: str) -> None:
    with pytest.raises(SubmitError, match="255 parts"):
        submit(NUMBER, text)


@given(ANY | SHORT | PICTURES, OPTIONS)
def test_every_text_comes_back_and_no_part_is_too_long(text: str, options: Options) -> None:
    parts = submit(NUMBER, text, options)
    messages = [read(part) for part in parts]
    assert "".join(part.text for part in parts) == text
    for part, message in zip(parts, messages, strict=True):
        assert message.text == part.text
        assert part.octets == len(part.pdu) // 2 - 1
        user_octets = part.octets - 12 - (options.period_s is not None) - 1
        assert user_octets <= 140
        assert message.reference == part.reference
        assert message.report_wanted == options.report
        assert message.reject_duplicates == options.reject_duplicates
        assert (message.coding.message_class == 0) == options.flash


@given(ANY | SHORT | PICTURES)
def test_no_part_begins_or_ends_within_a_pair(text: str) -> None:
    for part in submit(NUMBER, text):
        data = read(part).content.data
        if read(part).coding.octet:
            assert not 0xDC <= (data or b"\0")[0] <= 0xDF
        elif data:
            assert data[-1] != 0x1B


@given(ANY | SHORT | PICTURES)
def test_the_number_of_parts_is_as_foretold(text: str) -> None:
    assert len(submit(NUMBER, text)) == segments(text)
