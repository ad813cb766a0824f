"""What the modem answers to AT commands through ModemManager."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.plugin import Permanent
from notanker_lab import mm_pdu
from notanker_modemmanager.store import Selected, Stored, selected_of, stored_of

OK_17 = mm_pdu.deliver("+4917604069011", "OK 17")


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        ('+CPMS: "SM",3,20,"SM",3,20,"SM",3,20', Selected("SM", "SM", is_full=False)),
        ('+CPMS: "ME",0,99,"ME",0,99,"SM",20,20', Selected("ME", "SM", is_full=True)),
        ('+CPMS: "SM" , 1 , 20 , "ME" , 0 , 0', Selected("SM", "ME", is_full=False)),
        ('+CPMS: "SM",0,20', Selected("SM", "SM", is_full=False)),
    ],
)
def test_the_storage_for_what_comes_in_is_the_last_one(answer: str, wanted: Selected) -> None:
    assert selected_of(answer) == wanted


@pytest.mark.parametrize("answer", ["", "OK", "+CPMS: 3,20,3,20,3,20", '+CPMS: "S'])
def test_an_answer_that_names_no_storage_is_refused(answer: str) -> None:
    with pytest.raises(Permanent):
        selected_of(answer)


def test_each_entry_is_read_whatever_stands_between() -> None:
    answer = f'+CMGL: 1,0,,29\r\n{OK_17}\r\n+CREG: 1\r\n+CMGL: 12,1,"Büro",29\n{OK_17}\n'
    assert [(one.index, one.status, one.pdu) for one in stored_of("SM", answer)] == [
        (1, 0, OK_17),
        (12, 1, OK_17),
    ]


def test_what_is_no_pdu_is_kept_and_cannot_be_read() -> None:
    (one,) = stored_of("SM", "+CMGL: 3,0,,29\r\n00040D9\r\n")
    assert one.pdu == "00040D9"
    assert one.decoded() is None
    assert one.shown().box == "in"


def test_drafts_and_copies_of_what_was_sent_did_not_come_in() -> None:
    answer = "".join(f"+CMGL: {status},{status},,29\r\n{OK_17}\r\n" for status in range(4))
    assert [one.came_in for one in stored_of("SM", answer)] == [True, True, False, False]


def test_an_entry_is_named_by_place_and_content() -> None:
    one, other = Stored("SM", 3, 0, OK_17), Stored("SM", 3, 0, OK_17 + "00")
    assert one.name.startswith("SM/3/")
    assert one.name != other.name


def test_an_entry_is_shown_as_a_person_reads_it() -> None:
    shown = Stored("SM", 3, 1, OK_17).shown()
    assert (shown.name, shown.box, shown.other) == ("SM/3", "in", "+4917604069011")
    assert (shown.text, shown.pdu) == ("OK 17", OK_17)


@given(st.text(max_size=300))
def test_no_answer_breaks_the_readers(answer: str) -> None:
    for text in (answer, f"+CMGL: 1,{answer}", f'+CPMS: "SM",{answer}', f"+CMGL: 1,1\r\n{answer}"):
        for one in stored_of("SM", text):
            one.shown()
        try:
            selected_of(text)
        except Permanent as error:
            assert "CPMS" in error.reason  # noqa: PT017 - only the one kind of error is allowed
