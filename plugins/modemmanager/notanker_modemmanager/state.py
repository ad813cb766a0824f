"""What ModemManager says of a modem, as the contract's values. Nothing here talks to anything."""

from __future__ import annotations

from typing import Final

from notanker.plugin import ModemInfo, Registration, Signal, Sim, UplinkState
from notanker_modemmanager.device import Found, is_locked, tries_left
from notanker_modemmanager.names import MODEM_3GPP, SIGNAL, Failure, Lock, State
from notanker_modemmanager.values import Properties, number, plain, text

# MMModem3gppRegistrationState; 9 and 10 are home and roaming without calls.
_REGISTRATIONS: Final = {
    0: Registration.OFF,
    1: Registration.HOME,
    2: Registration.SEARCHING,
    3: Registration.DENIED,
    5: Registration.ROAMING,
    6: Registration.SMS_ONLY,
    7: Registration.SMS_ONLY,
    8: Registration.EMERGENCY_ONLY,
    9: Registration.HOME,
    10: Registration.ROAMING,
    11: Registration.EMERGENCY_ONLY,
}
_ROAMING: Final = frozenset({5, 7, 10})
# MMModemAccessTechnology is a set of bits; the best one counts.
_NETWORKS: Final = ((1 << 15, "5G"), (1 << 14, "LTE"), (0x3E0, "3G"), (0x1E, "2G"))
_SIMS: Final[dict[int, Sim]] = {Lock.SIM_PIN: Sim.PIN, Lock.SIM_PUK: Sim.PUK}
_FAILURES: Final[dict[int, Sim]] = {
    Failure.SIM_MISSING: Sim.MISSING,
    Failure.SIM_ERROR: Sim.FAILED,
}
_RADIOS: Final = ("Nr5g", "Lte", "Umts", "Gsm")
# "Not known" is a number here, the lowest there is (mm-modem-signal).
_LEAST_DBM: Final = -1000.0


def state_of(found: Found, bearer: Properties, *, store_full: bool | None) -> UplinkState:
    """Put the state together.

    Args:
        found: The modem.
        bearer: The properties of its connected bearer; empty if there is none.
        store_full: Whether no SMS can come in, where the modem was asked.
    """
    radio = signal_of(found)
    registered = _registered(found)
    return UplinkState(
        operator=radio.operator,
        network=radio.network,
        signal_dbm=radio.rssi_dbm if radio.rsrp_dbm is None else radio.rsrp_dbm,
        connected=found.state == State.CONNECTED,
        roaming=None if registered is None else registered in _ROAMING,
        message_store_full=store_full,
        registration=radio.registration,
        sim=sim_of(found),
        address=address_of(bearer),
    )


def sim_of(found: Found) -> Sim | None:
    """Say how the SIM does."""
    if found.state == State.FAILED:
        return _FAILURES.get(number(found.modem, "StateFailedReason"))
    if is_locked(found.lock):
        return _SIMS.get(found.lock)
    return Sim.READY if found.state >= State.DISABLED else None


def signal_of(found: Found) -> Signal:
    """Return how well the modem hears the network."""
    cellular = found.interfaces.get(MODEM_3GPP, {})
    values = _radio(found)
    registered = _registered(found)
    return Signal(
        network=_network(number(found.modem, "AccessTechnologies")),
        operator=text(cellular, "OperatorName"),
        registration=None if registered is None else _REGISTRATIONS.get(registered),
        rssi_dbm=_level(values, "rssi"),
        rsrp_dbm=_level(values, "rsrp"),
        rsrq_db=_level(values, "rsrq"),
        sinr_db=_level(values, "snr"),
    )


def info_of(found: Found, sim: Properties, centre: str) -> ModemInfo:
    """Return what the modem is."""
    numbers = found.modem.get("OwnNumbers")
    own = numbers[0] if isinstance(numbers, list) and numbers else ""
    return ModemInfo(
        manufacturer=text(found.modem, "Manufacturer"),
        model=text(found.modem, "Model"),
        firmware=text(found.modem, "Revision"),
        imei=text(found.modem, "EquipmentIdentifier"),
        imsi=text(sim, "Imsi"),
        iccid=text(sim, "SimIdentifier"),
        number=str(own),
        centre=centre,
        port=text(found.modem, "PrimaryPort"),
        sim=sim_of(found),
        pin_tries=tries_left(found.modem),
    )


def address_of(bearer: Properties) -> str:
    """Return the data session's address; empty where the modem leaves it to DHCP or PPP."""
    found = (text(plain(bearer.get(f"Ip{family}Config")), "address") for family in (4, 6))
    return next((address for address in found if address), "")


def in_words(bearer: Properties) -> str:
    """Say for the log which interface the data session has, and what is to be set on it."""
    parts = [text(bearer, "Interface") or "no interface"]
    for family in (4, 6):
        config = plain(bearer.get(f"Ip{family}Config"))
        method = {1: "PPP", 2: "static", 3: "DHCP"}.get(number(config, "method"))
        if method is None:
            continue
        words = [f"IPv{family} by {method}"]
        if address := text(config, "address"):
            words.append(f"{address}/{number(config, 'prefix')}")
        words += [
            f"{name} {value}"
            for name in ("gateway", "dns1", "dns2")
            if (value := text(config, name))
        ]
        parts.append(" ".join(words))
    return ", ".join(parts)


def _registered(found: Found) -> int | None:
    value = found.interfaces.get(MODEM_3GPP, {}).get("RegistrationState")
    return value if isinstance(value, int) else None


def _network(bits: int) -> str:
    return next((name for mask, name in _NETWORKS if bits & mask), "")


def _radio(found: Found) -> Properties:
    """Return the values of the best radio that has some."""
    interface = found.interfaces.get(SIGNAL, {})
    return next((values for name in _RADIOS if (values := plain(interface.get(name)))), {})


def _level(values: Properties, name: str) -> float | None:
    value = values.get(name)
    known = isinstance(value, int | float) and value > _LEAST_DBM
    return round(float(value), 1) if known else None  # type: ignore[arg-type]  # a number if known
