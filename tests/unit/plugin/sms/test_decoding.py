"""PDUs into values (3GPP TS 23.040, 9.2.2)."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.plugin.sms.alphabet import Languages
from notanker.plugin.sms.dcs import Alphabet
from notanker.plugin.sms.decoding import MAX_OCTETS, decode
from notanker.plugin.sms.faults import PduError
from notanker.plugin.sms.header import Concat
from notanker.plugin.sms.model import Deliver, Report, Submit
from notanker.plugin.sms.status import Fate
from tests.unit.plugin.sms.samples import (
    CENTRE,
    HELLO,
    HELLO_TWICE,
    RECIPIENT,
    TIME,
    deliver,
    part,
    septets,
    with_header,
)

AT = datetime(2026, 11, 25, 23, 45, 32, tzinfo=timezone(timedelta(hours=2)))


def delivered(pdu: str) -> Deliver:
    message = decode(pdu)
    assert isinstance(message, Deliver)
    return message


def submitted(pdu: str) -> Submit:
    message = decode(pdu)
    assert isinstance(message, Submit)
    return message


def reported(pdu: str) -> Report:
    message = decode(pdu)
    assert isinstance(message, Report)
    return message


def refused(pdu: str) -> PduError:
    with pytest.raises(PduError) as error:
        decode(pdu)
    assert error.value.raw == pdu
    assert error.value.reason
    return error.value


def test_a_message_is_read_with_all_it_says() -> None:
    pdu = deliver(HELLO_TWICE, centre=CENTRE, protocol=0x39)
    message = delivered(pdu)
    assert message.raw == pdu
    assert message.text == "hellohello"
    assert message.sender.text == "+493023125110"
    assert message.centre is not None
    assert message.centre.text == "+4917604069000"
    assert message.stamp.time == AT
    assert message.protocol == 0x39
    assert message.coding.alphabet is Alphabet.GSM_7
    assert (message.more, message.reply_path, message.report_wanted) == (False, False, False)


def test_the_bits_of_the_first_octet_are_told() -> None:
    message = delivered(deliver(first=0xA0))
    assert (message.more, message.reply_path, message.report_wanted) == (True, True, True)


def test_the_centre_may_be_empty_or_without_digits_or_not_there_at_all() -> None:
    assert delivered(deliver(centre="00")).centre is None
    assert delivered(deliver(centre="0181")).centre is None
    assert decode(deliver(centre=""), with_centre=False) == delivered_bare()


def delivered_bare() -> Deliver:
    message = delivered(deliver(centre="00"))
    return Deliver(
        message.raw[2:], None, message.sender, message.stamp, 0, message.coding, message.content
    )


def test_case_and_white_space_around_do_not_matter_and_what_follows_is_ignored() -> None:
    assert delivered(f" {deliver().lower()}\r\n").text == "hello"
    assert delivered(deliver() + "FFFFFF").text == "hello"


def test_the_reserved_type_is_read_as_a_message_that_came_in() -> None:
    assert delivered(deliver(first=0x07)).text == "hello"


def test_letters_behind_a_header_start_at_their_septet() -> None:
    pdu = deliver(septets("00030A0201", list(b"hello")), first=0x44)
    message = delivered(pdu)
    assert message.text == "hello"
    assert message.header.concat == Concat(0x0A, 2, 1)
    assert delivered(deliver(septets("0804010A0201", list(b"hello")), first=0x44)).text == "hello"


def test_a_message_in_a_national_language_is_read_with_its_tables() -> None:
    single = septets("240101", [0x1B, 0x53, 0x75])
    assert delivered(deliver(single, first=0x44)).text == "Şu"
    both = septets("240101250101", [0x0C, 0x1B, 0x65, 0x07])
    message = delivered(deliver(both, first=0x44))
    assert message.text == "ğ€ı"
    assert message.header.languages == Languages(1, 1)
    urdu = septets("24010D25010D", [0x00, 0x02, 0x1B, 0x1C])
    assert delivered(deliver(urdu, first=0x44)).text == "اب۰"


def test_wide_text_has_surrogate_pairs_and_keeps_half_of_one() -> None:
    assert delivered(with_header("", "00C4D83DDE00")).text == "Ä😀"
    assert delivered(part(1, 2, "a\ud83d")).text == "a\ud83d"
    assert delivered(with_header("", "00C4D8")).text == "Ä"


def test_octets_are_data_without_text() -> None:
    message = delivered(with_header("05040B8423F0", "0106DEAD", coding=0x04))
    assert (message.text, message.content.data) == ("", bytes.fromhex("0106DEAD"))
    assert message.header.is_push


def test_compressed_text_is_kept_as_it_is() -> None:
    message = delivered(deliver("03ABCDEF", coding=0x20))
    assert (message.text, message.content.data) == ("", bytes.fromhex("ABCDEF"))


def test_a_message_that_flashes_up_says_so() -> None:
    assert delivered(deliver(coding=0x10)).coding.message_class == 0


def test_a_message_of_type_0_is_for_nobody_to_see() -> None:
    assert delivered(deliver(protocol=0x40)).is_silent
    assert not delivered(deliver(protocol=0x41)).is_silent


def test_a_time_that_is_none_does_not_keep_the_text_back() -> None:
    message = delivered(deliver(time="FFFFFFFFFFFFFF"))
    assert (message.text, message.stamp.time) == ("hello", None)


def test_a_sender_without_digits_and_a_name_are_senders() -> None:
    assert delivered(deliver(sender="0091")).sender.text == ""
    name = delivered(deliver(sender="0AD0E8329BFD06")).sender
    assert (name.text, name.is_name) == ("hello", True)


def test_a_sent_message_is_read_with_all_it_says() -> None:
    message = submitted(f"00352A{RECIPIENT}00000B{HELLO}")
    assert message.recipient.text == "+493023125110"
    assert message.reference == 0x2A
    assert message.text == "hello"
    assert message.period_s == 3600
    assert message.report_wanted
    assert message.reject_duplicates
    assert not message.reply_path


def test_each_form_of_validity_is_read() -> None:
    assert submitted(f"000100{RECIPIENT}0000{HELLO}").validity == b""
    until = submitted(f"001900{RECIPIENT}0000{TIME}{HELLO}")
    assert until.until is not None
    assert until.until.time == AT
    enhanced = submitted(f"000900{RECIPIENT}0000" + "41050000000000" + HELLO)
    assert (enhanced.period_s, enhanced.until, len(enhanced.validity)) == (None, None, 7)


def test_a_report_says_what_became_of_which_message() -> None:
    report = reported(f"{CENTRE}062A{RECIPIENT}{TIME}{TIME}00")
    assert report.reference == 0x2A
    assert report.recipient.text == "+493023125110"
    assert report.stamp.time == report.discharge.time == AT
    assert report.fate is Fate.DELIVERED
    assert report.content is None
    assert not report.more
    assert not report.of_command


def test_a_report_may_hold_words_and_counts_without_them() -> None:
    start = f"00222A{RECIPIENT}{TIME}{TIME}30"
    full = reported(f"{start}070000{HELLO}")
    assert (full.fate, full.of_command, full.more) == (Fate.PENDING, True, True)
    assert full.content is not None
    assert full.content.text == "hello"
    for rest in ("", "00", "07", "0700", "070000", "070000FF", "FF", "80", "04"):
        assert reported(start + rest).content is None


@pytest.mark.parametrize(
    ("pdu", "reason"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("0", "not an even number of hexadecimal digits"),
        ("0x00", "not an even number of hexadecimal digits"),
        ("00 04", "not an even number of hexadecimal digits"),
        ("٠٠", "not an even number of hexadecimal digits"),
        ("00" * (MAX_OCTETS + 1), "more than 400 octets"),
        ("0C" + "00" * 40, "the service centre's number is too long"),
        ("0791", "ends within the service centre"),
        ("00", "ends within the first octet"),
        ("0004", "ends within the sender"),
        ("00041591" + "00" * 40, "the sender is too long"),
        (deliver()[:-24], "ends within the time"),
        (deliver(HELLO[:2]), "ends within the text"),
        (deliver("00", first=0x44), "ends before its header"),
        (deliver("0303AB"[:4], first=0x44), "the header is longer than the text"),
        ("000100", "ends within the recipient"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_a_reason(pdu: str, reason: str) -> None:
    assert refused(pdu).reason == reason


def test_of_a_message_that_was_cut_off_the_beginning_can_be_read() -> None:
    error = refused(deliver("0A" + HELLO[2:]))
    assert error.readable is not None
    assert error.readable.text == "hello"
    assert refused(deliver(HELLO[:2])).readable is not None
    assert refused("00").readable is None


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    read_or_refused(text)


@given(st.binary(max_size=200))
def test_any_octets_are_read_or_refused(octets: bytes) -> None:
    read_or_refused(octets.hex())


@given(
    st.sampled_from(
        [
            deliver(HELLO_TWICE, centre=CENTRE),
            part(1, 3, "Ausfall 😀"),
            deliver(septets("240101250103", list(b"hello")), first=0x44),
            f"00352A{RECIPIENT}00000B{HELLO}",
            f"00222A{RECIPIENT}{TIME}{TIME}30070000{HELLO}",
        ]
    ),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 255)), max_size=4),
    st.integers(0, 80),
)
def test_a_damaged_message_is_read_or_refused(
    pdu: str, changes: list[tuple[int, int]], length: int
) -> None:
    octets = bytearray.fromhex(pdu)
    for place, value in changes:
        octets[place % len(octets)] = value
    read_or_refused(bytes(octets[:length] if length < 40 else octets).hex())


def read_or_refused(pdu: str) -> None:
    """Hold that what came is kept; any other exception fails the test by itself."""
    kept: str
    try:
        kept = decode(pdu).raw
    except PduError as error:
        kept = error.raw.strip()
    assert kept == pdu.strip()
