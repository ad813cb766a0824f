"""The Huawei plugin as an uplink, and what it does to the modem: data, SIM, radio mode, restarts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from notanker.plugin import (
    Happening,
    ModemInfo,
    Permanent,
    Registration,
    Retry,
    Signal,
    Sim,
    StoredMessage,
    UplinkState,
)
from notanker_lab.hilink_state import Bearer
from tests.contract.support.hilink import collect, happenings, start
from tests.contract.support.runner import Runner, eventually
from tests.contract.support.stick import Modem


@pytest.fixture(params=[("rotate", "none"), ("page", "sha256")], ids="-".join)
def modem(request: pytest.FixtureRequest) -> Iterator[Modem]:
    with Modem(*request.param) as started:
        yield started


def test_the_state_is_told_in_units(runner: Runner) -> None:
    with Modem() as modem:
        lte = start(runner, modem)
        modem.stick.radio.month_bytes = 5_000_000_000
        state = lte.call("state", answer=UplinkState)
        assert state == UplinkState(
            operator="Labornetz",
            network="LTE",
            signal_dbm=-89.0,
            connected=True,
            data_switch=True,
            roaming=False,
            month_bytes=5_000_003_000,
            month_since=time.strftime("%Y-%m-01"),
            message_store_full=False,
            registration=Registration.HOME,
            sim=Sim.READY,
        )
        modem.fault("no_signal")
        state = lte.call("state", answer=UplinkState)
        assert (state.operator, state.signal_dbm, state.connected) == ("", None, False)


def test_the_data_session_goes_down_and_up(runner: Runner) -> None:
    with Modem("page", "none") as modem:
        lte = start(runner, modem)
        for _ in range(2):
            lte.call("tear_down", answer=type(None))
            assert modem.stick.dataswitch is False
        for _ in range(2):
            lte.call("bring_up", answer=type(None))
            assert modem.stick.dataswitch is True
        assert modem.count("POST /api/dialup/mobile-dataswitch") == 2
        modem.fault("sim_pin")
        with pytest.raises(Permanent, match="PIN"):
            lte.call("bring_up", answer=type(None))


def test_a_technician_is_told_what_the_stick_is_and_hears(runner: Runner, modem: Modem) -> None:
    lte = start(runner, modem)
    info = lte.call("info", answer=ModemInfo)
    assert (info.manufacturer, info.sim) == ("Huawei", Sim.READY)
    assert info.firmware
    heard_now = lte.call("signal", answer=Signal)
    assert heard_now.rsrp_dbm == float(modem.stick.radio.rsrp_dbm)
    assert heard_now.registration is Registration.HOME
    assert lte.call("ussd", "*100#", answer=str) == "*100#: 12,34 EUR"
    lte.send("Störung 17-1", "17-1")
    modem.stick.boxes.store("inbox", "+491713920017", "OK 17", 0)
    held = lte.call("messages", answer=tuple[StoredMessage, ...])
    assert {(one.box, one.text) for one in held} == {
        ("in", "OK 17"),
        ("sent", "Störung 17-1"),
        ("report", ""),
    }


@pytest.mark.parametrize("code", ["", "balance", "*100#; reboot", "1" * 80])
def test_what_is_no_code_is_not_sent(runner: Runner, code: str) -> None:
    with Modem() as modem:
        with pytest.raises(Permanent):
            start(runner, modem).call("ussd", code, answer=str)
        assert not modem.stick.ussd


def pin_file(tmp_path: Path, pin: str) -> str:
    path = tmp_path / "pin"
    path.write_text(pin)
    return str(path)


@pytest.mark.parametrize("encrypts", [False, True], ids=["plain", "encrypted"])
def test_a_locked_sim_gets_its_pin(
    runner: Runner, modem: Modem, tmp_path: Path, encrypts: bool
) -> None:
    modem.stick.settings.encrypts = encrypts
    lte = start(runner, modem, pin=pin_file(tmp_path, "4711"), read_timeout_s=5.0)
    modem.fault("sim_pin")
    assert lte.call("state", answer=UplinkState).sim is Sim.PIN
    assert "sim_unlocked" in happenings(lte)
    assert lte.call("state", answer=UplinkState).sim is Sim.READY
    lte.call("bring_up", answer=type(None))
    assert modem.count("POST /api/pin/operate") == 1
    assert "4711" not in runner.output()


def test_a_wrong_pin_is_tried_once_even_over_restarts(runner: Runner, tmp_path: Path) -> None:
    with Modem() as modem:
        secret = pin_file(tmp_path, "0815")
        modem.fault("sim_pin")
        for _ in range(2):
            lte = start(runner, modem, pin=secret)
            for _ in range(2):
                with pytest.raises(Permanent, match="PIN"):
                    lte.call("bring_up", answer=type(None))
        assert modem.count("POST /api/pin/operate") == 1
        assert modem.stick.card.tries == 2


def test_a_pin_that_did_not_help_is_told_once(runner: Runner, tmp_path: Path) -> None:
    with Modem() as modem:
        lte = start(runner, modem, pin=pin_file(tmp_path, "0815"), reports=False)
        modem.fault("sim_pin")
        told: list[Happening] = []
        for _ in range(4):
            lte.call("state", answer=UplinkState)
            told += collect(lte).happenings
        assert [happening.what for happening in told] == ["sim_locked", "sim_locked"]
        assert "wrong" in told[0].reason
        assert "2 tries left" in told[1].reason
        assert modem.count("POST /api/pin/operate") == 1


@pytest.mark.parametrize("tries", [0, 1, 2])
def test_a_pin_is_not_tried_where_one_was_wrong_before(
    runner: Runner, tmp_path: Path, tries: int
) -> None:
    with Modem() as modem:
        modem.stick.card.tries = tries
        modem.fault("sim_pin")
        lte = start(runner, modem, pin=pin_file(tmp_path, "4711"))
        with pytest.raises(Permanent, match="PUK" if not tries else "not tried"):
            lte.call("bring_up", answer=type(None))
        assert modem.count("POST /api/pin/operate") == 0


def test_a_pin_whose_answer_is_lost_is_not_tried_again(runner: Runner, tmp_path: Path) -> None:
    with Modem() as modem:
        lte = start(runner, modem, pin=pin_file(tmp_path, "4711"))
        modem.fault("sim_pin")
        modem.stick.card.silent = True
        with pytest.raises(Retry):
            lte.call("bring_up", answer=type(None))
        with pytest.raises(Permanent, match="not tried again"):
            lte.call("bring_up", answer=type(None))
        assert modem.count("POST /api/pin/operate") == 1


def test_the_radio_mode_is_set_if_configured_and_the_bands_stay(
    runner: Runner, modem: Modem
) -> None:
    modem.stick.settings.lte_band = "80005"
    lte = start(runner, modem, mobile_mode="lte_3g")
    assert "mobile_mode" in happenings(lte)
    settings = modem.stick.settings
    assert (settings.mode, settings.band, settings.lte_band) == ("0302", "3FFFFFFF", "80005")
    assert happenings(lte) == []
    assert modem.count("POST /api/net/net-mode") == 1


def test_the_radio_mode_stays_if_none_is_configured(runner: Runner) -> None:
    with Modem() as modem:
        start(runner, modem).call("bring_up", answer=type(None))
        assert modem.count("POST /api/net/net-mode") == 0


def test_a_modem_that_can_is_told_to_ask_for_reports(runner: Runner, modem: Modem) -> None:
    lte = start(runner, modem)
    assert happenings(lte) == ["sms_reports"]
    assert lte.send().report is True
    eventually(lambda: collect(lte).reports, "a report")
    report = collect(lte).reports[0]
    assert (report.recipient, report.fate, report.reference) == ("+491713920017", "delivered", None)
    assert modem.stick.settings.sms["Sca"] == "+491713920099"


@pytest.mark.parametrize("wanted", [True, False])
def test_a_modem_that_cannot_or_shall_not_promises_no_report(runner: Runner, wanted: bool) -> None:
    with Modem() as modem:
        modem.stick.settings.reports = not wanted
        lte = start(runner, modem, reports=wanted)
        assert happenings(lte) == []
        assert lte.send().report is False
        assert modem.count("POST /api/sms/config") == 0


def test_a_data_session_that_does_not_come_is_dialled_anew(runner: Runner, modem: Modem) -> None:
    lte = start(runner, modem, reports=False)
    modem.stick.bearer = Bearer(lost_s=0.0, tells_after_s=0.0)
    with pytest.raises(Retry, match="redial"):
        lte.call("bring_up", answer=type(None))
    lte.call("bring_up", answer=type(None))
    assert happenings(lte) == ["modem_redial"]


def test_a_modem_that_redialling_does_not_help_is_restarted(runner: Runner) -> None:
    with Modem() as modem:
        lte = start(runner, modem, reports=False)
        modem.stick.bearer = Bearer(lost_s=0.0, tells_after_s=0.0, needs_reboot=True)
        for rung in ("redial", "restart"):
            with pytest.raises(Retry, match=rung):
                lte.call("bring_up", answer=type(None))
        lte.call("bring_up", answer=type(None))
        assert happenings(lte) == ["modem_redial", "modem_restart"]
        assert modem.count("POST /api/device/control") == 1


def test_a_modem_that_restarts_with_its_data_switch_off_is_connected_again(
    runner: Runner, modem: Modem
) -> None:
    lte = start(runner, modem)
    modem.fault("reboot_data_off", times=1, path="mobile-dataswitch")
    with pytest.raises(Retry):
        lte.call("bring_up", answer=type(None))
    assert modem.stick.dataswitch is False
    lte.call("bring_up", answer=type(None))
    assert modem.stick.dataswitch is True


def test_a_modem_without_a_session_is_left_alone_if_configured(runner: Runner) -> None:
    with Modem() as modem:
        lte = start(runner, modem, recover=False, reports=False)
        modem.stick.bearer = Bearer(lost_s=0.0, tells_after_s=0.0)
        with pytest.raises(Retry):
            lte.call("bring_up", answer=type(None))
        assert happenings(lte) == []
