"""The centre sends its alarms by a modem of its own: a real `notanker central`, a stick, a serial port."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from notanker.core.names import Outcome
from notanker_lab import hilink_stick
from notanker_lab.at_modem import AtModem
from tests.contract.support.alarming_centre import ANNA, AlarmingCentre, alarming, within
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


def marked(texts: list[str], mark: str) -> list[str]:
    return [text for text in texts if text.endswith(mark)]


def on_air(stick: Modem, mark: str = ALARM) -> list[tuple[str, str]]:
    return [(number, text) for number, text in stick.on_air if text.endswith(mark)]


def outcome(centre: AlarmingCentre) -> Outcome:
    return centre.messages()["1-1"].outcome


def children(centre: AlarmingCentre) -> list[int]:
    """Return the processes of the centre's plugins."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            name, rest = path.read_text().rsplit(")", 1)
            if int(rest.split()[1]) == centre.process.pid:
                found.append(int(name.split()[0]))
    return found


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
        within(SOON_S, lambda: children(centre), centre)
        (child,) = children(centre)
        os.kill(child, signal.SIGKILL)
        within(SOON_S, lambda: marked(serial.texts(), ALARM), centre)
        assert not is_alive(child)
        assert "plugin_ended" in centre.log


def test_what_a_kill_broke_off_is_looked_up_in_the_stick(tmp_path: Path, stick: Modem) -> None:
    stick.fault("lost_answer_sent", times=1, how="hang")
    with alarming(tmp_path, hilink(stick)) as centre:
        within(SOON_S, lambda: on_air(stick), centre)
        centre.end(signal.SIGKILL)
        within(SOON_S, lambda: not children(centre), centre)
        assert outcome(centre) is Outcome.HANDED_OVER
        centre.start()
        within(SOON_S * 2, lambda: outcome(centre) is Outcome.SENT, centre)
        assert len(on_air(stick)) == 1
        assert on_air(stick, "1-1r") == []
