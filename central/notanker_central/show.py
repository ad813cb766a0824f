"""Puts values into words: ages, times, states. Total: whatever a site sent, there is a text."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row

from notanker.core.centre_orders import ACKNOWLEDGE, WITHDRAW
from notanker.core.heartbeat import Beat, BeatCause
from notanker.core.names import Cause, Line, Uplink, Verdict
from notanker.core.wording import CAUSES, CONFIDENCES, LINES, UPLINKS, VERDICTS, Pair, evidence_pair
from notanker.errors import Language
from notanker_central.history import sentence
from notanker_central.states import State
from notanker_central.wording import REASONS, STATES, TEXTS

NOTHING: Final = "–"
# Up to two minutes in seconds, up to two hours in minutes, up to two days in hours.
_AGES: Final = ((120.0, 1.0, "s"), (7_200.0, 60.0, "min"), (172_800.0, 3_600.0, "h"))
_CAUSES: Final = frozenset(Cause)


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

    def state(self, value: State) -> str:
        """Return the word for a site's state."""
        return self.pick(STATES[value])

    def cause(self, value: str) -> str:
        """Return the word for a cause; one that an older table held is shown as it is."""
        return self.pick(CAUSES[Cause(value)]) if value in _CAUSES else value

    def told_cause(self, beat: Beat) -> str:
        """Return a beat's cause: the broken system by its own name, where the site has one for it."""
        name = beat.known.name if beat.known else ("", "")
        return self.pick(name) or (self.cause(beat.cause) if beat.cause else "")

    def evidence(self, known: BeatCause) -> str:
        """Return what speaks for a cause, how sure it is, since when, and what hangs on it."""
        parts = [self.pick(evidence_pair(known.evidence)), self.pick(CONFIDENCES[known.confidence])]
        if known.since is not None and known.since.trusted:
            parts.append(f"{self.text('since')} {self.time(known.since.wall_s)}")
        if known.needed_by:
            parts.append(self.text("needed_by", count=known.needed_by))
        return ", ".join(parts)

    def line(self, value: Line) -> str:
        """Return where the traffic goes."""
        return self.pick(LINES[value])

    def uplink(self, value: Uplink) -> str:
        """Return the word for an uplink."""
        return self.pick(UPLINKS[value])

    def verdict(self, value: Verdict) -> str:
        """Return the word for the detector's verdict."""
        return self.pick(VERDICTS[value])

    def event(self, kind: str, fields: str) -> str:
        """Return a row of the site's journal as a sentence."""
        return sentence(kind, fields, self.language)

    def person(self, who: str) -> str:
        """Return who has it, as the site says it: the button at the box knows nobody's name."""
        pair = {
            "panel": ("jemandem an der Box", "somebody at the box"),
            "?": ("jemandem", "somebody"),
        }
        return self.pick(pair[who]) if who in pair else who

    def wanted(self, order: Row[Any]) -> str:
        """Return who wanted what of a site."""
        values = {"who": order.contact, "number": order.incident}
        if order.kind == ACKNOWLEDGE:
            return self.text("wanted_by", **values)
        name = "wanted_back" if order.kind == WITHDRAW else "wanted_release"
        return self.text(name, **values, template=order.template, version=order.version)

    def became(self, order: Row[Any]) -> str:
        """Return what became of an order to a site."""
        if order.answered_s is None:
            return self.text("on_its_way")
        if order.taken:
            return self.text("taken", time=self.time(order.answered_s))
        return self.text("not_taken", reason=self.reason(order.reason))

    def reason(self, word: str) -> str:
        """Return why a site refused an order; a word that is not known here stands for itself."""
        return self.pick(REASONS.get(word, (word, word)))

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

    def _moment(self, wall_s: float | None) -> dt.datetime | None:
        if wall_s is None:
            return None
        try:
            return dt.datetime.fromtimestamp(wall_s, self.zone)
        except (ValueError, OverflowError, OSError):  # a site's clock may say anything
            return None
