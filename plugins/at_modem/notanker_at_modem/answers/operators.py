"""Operators (3GPP TS 27.007, 7.3)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import msgspec

from notanker_at_modem.answers.fields import answer_of, fields_of, number_at
from notanker_at_modem.answers.texts import of_gsm, of_hex

_STATUS: Final = ("unknown", "available", "current", "forbidden")
# Some firmwares leave out the short name's quotes, the access technology, or close a bracket too early.
_NETWORK: Final = re.compile(
    r'\((\d),\s*("[^"]*"|),\s*("[^"]*"|),\s*"(\d{5,7})"\)?(?:,(\d{1,2})\))?', re.ASCII
)


class Operator(msgspec.Struct, frozen=True):
    """The operator in use.

    Attributes:
        plmn: Its number, such as 26201, if the modem was told to say numbers.
        act: The access technology, see `registration`.
    """

    name: str = ""
    plmn: str = ""
    act: int | None = None


class Network(msgspec.Struct, frozen=True):
    """One network that a scan has found."""

    status: str
    long: str
    short: str
    plmn: str
    act: int


def operator_of(lines: Iterable[str]) -> Operator | None:
    """Read `+COPS: 0,0,"Telekom.de",7`; None if no operator is in use."""
    text = answer_of(lines, "+COPS")
    if text is None:
        return None
    fields = fields_of(text)
    if len(fields) < 3 or not fields[2]:
        return None
    act = number_at(fields, 3)
    if number_at(fields, 1) == 2 or fields[2].isdigit():
        return Operator(plmn=fields[2], act=act)
    return Operator(name=of_hex(fields[2]) or fields[2], act=act)


def networks_of(lines: Iterable[str]) -> list[Network]:
    """Read the answer to `AT+COPS=?`."""
    found = _NETWORK.findall("\n".join(lines))
    return [
        Network(
            status=_STATUS[int(status)] if int(status) < len(_STATUS) else "unknown",
            long=of_gsm(long.strip('"')),
            short=of_gsm(short.strip('"')),
            plmn=plmn,
            act=int(act or 0),
        )
        for status, long, short, plmn, act in found
    ]
