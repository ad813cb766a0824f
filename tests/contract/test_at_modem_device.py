"""The AT plugin and its port: unplugged, restarted, deaf, shared, behind a network."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

import pytest

from notanker.plugin import Collected, Receipt, Retry, Signal, UplinkState
from notanker_lab.at_modem import AtModem
from tests.contract.support.at_modem import (
    REPORT_S,
    SENDER,
    collected,
    delivered,
    message,
    start,
    taken,
)
from tests.contract.support.runner import Instance, Runner, eventually


def test_a_modem_that_comes_back_under_another_name_sends_within_ten_seconds(
    runner: Runner,
) -> None:
    with AtModem() as modem:
        lte = start(runner, modem)
        lte.call("send", message("17-1"), answer=Receipt)
        before = len(runner.logged)
        modem.unplug()
        away_s = time.monotonic()
        while time.monotonic() - away_s < 3.0:
            with pytest.raises(Retry):
                lte.call("send", message("17-2"), answer=Receipt)
            time.sleep(0.05)
        assert len(runner.logged) == before, runner.logged[before:]
        modem.replug("ttyUSB7", ports=["ttyUSB8"])
        back_s = time.monotonic()
        assert delivered(lte, message("17-2")) == "sent"
        assert time.monotonic() - back_s < 10.0
        assert "; back at" in runner.output()


@pytest.mark.parametrize("silent", [False, True])
def test_a_modem_that_has_restarted_is_set_up_anew_and_receives(
    runner: Runner, silent: bool
) -> None:
    with AtModem() as modem:
        lte = start(runner, modem)
        collected(lte)
        modem.reboot(0.5, silent=silent)
        start_s = time.monotonic()

        def is_set_up() -> bool:
            collected(lte)
            state = modem.state()
            return bool(state["up"]) and state["cnmi"][1] == 1 and not state["echo"]

        eventually(is_set_up, "settings", within_s=15.0)
        modem.receive(SENDER, "OK 17")
        texts: dict[str, int] = {}
        eventually(lambda: taken(lte, texts) or texts, "the SMS", within_s=15.0)
        assert time.monotonic() - start_s < 15.0
        assert texts == {"OK 17": 1}


def test_a_restart_that_nobody_heard_of_sends_no_pdu_as_a_text(runner: Runner) -> None:
    with AtModem() as modem:
        modem.set(report_s=REPORT_S)
        lte = start(runner, modem)
        lte.call("send", message("17-1"), answer=Receipt)
        modem.reboot(0.0, silent=True)
        eventually(lambda: modem.state()["registered"] == "home", "the modem is up")
        with pytest.raises(Retry, match="restarted"):
            lte.call("send", message("17-2"), answer=Receipt)
        assert delivered(lte, message("17-2")) == "sent"
        assert modem.texts() == ["Störung 17-1", "Störung 17-2"]
        assert not modem.state()["spoilt"]


def test_three_commands_without_an_answer_cost_less_than_twenty_seconds(runner: Runner) -> None:
    with AtModem() as modem:
        lte = start(runner, modem)
        collected(lte)
        modem.fault("deaf", times=3)
        start_s = time.monotonic()
        assert delivered(lte, message("17-1")) == "sent"
        assert time.monotonic() - start_s < 20.0
        assert len(modem.sent) == 1


def test_a_deaf_modem_is_brought_back_by_what_cures_it(runner: Runner, tmp_path: Path) -> None:
    with AtModem() as modem:
        script = tmp_path / "power"
        done = tmp_path / "done"
        script.write_text(f"#!/bin/sh\ntouch {done}\n")
        script.chmod(0o755)
        lte = start(runner, modem, power_command=[str(script)])
        collected(lte)
        modem.fault("deaf", cure="power")
        whats: list[str] = []

        def rescued() -> bool:
            for method, answer in (("state", UplinkState), ("collect", Collected)):
                try:
                    found = lte.call(method, answer=answer)
                    whats.extend(one.what for one in getattr(found, "happenings", ()))
                except Retry:
                    time.sleep(0.2)
            return "rescue_restart" in whats

        eventually(rescued, "the ladder", within_s=60.0)
        assert "rescue_reopen" in whats
        modem.power(on=False)
        modem.power(on=True)
        assert delivered(lte, message("17-1")) == "sent"


def test_a_port_that_another_program_has_is_named(runner: Runner) -> None:
    with AtModem() as modem:
        fd = os.open(modem.port, os.O_RDWR | os.O_NOCTTY)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            lte = start(runner, modem)
            with pytest.raises(Retry, match="held by"):
                lte.call("signal", answer=Signal)
        finally:
            os.close(fd)
        eventually(lambda: _signal(lte) is not None, "the port is free again")


def test_somebody_elses_answers_are_noticed(runner: Runner) -> None:
    with AtModem() as modem:
        lte = start(runner, modem)
        collected(lte)
        modem.say("+QGMR: somebody", "OK")
        time.sleep(0.2)
        eventually(
            lambda: "port_shared" in [one.what for one in collected(lte).happenings], "the word"
        )


@pytest.mark.parametrize("typed", ["", "0011000C91", "0011000C919471319302107F0000A704D7F7BB0C"])
def test_a_prompt_that_a_killed_child_left_open_is_left_and_takes_nothing(
    runner: Runner, typed: str
) -> None:
    with AtModem() as modem:
        modem.set(report_s=REPORT_S)
        fd = os.open(modem.port, os.O_RDWR | os.O_NOCTTY)
        os.write(fd, b"ATE0\rAT+CMGS=30\r" + typed.encode())
        eventually(lambda: os.read(fd, 100).endswith(b"> "), "the prompt")
        os.close(fd)
        lte = start(runner, modem)
        assert lte.call("send", message("17-1"), answer=Receipt).proof == "+CMGS"
        assert modem.texts() == ["Störung 17-1"]
        assert not modem.state()["spoilt"]


def test_another_modem_than_the_configured_one_is_left_alone(runner: Runner) -> None:
    with AtModem() as modem:
        lte = start(runner, modem, imei="490154203237518")
        with pytest.raises(Retry, match="another modem"):
            lte.call("signal", answer=Signal)


@pytest.mark.parametrize("kind", ["tcp", "rfc2217"])
def test_a_modem_behind_the_network_sends_and_receives(runner: Runner, kind: str) -> None:
    with AtModem(**{kind: ("127.0.0.1", 0)}) as modem:  # type: ignore[arg-type]  # one of the two
        (url,) = modem.urls
        lte = start(runner, modem, port=url)
        assert delivered(lte, message("17-1")) == "sent"
        modem.receive(SENDER, "OK 17")
        texts: dict[str, int] = {}
        eventually(lambda: taken(lte, texts) or texts, "the SMS", within_s=60.0)
        assert texts == {"OK 17": 1}


def _signal(lte: Instance) -> Signal | None:
    try:
        return lte.call("signal", answer=Signal)
    except Retry:
        return None
