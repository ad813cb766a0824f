"""The ladder, the PIN, refusals, places and settings: each rule by itself."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from notanker.plugin import Permanent, Retry, SecretFile, Unknown
from notanker_at_modem import holders, places, rescue, setup
from notanker_at_modem.config import AtModemConfig
from notanker_at_modem.engine import Answer
from notanker_at_modem.heard import Heard
from notanker_at_modem.ladder import HOLD_S, Ladder, Rung
from notanker_at_modem.refusals import CAP, refusal
from notanker_at_modem.results import end_of
from notanker_at_modem.unlock import Unlocker

OK = Answer((), end_of("OK"))
ERROR = Answer((), end_of("ERROR"))


class Scripted:
    """Answers commands by their beginning; the longest one counts."""

    def __init__(self, **answers: Answer) -> None:
        self.asked: list[str] = []
        self.answers: dict[str, Answer] = dict(answers)

    def __call__(self, command: str) -> Answer:
        self.asked.append(command)
        known = sorted(filter(command.startswith, self.answers), key=len)
        return self.answers[known[-1]] if known else ERROR

    def count(self, start: str) -> int:
        return sum(one.startswith(start) for one in self.asked)


def says(*lines: str) -> Answer:
    return Answer(lines, end_of("OK"))


# --- the ladder --------------------------------------------------------------------------------------


def test_each_rung_follows_the_one_below() -> None:
    ladder, now_s = Ladder(can_power=True), 0.0
    rungs: list[Rung] = []
    while len(rungs) < 5:
        if (rung := ladder.climb(now_s)) is not None:
            rungs.append(rung)
        now_s += 1.0
    assert rungs == list(Rung)


def test_a_modem_gets_time_to_come_back() -> None:
    ladder = Ladder()
    for _ in range(3):
        ladder.climb(0.0)
    assert ladder.climb(29.0) is None
    assert ladder.climb(31.0) is Rung.USB_RESET


def test_an_answer_leads_back_to_the_bottom() -> None:
    ladder = Ladder()
    ladder.climb(0.0)
    ladder.climb(0.0)
    assert ladder.answered()
    assert not ladder.answered()
    assert ladder.climb(1.0) is Rung.RESYNC


def test_power_is_cut_only_where_something_can_and_seldom() -> None:
    ladder = Ladder(can_power=True)
    cuts = [second for second in range(3600) if ladder.climb(float(second)) is Rung.POWER]
    assert 1 <= len(cuts) <= 6
    ladder = Ladder()
    assert all(ladder.climb(float(second)) is not Rung.POWER for second in range(3600))


def test_no_rung_destroys_an_sms_that_may_be_on_its_way() -> None:
    ladder = Ladder(can_power=True)
    seen = {ladder.climb(second / 10, 0.0) for second in range(int(HOLD_S * 10))}
    assert seen <= {None, Rung.RESYNC, Rung.REOPEN}
    assert ladder.climb(HOLD_S, 0.0) is Rung.RESTART


# --- the PIN -----------------------------------------------------------------------------------------


@pytest.fixture
def unlocker(tmp_path: Path) -> Unlocker:
    path = tmp_path / "pin"
    path.write_text("4711\n")
    return Unlocker(SecretFile(str(path)))


def test_the_right_pin_opens_the_sim(unlocker: Unlocker) -> None:
    modem = Scripted(**{"AT+CPIN=": OK, "AT+CPINR": says("+CPINR: SIM PIN,3,3")})
    unlocker.unlock(modem)
    assert modem.count('AT+CPIN="4711"') == 1


def test_a_refused_pin_is_never_tried_again(unlocker: Unlocker) -> None:
    modem = Scripted(**{"AT+CPINR": says("+CPINR: SIM PIN,3,3")})
    for _ in range(5):
        with pytest.raises(Permanent):
            unlocker.unlock(modem)
    assert modem.count("AT+CPIN=") == 1


@pytest.mark.parametrize("tries", [0, 1])
def test_the_last_try_is_left_to_a_person(unlocker: Unlocker, tries: int) -> None:
    modem = Scripted(**{"AT+CPIN=": OK, "AT+CPINR": says(f"+CPINR: SIM PIN,{tries},3")})
    with pytest.raises(Permanent, match="lock itself"):
        unlocker.unlock(modem)
    assert modem.count("AT+CPIN=") == 0


def test_an_end_that_nobody_knows_counts_as_a_try(unlocker: Unlocker) -> None:
    class Falters(Scripted):
        def __call__(self, command: str) -> Answer:
            if command.startswith("AT+CPIN="):
                self.asked.append(command)
                raise Retry(1.0, "no answer")
            return super().__call__(command)

    modem = Falters()
    with pytest.raises(Retry):
        unlocker.unlock(modem)
    with pytest.raises(Permanent, match="nobody knows"):
        unlocker.unlock(modem)
    assert modem.count("AT+CPIN=") == 1


def test_without_a_configured_pin_none_is_tried() -> None:
    modem = Scripted()
    with pytest.raises(Permanent, match="none is configured"):
        Unlocker(None).unlock(modem)
    assert not modem.asked


def test_what_is_no_pin_is_not_sent(tmp_path: Path) -> None:
    path = tmp_path / "pin"
    path.write_text('1"\r')
    modem = Scripted()
    with pytest.raises(Permanent, match="4 to 8 digits"):
        Unlocker(SecretFile(str(path))).unlock(modem)
    assert not modem.asked


# --- refusals ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [38, 41, 42, 47, 322, 331, 500, 512, 515])
def test_what_passes_is_tried_again(code: int) -> None:
    end = end_of(f"+CMS ERROR: {code}")
    assert end is not None
    assert isinstance(refusal(end, attempt=99, left=(1,)), Retry)
    assert refusal(end, left=(1,)).left == (1,)


@pytest.mark.parametrize("code", [1, 8, 10, 28, 29, 50, 69, 96, 304, 305])
def test_what_stays_is_not(code: int) -> None:
    end = end_of(f"+CMS ERROR: {code}")
    assert end is not None
    assert isinstance(refusal(end), Permanent)


@pytest.mark.parametrize("code", [10, 11, 12, 13, 14, 16, 100, 515])
def test_the_modems_own_trouble_passes(code: int) -> None:
    end = end_of(f"+CME ERROR: {code}")
    assert end is not None
    assert isinstance(refusal(end, attempt=99), Retry)


def test_the_networks_overtime_is_unknown() -> None:
    end = end_of("+CMS ERROR: 332")
    assert end is not None
    assert isinstance(refusal(end), Unknown)


@pytest.mark.parametrize("line", ["+CMS ERROR: 299", "+CMS ERROR: something", "ERROR"])
def test_an_unknown_error_passes_for_some_attempts(line: str) -> None:
    end = end_of(line)
    assert end is not None
    assert isinstance(refusal(end, attempt=CAP - 1), Retry)
    assert isinstance(refusal(end, attempt=CAP), Permanent)


# --- places and holders ------------------------------------------------------------------------------


def test_the_ports_of_one_device_are_candidates_and_the_last_one_is_the_first(
    tmp_path: Path,
) -> None:
    names = [f"pci-0000:00:14.0-usb-0:2:1.{number}-port0" for number in range(3)]
    for name in names:
        (tmp_path / name).touch()
    (tmp_path / "pci-0000:00:14.0-usb-0:3:1.0-port0").touch()
    port = str(tmp_path / names[0])
    found = [Path(path).name for path in places.candidates(port)]
    assert found == names
    found = [Path(path).name for path in places.candidates(port, str(tmp_path / names[2]))]
    assert found == [names[2], names[0], names[1]]


def test_a_port_that_is_away_has_no_candidates(tmp_path: Path) -> None:
    assert places.candidates(str(tmp_path / "*")) == []
    assert places.candidates("socket://127.0.0.1:1") == ["socket://127.0.0.1:1"]


def test_a_stick_that_shows_itself_as_a_disk_is_named(tmp_path: Path) -> None:
    device = tmp_path / "bus/usb/devices/1-2"
    interface = device / "1-2:1.0"
    interface.mkdir(parents=True)
    (device / "idVendor").write_text("12d1\n")
    (device / "idProduct").write_text("1f01\n")
    (interface / "bInterfaceClass").write_text("08\n")
    assert "12d1:1f01" in places.missing_words("/dev/x", tmp_path)
    assert "usb-modeswitch" in places.missing_words("/dev/x", tmp_path)
    (interface / "bInterfaceClass").write_text("ff\n")
    assert "plugged in" in places.missing_words("/dev/x", tmp_path)


def test_the_usb_device_of_a_port_is_found_and_what_a_reset_lacks_is_said(tmp_path: Path) -> None:
    device = tmp_path / "devices/usb1/1-2"
    tty = device / "1-2:1.0/ttyUSB7"
    tty.mkdir(parents=True)
    (device / "idVendor").write_text("12d1")
    (device / "busnum").write_text("1")
    (device / "devnum").write_text("9")
    link = tmp_path / "class/tty/ttyUSB7"
    link.mkdir(parents=True)
    (link / "device").symlink_to(tty)
    assert places.usb_of("/dev/ttyUSB7", tmp_path) == device
    assert places.usb_of("/dev/ttyUSB8", tmp_path) is None
    assert "no USB device" in rescue.reset_usb("/dev/ttyUSB8", tmp_path, tmp_path)
    assert "cannot be reset" in rescue.reset_usb("/dev/ttyUSB7", tmp_path, tmp_path)


def test_who_has_a_port_is_named(tmp_path: Path) -> None:
    port = tmp_path / "port"
    port.touch()
    process = tmp_path / "proc/4711"
    (process / "fd").mkdir(parents=True)
    (process / "comm").write_text("ModemManager\n")
    (process / "fd/5").symlink_to(os.path.realpath(port))
    (tmp_path / "proc/4712").mkdir()
    assert holders.holders_of(str(port), tmp_path / "proc") == ["ModemManager"]
    assert "leave this device alone" in holders.words(str(port), tmp_path / "proc")
    assert holders.words("/dev/none", tmp_path / "proc") == "another program"


def test_the_power_command_says_how_it_ended(tmp_path: Path) -> None:
    assert rescue.cycle_power(("true",)) == ""
    assert "status 1" in rescue.cycle_power(("false",))
    assert "FileNotFoundError" in rescue.cycle_power((str(tmp_path / "none"),))


# --- settings ----------------------------------------------------------------------------------------


def test_the_best_form_that_the_modem_takes_is_used() -> None:
    modem = Scripted(
        **{
            "AT+CMGF=0": OK,
            "AT+CNMI=2,1,0,2,0": OK,
            "AT+CPMS=?": says('+CPMS: ("SM","SR"),("SM"),("SM")'),
            'AT+CPMS="SM","SM","SM"': says("+CPMS: 0,20,0,20,0,20"),
        }
    )
    memories = setup.apply(modem, "auto")
    assert memories == setup.Memories("SM", ("SM", "SR"))
    assert memories.reports
    assert modem.count("AT+CNMI=2,1,0,2,0") == 1
    assert modem.count("AT+CNMI=2,1,0,2") == 1  # none after the one that was taken


def test_a_modem_without_pdu_mode_is_not_ready() -> None:
    with pytest.raises(Retry):
        setup.apply(Scripted(), "auto")


@pytest.mark.parametrize(
    ("mode", "notices", "lost"),
    [("0", "2,1,0,1,0", False), ("1", "2,1,0,1,0", True), ("0", "0,0,0,0,0", True)],
)
def test_lost_settings_are_noticed(mode: str, notices: str, lost: bool) -> None:
    modem = Scripted(**{"AT+CMGF?": says(f"+CMGF: {mode}"), "AT+CNMI?": says(f"+CNMI: {notices}")})
    assert setup.is_lost(modem) is lost


def test_a_port_whose_name_changes_is_refused_in_both_languages() -> None:
    for name in ("/dev/ttyUSB0", "/dev/ttyACM1"):
        with pytest.raises(ValueError, match="heißt nach") as raised:
            AtModemConfig(port=name)
        assert len(raised.value.args) == 2


# --- what is heard -----------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ['+CMTI: "SM",3', "+CMTI: ,-1", '+CDSI: "SM",0'])
def test_whatever_is_announced_somebody_looks(said: str) -> None:
    heard = Heard()
    heard.take(said)
    assert heard.new
    assert heard.anything


def test_a_full_store_and_a_restart_are_noticed() -> None:
    heard = Heard()
    heard.take('^SMMEMFULL: "SM"')
    assert heard.store_full
    heard.take("RDY")
    assert heard.settings_lost


def test_what_came_directly_is_kept_until_it_is_discarded() -> None:
    heard = Heard()
    heard.take("+CMT: ,7\n0004AB")
    (name,) = heard.direct
    assert heard.anything
    heard.forget((name,))
    assert not heard.direct


def test_a_happening_is_told_once() -> None:
    heard = Heard()
    heard.happened("port_gone", "pulled out")
    assert len(heard.take_happenings()) == 1
    assert not heard.take_happenings()
