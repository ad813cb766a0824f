"""How well the modem hears the network: 3GPP's two answers and the vendors' own.

| answer | source |
|---|---|
| `+CSQ` | 3GPP TS 27.007, 8.5 |
| `+CESQ` | 8.69 |
| `^HCSQ`, `^RSSI` | Huawei's AT manual (ME909s) |
| `+QCSQ`, `+QENG` | Quectel's AT manual (EC25) |
| `+CPSI` | SIMCom's AT manual (SIM7600) |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import msgspec

from notanker_at_modem.answers.fields import answer_of, field, fields_of, number_at

_UNKNOWN: Final = (99, 255)


class Radio(msgspec.Struct, frozen=True):
    """What is known of the signal; None is "it did not say"."""

    network: str = ""
    rssi_dbm: float | None = None
    rsrp_dbm: float | None = None
    rsrq_db: float | None = None
    sinr_db: float | None = None
    rscp_dbm: float | None = None
    ecio_db: float | None = None
    error_rate_class: int | None = None
    cell: str = ""
    band: str = ""
    plmn: str = ""

    @property
    def strength_dbm(self) -> float | None:
        """The strength that counts: of LTE's reference signals, of the UMTS cell's code, or of all."""
        found = (self.rsrp_dbm, self.rscp_dbm, self.rssi_dbm)
        return next((value for value in found if value is not None), None)

    def over(self, other: Radio) -> Radio:
        """Return both together; where both say something this one counts."""
        empty = Radio()
        mine = {name: getattr(self, name) for name in self.__struct_fields__}
        told = {name: value for name, value in mine.items() if value != getattr(empty, name)}
        return msgspec.structs.replace(other, **told)


QUESTIONS: Final = ("AT+CSQ", "AT+CESQ", "AT^HCSQ?", "AT+QCSQ", "AT+CPSI?")
"""Whatever the modem does not know costs one `ERROR`, once: see `Asked` in the plugin."""


def radio_of(lines: Iterable[str]) -> Radio:
    """Read every answer about the signal that the lines hold; later ones count more."""
    found = Radio()
    for line in lines:
        for name, read in _READERS.items():
            text = answer_of((line,), name)
            if text is not None:
                found = read(fields_of(text)).over(found)
    return found


def csq_of(lines: Iterable[str]) -> tuple[int | None, int | None] | None:
    """Return <rssi> and <ber> of `+CSQ:`, None for "unknown" (99)."""
    text = answer_of(lines, "+CSQ")
    if text is None:
        return None
    fields = fields_of(text)
    return _known(number_at(fields, 0)), _known(number_at(fields, 1))


def _known(value: int | None) -> int | None:
    return None if value in _UNKNOWN else value


def _csq(fields: list[str]) -> Radio:
    rssi, errors = _known(number_at(fields, 0)), _known(number_at(fields, 1))
    if rssi is not None and 100 <= rssi <= 191:  # TD-SCDMA, in steps of one
        return Radio(rscp_dbm=rssi - 216.0, error_rate_class=errors)
    strength = None if rssi is None or not 0 <= rssi <= 31 else -113.0 + 2 * rssi
    return Radio(rssi_dbm=strength, error_rate_class=errors)


def _rssi(fields: list[str]) -> Radio:
    return Radio(rssi_dbm=_csq(fields).rssi_dbm)


def _scaled(value: int | None, most: int, first: float, step: float) -> float | None:
    """Return the middle of a coded range: 0 is "below the first", 99 and 255 are unknown."""
    return None if value is None or not 0 <= value <= most else first + step * value


def _cesq(fields: list[str]) -> Radio:
    rxlev, _, rscp, ecno, rsrq, rsrp = (number_at(fields, index) for index in range(6))
    return Radio(
        rssi_dbm=_scaled(rxlev, 63, -111.0, 1.0),
        rscp_dbm=_scaled(rscp, 96, -121.0, 1.0),
        ecio_db=_scaled(ecno, 49, -24.5, 0.5),
        rsrq_db=_scaled(rsrq, 34, -20.0, 0.5),
        rsrp_dbm=_scaled(rsrp, 97, -141.0, 1.0),
    )


def _hcsq(fields: list[str]) -> Radio:
    mode = field(fields, 0).upper()
    values = [number_at(fields, index) for index in range(1, 5)]
    rssi = _scaled(values[0], 96, -121.0, 1.0)
    if mode == "WCDMA":
        return Radio(
            network="3G",
            rssi_dbm=rssi,
            rscp_dbm=_scaled(values[1], 96, -121.0, 1.0),
            ecio_db=_scaled(values[2], 65, -32.5, 0.5),
        )
    if mode == "LTE":
        return Radio(
            network="LTE",
            rssi_dbm=rssi,
            rsrp_dbm=_scaled(values[1], 97, -141.0, 1.0),
            sinr_db=_rounded(_scaled(values[2], 251, -20.2, 0.2)),
            rsrq_db=_scaled(values[3], 34, -20.0, 0.5),
        )
    return Radio(network="2G" if mode == "GSM" else "", rssi_dbm=rssi)


def _qcsq(fields: list[str]) -> Radio:
    mode = field(fields, 0).upper()
    values = [_float(field(fields, index)) for index in range(1, 5)]
    if mode in ("CAT-M1", "CAT-NB1", "EMTC", "NBIOT", "LTE"):
        sinr = None if values[2] is None else _rounded(values[2] / 5 - 20)
        return Radio("LTE", values[0], values[1], values[3], sinr)
    if mode == "WCDMA":
        return Radio("3G", values[0], rscp_dbm=values[1], ecio_db=values[2])
    return Radio("2G" if mode == "GSM" else "", values[0])


def _cpsi(fields: list[str]) -> Radio:
    mode, plmn = field(fields, 0).upper(), field(fields, 2)
    if mode == "LTE":
        rsrq, rsrp, rssi = (_tenth(field(fields, index)) for index in (10, 11, 12))
        return Radio(
            network="LTE",
            plmn=plmn,
            rsrq_db=rsrq,
            rsrp_dbm=rsrp,
            rssi_dbm=rssi,
            sinr_db=_float(field(fields, 13)),
            cell=field(fields, 4),
            band=field(fields, 6).removeprefix("EUTRAN-"),
        )
    networks = {"WCDMA": "3G", "GSM": "2G", "NR5G_SA": "5G", "NR5G_NSA": "5G"}
    return Radio(network=networks.get(mode, ""), plmn=plmn, cell=field(fields, 4))


def _float(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if -1000 < value < 1000 else None


def _tenth(text: str) -> float | None:
    value = _float(text)
    return None if value is None else value / 10


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


_READERS: Final[Mapping[str, Callable[[list[str]], Radio]]] = {
    "+CSQ": _csq,
    "^RSSI": _rssi,
    "+CESQ": _cesq,
    "^HCSQ": _hcsq,
    "+QCSQ": _qcsq,
    "+CPSI": _cpsi,
}
