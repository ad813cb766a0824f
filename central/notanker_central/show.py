"""Puts values into words: ages, times, fields of events. Total: whatever a site sent, there is a text."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from notanker.errors import Language
from notanker_central.wording import CAUSES, EVENTS, STATES, TEXTS, UPLINKS, VERDICTS, Pair

NOTHING: Final = "–"
# Up to two minutes in seconds, up to two hours in minutes, up to two days in hours.
_AGES: Final = ((120.0, 1.0, "s"), (7_200.0, 60.0, "min"), (172_800.0, 3_600.0, "h"))
_MAX_FIELDS: Final = 12
_MAX_VALUE: Final = 80


@dataclass(frozen=True, slots=True)
class Show:
    """The words of one language, the times of one zone, the ages at one moment."""

    language: Language
    zone: zoneinfo.ZoneInfo
    now_s: float

    def pick(self, pair: Pair) -> str:
        """Return the pair's text in this language."""
        return pair[0] if self.language == "de" else pair[1]

    def text(self, name: str, **values: object) -> str:
        """Return a text of the board by name."""
        return self.pick(TEXTS[name]).format(**values)

    def word(self, value: Any) -> str:
        """Return the word for a state, cause, uplink, verdict or kind of event."""
        for table in (STATES, CAUSES, UPLINKS, VERDICTS, EVENTS):
            if (pair := table.get(value)) is not None:
                return self.pick(pair)
        return str(value)

    def age(self, since_s: float | None) -> str:
        """Return how long ago that was, such as "3 min"; no age is below zero."""
        if since_s is None:
            return NOTHING
        seconds = max(0.0, self.now_s - since_s)
        for limit_s, unit_s, unit in _AGES:
            if seconds < limit_s:
                return f"{seconds // unit_s:.0f} {unit}"
        return f"{seconds // 86400:.0f} {self.pick(('Tage', 'days'))}"

    def time(self, wall_s: float | None) -> str:
        """Return the time of day, with the date if it isn't today's."""
        moment = self._moment(wall_s)
        if moment is None:
            return NOTHING
        today = self._moment(self.now_s)
        if today is not None and moment.date() == today.date():
            return f"{moment:%H:%M:%S}"
        return f"{moment:%d.%m.%Y %H:%M}" if self.language == "de" else f"{moment:%Y-%m-%d %H:%M}"

    def fields(self, text: str) -> str:
        """Return an event's fields as `name: value, ...`; what isn't an object is shown as it is."""
        try:
            fields = msgspec.json.decode(text)
        except (msgspec.MsgspecError, RecursionError):
            return _short(text)
        if not isinstance(fields, dict):
            return _short(text)
        shown = [f"{_short(str(k))}: {_value(v)}" for k, v in list(fields.items())[:_MAX_FIELDS]]
        return ", ".join(shown)

    def _moment(self, wall_s: float | None) -> dt.datetime | None:
        if wall_s is None:
            return None
        try:
            return dt.datetime.fromtimestamp(wall_s, self.zone)
        except (ValueError, OverflowError, OSError):  # a site's clock may say anything
            return None


def _value(value: object) -> str:
    return _short(value if isinstance(value, str) else msgspec.json.encode(value).decode())


def _short(text: str) -> str:
    return text if len(text) <= _MAX_VALUE else text[: _MAX_VALUE - 1] + "…"
