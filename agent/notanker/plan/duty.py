"""When a contact is reached: reads `availability`, as `24x7`, `Mo-Fr 08-18`, `Mo-Do 8-17, Fr 8:00-14:30`."""

from __future__ import annotations

import re
from typing import Final

from notanker.core.calendar import Duty, Window

_DAYS: Final = {
    "mo": 0, "di": 1, "mi": 2, "do": 3, "fr": 4, "sa": 5, "so": 6,
    "mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6,
}  # fmt: skip
_TIME: Final = r"([01]?\d|2[0-4])(?::([0-5]\d))?"
_PART: Final = re.compile(rf"([a-z]{{2,3}})(?:-([a-z]{{2,3}}))?\s+{_TIME}-{_TIME}(?:\s*uhr)?")
_DAY_S: Final = 86_400
_MOST: Final = 14


def duty(availability: str) -> tuple[Duty, ...]:
    """Return the hours, none if it says always, or anything that cannot be read: then always as well.

    A telephone that rings in vain does less harm than one that is never tried.
    """
    parts = [part.strip().lower() for part in re.split(r"[,;]", availability, maxsplit=_MOST)]
    found = [_part(part) for part in parts]
    return tuple(one for one in found if one) if all(found) else ()


def _part(text: str) -> Duty | None:
    found = _PART.fullmatch(text)
    if found is None:
        return None
    first, last = _DAYS.get(found[1]), _DAYS.get(found[2] or found[1])
    opens_s, closes_s = _second(found[3], found[4]), _second(found[5], found[6])
    if first is None or last is None:
        return None
    days = frozenset((first + n) % 7 for n in range((last - first) % 7 + 1))
    if opens_s % _DAY_S == closes_s % _DAY_S:
        return Duty(days, Window(0, _DAY_S))
    return Duty(days, Window(opens_s % _DAY_S, closes_s % _DAY_S))


def _second(hour: str, minute: str | None) -> int:
    return int(hour) * 3600 + int(minute or 0) * 60
