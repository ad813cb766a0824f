"""The AT emulator reports, announces and stores SMS as each of its switches says."""

import pytest

from notanker_lab.at_modem import AtModem
from notanker_lab.control import wait_until
from tests.lab_self.at_user import NUMBER, Terminal, submit

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
