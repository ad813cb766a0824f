"""The AT emulator takes SMS and answers as each of its switches says."""

import pytest

from notanker_lab import at_gsm7, at_pdu
from notanker_lab.at_modem import AtModem
from notanker_lab.at_pdu import Part, PduError
from tests.lab_self.at_user import NUMBER, Terminal, submit


def test_an_sms_leaves_as_it_was_written_and_is_reported(modem: AtModem, host: Terminal) -> None:
    assert host.hand_over(submit()) == "\r\n+CMGS: 1\r\n\r\nOK\r\n"
    assert modem.texts() == ["Test"]
    left = modem.sent[0].submit
    assert (left.number, left.reference, left.asks_report) == (NUMBER, 7, True)
    assert host.read("+CDS: 25\r\n").startswith("\r\n+CDS: 25\r\n")


@pytest.mark.parametrize("text", ["", "a" * 160, "^{}\\[~]|€", "ÄÖÜäöüß ΩΠ @"])
def test_seven_bits_go_there_and_back(text: str) -> None:
    codes = at_gsm7.septets(text)
    for fill in range(7):
        assert at_gsm7.unpack(at_gsm7.pack(codes, fill), len(codes), fill) == codes
    assert at_gsm7.to_text(codes) == text


def test_the_packing_is_the_standards() -> None:
    # "hello": worked by hand from the rule of 3GPP TS 23.038 section 6.1.2.1.
    assert at_gsm7.pack(at_gsm7.septets("hello")).hex() == "e8329bfd06"


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("text", ["a" * 161, "ä€" * 100, "Ж" * 71, "😀" * 40])
def test_a_long_text_arrives_in_parts_that_make_it(
    modem: AtModem, host: Terminal, text: str, *, wide: bool
) -> None:
    modem.receive(NUMBER, text, wide=wide)
    host.read('+CMTI: "SM",1\r\n')
    pieces = {}
    for row in modem.box("SM"):
        tpdu = bytes.fromhex(row["pdu"])[8:]
        _, after = at_pdu.read_address(tpdu, 1)
        coding, count, data = tpdu[after + 1], tpdu[after + 9], tpdu[after + 10 :]
        part, _, piece = at_pdu.read_user_data(coding, count, data, header=True)
        assert isinstance(part, Part)
        assert (part.wide, part.total) == (wide, len(modem.box("SM")))
        pieces[part.number] = piece
    joined = "".join(pieces[number] for number in sorted(pieces))
    assert joined.encode("utf-16-be", "surrogatepass").decode("utf-16-be") == text


@pytest.mark.parametrize(
    "typed",
    ["zz", "00", "0001000B91", "00" + submit().hex()[:-2], "00" + "02" + submit().hex()[2:]],
)
def test_what_is_no_submit_is_refused(typed: str) -> None:
    with pytest.raises(PduError):
        at_pdu.read_frame(typed, len(submit()))


SENDING = [
    ("hang_sent", "", 1),
    ("hang_unsent", "", 0),
    ("cms", "\r\n+CMS ERROR: 500\r\n", 0),
    ("cms_sent", "\r\n+CMS ERROR: 500\r\n", 1),
    ("pdu_echoed", "00" + submit().hex().upper() + "\x1a\r\n+CMGS: 1\r\n\r\nOK\r\n", 1),
    ("urc_in_result", "\r\n+CMGS: 1\r\n\r\n^RSSI:14\r\n\r\nOK\r\n", 1),
    ("garbage", "\x80\xfe~\x00\x7f}#@!\xe2\x82\r\n+CMGS: 1\r\n\r\nOK\r\n", 1),
]


@pytest.mark.parametrize(("switch", "got", "leaves"), SENDING)
def test_a_hand_over_goes_as_the_switch_says(
    modem: AtModem, host: Terminal, switch: str, got: str, leaves: int
) -> None:
    host.ask("AT+CNMI=2,1,0,0,0")
    modem.fault(switch, times=1, **({"on": "+CMGS"} if switch == "garbage" else {}))
    end = got[-6:] or "nothing"
    assert host.hand_over(submit(), end, 3 if got else 0.3) == got
    assert len(modem.sent) == leaves
    assert host.hand_over(submit()).endswith(f"+CMGS: {leaves + 1}\r\n\r\nOK\r\n")


def test_an_unasked_line_may_follow_the_prompt(modem: AtModem, host: Terminal) -> None:
    modem.fault("urc_in_prompt", times=1)
    assert host.ask("AT+CMGS=20", "14\r\n") == "\r\n> \r\n^RSSI:14\r\n"
    host.write("\x1b")


def test_a_late_answer_comes_in_between(modem: AtModem, host: Terminal) -> None:
    modem.fault("late", times=1, delay_s=0.3)
    assert "+CMGS" not in host.hand_over(submit(report=False), within_s=0.1)
    assert host.ask("AT+CSQ") == "\r\n+CSQ: 20,99\r\n\r\nOK\r\n"
    assert host.read("OK\r\n") == "\r\n+CMGS: 1\r\n\r\nOK\r\n"


@pytest.mark.parametrize(("switch", "left"), [("reboot_sent", 1), ("reboot_unsent", 0)])
def test_a_reboot_forgets_every_setting(
    modem: AtModem, host: Terminal, switch: str, left: int
) -> None:
    modem.fault(switch, times=1)
    assert "RDY" in host.hand_over(submit(), "SMS DONE\r\n")
    assert len(modem.sent) == left
    assert modem.state()["echo"]
    assert modem.state()["cnmi"] == [0, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("switch", "prompt"),
    [("no_prompt", ""), ("prompt_hidden", ""), ("prompt_without_space", "\r\n>")],
)
def test_the_prompt_may_be_wrong(modem: AtModem, host: Terminal, switch: str, prompt: str) -> None:
    modem.fault(switch, times=1)
    assert host.ask("AT+CMGS=20", "> ", 0.2) == prompt
    host.write("\x1b")
    assert host.read(within_s=0.3) == ("" if switch == "no_prompt" else "\r\nOK\r\n")
    assert host.ask("AT") == "\r\nOK\r\n"


def test_a_command_typed_at_the_prompt_is_told(modem: AtModem, host: Terminal) -> None:
    modem.fault("prompt_hidden", times=1)
    host.ask("AT+CMGS=20", "> ", 0.1)
    host.write("AT+CSQ\r\x1a")
    assert host.read("\r\n+CMS ERROR: 304\r\n")
    assert modem.state()["spoilt"] == ["AT+CSQ\r"]


ANSWERS = [
    ("bare_lf", "\n+CSQ: 20,99\n\nOK\n"),
    ("bare_cr", "\r+CSQ: 20,99\r\rOK\r"),
    ("doubled_cr", "\r\r\n+CSQ: 20,99\r\r\n\r\r\nOK\r\r\n"),
    ("nul", "\r\n\0+CSQ: 20,99\r\n\0\r\n\0OK\r\n\0"),
    ("half_line", "\r\n+CSQ:\r\n\r\nOK\r\n"),
    ("bytewise", "\r\n+CSQ: 20,99\r\n\r\nOK\r\n"),
    ("pause_in_line", "\r\n+CSQ: 20,99\r\n\r\nOK\r\n"),
    ("slow", "\r\n+CSQ: 20,99\r\n\r\nOK\r\n"),
    ("boot_flood", "\r\n^BOOT:35323129,0,0,0,26\r\n\r\n+CSQ: 20,99\r\n\r\nOK\r\n"),
    ("rssi_flood", "\r\n^RSSI:14\r\n" * 10 + "\r\n+CSQ: 20,99\r\n\r\nOK\r\n"),
    ("urc_before_echo", "^RSSI:14\r\n\r\n+CSQ: 20,99\r\n\r\nOK\r\n"),
    ("cme", "\r\n+CME ERROR: 14\r\n"),
    ("error", "\r\nERROR\r\n"),
    ("deaf", ""),
    ("swallow", ""),
]


@pytest.mark.parametrize(("switch", "got"), ANSWERS)
def test_an_answer_comes_as_the_switch_says_once(
    modem: AtModem, host: Terminal, switch: str, got: str
) -> None:
    modem.fault(switch, times=1, pause_s=0.002, delay_s=0.1)
    assert host.ask("AT+CSQ", got or "nothing", 3 if got else 0.2) == got
    assert host.ask("AT+CSQ") == "\r\n+CSQ: 20,99\r\n\r\nOK\r\n"
    assert modem.state()["used"] == [switch]


def test_another_program_takes_half_of_the_answers(modem: AtModem, host: Terminal) -> None:
    modem.fault("shared_port")
    foreign = "AT+CSQ\r\r\n+CSQ: 13,99\r\n\r\nOK\r\n"
    assert host.ask("AT+CFUN?", "99\r\n\r\nOK\r\n") == foreign
    assert host.ask("AT+CFUN?", "1\r\n\r\nOK\r\n") == foreign + "\r\n+CFUN: 1\r\n\r\nOK\r\n"
