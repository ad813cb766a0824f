"""What ModemManager says of a modem, in the contract's values."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.plugin import Registration, Sim
from notanker_modemmanager.device import Found
from notanker_modemmanager.names import MODEM, MODEM_3GPP, SIGNAL, Failure, Lock, State
from notanker_modemmanager.state import (
    address_of,
    in_words,
    info_of,
    signal_of,
    sim_of,
    state_of,
)


def found(cellular: dict[str, Any] | None = None, **modem: Any) -> Found:
    values = {"State": int(State.REGISTERED), "UnlockRequired": int(Lock.NONE), **modem}
    return Found("/m", {MODEM: values, MODEM_3GPP: cellular or {}})


@pytest.mark.parametrize(
    ("number", "registration", "roaming"),
    [
        (0, Registration.OFF, False),
        (1, Registration.HOME, False),
        (2, Registration.SEARCHING, False),
        (3, Registration.DENIED, False),
        (4, None, False),
        (5, Registration.ROAMING, True),
        (6, Registration.SMS_ONLY, False),
        (7, Registration.SMS_ONLY, True),
        (8, Registration.EMERGENCY_ONLY, False),
        (10, Registration.ROAMING, True),
    ],
)
def test_each_registration_has_its_word(
    number: int,
    registration: Registration | None,
    roaming: bool,
) -> None:
    told = state_of(found({"RegistrationState": number}), {}, store_full=None)
    assert (told.registration, told.roaming) == (registration, roaming)


@pytest.mark.parametrize(
    ("bits", "network"), [(0x4000, "LTE"), (0xC000, "5G"), (0x20, "3G"), (0x8, "2G"), (0, "")]
)
def test_the_best_network_counts(bits: int, network: str) -> None:
    assert signal_of(found(AccessTechnologies=bits)).network == network


@pytest.mark.parametrize(
    ("values", "sim"),
    [
        ({"State": -1, "StateFailedReason": int(Failure.SIM_MISSING)}, Sim.MISSING),
        ({"State": -1, "StateFailedReason": int(Failure.SIM_ERROR)}, Sim.FAILED),
        ({"State": 2, "UnlockRequired": int(Lock.SIM_PIN)}, Sim.PIN),
        ({"State": 2, "UnlockRequired": int(Lock.SIM_PUK)}, Sim.PUK),
        ({"State": 8, "UnlockRequired": int(Lock.SIM_PIN2)}, Sim.READY),
        ({"State": 1, "UnlockRequired": 0}, None),
    ],
)
def test_the_sim_is_told(values: dict[str, Any], sim: Sim | None) -> None:
    assert sim_of(found(**values)) is sim


def test_levels_that_modemmanager_does_not_know_are_left_out() -> None:
    lte = {"rsrp": ("d", -97.44), "rsrq": ("d", -32768.0), "rssi": ("d", -70.0)}
    modem = found(AccessTechnologies=0x4000)
    seen = Found("/m", {**modem.interfaces, SIGNAL: {"Lte": lte, "Gsm": {}}})
    heard = signal_of(seen)
    assert (heard.rsrp_dbm, heard.rsrq_db, heard.rssi_dbm) == (-97.4, None, -70.0)
    assert state_of(seen, {}, store_full=True).signal_dbm == -97.4


def test_a_data_session_is_told_in_words() -> None:
    bearer = {
        "Interface": "wwan0",
        "Ip4Config": {
            "method": ("u", 2),
            "address": ("s", "192.0.2.9"),
            "prefix": ("u", 30),
            "gateway": ("s", "192.0.2.10"),
            "dns1": ("s", "192.0.2.53"),
        },
        "Ip6Config": {"method": ("u", 0)},
    }
    assert address_of(bearer) == "192.0.2.9"
    assert in_words(bearer) == (
        "wwan0, IPv4 by static 192.0.2.9/30 gateway 192.0.2.10 dns1 192.0.2.53"
    )


WILD = st.recursive(
    st.none() | st.integers() | st.floats() | st.text(max_size=9) | st.binary(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(st.text(max_size=2), inner)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
NAMES = ("State", "OwnNumbers", "UnlockRetries", "AccessTechnologies", "Model", "Lte", "Gsm")
NAMES_3GPP = ("RegistrationState", "OperatorName")


@given(
    st.dictionaries(st.sampled_from(NAMES), WILD),
    st.dictionaries(st.sampled_from(NAMES_3GPP), WILD),
)
def test_no_property_breaks_the_readers(modem: dict[str, Any], cellular: dict[str, Any]) -> None:
    seen = Found("/m", {MODEM: modem, MODEM_3GPP: cellular, SIGNAL: modem})
    state_of(seen, modem, store_full=None)
    info_of(seen, modem, "")
    in_words({"Ip4Config": modem, "Interface": modem.get("Model")})
