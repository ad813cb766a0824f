"""The AT plugin rings a telephone, against the lab's modem and all that can be at the far end."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from notanker.plugin import Call, Collected, Message, Permanent, Receipt, Retry, Rung
from notanker.shell.plugin_faults import PluginDown
from notanker_lab.at_modem import AtModem
from tests.contract.support.runner import Instance, Runner, eventually

NUMBER = "+491713920017"
RING_S = 0.6
AT_ONCE_S = 2.0
"""The plugin takes what ends sooner for a call that has not rung."""


@pytest.fixture
def modem() -> Iterator[AtModem]:
    with AtModem() as started:
        yield started


def start(runner: Runner, modem: AtModem, ring_s: float = RING_S) -> Instance:
    return runner.start("at_modem", {"port": str(modem.port), "ring_s": ring_s}, path=())


def ring(lte: Instance, number: str = NUMBER) -> Rung:
    return lte.call("ring", Call(mark="17-1", number=number), answer=Rung)


@pytest.mark.parametrize(
    ("far_end", "how", "reason", "ended"),
    [
        ("rings", "rang", "", "host"),
        ("answers", "answered", "", "host"),
        ("declines", "rang", "NO CARRIER", "far end"),
        ("no_answer", "rang", "NO ANSWER", "far end"),
        ("busy", "busy", "BUSY", "far end"),
        ("no_carrier", "failed", "NO CARRIER", "far end"),
    ],
)
@pytest.mark.parametrize("vendor", ["generic", "huawei"])
def test_a_call_ends_as_the_far_end_has_it_and_is_told_so(
    runner: Runner, far_end: str, how: str, reason: str, ended: str, vendor: str
) -> None:
    with AtModem(vendor) as modem:
        modem.set(far_end=far_end, answer_s=0.2)
        rung = ring(start(runner, modem))
        (made,) = modem.calls
    assert (rung.how, rung.reason) == (how, reason)
    assert (made.number, made.ended) == (NUMBER, ended)
    assert (rung.rang_s > 0) == (made.rang_s > 0)


def test_it_rings_for_as_long_as_it_is_told_to(runner: Runner, modem: AtModem) -> None:
    assert ring(start(runner, modem)).rang_s >= RING_S
    assert modem.calls[0].rang_s >= RING_S


def test_where_nobody_tells_it_is_not_claimed_that_it_rang(runner: Runner, modem: AtModem) -> None:
    modem.set(far_end="declines", lists=False, alert_s=AT_ONCE_S)
    assert ring(start(runner, modem)) == Rung(how="unknown", reason="NO CARRIER")


def test_a_modem_without_calls_is_permanent(runner: Runner, modem: AtModem) -> None:
    modem.set(far_end="unsupported")
    with pytest.raises(Permanent, match="places no calls"):
        ring(start(runner, modem))


def test_a_network_that_takes_no_calls_has_not_rung(runner: Runner, modem: AtModem) -> None:
    modem.set(far_end="refused")
    assert ring(start(runner, modem)) == Rung(how="failed", reason="NO CARRIER")
    assert modem.calls == []


@pytest.mark.parametrize("number", ["110", "112", "Leitstelle", "", "12 34", "+49 171;+CFUN=0"])
def test_what_is_no_persons_number_is_not_dialled(
    runner: Runner, modem: AtModem, number: str
) -> None:
    with pytest.raises(Permanent, match="telephone number"):
        ring(start(runner, modem), number)
    assert modem.calls == []


@pytest.mark.parametrize("state", ["searching", "sms_only"])
def test_without_a_network_for_calls_nothing_is_dialled(
    runner: Runner, modem: AtModem, state: str
) -> None:
    modem.register(state)
    with pytest.raises(Retry):
        ring(start(runner, modem))
    assert modem.calls == []


@pytest.mark.parametrize("name", ["rssi_flood", "boot_flood", "garbage", "bytewise"])
def test_bad_manners_of_the_line_change_nothing(runner: Runner, modem: AtModem, name: str) -> None:
    lte = start(runner, modem)
    lte.call("collect", answer=Collected)
    modem.fault(name)
    assert ring(lte).how == "rang"


def test_an_sms_that_comes_while_it_rings_is_handed_over(runner: Runner, modem: AtModem) -> None:
    lte = start(runner, modem, 1.0)
    lte.call("collect", answer=Collected)
    with ThreadPoolExecutor(1) as pool:
        rung = pool.submit(ring, lte)
        eventually(lambda: modem.calls, "it is dialled")
        modem.receive("+491713920018", "OK 17")
    assert rung.result().how == "rang"
    eventually(lambda: len(lte.call("collect", answer=Collected).inbound) == 1, "the SMS")


def test_a_call_whose_end_was_not_heard_is_ended_by_ath(runner: Runner, modem: AtModem) -> None:
    modem.set(hangs_up=("H",))
    assert ring(start(runner, modem)).how == "rang"
    assert modem.calls[0].ended == "host"


def test_a_modem_that_restarts_while_it_rings_costs_no_second_call(
    runner: Runner, modem: AtModem
) -> None:
    lte = start(runner, modem, 5.0)
    lte.call("collect", answer=Collected)
    modem.set(boot_s=0.1)
    with ThreadPoolExecutor(1) as pool:
        rung = pool.submit(ring, lte)
        eventually(lambda: any(made.told for made in modem.calls), "it rings")
        modem.reboot()
    assert (rung.result().how, rung.result().reason) == ("rang", "the modem has restarted")
    assert [made.ended for made in modem.calls] == ["restart"]


def test_a_call_that_outlived_its_plugin_is_ended_by_the_next_one(
    runner: Runner, modem: AtModem
) -> None:
    lte = start(runner, modem, 30.0)
    lte.call("collect", answer=Collected)
    pid = lte.pid()
    runner.spawn(lte.process.call("ring", Call(mark="17-1", number=NUMBER), answer=Rung))
    eventually(lambda: [made.state for made in modem.calls] == [3], "it rings")
    os.kill(pid, signal.SIGKILL)
    happened: list[str] = []

    def ended() -> bool:
        try:
            found = lte.call("collect", answer=Collected)
        except (Retry, PluginDown):
            return False
        happened.extend(one.what for one in found.happenings)
        return modem.calls[0].ended == "host"

    eventually(ended, "the call is ended")
    assert "call_ended" in happened


def test_after_a_call_an_sms_leaves(runner: Runner, modem: AtModem) -> None:
    lte = start(runner, modem)
    assert ring(lte).how == "rang"
    sms = Message(id="m", mark="17-2", recipient=NUMBER, text="Störung 17-2")
    lte.call("send", sms, answer=Receipt)
    assert modem.texts() == ["Störung 17-2"]
