"""The data coding scheme (3GPP TS 23.038, 4)."""

from __future__ import annotations

import pytest

from notanker.plugin.sms.dcs import Alphabet, Coding, Waiting, coding_of, octet_for

GSM, OCTETS, UCS = Alphabet.GSM_7, Alphabet.OCTETS, Alphabet.UCS_2


@pytest.mark.parametrize(
    ("octet", "expected"),
    [
        (0x00, Coding(0x00, GSM)),
        (0x04, Coding(0x04, OCTETS)),
        (0x08, Coding(0x08, UCS)),
        (0x0C, Coding(0x0C, GSM)),
        (0x03, Coding(0x03, GSM)),
        (0x10, Coding(0x10, GSM, 0)),
        (0x11, Coding(0x11, GSM, 1)),
        (0x19, Coding(0x19, UCS, 1)),
        (0x16, Coding(0x16, OCTETS, 2)),
        (0x20, Coding(0x20, GSM, compressed=True)),
        (0x38, Coding(0x38, UCS, 0, compressed=True)),
        (0x48, Coding(0x48, UCS, delete_after=True)),
        (0x73, Coding(0x73, GSM, 3, compressed=True, delete_after=True)),
        (0x80, Coding(0x80, GSM)),
        (0xBF, Coding(0xBF, GSM)),
        (0xC0, Coding(0xC0, GSM, waiting=Waiting("voicemail", active=False, keep=False))),
        (0xC8, Coding(0xC8, GSM, waiting=Waiting("voicemail", active=True, keep=False))),
        (0xD9, Coding(0xD9, GSM, waiting=Waiting("fax", active=True, keep=True))),
        (0xE2, Coding(0xE2, UCS, waiting=Waiting("email", active=False, keep=True))),
        (0xEB, Coding(0xEB, UCS, waiting=Waiting("other", active=True, keep=True))),
        (0xF0, Coding(0xF0, GSM, 0)),
        (0xF1, Coding(0xF1, GSM, 1)),
        (0xF5, Coding(0xF5, OCTETS, 1)),
        (0xF7, Coding(0xF7, OCTETS, 3)),
    ],
)
def test_each_group_means_what_the_table_says(octet: int, expected: Coding) -> None:
    assert coding_of(octet) == expected


def test_the_reserved_bit_of_the_last_group_changes_nothing() -> None:
    # Seen from a Sri Lankan operator: 0xFB is seven bits, class 3. Some libraries read eight.
    assert coding_of(0xFB) == Coding(0xFB, GSM, 3)


@pytest.mark.parametrize("alphabet", Alphabet)
@pytest.mark.parametrize("flash", [False, True])
def test_what_is_sent_means_what_it_should(alphabet: Alphabet, flash: bool) -> None:
    coding = coding_of(octet_for(alphabet, flash=flash))
    assert coding.alphabet is alphabet
    assert coding.message_class == (0 if flash else None)
    assert not coding.compressed
