"""Octets become the same lines, whatever pieces they come in; whatever comes in, nothing is raised."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker_at_modem.exchange import Exchange, Hearing, wanted_of
from notanker_at_modem.lines import MAX_LINE, Line, LineReader, Prompt
from notanker_at_modem.results import Kind, end_of

MODEM = st.lists(
    st.sampled_from(
        [
            b"\r\n",
            b"\r",
            b"\n",
            b"> ",
            b">",
            b"OK",
            b"ERROR",
            b"+CMS ERROR: 38",
            b"+CSQ: 17,99",
            b'+CMTI: "SM",3',
            b"+CMT: ,24",
            b"+CDS: 25",
            b'+CUSD: 0,"Guthaben',
            b'",15',
            b"0006170B91",
            b"AT+CSQ",
            b"RDY",
            b"\x00\xff\x1a\x1b",
            b"^BOOT:1,0,0,0,26",
        ]
    ),
    max_size=40,
).map(b"".join)


def read(octets: bytes, sizes: list[int], *, prompts: bool = False) -> list[Line | Prompt]:
    reader = LineReader()
    reader.prompts = prompts
    found: list[Line | Prompt] = []
    at = 0
    for size in [*sizes, len(octets)]:
        found += reader.feed(octets[at : at + size])
        at += size
    return found


def heard(octets: bytes, command: str = "AT+CSQ") -> Exchange:
    exchange = Exchange(command, wanted_of(command))
    for item in read(octets, [], prompts="CMGS" in command):
        exchange.feed(item)
    return exchange


@given(MODEM | st.binary(max_size=300), st.lists(st.integers(1, 7), max_size=60), st.booleans())
def test_pieces_make_no_difference(octets: bytes, sizes: list[int], prompts: bool) -> None:
    cut = [item for item in read(octets, sizes, prompts=prompts) if item != Line(" ")]
    whole = [item for item in read(octets, [], prompts=prompts) if item != Line(" ")]
    texts = [item.text.strip() if isinstance(item, Line) else ">" for item in cut]
    assert texts == [item.text.strip() if isinstance(item, Line) else ">" for item in whole]


@given(MODEM | st.binary(max_size=2000), st.text(max_size=20))
def test_whatever_comes_in_is_survived(octets: bytes, command: str) -> None:
    exchange = Exchange(command, wanted_of(command))
    for item in read(octets, [3, 1, 5]):
        exchange.feed(item)
    exchange.hearing.end()
    assert exchange.over in (True, False)


def test_a_line_without_end_does_not_fill_the_memory() -> None:
    reader = LineReader()
    for _ in range(100):
        assert reader.feed(b"x" * 1000) == []
    (line,) = reader.feed(b"\r\n")
    assert isinstance(line, Line)
    assert len(line.text) <= MAX_LINE


@pytest.mark.parametrize("prompt", [b"\r\n> ", b"\r\n>", b"> ", b">"])
def test_a_prompt_needs_neither_space_nor_line_end(prompt: bytes) -> None:
    exchange = heard(b"AT+CMGS=23\r" + prompt, "AT+CMGS=23")
    assert exchange.prompted
    assert exchange.echoed


def test_a_greater_than_sign_elsewhere_is_no_prompt() -> None:
    assert read(b"> 1 Guthaben\r\n", []) == [Line("> 1 Guthaben")]


def test_an_echo_behind_the_prompt_is_not_lost() -> None:
    assert read(b"\r\n> 0011\r\n", [], prompts=True) == [Prompt(), Line(" 0011")]


@pytest.mark.parametrize("end", [b"\r\n", b"\r", b"\n", b"\r\r\n"])
def test_wrong_line_ends_are_read(end: bytes) -> None:
    exchange = heard(end.join([b"", b"+CSQ: 17,99", b"", b"OK", b""]))
    assert exchange.lines == ["+CSQ: 17,99"]
    assert exchange.end is not None


def test_what_the_modem_says_by_itself_is_no_answer() -> None:
    exchange = heard(b'AT+CSQ\r\r\n+CMTI: "SM",3\r\n^RSSI:12\r\n+CSQ: 17,99\r\n\r\nOK\r\n')
    assert exchange.lines == ["+CSQ: 17,99"]
    assert exchange.hearing.said == ['+CMTI: "SM",3', "^RSSI:12"]


def test_the_same_line_is_the_answer_to_whom_it_was_asked_for() -> None:
    exchange = heard(b"\r\n+CREG: 0,1\r\n\r\nOK\r\n", "AT+CREG?")
    assert exchange.lines == ["+CREG: 0,1"]
    assert heard(b"\r\n+CREG: 1\r\n").hearing.said == ["+CREG: 1"]


def test_an_sms_between_question_and_answer_keeps_its_pdu() -> None:
    exchange = heard(b"\r\n+CMT: ,24\r\n0004AB\r\n+CSQ: 17,99\r\nOK\r\n")
    assert exchange.hearing.said == ["+CMT: ,24\n0004AB"]
    assert exchange.lines == ["+CSQ: 17,99"]


def test_a_header_without_its_pdu_takes_no_other_line() -> None:
    exchange = heard(b"\r\n+CDS: 25\r\n+CSQ: 17,99\r\nOK\r\n")
    assert exchange.hearing.said == ["+CDS: 25"]
    assert exchange.lines == ["+CSQ: 17,99"]


def test_a_text_over_several_lines_is_one_saying() -> None:
    hearing = Hearing()
    for line in ('+CUSD: 1,"Menue', "1 Guthaben", '2 Ende",15'):
        assert hearing.takes(line)
    assert hearing.said == ['+CUSD: 1,"Menue\n1 Guthaben\n2 Ende",15']


def test_the_late_answer_to_another_command_is_not_taken() -> None:
    exchange = heard(b"AT+CGREG?\r\r\n+CGREG: 0,2\r\n\r\nOK\r\n")
    assert exchange.end is None
    assert not exchange.lines
    exchange = heard(b"AT+CGREG?\r\r\nOK\r\nAT+CSQ\r\r\n+CSQ: 9,99\r\nOK\r\n")
    assert exchange.lines == ["+CSQ: 9,99"]
    assert exchange.end is not None


def test_a_restart_in_the_middle_is_seen() -> None:
    assert heard(b"AT+CSQ\r\r\nRDY\r\n").restarted


def test_the_end_of_a_call_ends_no_other_command() -> None:
    assert heard(b"\r\nNO CARRIER\r\n").end is None
    assert heard(b"\r\nNO CARRIER\r\n", "ATD*99#").end is not None


@pytest.mark.parametrize(
    ("line", "kind", "code"),
    [
        ("OK", Kind.OK, None),
        ("ERROR", Kind.ERROR, None),
        ("+CMS ERROR: 500", Kind.CMS, 500),
        ("+CME ERROR: 14", Kind.CME, 14),
        ("+CME ERROR: SIM busy", Kind.CME, None),
        ("COMMAND NOT SUPPORT", Kind.ERROR, None),
        ("CONNECT 115200", Kind.CONNECT, None),
        ("+CMS ERROR: 99999999999", Kind.CMS, None),
    ],
)
def test_final_codes(line: str, kind: Kind, code: int | None) -> None:
    end = end_of(line)
    assert end is not None
    assert (end.kind, end.code) == (kind, code)


@pytest.mark.parametrize("line", ["OKAY", "+CME ERROR:", "UNKNOWN COMMAND", "CONNECTED", ""])
def test_what_ends_nothing(line: str) -> None:
    assert end_of(line) is None


def test_a_chain_of_commands_waits_for_each_of_its_answers() -> None:
    assert wanted_of("AT+CSQ;+CPIN?;+COPS=3,0") == ("+CSQ:", "+CPIN:", "+COPS:")
    assert wanted_of("ATE0") == ()
