"""Errors of ModemManager, the bus and the modem, each with the answer that follows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.plugin import Permanent, PluginError, Retry, Unknown
from notanker_modemmanager.bus import BusGoneError, BusTimeoutError
from notanker_modemmanager.faults import Gone, guarded, of_error

OWN = "org.freedesktop.ModemManager1.Error."
BUS = "org.freedesktop.DBus.Error."


@pytest.mark.parametrize(
    ("name", "words", "while_sending"),
    [
        (f"{BUS}ServiceUnknown", "not provided", Retry),
        (f"{BUS}NoReply", "Message recipient disconnected", Unknown),
        (f"{BUS}UnknownMethod", "No such object path", Gone),
        (f"{BUS}AccessDenied", "rejected", Permanent),
        (f"{OWN}Core.Unauthorized", "not authorized", Permanent),
        (f"{OWN}Core.Failed", "PolicyKit authorization error: 'authority not found'", Permanent),
        (f"{OWN}Core.Failed", "couldn't send SMS", Unknown),
        (f"{OWN}Core.Cancelled", "", Unknown),
        (f"{OWN}Core.WrongState", "modem not enabled yet", Retry),
        (f"{OWN}Core.Connected", "Cannot run sequence: port is connected", Retry),
        (f"{OWN}Core.Unsupported", "", Permanent),
        (f"{OWN}Serial.ResponseTimeout", "Serial command timed out", Unknown),
        (f"{OWN}Connection.NoCarrier", "No carrier", Unknown),
        (f"{OWN}Message.Unknown", "Unknown message error: 38", Retry),
        (f"{OWN}Message.Unknown", "Unknown message error: 515", Retry),
        (f"{OWN}Message.Unknown", "Unknown", Retry),
        (f"{OWN}Message.Unknown", "Unknown message error: 28", Permanent),
        (f"{OWN}Message.MemoryFull", "Memory full", Retry),
        (f"{OWN}Message.SimPuk", "SIM PUK required", Permanent),
        (f"{OWN}MobileEquipment.SimBusy", "SIM busy", Retry),
        (f"{OWN}MobileEquipment.Unknown", "Unknown error", Retry),
        ("org.example.Strange", "", Unknown),
    ],
)
def test_an_error_while_an_sms_is_handed_over_is_classed(
    name: str, words: str, while_sending: type[PluginError]
) -> None:
    assert type(of_error(name, words, sends=True)) is while_sending
    assert not isinstance(of_error(name, words, sends=False), Unknown)


@pytest.mark.parametrize("error", [BusGoneError("hung up"), BusTimeoutError("late")])
def test_a_lost_answer_is_a_doubt_only_while_an_sms_is_handed_over(error: Exception) -> None:
    def fail() -> None:
        raise error

    with pytest.raises(Unknown):
        guarded(fail, sends=True)
    with pytest.raises(Retry):
        guarded(fail)


@given(st.text(max_size=80), st.text(max_size=80), st.booleans())
def test_every_error_has_an_answer(name: str, words: str, sends: bool) -> None:
    for prefix in ("", OWN, BUS, f"{OWN}Message."):
        assert of_error(prefix + name, words, sends=sends).reason
