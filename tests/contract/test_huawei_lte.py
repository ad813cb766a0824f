"""The Huawei plugin in its child, against the lab's modem and its faults: nothing lost, nothing doubled."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from notanker.plugin import ModemInfo, Retry, UplinkState
from notanker.shell.plugin_faults import PluginDown
from notanker_lab.hilinkctl import SWITCHES
from tests.contract.support.hilink import (
    KINDS,
    LASTING,
    await_on_air,
    copies,
    start,
)
from tests.contract.support.outbox import deliver
from tests.contract.support.runner import Instance, Runner, eventually, message
from tests.contract.support.stick import Modem

FAULTS = sorted(set(SWITCHES) - {"none"})


@pytest.fixture(params=KINDS, ids="-".join)
def modem(request: pytest.FixtureRequest) -> Iterator[Modem]:
    with Modem(*request.param) as started:
        yield started


def delay_s(name: str) -> float:
    """Give how slow the modem is: slower than the plugin waits only where an answer is to be missed."""
    return 0.6 if name == "late_answer_sent" else 0.1


def test_every_fault_once_loses_nothing_and_doubles_nothing(runner: Runner, modem: Modem) -> None:
    lte = start(runner, modem)
    number = 0
    for name in ("none", *FAULTS):
        for how in ("reset", "hang") if name.startswith("lost_answer") else ("reset",):
            number += 1
            text = f"Störung 17-{number}: {name}/{how}, Kern-Switch antwortet nicht."
            times = 0 if name in LASTING else 1
            modem.fault(name, times=times, how=how, delay_s=delay_s(name))
            outcome = deliver(
                lte, message(text, f"17-{number}"), after_try=lambda _: modem.fault("none")
            )
            modem.fault("none")
            assert outcome == "sent", (name, how)
            await_on_air(modem, text)
            assert copies(modem, text) == 1, (name, how)
    assert len(modem.on_air) == number
    assert lte.process.status.failures == 0, lte.seen


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_that_stays_is_survived_and_told_apart(runner: Runner, name: str) -> None:
    with Modem("rotate", "sha256") as modem:
        lte = start(runner, modem, sent_within_s=0.8)
        modem.fault(name, delay_s=delay_s(name))
        text = f"Störung 17-1: {name}"
        outcome = deliver(
            lte,
            message(text),
            after_try=lambda tries: modem.fault("none") if tries == 3 else None,
        )
        assert outcome == "sent"
        await_on_air(modem, text)
        assert copies(modem, text) == 1
        assert lte.process.status.failures == 0, lte.seen


def test_a_crash_at_any_moment_of_a_send_loses_and_doubles_nothing(runner: Runner) -> None:
    with Modem("page", "sha256") as modem:
        modem.stick.boxes.radio_s = 0.1
        lte = start(runner, modem)
        for number in range(1, 13):
            eventually(lambda: _answers(lte), "the child is back")
            kill = threading.Timer(number * 0.02, _kill, (lte,))
            kill.start()
            text = f"Störung 17-{number} nach Absturz"
            outcome = deliver(lte, message(text, f"17-{number}"), after_try=lambda _: None)
            kill.join()
            assert outcome == "sent"
            await_on_air(modem, text)
        time.sleep(0.3)  # a second copy would leave within this
        assert len(modem.on_air) == 12
        assert len(set(modem.on_air)) == 12


def test_a_modem_that_restarts_while_it_sends_loses_nothing(runner: Runner) -> None:
    with Modem("rotate", "sha256") as modem:
        modem.stick.boxes.radio_s = 0.5
        lte = start(runner, modem, sent_within_s=1.0)
        lte.call("state", answer=UplinkState)
        threading.Timer(0.3, modem.reboot).start()
        assert deliver(lte, message(), after_try=lambda _: None) == "sent"
        assert len(modem.on_air) == 1


def test_a_modem_that_comes_back_at_another_address_is_found(runner: Runner, modem: Modem) -> None:
    lte = start(runner, modem)
    lte.send("Probe 17-1", "17-1")
    modem.fault("address_changed")
    assert deliver(lte, message("Probe 17-2", "17-2"), after_try=lambda _: None) == "sent"
    assert lte.call("info", answer=ModemInfo).port == modem.second_url
    modem.fault("none")
    assert lte.call("info", answer=ModemInfo).port == modem.second_url
    assert [text for _, text in modem.on_air] == ["Probe 17-1", "Probe 17-2"]


def test_an_answer_that_comes_too_late_is_not_taken_for_the_next_one(runner: Runner) -> None:
    with Modem("page", "sha256") as modem:
        lte = start(runner, modem)
        modem.fault("late_answer_sent", times=1, delay_s=0.6)
        assert deliver(lte, message("Probe 17-1", "17-1"), after_try=lambda _: None) == "sent"
        lte.send("Probe 17-2", "17-2")
        assert [text for _, text in modem.on_air] == ["Probe 17-1", "Probe 17-2"]


def test_a_session_that_ends_between_hand_over_and_proof_doubles_nothing(
    runner: Runner, modem: Modem
) -> None:
    lte = start(runner, modem)
    modem.stick.boxes.radio_s = 0.2
    for name, path in (("session_lost", "send-status"), ("taken_108003", "sms-list")):
        modem.fault(name, times=1, path=path)
        assert deliver(lte, message(f"Probe {name}", name), after_try=lambda _: None) == "sent"
    assert [text for _, text in modem.on_air] == ["Probe session_lost", "Probe taken_108003"]


def test_a_modem_that_is_unplugged_and_comes_back_gets_the_message(runner: Runner) -> None:
    with Modem() as modem:
        lte = start(runner, modem)
        lte.call("state", answer=UplinkState)
        modem.go()
        with pytest.raises(Retry):
            lte.send()
        modem.come()
        assert deliver(lte, message(), after_try=lambda _: None) == "sent"
        assert len(modem.on_air) == 1


@pytest.mark.parametrize(
    ("kind", "fault", "left"),
    [("says_no", "lost_answer_sent", 2), ("says_yes", "lost_answer_unsent", 0)],
)
def test_this_suite_sees_what_is_lost_and_what_is_doubled(
    runner: Runner, kind: str, fault: str, left: int
) -> None:
    with Modem() as modem:
        liar = runner.start(kind, {"url": modem.url, "settle_s": 0.0})
        modem.fault(fault, times=1)
        assert deliver(liar, message("Probe 17-1"), after_try=lambda _: None) == "sent"
        time.sleep(0.3)
        assert copies(modem, "Probe 17-1") == left


def _answers(instance: Instance) -> bool:
    try:
        return instance.call("state", answer=UplinkState).connected is True
    except PluginDown:
        return False


def _kill(instance: Instance) -> None:
    if instance.process.pid is not None:
        os.kill(instance.process.pid, signal.SIGKILL)
