"""The AT emulator by itself, asked as a terminal program would ask it."""

import os
import select
import termios
import time
import tty
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest
import serial

from notanker_lab import LabError, at_gsm7, at_pdu
from notanker_lab.at_modem import AtModem
from notanker_lab.at_pdu import Part, PduError
from notanker_lab.at_switches import SWITCHES
from notanker_lab.control import wait_until

NUMBER = "+491713920011"


def submit(text: str = "Test", *, report: bool = True, copy: bool = False) -> bytes:
    """Write a SUBMIT by hand: TP-MR 7, seven bits, validity of a day."""
    codes = at_gsm7.septets(text)
    first = 0x11 | (0x20 if report else 0) | (0x04 if copy else 0)
    data = bytes([len(codes)]) + at_gsm7.pack(codes)
    return bytes([first, 7]) + at_pdu.address(NUMBER) + b"\0\0\xa7" + data


class Terminal:
    """A host at a port."""

    def __init__(self, port: Path) -> None:
        self._fd = os.open(port, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self._fd, termios.TCSANOW)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._fd)

    def write(self, text: str) -> None:
        os.write(self._fd, text.encode("latin-1"))

    def read(self, until: str = "\r\nOK\r\n", within_s: float = 3.0) -> str:
        """Give what comes, up to ``until`` or to the end of the time."""
        got, end_s = b"", time.monotonic() + within_s
        while until.encode() not in got and time.monotonic() < end_s:
            ready, _, _ = select.select([self._fd], [], [], max(0.0, end_s - time.monotonic()))
            got += os.read(self._fd, 4096) if ready else b""
        return got.decode("latin-1")

    def ask(self, command: str, until: str = "\r\nOK\r\n", within_s: float = 3.0) -> str:
        self.write(command + "\r")
        return self.read(until, within_s)

    def hand_over(self, pdu: bytes, until: str = "\r\nOK\r\n", within_s: float = 3.0) -> str:
        """Send an SMS; give what comes after the prompt."""
        self.ask(f"AT+CMGS={len(pdu)}", "> ")
        self.write("00" + pdu.hex().upper() + "\x1a")
        return self.read(until, within_s)


@pytest.fixture
def modem() -> Iterator[AtModem]:
    with AtModem() as modem:
        modem.set(boot_s=0.1, register_s=0.05, radio_s=0.02, report_s=0.05)
        yield modem


@pytest.fixture
def host(modem: AtModem) -> Iterator[Terminal]:
    with Terminal(modem.port) as host:
        host.ask("ATE0")
        host.ask("AT+CMGF=0;+CNMI=2,1,0,1,0;+CMEE=1")
        yield host


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


# switch, what the host gets of a hand-over, how many SMS leave
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


# switch, what a question is answered with
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


# switch, what is announced of a status report
REPORTS = [
    ("report_never", 0, 0),
    ("report_twice", 2, 0),
    ("report_other", 2, 0),
    ("report_failed", 1, 0),
    ("report_wrong_memory", 0, 1),
]


@pytest.mark.parametrize(("switch", "direct", "stored"), REPORTS)
def test_a_status_report_comes_as_the_switch_says(
    modem: AtModem, host: Terminal, switch: str, direct: int, stored: int
) -> None:
    modem.fault(switch, times=1)
    host.hand_over(submit())
    said = host.read("nothing", 0.3)
    assert said.count("+CDS:") == direct
    assert said.count('+CDSI: "SM",0') == stored == len(modem.box("SR"))
    assert ("46\r\n" in said) == (switch == "report_failed")  # TP-ST 70


def test_a_status_report_may_come_before_the_result(modem: AtModem, host: Terminal) -> None:
    modem.fault("report_early", times=1)
    said = host.hand_over(submit())
    assert 0 < said.index("+CDS:") < said.index("+CMGS:")


def test_without_wish_there_is_no_report(modem: AtModem, host: Terminal) -> None:
    host.hand_over(submit(report=False))
    assert host.read("nothing", 0.2) == ""


NOTICES = [
    ("notice_lost", ""),
    ("notice_without_index", '\r\n+CMTI: "SM",-1\r\n'),
    ("notice_wrong_memory", '\r\n+CMTI: "ME",0\r\n'),
    ("notice_twice", '\r\n+CMTI: "SM",0\r\n' * 2),
]


@pytest.mark.parametrize(("switch", "said"), NOTICES)
def test_a_notice_comes_as_the_switch_says_and_the_sms_lies_there(
    modem: AtModem, host: Terminal, switch: str, said: str
) -> None:
    modem.fault(switch, times=1)
    modem.receive(NUMBER, "OK 17")
    assert host.read("nothing", 0.2) == said
    assert len(modem.box("SM")) == 1


@pytest.mark.parametrize(
    ("switch", "numbers"),
    [("parts_shuffled", [3, 2, 1]), ("part_doubled", [1, 1, 2, 3]), ("part_missing", [1, 3])],
)
def test_parts_arrive_as_the_switch_says(
    modem: AtModem, host: Terminal, switch: str, numbers: list[int]
) -> None:
    del host
    modem.fault(switch, times=1)
    modem.receive(NUMBER, "a" * 400)
    headers = [row["pdu"].split("050003")[1][:6] for row in modem.box("SM")]
    assert [int(header[4:6]) for header in headers] == numbers


def test_a_full_store_is_told_and_what_waits_comes_later(modem: AtModem, host: Terminal) -> None:
    modem.set(SM=2)
    for text in ("eins", "zwei", "drei"):
        modem.receive(NUMBER, text)
    assert '^SMMEMFULL: "SM"' in host.read('^SMMEMFULL: "SM"\r\n')
    assert modem.state()["kept_by_network"] == 1
    assert host.ask("AT+CPMS?").startswith('\r\n+CPMS: "SM",2,2')
    host.ask("AT+CMGD=0")
    wait_until(lambda: not modem.state()["kept_by_network"], 3, "the third SMS comes")


@pytest.mark.parametrize(
    ("switch", "last"), [("list_malformed", "0791947139029009040B91FFFFFF"), ("urc_in_list", "")]
)
def test_a_list_may_hold_nonsense(modem: AtModem, host: Terminal, switch: str, last: str) -> None:
    modem.receive(NUMBER, "OK 17")
    host.read('+CMTI: "SM",0\r\n')
    modem.fault(switch, times=1)
    lines = host.ask("AT+CMGL=4").split("\r\n")
    assert lines[1] == "+CMGL: 0,0,,24"
    assert (lines[2] == "^RSSI:14") == (switch == "urc_in_list")
    assert last in lines
    assert host.ask("AT+CMGL=0") == "\r\nOK\r\n"  # it is read now


def test_class_0_and_what_is_wanted_directly_is_not_stored(modem: AtModem, host: Terminal) -> None:
    modem.receive(NUMBER, "sofort", flash=True)
    assert "+CMT: ," in host.read("+CMT: ,")
    host.ask("AT+CNMI=2,2,0,0,0")
    modem.receive(NUMBER, "direkt")
    assert "+CMT: ," in host.read("+CMT: ,")
    assert modem.box("SM") == []


def test_an_unplugged_modem_is_an_error_and_comes_back_under_another_name(
    modem: AtModem, host: Terminal
) -> None:
    modem.unplug()
    with pytest.raises(OSError, match="Input/output error"):
        host.write("AT\r")
    assert not modem.port.is_symlink()
    modem.replug("ttyUSB7", ports=["ttyUSB8"])
    assert {path.name for path in modem.dev.iterdir()} == {"serial", "ttyUSB7", "ttyUSB8"}
    with Terminal(modem.port) as again:
        assert again.read("SMS DONE\r\n").endswith("SMS DONE\r\n")
        assert again.ask("AT") == "AT\r\r\nOK\r\n"
    with Terminal(modem.dev / "ttyUSB8") as mute:
        assert mute.ask("AT", within_s=0.1) == ""


@pytest.mark.parametrize("cure", ["usb_reset", "power"])
def test_a_disk_becomes_a_modem_again(modem: AtModem, cure: str) -> None:
    modem.unplug()
    modem.replug(storage=True)
    assert not modem.port.is_symlink()
    if cure == "power":
        modem.power(False)
        modem.power(True)
    else:
        modem.usb_reset()
    assert modem.port.is_symlink()


def test_deafness_may_need_more_than_a_reboot(modem: AtModem, host: Terminal) -> None:
    modem.fault("deaf", cure="usb_reset")
    modem.reboot()
    assert "RDY" in host.read("SMS DONE\r\n")
    assert host.ask("AT", within_s=0.2) == ""
    modem.usb_reset()
    with Terminal(modem.port) as again:
        again.read("SMS DONE\r\n")
        assert again.ask("AT") == "AT\r\r\nOK\r\n"


def test_cfun_1_1_reboots(modem: AtModem, host: Terminal) -> None:
    assert host.ask("AT+CFUN=1,1") == "\r\nOK\r\n"
    assert "RDY" in host.read("SMS DONE\r\n")
    assert modem.state()["echo"]


def test_a_silent_reboot_says_nothing(modem: AtModem, host: Terminal) -> None:
    modem.reboot(0.05, silent=True)
    assert host.read("nothing", 0.3) == ""
    assert host.ask("AT+CNMI?") == "AT+CNMI?\r\r\n+CNMI: 0,0,0,0,0\r\n\r\nOK\r\n"


def test_a_sim_counts_wrong_pins(modem: AtModem, host: Terminal) -> None:
    modem.sim("pin")
    assert host.ask("AT+CPIN?") == "\r\n+CPIN: SIM PIN\r\n\r\nOK\r\n"
    assert host.ask("AT+CMGS=20", "\r\n+CMS ERROR: 311\r\n").endswith("311\r\n")
    assert host.ask('AT+CPIN="0000"', "16\r\n") == "\r\n+CME ERROR: 16\r\n"
    assert modem.state()["pin_tries"] == 2
    assert host.ask('AT+CPIN="1234"') == "\r\nOK\r\n"
    assert modem.state()["pin_tries"] == 3
    for _ in range(3):
        modem.sim("pin")
        host.ask('AT+CPIN="0000"', "\r\n+CME ERROR: ")
    assert modem.state()["sim"] == "puk"


@pytest.mark.parametrize(
    ("state", "stat", "leaves"),
    [
        ("searching", 2, 0),
        ("denied", 3, 0),
        ("emergency", 8, 0),
        ("sms_only", 6, 1),
        ("roaming", 5, 1),
    ],
)
def test_what_leaves_follows_the_registration(
    modem: AtModem, host: Terminal, state: str, stat: int, leaves: int
) -> None:
    modem.register(state)
    assert host.ask("AT+CREG?") == f"\r\n+CREG: 0,{stat}\r\n\r\nOK\r\n"
    host.hand_over(submit(), "\r\n")
    wait_until(lambda: len(modem.sent) == leaves, 2, "as many leave as may")


@pytest.mark.parametrize(
    ("switch", "said"),
    [
        ("", '+CUSD: 0,"Guthaben: 12,34 EUR",15'),
        ("ussd_ucs2", '+CUSD: 0,"00470075007400680061'),
        ("ussd_packed", '+CUSD: 0,"C73A'),
        ("ussd_two_steps", '+CUSD: 0,"Bitte warten",15\r\n\r\n+CUSD: 0,"Guthaben'),
        ("ussd_refused", "+CUSD: 4"),
        ("ussd_never", ""),
    ],
)
def test_money_is_told_as_the_switch_says(
    modem: AtModem, host: Terminal, switch: str, said: str
) -> None:
    modem.set(ussd_s=0.05)
    modem.fault(switch or "none", times=1)
    host.ask('AT+CUSD=1,"*100#",15')
    got = host.read(said or "nothing", 2 if said else 0.2)
    assert said in got
    assert bool(said) == bool(got)


def test_a_data_session_comes_and_goes(modem: AtModem, host: Terminal) -> None:
    host.ask('AT+CGDCONT=1,"IP","internet.example"')
    assert host.ask("AT+CGACT=1,1") == "\r\nOK\r\n"
    assert host.ask("AT+CGPADDR=1") == '\r\n+CGPADDR: 1,"198.18.2.2"\r\n\r\nOK\r\n'
    host.ask("AT+CGACT=0,1")
    assert host.ask("ATD*99***1#", "000\r\n") == "\r\nCONNECT 150000000\r\n"
    assert modem.state()["data"]
    assert host.ask("AT", within_s=0.1) == ""  # no commands in there
    host.write("+++")
    assert host.read() == "\r\nOK\r\n"


@pytest.mark.parametrize(
    ("vendor", "up", "down", "asked"),
    [
        ("quectel", "AT+QNETDEVCTL=1,1,1", "AT+QNETDEVCTL=0,1", "AT+QNETDEVCTL?"),
        ("huawei", 'AT^NDISDUP=1,1,"internet"', "AT^NDISDUP=1,0", "AT^NDISSTATQRY?"),
        ("simcom", "AT$QCRMCALL=1,1", "AT$QCRMCALL=0,1", "AT$QCRMCALL?"),
    ],
)
def test_each_vendor_has_its_own_data_session(vendor: str, up: str, down: str, asked: str) -> None:
    with AtModem(vendor) as modem, Terminal(modem.port) as host:
        host.ask("ATE0")
        for command, state in ((up, "1"), (down, "0")):
            assert host.ask(command) == "\r\nOK\r\n"
            assert modem.state()["data"] == (state == "1")
            assert host.ask(asked).partition(": ")[2].startswith(state)


def test_a_refused_copy_does_not_leave(modem: AtModem, host: Terminal) -> None:
    modem.set(refuses_copies=True, keeps_reference=True)
    host.hand_over(submit(report=False))
    assert "CMS ERROR: 197" in host.hand_over(submit(report=False, copy=True), "197\r\n")
    assert len(modem.sent) == 1


def test_each_vendor_tells_the_signal_in_its_own_way() -> None:
    shown = {"quectel": "AT+QCSQ", "huawei": "AT^HCSQ?", "simcom": "AT+CPSI?"}
    for vendor in shown:
        with AtModem(vendor) as modem, Terminal(modem.port) as host:
            host.ask("ATE0")
            for other, command in shown.items():
                assert ("ERROR" in host.ask(command, "\r\n\r\n", 0.1)) == (vendor != other)


@pytest.mark.filterwarnings("ignore:set(Daemon|Name)")  # pyserial 3.5 is older than that
def test_it_is_reached_over_tcp_and_rfc_2217_too() -> None:
    with AtModem(tcp=("127.0.0.1", 0), rfc2217=("127.0.0.1", 0)) as modem:
        assert [url.partition(":")[0] for url in modem.urls] == ["socket", "rfc2217"]
        for url in modem.urls:
            with serial.serial_for_url(url, timeout=2) as port:
                port.write(b"AT\r")
                assert port.read(9) == b"AT\r\r\nOK\r\n"


def test_an_unknown_switch_is_refused_by_name(modem: AtModem) -> None:
    with pytest.raises(LabError, match="There is no switch 'gone'"):
        modem.fault("gone")
    assert len(SWITCHES) > 50


def test_nothing_of_it_stays_behind() -> None:
    with AtModem() as modem:
        folder = modem.dev
    assert not folder.exists()
