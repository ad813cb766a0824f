"""What the AT plugin is asked: SIM, registration, what the modem is and hears, codes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from notanker.plugin import (
    ModemInfo,
    Permanent,
    Receipt,
    Registration,
    Retry,
    Signal,
    Sim,
    StoredMessage,
    UplinkState,
)
from notanker_lab.at_modem import AtModem
from tests.contract.support.at_modem import delivered, message, start
from tests.contract.support.runner import Runner


@pytest.fixture
def pin(tmp_path: Path) -> Path:
    path = tmp_path / "pin"
    path.write_text("1234")
    return path


def test_the_pin_opens_the_sim_and_stands_in_no_log(runner: Runner, pin: Path) -> None:
    with AtModem() as modem:
        modem.sim("pin", locked=True)
        lte = start(runner, modem, pin=str(pin))
        assert delivered(lte, message("17-1")) == "sent"
        assert "1234" not in runner.output()


def test_a_wrong_pin_is_tried_once_whatever_is_asked(runner: Runner, pin: Path) -> None:
    with AtModem() as modem:
        modem.sim("pin", locked=True)
        pin.write_text("9999")
        lte = start(runner, modem, pin=str(pin))
        for _ in range(4):
            with pytest.raises((Permanent, Retry)):
                lte.call("send", message("17-1"), answer=Receipt)
            assert lte.call("state", answer=UplinkState).sim is Sim.PIN
        assert modem.state()["pin_tries"] == 2


@pytest.mark.parametrize(
    ("state", "sim"),
    [("puk", Sim.PUK), ("absent", Sim.MISSING), ("failure", Sim.FAILED), ("busy", Sim.BUSY)],
)
def test_a_sim_that_cannot_be_used_is_told(runner: Runner, state: str, sim: Sim) -> None:
    with AtModem() as modem:
        modem.sim(state)
        lte = start(runner, modem)
        with pytest.raises((Permanent, Retry), match="SIM"):
            lte.call("send", message("17-1"), answer=Receipt)
        assert lte.call("state", answer=UplinkState).sim is sim
        modem.sim("ready")
        assert delivered(lte, message("17-1")) == "sent"


@pytest.mark.parametrize(
    ("state", "meaning"),
    [
        ("home", Registration.HOME),
        ("searching", Registration.SEARCHING),
        ("denied", Registration.DENIED),
        ("roaming", Registration.ROAMING),
        ("sms_only", Registration.SMS_ONLY),
        ("emergency", Registration.EMERGENCY_ONLY),
    ],
)
def test_registration_is_told_and_data_follows_it(
    runner: Runner, state: str, meaning: Registration
) -> None:
    with AtModem() as modem:
        modem.register(state)
        lte = start(runner, modem)
        assert lte.call("state", answer=UplinkState).registration is meaning
        if meaning is Registration.HOME:
            lte.call("bring_up", answer=type(None))
            assert modem.state()["data"]
        else:
            with pytest.raises((Permanent, Retry)):
                lte.call("bring_up", answer=type(None))


@pytest.mark.parametrize("vendor", ["generic", "huawei", "quectel", "simcom"])
def test_each_vendors_modem_is_known(runner: Runner, vendor: str) -> None:
    with AtModem(vendor) as modem:
        lte = start(runner, modem)
        info = lte.call("info", answer=ModemInfo)
        assert info.sim is Sim.READY
        assert info.imei
        assert info.manufacturer
        assert dt.datetime.fromisoformat(info.clock).tzinfo is not None
        signal = lte.call("signal", answer=Signal)
        assert signal.rsrp_dbm is not None
        assert -120 < signal.rsrp_dbm < -60
        lte.call("bring_up", answer=type(None))
        state = lte.call("state", answer=UplinkState)
        assert state.connected
        assert state.address
        lte.call("tear_down", answer=type(None))
        assert not lte.call("state", answer=UplinkState).connected


@pytest.mark.parametrize("name", ["none", "ussd_ucs2", "ussd_packed"])
def test_a_code_is_answered_in_clear_text(runner: Runner, name: str) -> None:
    with AtModem() as modem:
        modem.set(ussd={"*100#": "Guthaben: 12,34 EUR"}, ussd_s=0.1)
        lte = start(runner, modem)
        modem.fault(name)
        assert lte.call("ussd", "*100#", answer=str) == "Guthaben: 12,34 EUR"


def test_a_code_that_is_none_is_not_sent(runner: Runner) -> None:
    with AtModem() as modem:
        lte = start(runner, modem)
        with pytest.raises(Permanent):
            lte.call("ussd", '*100#";+CFUN=1,1', answer=str)
        assert lte.call("messages", answer=tuple[StoredMessage, ...]) == ()
