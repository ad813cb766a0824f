"""Puts values into words: ages, times, states. Total: whatever a site sent, there is a text."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup
from sqlalchemy import Row

from notanker.core.centre_orders import ACKNOWLEDGE, WITHDRAW
from notanker.core.heartbeat import Beat, BeatCause
from notanker.core.names import Cause, Line, Uplink, Verdict
from notanker.core.wording import CAUSES, CONFIDENCES, LINES, UPLINKS, VERDICTS, Pair, evidence_pair
from notanker.errors import Language
from notanker_central.alarm.common import Dimension
from notanker_central.alarm.kinds import Kind
from notanker_central.alarm.views import IncidentView
from notanker_central.board import pictures
from notanker_central.board.availability import floor_pct
from notanker_central.board.people_wording import DID, ROLES
from notanker_central.board.wording import REASONS, STATES, TEXTS
from notanker_central.history import sentence
from notanker_central.states import State

NOTHING: Final = "–"
# Up to two minutes in seconds, up to two hours in minutes, up to two days in hours.
_AGES: Final = ((120.0, 1.0, "s"), (7_200.0, 60.0, "min"), (172_800.0, 3_600.0, "h"))
_CAUSES: Final = frozenset(Cause)
_GERMAN: Final = str.maketrans(",.", ".,")
MONTHS: Final = (
    ("Januar", "January"), ("Februar", "February"), ("März", "March"), ("April", "April"),
    ("Mai", "May"), ("Juni", "June"), ("Juli", "July"), ("August", "August"),
    ("September", "September"), ("Oktober", "October"), ("November", "November"),
    ("Dezember", "December"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Show:
    """The words of one language, the times of one zone, the ages at one moment."""

    language: Language
    zone: zoneinfo.ZoneInfo
    now_s: float

    def pick(self, pair: Pair) -> str:
        """Return the pair's text in this language."""
        return pair[0] if self.language == "de" else pair[1]

    def text(self, name: str, /, **values: object) -> str:
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

    def alarm(self, one: IncidentView) -> str:
        """Return what an incident of the centre is about, as a line."""
        single = one.dimension == Dimension.SITE and one.kind != Kind.DEAF
        everywhere = "alarm_all" if one.dimension == Dimension.ALL else "alarm_several"
        return self.text(
            f"alarm_{'one_' if single else ''}{one.kind}",
            where=one.where(self.language) or one.value or self.text(everywhere),
            count=self.number(one.sites),
            of=self.number(one.of),
        )

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
        """Return an age such as "3 min", for after "vor" and "seit"; none is below zero."""
        if since_s is None:
            return NOTHING
        seconds = max(0.0, self.now_s - since_s)
        for limit_s, unit_s, unit in _AGES:
            if seconds < limit_s:
                return f"{seconds // unit_s:.0f} {unit}"
        return f"{seconds // 86400:.0f} {self.pick(('Tagen', 'days'))}"

    def ago(self, since_s: float | None) -> str:
        """Return how long ago that was, such as "3 min ago"."""
        return NOTHING if since_s is None else self.text("ago", age=self.age(since_s))

    def time(self, wall_s: float | None) -> str:
        """Return the time of day, with the date if it isn't today's."""
        moment = self._moment(wall_s)
        if moment is None:
            return NOTHING
        today = self._moment(self.now_s)
        if today is not None and moment.date() == today.date():
            return f"{moment:%H:%M:%S}"
        return f"{moment:%d.%m.%Y %H:%M}" if self.language == "de" else f"{moment:%Y-%m-%d %H:%M}"

    def for_days(self, days: int) -> str:
        """Return for how long."""
        return self.text("for_a_day" if days == 1 else "for_days", days=days)

    def this_month(self) -> str:
        """Return the present month as addresses have it."""
        moment = self._moment(self.now_s)
        return "" if moment is None else f"{moment:%Y-%m}"

    def pct(self, share_pct: float | None) -> str:
        """Return per cent to two decimals, never rounded up: 100.00 means all of it."""
        return NOTHING if share_pct is None else f"{self.number(floor_pct(share_pct), 2)} %"

    def span(self, seconds: float) -> str:
        """Return a length of time as hours, minutes and seconds; a dash for none."""
        whole = round(seconds)
        return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}" if whole else NOTHING

    def shares(self, counts: dict[State, int]) -> Markup:
        """Draw how states divide."""
        told = [f"{number} {self.state(state)}" for state, number in counts.items() if number]
        return pictures.shares(counts, ", ".join(told))

    def date(self, day: dt.date) -> str:
        """Return a day."""
        return f"{day:%d.%m.}" if self.language == "de" else f"{day.day} {day:%b}"

    def month(self, year: int, month: int) -> str:
        """Return a month."""
        return f"{self.pick(MONTHS[month - 1])} {year}"

    def proven(self, since_s: float | None) -> str:
        """Return how long ago the backup was proven, as a sentence."""
        return (
            self.text("never_proven")
            if since_s is None
            else self.text("lte_proven", ago=self.ago(since_s))
        )

    def role(self, value: str) -> str:
        """Return the word for a role."""
        return self.pick(ROLES[value]) if value in ROLES else value

    def did(self, value: str) -> str:
        """Return what somebody did; what an older version wrote is shown as it is."""
        return self.pick(DID[value]) if value in DID else value

    def number(self, value: float, decimals: int = 0) -> str:
        """Return a number as people of this language write it."""
        told = f"{value:,.{decimals}f}"
        return told.translate(_GERMAN) if self.language == "de" else told

    def megabytes(self, value_bytes: float) -> str:
        """Return an amount of data."""
        return f"{self.number(value_bytes / 1e6, 1 if value_bytes < 1e7 else 0)} MB"

    def _moment(self, wall_s: float | None) -> dt.datetime | None:
        if wall_s is None:
            return None
        try:
            return dt.datetime.fromtimestamp(wall_s, self.zone)
        except (ValueError, OverflowError, OSError):  # a site's clock may say anything
            return None
