"""The centre sends its alarms by a modem of its own: a real `notanker central`, a stick, a serial port."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from notanker.beat.keys import key_of
from notanker.beat.texting import text_of
from notanker.core.delivery import Delivery
from notanker.core.names import Outcome
from notanker.plugin.sms.decoding import decode
from notanker.plugin.sms.model import Submit
from notanker.shell.plugin_limits import Limits
from notanker.shell.sealing import SiteSeal
from notanker_central import load, operating
from notanker_central.alarm.channels import Letter, NotTriedError, RetryError, UnknownError
from notanker_central.alarm.modem import Modem as CentreModem
from notanker_lab import hilink_stick
from notanker_lab.at_modem import AtModem
from notanker_lab.mm_modem import MmModem
from notanker_lab.modemmanager import ModemManager
from tests.contract.support.alarming_centre import ANNA, AlarmingCentre, alarming, beat, within
from tests.contract.support.runner import is_alive
from tests.contract.support.stick import PASSWORD, Modem

SOON_S = 30.0
ALARM = "Nr 1-1"
BOTH = (f"sms:{ANNA}", "mail:anna@firma.example")


@pytest.fixture
def stick() -> Iterator[Modem]:
    with Modem("rotate", "sha256") as modem:
        yield modem


@pytest.fixture
def serial() -> Iterator[AtModem]:
    with AtModem() as modem:
        modem.set(report_s=0.3)
        yield modem


def hilink(stick: Modem) -> str:
    return (
        f'modem = "huawei_lte"\n[alarm.channel.options]\nurl = "{stick.url}"\n'
        f'password = "{stick.secret}"\nconnect_timeout_s = 0.5\nread_timeout_s = 1.0\n'
        "settle_s = 0.2\nsent_within_s = 3.0\nlocked_pause_s = 0.2"
    )


def at(serial: AtModem) -> str:
    return (
        f'modem = "at_modem"\noptions = {{ port = "{serial.port}", answer_s = 1.0,'
        " sent_within_s = 2.0 }"
    )


def managed(manager: ModemManager) -> str:
    return f'modem = "modemmanager"\noptions = {{ bus = "{manager.address}" }}'


def marked(texts: list[str], mark: str) -> list[str]:
    return [text for text in texts if text.endswith(mark)]


def on_air(stick: Modem, mark: str = ALARM) -> list[tuple[str, str]]:
    return [(number, text) for number, text in stick.on_air if text.endswith(mark)]


def outcome(centre: AlarmingCentre) -> Outcome:
    return centre.messages()["1-1"].outcome


def children(parent: int) -> list[int]:
    """Return the plugins' processes."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            name, rest = path.read_text().rsplit(")", 1)
            if int(rest.split()[1]) == parent and is_plugin(path):
                found.append(int(name.split()[0]))
    return found


def is_plugin(stat: Path) -> bool:
    return b"notanker.plugin.child" in stat.with_name("cmdline").read_bytes()


def command_lines() -> str:
    """Return what everybody can read of all processes."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found.append(path.read_bytes().decode("utf-8", "replace"))
    return "\n".join(found)


def test_a_stick_sends_the_alarm_and_takes_the_answer(tmp_path: Path, stick: Modem) -> None:
    with alarming(tmp_path, hilink(stick)) as centre:
        within(SOON_S, lambda: on_air(stick), centre)
        ((number, text),) = on_air(stick)
        assert (number, "STÖRUNG" in text) == (ANNA, True)
        within(SOON_S, lambda: outcome(centre) is Outcome.SENT, centre)
        hilink_stick.receive(stick.stick, {"number": "01713920011", "text": "ok 1"})
        within(SOON_S, lambda: centre.holder() == "anna", centre)
        within(SOON_S, lambda: not stick.stick.boxes.as_dicts("inbox"), centre)
        assert PASSWORD not in centre.log
        assert PASSWORD not in command_lines()
        assert centre.end() == 0
    assert stick.count("POST /api/user/logout") > 0


def test_a_serial_port_sends_the_alarm_and_takes_the_answer(
    tmp_path: Path, serial: AtModem
) -> None:
    with alarming(tmp_path, at(serial)) as centre:
        within(SOON_S, lambda: marked(serial.texts(), ALARM), centre)
        within(SOON_S, lambda: outcome(centre) is Outcome.SENT, centre)
        assert len(centre.messages()["1-1"].references) == 1
        serial.receive(ANNA, "OK 1")
        within(SOON_S, lambda: centre.holder() == "anna", centre)


def test_a_stick_that_is_not_there_gives_way_to_the_mail(tmp_path: Path, stick: Modem) -> None:
    stick.go()
    with alarming(tmp_path, hilink(stick), ways=BOTH) as centre:
        within(SOON_S, lambda: marked(centre.mails, ALARM), centre)
        assert "channel_failing" in centre.log


def test_a_stick_that_hangs_gives_way_to_the_mail_and_sends_nothing_later(
    tmp_path: Path, stick: Modem
) -> None:
    stick.fault("hang")
    with alarming(tmp_path, hilink(stick), ways=BOTH) as centre:
        within(SOON_S * 2, lambda: marked(centre.mails, ALARM), centre)
        stick.fault("none")
        within(SOON_S, lambda: outcome(centre) is Outcome.SENT, centre)
        assert on_air(stick) == []


def test_a_stick_that_comes_late_sends_what_waited_once(tmp_path: Path, stick: Modem) -> None:
    stick.go()
    with alarming(tmp_path, hilink(stick)) as centre:
        within(SOON_S, lambda: "channel_failing" in centre.log, centre)
        stick.come()
        within(SOON_S * 2, lambda: outcome(centre) is Outcome.SENT, centre)
        assert len(on_air(stick)) == 1


def test_a_port_that_is_not_there_is_waited_for(tmp_path: Path, serial: AtModem) -> None:
    serial.unplug()
    with alarming(tmp_path, at(serial)) as centre:
        within(SOON_S, lambda: "channel_failing" in centre.log, centre)
        assert outcome(centre) is Outcome.QUEUED
        serial.replug()
        within(SOON_S * 2, lambda: marked(serial.texts(), ALARM), centre)
        assert len(serial.sent) == 1


def test_what_the_network_refuses_for_good_goes_by_mail_at_once(
    tmp_path: Path, serial: AtModem
) -> None:
    serial.fault("cms", code=1)  # unassigned number (3GPP TS 24.011, E.2)
    with alarming(tmp_path, at(serial), ways=BOTH) as centre:
        within(SOON_S, lambda: marked(centre.mails, ALARM), centre)
        assert centre.messages()["1-1"].refusing == ("sms",)
        assert serial.sent == []


def test_an_answer_that_a_stick_swallows_is_looked_up_and_nothing_goes_twice(
    tmp_path: Path, stick: Modem
) -> None:
    stick.fault("lost_answer_sent", times=1, how="hang")
    with alarming(tmp_path, hilink(stick), ways=BOTH) as centre:
        within(SOON_S, lambda: on_air(stick), centre)
        within(SOON_S, lambda: outcome(centre) is Outcome.SENT, centre)
        assert len(on_air(stick)) == 1
        assert (on_air(stick, "1-1r"), centre.mails) == ([], [])


def test_an_sms_whose_answer_hangs_is_settled_by_its_report(
    tmp_path: Path, serial: AtModem
) -> None:
    serial.fault("hang_sent", times=1)
    with alarming(tmp_path, at(serial)) as centre:
        within(SOON_S, lambda: serial.sent, centre)
        within(SOON_S * 2, lambda: outcome(centre) is Outcome.SENT, centre)
        assert len(serial.sent) == 1


def test_a_port_that_hangs_holds_up_no_other_channel_and_no_end(
    tmp_path: Path, serial: AtModem
) -> None:
    serial.fault("deaf")
    with alarming(tmp_path, at(serial), bernd=True) as centre:
        within(SOON_S, lambda: centre.mails, centre)
        assert serial.sent == []
        began_s = time.monotonic()
        assert centre.end() == 0
        assert time.monotonic() - began_s < 15.0


def test_a_child_that_dies_is_followed_by_another(tmp_path: Path, serial: AtModem) -> None:
    with alarming(tmp_path, at(serial)) as centre:
        within(SOON_S, lambda: children(centre.process.pid), centre)
        (child,) = children(centre.process.pid)
        os.kill(child, signal.SIGKILL)
        within(SOON_S, lambda: marked(serial.texts(), ALARM), centre)
        assert not is_alive(child)
        assert "plugin_ended" in centre.log


def test_what_a_kill_broke_off_is_looked_up_in_the_stick(tmp_path: Path, stick: Modem) -> None:
    stick.fault("lost_answer_sent", times=1, how="hang")
    with alarming(tmp_path, hilink(stick)) as centre:
        within(SOON_S, lambda: on_air(stick), centre)
        centre.end(signal.SIGKILL)
        within(SOON_S, lambda: not children(centre.process.pid), centre)
        assert outcome(centre) is Outcome.HANDED_OVER
        centre.start()
        within(SOON_S * 2, lambda: outcome(centre) is Outcome.SENT, centre)
        assert len(on_air(stick)) == 1
        assert on_air(stick, "1-1r") == []


def test_modemmanager_sends_the_alarm(
    tmp_path: Path, allowed: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = allowed
    with alarming(tmp_path, managed(manager)) as centre:
        within(SOON_S * 2, lambda: modem.sent, centre)
        submit = decode(modem.sent[0].pdu)
        assert isinstance(submit, Submit)
        assert (submit.recipient.text, submit.text.endswith(ALARM)) == (ANNA, True)
        within(SOON_S, lambda: outcome(centre) is Outcome.SENT, centre)


def test_a_sites_beat_by_sms_is_stored_and_leaves_the_stick(tmp_path: Path, stick: Modem) -> None:
    centre = AlarmingCentre(tmp_path, hilink(stick))
    config, _ = load(centre.toml)
    assert config is not None
    with operating(config) as operator:
        seal = SiteSeal(key_of(operator.make_key("nord")))
    text = f"{text_of(seal.seal(beat(2)))} Nr B-3"
    hilink_stick.receive(stick.stick, {"number": "+491713920018", "text": text})
    centre.start()
    try:
        within(SOON_S, lambda: centre.counter() == 2, centre)
        within(SOON_S, lambda: not stick.stick.boxes.as_dicts("inbox"), centre)
    finally:
        centre.end()


def test_a_wrong_option_is_refused_at_the_start(tmp_path: Path) -> None:
    centre = AlarmingCentre(
        tmp_path, f'modem = "huawei_lte"\noptions = {{ password = "{PASSWORD}" }}'
    )
    centre.start()
    assert centre.process.wait(SOON_S) == 2
    assert "alarm.channel[2].options.password" in centre.log
    assert PASSWORD not in centre.log


def test_a_plugin_that_never_comes_back_is_ended_and_the_next_one_sends(serial: AtModem) -> None:
    """As in a system call that does not return: nothing in the child can help itself."""
    limits = Limits(longest_deadline_s=5.0, term_s=0.3, back_off_s=(0.1,))
    options = {"port": str(serial.port), "answer_s": 1.0, "sent_within_s": 2.0}
    modem, stop = CentreModem("sms", "at_modem", options, limits=limits), threading.Event()
    thread = threading.Thread(target=modem.run, args=(stop,))
    thread.start()
    try:
        patiently(lambda: send(modem, "17-1"))
        (child,) = children(os.getpid())
        os.kill(child, signal.SIGSTOP)
        began_s = time.monotonic()
        with pytest.raises(
            (UnknownError, NotTriedError)
        ):  # it hangs in the send, or in a look before it
            send(modem, "17-2")
        assert time.monotonic() - began_s < 8.0
        patiently(lambda: send(modem, "17-3"))
        assert not is_alive(child)
    finally:
        stop.set()
        thread.join(15.0)
    assert children(os.getpid()) == []
    assert [text[-4:] for text in serial.texts()] == ["17-1", "17-3"]


def send(modem: CentreModem, mark: str) -> None:
    text = f"STÖRUNG: Nord stumm. Nr {mark}"
    to = {"id": "anna", "name": "Anna Beispiel", "address": ANNA}
    letter = Letter("alarm", mark, 17, False, to, "de", text, {"de": text}, {}, {})
    modem.send(letter, Delivery(mark, 17, ANNA, text, 0.0, attempts=1))


def patiently(what: Callable[[], None]) -> None:
    """Do it again while it surely was not done."""
    end_s = time.monotonic() + SOON_S
    while True:
        try:
            return what()
        except RetryError:
            assert time.monotonic() < end_s
            time.sleep(0.2)
