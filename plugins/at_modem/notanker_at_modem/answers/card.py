"""The SIM card: how it does, who it is (3GPP TS 27.007, 5.6, 7.1, 8.3)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from notanker.plugin import Sim
from notanker_at_modem.answers.fields import answer_of, answers_of, field, fields_of, number_at
from notanker_at_modem.answers.texts import of_hex
from notanker_at_modem.results import End, Kind

_LOCK: Final = re.compile(
    r"(READY|(?:SIM|PH-SIM|PH-FSIM|PH-NET|PH-NETSUB|PH-SP|PH-CORP) PI?N?U?K?2?)", re.ASCII
)
# +CME ERROR, 9.2.1, by number and, with CMEE=2, in words.
_BY_CODE: Final = {
    5: Sim.FAILED,
    10: Sim.MISSING,
    11: Sim.PIN,
    12: Sim.PUK,
    13: Sim.FAILED,
    14: Sim.BUSY,
    15: Sim.FAILED,
    16: Sim.PIN,
    515: Sim.BUSY,
}
_BY_WORDS: Final = {
    "sim not inserted": Sim.MISSING,
    "sim pin required": Sim.PIN,
    "sim puk required": Sim.PUK,
    "sim failure": Sim.FAILED,
    "sim busy": Sim.BUSY,
    "sim wrong": Sim.FAILED,
    "incorrect password": Sim.PIN,
}
_TRIES: Final = ("^CPIN", "+QPINC", "+SPIC", "+CPINR", "+CPNNUM", "#PCT")
_PAIR: Final = re.compile(r"PIN1\s*=\s*(\d+)", re.ASCII)
_LONG_DIGITS: Final = re.compile(r"(?<!\d)(\d{14,22})F?(?!\d)", re.ASCII)

TRIES_QUESTIONS: Final = ("AT^CPIN?", 'AT+QPINC="SC"', "AT+CPINR", "AT+SPIC", "AT+CPNNUM", "AT#PCT")
"""Vendors' ways to ask for the tries left; 27.007 has `+CPINR` since release 13."""


def lock_of(lines: Iterable[str]) -> str:
    """Return what `+CPIN?` says: `READY`, `SIM PIN`, `SIM PUK`, `PH-NET PIN` ...; "" if nothing."""
    for line in lines:
        text = answer_of((line,), "+CPIN")
        match = _LOCK.fullmatch((line if text is None else text).strip().strip('"').strip())
        if match is not None:
            return match[1]
    return ""


def sim_of(lines: Iterable[str], end: End | None) -> Sim | None:
    """Return how the card does, from the answer to `+CPIN?`; None if it does not say."""
    lock = lock_of(lines)
    if lock == "READY":
        return Sim.READY
    # The second PIN guards nothing that is needed here.
    if lock in ("SIM PIN2", "SIM PUK2"):
        return Sim.READY
    if lock == "SIM PIN":
        return Sim.PIN
    if lock == "SIM PUK":
        return Sim.PUK
    if lock:
        return Sim.FAILED  # locked to another device or network: nothing that a PIN opens
    if end is None or end.kind is not Kind.CME:
        return None
    if end.code is not None:
        return _BY_CODE.get(end.code)
    return _BY_WORDS.get(end.words.lower())


def tries_of(lines: Iterable[str]) -> int | None:
    """Return the tries left for the PIN, from whichever vendor's answer there is."""
    for line in lines:
        for name in _TRIES:
            text = answer_of((line,), name)
            found = None if text is None else _tries(name, text)
            if found is not None:
                return found
    return None


def _tries(name: str, text: str) -> int | None:
    fields = fields_of(text)
    if name == "^CPIN":
        # ^CPIN: <code>,<times>,<puk>,<pin>,<puk2>,<pin2>; while it waits for the PIN <times> is the PIN's.
        number = number_at(fields, 3)
        return number_at(fields, 1) if number is None else number
    if name == "+CPINR":
        return number_at(fields, 1) if field(fields, 0).upper() == "SIM PIN" else None
    if name == "+QPINC":
        return number_at(fields, 1)
    if name == "+CPNNUM":
        pair = _PAIR.search(text)
        return int(pair[1][:3]) if pair else None
    return number_at(fields, 0)


def numbers_of(lines: Iterable[str]) -> list[str]:
    """Return the SIM's own numbers, from `+CNUM`."""
    found = (field(fields_of(text), 1) for text in answers_of(lines, "+CNUM"))
    return [number for number in found if number]


def centre_of(lines: Iterable[str]) -> str:
    """Return the SMS centre's number, from `+CSCA?`; "" if there is none."""
    text = answer_of(lines, "+CSCA")
    if text is None:
        return ""
    fields = fields_of(text)
    number = of_hex(field(fields, 0)) or field(fields, 0)
    international = number_at(fields, 1) == 145
    return f"+{number}" if international and number[:1].isdigit() else number


def long_digits_of(lines: Iterable[str]) -> str:
    """Return the first number with as many digits as an IMEI, IMSI or ICCID has."""
    for line in lines:
        match = _LONG_DIGITS.search(line)
        if match is not None:
            return match[1]
    return ""
