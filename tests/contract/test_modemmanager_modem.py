"""The modem behind ModemManager: its data session, its SIM, what a technician asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from notanker.plugin import ModemInfo, Permanent, Registration, Retry, Signal, Sim, StoredMessage
from notanker_lab.mm_modem import CENTRE, ICCID, IMEI, MmModem
from notanker_lab.modemmanager import SERVICE, ModemManager
from tests.contract.support.managed import SENDER, collect, say, start, state
from tests.contract.support.modems import managed
from tests.contract.support.runner import Runner, eventually


def test_the_data_session_comes_up_is_told_and_goes_down(
    runner: Runner, allowed: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = allowed
    lte = start(runner, manager, apn="internet.example")
    lte.call("bring_up", answer=type(None))
    lte.call("bring_up", answer=type(None))
    assert sum(command.startswith("D*99") for command in modem.heard) == 1
    assert '+CGDCONT=2,"IP","internet.example"' in modem.heard or "D*99***1#" in modem.heard
    told = state(lte)
    assert (told.connected, told.operator, told.network) == (True, "Testnetz", "LTE")
    assert (told.registration, told.sim, told.roaming) == (Registration.HOME, Sim.READY, False)
    assert "IPv4 by PPP" in runner.output()
    lte.send("Störung 17-1: während der Datenverbindung.")
    lte.call("tear_down", answer=type(None))
    lte.call("tear_down", answer=type(None))
    assert state(lte).connected is False


def test_a_data_session_of_networkmanager_is_left_alone(
    runner: Runner, allowed: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = allowed
    lte = start(runner, manager, dials=False, connected_within_s=0.5)
    with pytest.raises(Retry, match="NetworkManager"):
        lte.call("bring_up", answer=type(None))
    manager.call(
        manager.modems()[0], f"{SERVICE}.Modem.Simple", "Connect", "a{sv}", {"apn": ("s", "")}
    )
    lte.call("bring_up", answer=type(None))
    with pytest.raises(Permanent, match="NetworkManager"):
        lte.call("tear_down", answer=type(None))
    assert state(lte).connected is True
    assert sum(command.startswith("D*99") for command in modem.heard) == 1


def test_a_data_session_that_does_not_come_up_is_a_retry(
    runner: Runner, allowed: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = allowed
    modem.manners.dials = False
    with pytest.raises(Retry):
        start(runner, manager).call("bring_up", answer=type(None))


def test_a_technician_sees_what_the_modem_is_and_hears(
    runner: Runner, allowed: tuple[ModemManager, MmModem]
) -> None:
    manager, modem = allowed
    lte = start(runner, manager)
    collect(lte)  # turns the modem on
    info = lte.call("info", answer=ModemInfo)
    assert (info.imei, info.centre, info.pin_tries) == (IMEI, CENTRE, 3)
    assert info.iccid == ICCID

    def level() -> bool:
        return lte.call("signal", answer=Signal).rsrp_dbm == -101.0

    eventually(level, "the level of LTE's reference signals")
    assert lte.call("ussd", "*100#", answer=str) == "Guthaben 5 EUR"
    modem.receive(*say(["OK 17"]))
    (stored,) = lte.call("messages", answer=tuple[StoredMessage, ...])
    assert (stored.box, stored.other, stored.text) == ("in", SENDER, "OK 17")


def test_the_pin_is_given_once_and_opens_the_sim(runner: Runner, tmp_path: Path) -> None:
    with managed(sim="SIM PIN") as (manager, modem):
        lte = start(runner, manager, pin=secret(tmp_path, "1234"))
        assert state(lte).sim is Sim.PIN
        lte.send("Störung 17-1: weg.")
        assert modem.heard.count('+CPIN="1234"') == 1
        assert state(lte).sim is Sim.READY
        assert "1234" not in runner.output()


def test_a_wrong_pin_is_tried_once_and_never_again(runner: Runner, tmp_path: Path) -> None:
    with managed(sim="SIM PIN") as (manager, modem):
        lte = start(runner, manager, pin=secret(tmp_path, "9999"))
        for _ in range(3):
            with pytest.raises(Permanent):
                lte.send("Störung 17-1: weg.")
        assert modem.heard.count('+CPIN="9999"') == 1
        assert modem.manners.tries == 2


def test_the_last_try_of_a_pin_is_left_to_people(runner: Runner, tmp_path: Path) -> None:
    with managed(sim="SIM PIN") as (manager, modem):
        modem.manners.tries = 1
        lte = start(runner, manager, pin=secret(tmp_path, "1234"))

        def told() -> bool:
            return lte.call("info", answer=ModemInfo).pin_tries == 1

        manager.stop()
        manager.start()
        manager.add_modem(*modem.ports)
        eventually(told, "ModemManager has asked for the tries")
        with pytest.raises(Permanent, match="1 left"):
            lte.send("Störung 17-1: weg.")
        assert not [command for command in modem.heard if command.startswith('+CPIN="')]


def test_without_a_pin_a_locked_sim_is_permanent(runner: Runner) -> None:
    with managed(sim="SIM PIN") as (manager, _), pytest.raises(Permanent, match="PIN"):
        start(runner, manager).call("bring_up", answer=type(None))


def secret(folder: Path, value: str) -> str:
    path = folder / "pin"
    path.write_text(value + "\n")
    return str(path)
