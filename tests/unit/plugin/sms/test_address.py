"""Addresses in PDUs (3GPP TS 23.040, 9.1.2.5)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.plugin.sms.address import Address, from_octets, recipient
from notanker.plugin.sms.alphabet import septets
from notanker.plugin.sms.faults import SubmitError
from notanker.plugin.sms.packing import pack


@pytest.mark.parametrize(
    ("number", "octets"),
    [
        ("+493023125110", "0C91940332211501"),
        ("+49 (30) 23125-110", "0C91940332211501"),
        ("22044", "05812240F4"),
        ("00493023125110", "0E8100940332211501"),
        ("*1#", "03811AFB"),
        ("0abc9", "0581C0EDF9"),
    ],
)
def test_a_recipient_stands_in_the_pdu_as_the_standard_writes_it(number: str, octets: str) -> None:
    assert recipient(number).hex().upper() == octets


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("", "no recipient"),
        (" - ", "no recipient"),
        ("Leitwarte", "a name is no number that can be sent to"),
        ("+", "not a telephone number"),
        ("+49+30", "not a telephone number"),
        ("1" * 21, "a number has at most 20 digits"),
        ("+493023125110,+493023125111", "a number has at most 20 digits"),
        ("22044;", "not a telephone number"),
        ("٢٢٠٤٤", "not a telephone number"),
    ],
)
def test_who_cannot_be_sent_to_is_refused_with_a_reason(number: str, reason: str) -> None:
    with pytest.raises(SubmitError) as refused:
        recipient(number)
    assert refused.value.reason == reason


def test_only_an_international_number_gets_a_plus() -> None:
    octets = bytes.fromhex("940332211501")
    assert from_octets(0x91, octets, 12) == Address("+493023125110", 1, 1)
    assert from_octets(0xA1, octets, 12) == Address("493023125110", 2, 1)
    assert from_octets(0x81, octets, 12) == Address("493023125110", 0, 1)
    assert from_octets(0x91, b"", 0) == Address("", 1, 1)


def test_an_odd_number_ends_before_its_filler() -> None:
    assert from_octets(0x81, bytes.fromhex("2240F4"), 5).text == "22044"
    assert from_octets(0x81, bytes.fromhex("2240F4"), 6).text == "22044"
    # One half octet is useful, whatever stands in the other.
    assert from_octets(0x80, bytes.fromhex("05"), 1).text == "5"


@pytest.mark.parametrize("name", ["Leitwarte", "Ä", "Notanker", "O2_", "Größe AG", "12345678901"])
def test_a_name_is_read_letter_by_letter(name: str) -> None:
    octets = pack(septets(name))
    address = from_octets(0xD0, octets, (7 * len(name) + 3) // 4)
    assert address == Address(name, 5, 0)
    assert address.is_name


def test_seven_letters_in_fourteen_half_octets_have_no_eighth() -> None:
    assert from_octets(0xD0, pack(b"Monitor"), 14).text == "Monitor"


@given(st.text("0123456789*#abc", min_size=1, max_size=20), st.booleans())
def test_a_number_comes_back(digits: str, abroad: bool) -> None:
    number = f"+{digits}" if abroad else digits
    octets = recipient(number)
    assert octets[0] == len(digits)
    assert from_octets(octets[1], octets[2:], octets[0]).text == number


@given(st.integers(0, 255), st.binary(max_size=10), st.integers(0, 20))
def test_any_octets_are_an_address(kind: int, octets: bytes, nibbles: int) -> None:
    assert len(from_octets(kind, octets, nibbles).text) <= 21
