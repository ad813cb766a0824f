"""The user data header (3GPP TS 23.040, 9.2.3.24)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.plugin.sms.alphabet import NO_LANGUAGE, Languages
from notanker.plugin.sms.dcs import Waiting
from notanker.plugin.sms.header import Concat, Indication, Ports, header_for, header_of


def read(octets: str) -> Concat | None:
    return header_of(bytes.fromhex(octets)).concat


def test_a_part_says_which_one_it_is() -> None:
    assert read("0003A70302") == Concat(0xA7, 3, 2)
    assert read("080401A20302") == Concat(0x01A2, 3, 2, wide=True)


@pytest.mark.parametrize("octets", ["0003A70300", "0003A70304", "0003A70000", "08040001FF00"])
def test_a_part_that_is_none_of_the_total_is_a_message_by_itself(octets: str) -> None:
    assert read(octets) is None


def test_an_element_of_a_wrong_length_is_ignored() -> None:
    assert read("0002A703") is None
    assert read("0004A7030200") is None


def test_of_two_that_exclude_each_other_the_last_counts() -> None:
    assert read("0003010201" + "080400020302") == Concat(2, 3, 2, wide=True)
    assert read("080400020302" + "0003010201") == Concat(1, 2, 1)
    assert read("0003010201" + "0003020202") == Concat(2, 2, 2)


@pytest.mark.parametrize("octets", ["0003A703020105", "0003A7030224", "24010A0003A703"])
def test_a_header_whose_last_element_does_not_end_with_it_is_ignored(octets: str) -> None:
    assert header_of(bytes.fromhex(octets)).elements == ()
    assert read(octets) is None


def test_ports_have_eight_or_sixteen_bits() -> None:
    push = header_of(bytes.fromhex("05040B8423F0"))
    assert push.ports == Ports(2948, 9200, wide=True)
    assert push.is_push
    narrow = header_of(bytes.fromhex("0402F0F1"))
    assert narrow.ports == Ports(240, 241)
    assert not narrow.is_push


def test_each_indication_says_what_waits_and_how_much() -> None:
    header = header_of(bytes.fromhex("01028003" + "01020200"))
    assert header.indications == (
        Indication(Waiting("voicemail", active=True, keep=True), 3),
        Indication(Waiting("email", active=False, keep=False), 0),
    )


def test_languages_are_read_and_reserved_ones_ignored() -> None:
    assert header_of(bytes.fromhex("240101250103")).languages == Languages(1, 3)
    assert header_of(bytes.fromhex("24010E2501FF")).languages == NO_LANGUAGE
    assert header_of(bytes.fromhex("24020101")).languages == NO_LANGUAGE


def test_an_element_that_nobody_knows_is_kept() -> None:
    header = header_of(bytes.fromhex("0A03000400" + "0003A70302"))
    assert header.elements == ((0x0A, bytes.fromhex("000400")), (0x00, bytes.fromhex("A70302")))
    assert header.concat == Concat(0xA7, 3, 2)


@given(st.binary(max_size=140))
def test_any_octets_are_a_header(octets: bytes) -> None:
    header = header_of(octets)
    assert header.concat is None or 1 <= header.concat.part <= header.concat.total


def concat(reference: int, parts: tuple[int, int], wide: bool) -> Concat:
    return Concat(reference, max(parts), min(parts), wide)


PARTS = st.tuples(st.integers(1, 255), st.integers(1, 255))


@given(
    st.builds(concat, st.integers(0, 255), PARTS, st.booleans()) | st.none(),
    st.builds(Languages, st.integers(0, 13), st.integers(0, 13)),
)
def test_a_header_that_was_made_says_what_it_was_made_of(
    wanted: Concat | None, languages: Languages
) -> None:
    made = header_for(wanted, languages)
    assert (made[0] if made else 0) == max(0, len(made) - 1)
    read = header_of(made[1:])
    assert (read.concat, read.languages) == (wanted, languages)
