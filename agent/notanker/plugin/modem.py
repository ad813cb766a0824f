"""What a technician asks a modem."""

from __future__ import annotations

import msgspec

from notanker.plugin.values import Registration, Sim


class ModemInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What a modem is; empty is "it did not say".

    Attributes:
        port: How it is reached: a device path, an address.
        imsi: The subscriber's identity on the SIM; shown to nobody but the technician.
        number: The SIM's own telephone number, if it is written on it.
        centre: The SMS centre's number.
        pin_tries: Tries left for the SIM's PIN.
        clock: What its clock says, which most networks set: ISO 8601 with the zone.
    """

    manufacturer: str = ""
    model: str = ""
    firmware: str = ""
    imei: str = ""
    imsi: str = ""
    iccid: str = ""
    number: str = ""
    centre: str = ""
    port: str = ""
    sim: Sim | None = None
    pin_tries: int | None = None
    clock: str = ""


class Signal(msgspec.Struct, frozen=True, kw_only=True):
    """How well the modem hears the network now; None is "it did not say".

    Attributes:
        rssi_dbm: Received strength (3GPP TS 27.007, 8.5).
        rsrp_dbm: Of LTE's reference signals (8.69): good above -95, bad below -110.
        rsrq_db: Their quality.
        sinr_db: Signal to interference and noise.
        error_rate_class: 0 to 7, GSM's bit errors (RXQUAL).
    """

    network: str = ""
    operator: str = ""
    registration: Registration | None = None
    rssi_dbm: float | None = None
    rsrp_dbm: float | None = None
    rsrq_db: float | None = None
    sinr_db: float | None = None
    error_rate_class: int | None = None
    cell: str = ""
    band: str = ""


class StoredMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One SMS in the device's own lists.

    Attributes:
        box: `in`, `sent`, `draft` or `report`.
        pdu: Raw, where the device shows it.
    """

    name: str
    box: str
    other: str = ""
    text: str = ""
    sent: str = ""
    pdu: str = ""
