"""What the modem says of itself, read with tolerance: firmwares leave out what they like."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from notanker.plugin import UplinkState
from notanker_huawei_lte.session import text_of
from notanker_huawei_lte.sms import store_full

CONNECTED: Final = "901"
CONNECTING: Final = "900"
SIM_PIN: Final = "260"
SIM_PUK: Final = "261"

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
        message_store_full=store_full(answers["counts"]) if "counts" in answers else None,
    )


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
