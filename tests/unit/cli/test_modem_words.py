"""What a technician reads of the signal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.cli.modem_words import GRADES, info_lines, signal_line, strength
from notanker.plugin import ModemInfo, Registration, Signal, Sim

decibels = st.none() | st.floats(-200, 60)


@pytest.mark.parametrize(
    ("rsrp_dbm", "grade"),
    [(-70, 4), (-85, 4), (-90, 3), (-97, 2), (-110, 1), (-118, 0), (-140, 0)],
)
def test_lte_is_judged_by_its_reference_signals(rsrp_dbm: float, grade: int) -> None:
    found = strength(Signal(rssi_dbm=-60, rsrp_dbm=rsrp_dbm))
    assert found is not None
    assert found[0] == "RSRP"
    assert GRADES[found[3]] == GRADES[grade]


def test_older_networks_are_judged_by_their_strength() -> None:
    found = strength(Signal(rssi_dbm=-73))
    assert found is not None
    assert (found[0], found[3]) == ("RSSI", 3)


def test_no_signal_says_what_the_network_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTANKER_LANG", "de")
    assert signal_line(Signal(registration=Registration.DENIED)).endswith("vom Netz abgelehnt")
    assert "kein Empfang" in signal_line(Signal())


@given(rssi=decibels, rsrp=decibels, rsrq=decibels, sinr=decibels, network=st.text(max_size=30))
def test_every_signal_fits_one_line_of_a_terminal(
    rssi: float | None, rsrp: float | None, rsrq: float | None, sinr: float | None, network: str
) -> None:
    line = signal_line(
        Signal(
            rssi_dbm=rssi, rsrp_dbm=rsrp, rsrq_db=rsrq, sinr_db=sinr, network=network, band="B20"
        )
    )
    assert 22 <= len(line) <= 79


def test_a_stronger_signal_has_a_longer_bar() -> None:
    bars = [signal_line(Signal(rsrp_dbm=dbm)).count("#") for dbm in range(-125, -70)]
    assert bars == sorted(bars)
    assert (bars[0], bars[-1]) == (0, 20)


def test_what_a_modem_does_not_say_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTANKER_LANG", "en")
    assert info_lines(ModemInfo(model="M1", sim=Sim.PIN, pin_tries=2)) == [
        ("Modem", "M1"),
        ("SIM card", "wants its PIN, 2 PIN tries left"),
    ]


def test_the_modems_clock_is_shown_with_its_zone() -> None:
    lines = dict(info_lines(ModemInfo(model="M1", clock="2026-11-25T10:42:07+01:00")))
    assert "2026-11-25 10:42:07+01:00" in lines.values()
