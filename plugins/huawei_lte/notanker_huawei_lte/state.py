"""What the modem says of itself, read with tolerance: firmwares leave out what they like."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from notanker.plugin import ModemInfo, Registration, Signal, Sim, UplinkState
from notanker_huawei_lte.boxes import is_full
from notanker_huawei_lte.session import text_of

CONNECTED: Final = "901"
CONNECTING: Final = "900"
SIM_PIN: Final = "260"
SIM_PUK: Final = "261"

_SIMS: Final = {
    "255": Sim.MISSING,
    "256": Sim.BUSY,
    "257": Sim.READY,
    "258": Sim.READY,
    "259": Sim.BUSY,
    SIM_PIN: Sim.PIN,
    SIM_PUK: Sim.PUK,
}
"""`SimState` of pin/status. 257 is what real answers show; the others are those of the vendor's own page."""

_DATE: Final = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})")
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")
# CurrentNetworkType, by the vendor's own script.
_NETWORKS: Final = {
    range(1, 4): "2G",
    range(4, 19): "3G",
    range(19, 20): "LTE",
    range(41, 66): "3G",
    range(101, 102): "LTE",
    range(111, 112): "5G",
}

Answers = Mapping[str, Mapping[str, Any]]


def state_of(answers: Answers) -> UplinkState:
    """Put the state together from the answers there are, by the names of `plugin.QUESTIONS`."""
    status = answers.get("status", {})
    signal = answers.get("signal", {})
    plmn = answers.get("plmn", {})
    switch = text_of(answers.get("switch", {}), "dataswitch")
    return UplinkState(
        operator=text_of(plmn, "FullName") or text_of(plmn, "ShortName"),
        network=_network(text_of(status, "CurrentNetworkType")),
        signal_dbm=_dbm(text_of(signal, "rsrp")) or _dbm(text_of(signal, "rssi")),
        connected=_is(text_of(status, "ConnectionStatus"), CONNECTED),
        data_switch=_is(switch, "1"),
        roaming=_is(text_of(status, "RoamingStatus"), "1"),
        month_bytes=_month(answers.get("month", {})),
        month_since=_date(text_of(answers.get("month", {}), "MonthLastClearTime")),
        message_store_full=is_full(answers["counts"]) if "counts" in answers else None,
        registration=_registration(status),
        sim=_SIMS.get(text_of(answers.get("pin", {}), "SimState")),
        address=text_of(status, "WanIPAddress"),
    )


def info_of(device: Mapping[str, Any], pin: Mapping[str, Any], port: str, centre: str) -> ModemInfo:
    """Put together what the modem is."""
    tries = text_of(pin, "SimPinTimes")
    return ModemInfo(
        manufacturer="Huawei",
        model=text_of(device, "DeviceName"),
        firmware=text_of(device, "SoftwareVersion"),
        imei=text_of(device, "Imei"),
        imsi=text_of(device, "Imsi"),
        iccid=text_of(device, "Iccid"),
        number=text_of(device, "Msisdn"),
        centre=centre,
        port=port,
        sim=_SIMS.get(text_of(pin, "SimState")),
        pin_tries=int(tries) if tries.isdigit() else None,
    )


def signal_of(heard: Mapping[str, Any], state: UplinkState) -> Signal:
    """Put together how well it hears the network."""
    band = text_of(heard, "band")
    return Signal(
        network=state.network,
        operator=state.operator,
        registration=state.registration,
        rssi_dbm=_dbm(text_of(heard, "rssi")),
        rsrp_dbm=_dbm(text_of(heard, "rsrp")),
        rsrq_db=_dbm(text_of(heard, "rsrq")),
        sinr_db=_dbm(text_of(heard, "sinr")),
        cell=text_of(heard, "cell_id"),
        band=f"B{band}" if band.isdigit() else band,
    )


def _registration(status: Mapping[str, Any]) -> Registration | None:
    """Read ServiceStatus (2: full service) and RoamingStatus, as the vendor's own script does."""
    service = text_of(status, "ServiceStatus")
    if not service:
        return None
    if service != "2":
        return Registration.SEARCHING
    roams = text_of(status, "RoamingStatus") == "1"
    return Registration.ROAMING if roams else Registration.HOME


def _is(text: str, wanted: str) -> bool | None:
    return text == wanted if text else None


def _dbm(text: str) -> float | None:
    """Read "-89dBm" or ">=-51dBm"."""
    found = _NUMBER.search(text)
    return float(found[0]) if found else None


def _network(text: str) -> str:
    if not text.isdigit():
        return ""
    return next((name for numbers, name in _NETWORKS.items() if int(text) in numbers), "")


def _month(answer: Mapping[str, Any]) -> int | None:
    ways = [text_of(answer, f"CurrentMonth{way}") for way in ("Download", "Upload")]
    return sum(map(int, ways)) if all(way.isdigit() for way in ways) else None


def _date(text: str) -> str:
    """Read "2026-11-01" or, from some firmwares, "2026-11-1" or "2026/11/01"."""
    found = _DATE.match(text)
    if found is None:
        return ""
    year, month, day = map(int, found.groups())
    return f"{year:04}-{month:02}-{day:02}"
