"""The ModemManager plugin when the modem, ModemManager, the bus or polkit fails it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from notanker.plugin import Permanent, Retry, Sim, Unknown
from notanker_lab.mm_modem import MmModem
from notanker_lab.modemmanager import SERVICE, ModemManager
from tests.contract.support.managed import collect, happened, start, state
from tests.contract.support.runner import Instance, Runner, eventually


def test_a_modem_that_comes_back_under_another_name_is_found(
    runner: Runner, allowed: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = allowed
    lte = start(runner, manager)
    lte.send("Störung 17-1: weg.")
    before = manager.modems()
    with manager.without():
        happened(lte, "modem_gone")
        with pytest.raises(Retry, match="no modem"):
            lte.send("Störung 17-2: weg.", "17-2")
    assert manager.modems() != before
    happened(lte, "modem_back")
    lte.send("Störung 17-2: weg.", "17-2")
    assert len(modem.sent) == 2


def test_a_pulled_cable_that_modemmanager_has_not_heard_of_leaves_no_doubt(
    runner: Runner, allowed: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = allowed
    lte = start(runner, manager)
    collect(lte)
    modem.unplug()
    with pytest.raises(Retry, match="port is closed"):
        lte.send("Störung 17-1: weg.")
    assert modem.sent == []


def test_modemmanager_may_go_and_come_back(
    runner: Runner, allowed: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = allowed
    lte = start(runner, manager)
    lte.send("Störung 17-1: weg.")
    manager.stop()
    happened(lte, "modemmanager_gone")
    with pytest.raises(Retry, match="ModemManager does not run"):
        lte.send("Störung 17-2: weg.", "17-2")
    manager.start()
    manager.add_modem(*modem.ports)
    happened(lte, "modemmanager_back")
    lte.send("Störung 17-2: weg.", "17-2")
    assert lte.process.status.failures == 0, lte.seen


def test_a_hung_modemmanager_costs_a_bounded_time_and_no_child(
    runner: Runner, allowed: tuple[ModemManager, MmModem]
) -> None:
    manager, _ = allowed
    lte = start(runner, manager, answer_within_s=0.3)
    pid = lte.pid()
    with manager.hung():
        for ask in _questions(lte):
            with pytest.raises(Retry, match="does not answer"):
                ask()
    eventually(lambda: answers(lte), "it answers again")
    assert lte.pid() == pid
    assert lte.process.status.failures == 0, lte.seen


def answers(lte: Instance) -> bool:
    """Say whether the SIM's state is told: what piled up meanwhile may come first."""
    with contextlib.suppress(Retry):
        return state(lte).sim is Sim.READY
    return False


def _questions(lte: Instance) -> list[Callable[[], Any]]:
    return [lambda: state(lte), lambda: collect(lte), lambda: lte.send("Störung 17-1: weg.")]


def test_a_hung_modemmanager_that_was_given_an_sms_leaves_a_doubt(
    runner: Runner, allowed: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = allowed
    lte = start(runner, manager, sent_within_s=1.0)
    modem.manners.on_send = ["swallowed"]
    with pytest.raises(Unknown, match="does not answer"):
        lte.send("Störung 17-1: weg.")


def test_without_a_bus_it_waits_for_one(runner: Runner, tmp_path: Path) -> None:
    lte = runner.start("modemmanager", {"bus": f"unix:path={tmp_path}/none"}, path=())
    for _ in range(2):
        with pytest.raises(Retry, match="no D-Bus"):
            state(lte)
    assert lte.process.status.failures == 0


def test_a_refusal_of_polkit_says_what_to_do(
    runner: Runner, allowed: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = allowed
    lte = start(runner, manager)
    collect(lte)
    manager.refuse(f"{SERVICE}.Messaging")
    with pytest.raises(Permanent, match=r"polkit.*README"):
        lte.send("Störung 17-1: weg.")
    manager.refuse()
    lte.send("Störung 17-1: weg.")
    assert len(modem.sent) == 1


def test_of_several_modems_the_options_must_name_one(
    runner: Runner, allowed: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = allowed
    folder = modem.ports[0].parent / "two"
    folder.mkdir()
    with MmModem(folder, imei="350000000000002") as other:
        manager.add_modem(*other.ports, name="other")
        with pytest.raises(Permanent, match="several modems"):
            start(runner, manager).send("Störung 17-1: weg.")
        start(runner, manager, imei="350000000000002").send("Störung 17-2: weg.", "17-2")
        start(runner, manager, device="/virtual/lab").send("Störung 17-3: weg.", "17-3")
        assert (len(modem.sent), len(other.sent)) == (1, 1)
        with pytest.raises(Retry, match="no modem that is meant"):
            start(runner, manager, imei="350000000000003").send("Störung 17-4: weg.", "17-4")
