"""Serial numbers of forms: site, day, form and a running number. None is stored here.

Who prints says from which number on; who collects the paper after the outage says which numbers were given
out, and gets the list to tick off.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from notanker.portal.times import Times

MOST_COPIES: Final = 50
MOST_NUMBERS: Final = 500
_LAST: Final = 9999
_BLANK_DAY: Final = "______"
_SPAN: Final = re.compile(r"\s*(\d{1,4})\s*(?:[-–]\s*(\d{1,4}))?\s*")
_DAY: Final = re.compile(r"\d{6}")


@dataclass(frozen=True, slots=True)
class Given:
    """The numbers of one form that were given out."""

    form: str
    numbers: tuple[int, ...]


def serial(site: str, day: str, form: str, number: int) -> str:
    """Return a serial number such as `musterhafen-261122-F1-007`."""
    return f"{site}-{day}-{form}-{number:03d}"


def day_of(times: Times, asked: str = "") -> str:
    """Return the day within a serial number; a line to write on while nobody knows the date."""
    if _DAY.fullmatch(asked):
        return asked
    if not times.sure:
        return _BLANK_DAY
    return f"{dt.datetime.fromtimestamp(times.now.wall_s, times.zone):%y%m%d}"


def copies(first: str, count: str) -> range:
    """Return the running numbers to print; whatever is asked for, it is at least one and not too many."""
    begin = min(max(1, _number(first, 1)), _LAST)
    return range(begin, min(begin + min(max(1, _number(count, 1)), MOST_COPIES), _LAST + 1))


def given(forms: Iterable[str], asked: Mapping[str, str]) -> tuple[Given, ...]:
    """Return what was given out, as it is asked for: for each form `1-30` or `7`."""
    found, room = [], MOST_NUMBERS
    for form in forms:
        span = _SPAN.fullmatch(asked.get(form, ""))
        if span is None:
            continue
        begin, end = int(span[1]), int(span[2] or span[1])
        numbers = tuple(range(max(1, begin), end + 1))[:room]
        room -= len(numbers)
        if numbers:
            found.append(Given(form, numbers))
    return tuple(found)


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else otherwise
