"""The device itself: its clock, its power, its data contexts (3GPP TS 27.007, 8.2, 8.15, 10.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import Final

import msgspec

from notanker_at_modem.answers.fields import answer_of, answers_of, field, fields_of, number_at

_CLOCK: Final = re.compile(
    r'"?(\d{2,4})/(\d{1,2})/(\d{1,2}),(\d{1,2}):(\d{2}):(\d{2})(?:([+-])(\d{1,2}))?"?', re.ASCII
)
_QUARTER_MIN: Final = 15
_MOST_QUARTERS: Final = 56
_POWER: Final = {0: "off", 1: "on", 4: "low", 5: "on", 6: "on", 7: "low"}
_KINDS: Final = {"IP": "ipv4", "IPV4": "ipv4", "IPV6": "ipv6", "IPV4V6": "ipv4v6", "PPP": "ppp"}
_ADDRESS: Final = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]+", re.ASCII)


class Context(msgspec.Struct, frozen=True):
    """One data context.

    Attributes:
        kind: `ipv4`, `ipv6`, `ipv4v6` or "".
    """

    number: int
    kind: str
    apn: str


def clock_of(lines: Iterable[str]) -> datetime | None:
    """Read `+CCLK: "26/11/25,10:42:07+04"`; the zone counts quarters of an hour; None if it is none."""
    text = answer_of(lines, "+CCLK")
    match = _CLOCK.fullmatch(text) if text is not None else None
    if match is None:
        return None
    year, *rest = (int(match[index]) for index in range(1, 7))
    quarters = int(match[8] or 0) * (-1 if match[7] == "-" else 1)
    if abs(quarters) > _MOST_QUARTERS:
        return None
    zone = timezone(timedelta(minutes=_QUARTER_MIN * quarters))
    try:
        return datetime(year if year > 99 else 2000 + year, *rest, tzinfo=zone)  # type: ignore[arg-type, misc]  # five numbers
    except ValueError:
        return None


def power_of(lines: Iterable[str]) -> str:
    """Read `+CFUN?`: `on`, `off`, `low`, "" if it does not say."""
    text = answer_of(lines, "+CFUN")
    number = None if text is None else number_at(fields_of(text), 0)
    return "" if number is None else _POWER.get(number, "")


def contexts_of(lines: Iterable[str]) -> list[Context]:
    """Read `+CGDCONT?`."""
    found = (fields_of(text) for text in answers_of(lines, "+CGDCONT"))
    return [
        Context(number, _KINDS.get(field(fields, 1).upper(), ""), field(fields, 2))
        for fields in found
        if (number := number_at(fields, 0)) is not None
    ]


def active_of(lines: Iterable[str]) -> dict[int, bool]:
    """Read `+CGACT?`: which contexts are active."""
    found = (fields_of(text) for text in answers_of(lines, "+CGACT"))
    return {
        number: number_at(fields, 1) == 1
        for fields in found
        if (number := number_at(fields, 0)) is not None
    }


def ndis_of(lines: Iterable[str]) -> dict[str, bool]:
    """Read Huawei's `^NDISSTAT` or `^NDISSTATQRY`: whether a session is up, by kind."""
    found: dict[str, bool] = {}
    for line in lines:
        text = answer_of((line,), "^NDISSTATQRY", "^NDISSTAT")
        fields = [] if text is None else fields_of(text)
        for at in range(0, len(fields), 4):
            kind = field(fields, at + 3).lower() or "ipv4"
            state = number_at(fields, at)
            if state is not None and kind in ("ipv4", "ipv6"):
                found[kind] = state == 1
    return found


def address_of(lines: Iterable[str]) -> str:
    """Read the address of a data session, from `+CGPADDR`; "" if there is none."""
    for text in answers_of(lines, "+CGPADDR"):
        for value in fields_of(text)[1:]:
            if _ADDRESS.fullmatch(value) and value.strip("0.:"):
                return value
    return ""


def plain_of(lines: Iterable[str], name: str) -> str:
    """Return an answer that may have its name and quotes around it, such as that to `+CGMI`."""
    wanted = list(lines)
    text = answer_of(wanted, name)
    if text is None:
        text = next((line.strip() for line in wanted if line.strip()), "")
    return " ".join(text.strip('" ').split())[:120]


class Identity(msgspec.Struct, frozen=True):
    """What `ATI` says."""

    manufacturer: str = ""
    model: str = ""
    firmware: str = ""


def identity_of(lines: Iterable[str]) -> Identity:
    """Read `ATI`: lines with names in front, or three without."""
    texts = [line.strip() for line in lines if line.strip()]
    named = dict(_NAMED.findall("\n".join(texts)))
    if "Model" in named:
        firmware = named.get("Revision", "")
        return Identity(named.get("Manufacturer", ""), named["Model"], firmware)
    plain = [text.removeprefix("Revision:").strip() for text in texts]
    return Identity(*plain[:3]) if len(plain) >= 3 else Identity()


_NAMED: Final = re.compile(
    r"^(Manufacturer|Model|Revision): *(?:I: *)?(.*?) *$", re.MULTILINE | re.ASCII
)
