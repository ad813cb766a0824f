"""The AT emulator as a device: plugged, restarted, its SIM, its network, its data session."""

import pytest
import serial

from notanker_lab import LabError
from notanker_lab.at_modem import AtModem
from notanker_lab.at_switches import SWITCHES
from notanker_lab.control import wait_until
from tests.lab_self.at_user import Terminal, submit


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
