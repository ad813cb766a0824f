"""Septets in octets (3GPP TS 23.038, 6.1.2.1)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.plugin.sms.packing import fill_bits, octets_for, pack, septets_of, unpack

SEPTETS = st.binary(max_size=160).map(lambda octets: bytes(octet & 0x7F for octet in octets))


def test_ten_letters_take_nine_octets() -> None:
    assert pack(b"hellohello").hex().upper() == "E8329BFD4697D9EC37"


def test_eight_letters_take_seven_octets() -> None:
    assert len(pack(b"12345678")) == 7
    assert octets_for(160) == 140


@pytest.mark.parametrize(("header", "bits"), [(0, 0), (6, 1), (7, 0), (3, 4), (4, 3), (1, 6)])
def test_the_first_letter_after_a_header_starts_at_a_septet(header: int, bits: int) -> None:
    assert fill_bits(header) == bits
    assert (header * 8 + bits) == septets_of(header) * 7


@given(SEPTETS, st.integers(0, 6))
def test_what_is_packed_comes_back(septets: bytes, skip_bits: int) -> None:
    assert unpack(pack(septets, skip_bits), len(septets), skip_bits) == septets


@given(st.binary(max_size=200), st.integers(0, 300), st.integers(0, 6))
def test_no_more_is_unpacked_than_is_there(octets: bytes, count: int, skip_bits: int) -> None:
    got = unpack(octets, count, skip_bits)
    assert len(got) <= count
    assert len(got) * 7 <= len(octets) * 8
