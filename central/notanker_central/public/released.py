"""What the status page tells: of each incident the texts that people have released for the public, no others.

Which texts count now is the core's own rule (`drafts.shown`): other words, a withdrawal, a promise that has
passed or the incident's end take them away. What was released before stays below it with its time, but for
what somebody has withdrawn.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, select

from notanker.core import drafts, incident
from notanker.core.drafts import Draft
from notanker.core.incident import Incident, Incidents
from notanker.core.moment import Moment
from notanker.core.outside import Released, Withdrawn
from notanker_central import outside
from notanker_central import tables as t
from notanker_central.outside import Entry

MOST_SITES: Final = 200
"""Whose news is newest; a page of more is read by nobody."""
DAY_S: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Update:
    """One released text.

    Attributes:
        key: The same for ever, and no other text's.
        words: Language and text.
        at_s: When the last release that it took was given.
        is_end: Whether it says that all is well again.
    """

    key: str
    template: str
    version: int
    words: tuple[tuple[str, str], ...]
    at_s: float
    is_end: bool


@dataclass(frozen=True, slots=True)
class Told:
    """An incident with at least one released text.

    Attributes:
        name: The site's.
        since_s: When it began.
        until_s: When it ended, None while it lasts.
        current: What counts now.
        earlier: What counted before, the newest first.
    """

    name: str
    since_s: float
    until_s: float | None
    current: tuple[Update, ...]
    earlier: tuple[Update, ...]

    @property
    def updates(self) -> tuple[Update, ...]:
        """All of them, the newest first."""
        return tuple(sorted((*self.current, *self.earlier), key=lambda one: -one.at_s))


def all_told(
    connection: Connection, templates: Collection[str], now_s: float, days: float
) -> list[Told]:
    """Return what is told of all listed sites: open incidents first, then the newest.

    Args:
        connection: An open transaction.
        templates: Ids of the texts that are for the public, such as `T9`; variants (`T9-core`) count.
        now_s: Now.
        days: So long an incident that is over stays.
    """
    found: list[Told] = []
    for site, name in _sites(connection, now_s - days * DAY_S):
        entries = outside.record(connection, site)
        found += told_of(site, name, entries, templates, now_s)
    kept = (one for one in found if one.until_s is None or now_s - one.until_s < days * DAY_S)
    return sorted(kept, key=lambda one: (one.until_s is not None, -one.since_s))


def told_of(
    site: str, name: str, entries: Iterable[Entry], templates: Collection[str], now_s: float
) -> list[Told]:
    """Return what is told of a site's incidents."""
    known, updates = Incidents(), _Updates(site, templates)
    for entry in entries:
        known = incident.take(known, entry.fact)
        updates.take(entry, known)
    now = outside.at(now_s)
    return [
        _told(name, one, known, updates.of[one.number], now)
        for one in known.all
        if updates.of.get(one.number)
    ]


@dataclass(slots=True)
class _Updates:
    """Collects what was released, by incident."""

    site: str
    templates: Collection[str]
    of: dict[int, list[Update]] = field(default_factory=dict)

    def take(self, entry: Entry, known: Incidents) -> None:
        """Look at a fact after the incidents have taken it."""
        fact = entry.fact
        if not isinstance(fact, Released | Withdrawn):
            return
        if drafts.base(fact.template) not in self.templates:
            return
        one = known.find(fact.incident)
        draft = drafts.find(one.drafts, fact.template) if one is not None else None
        if draft is None or draft.version != fact.version:
            return
        before = self.of.setdefault(fact.incident, [])
        if isinstance(fact, Withdrawn):
            before[:] = [update for update in before if not _is_of(update, draft)]
        elif draft.is_released and not any(_is_of(update, draft) for update in before):
            before.append(self._update(entry, draft))

    def _update(self, entry: Entry, draft: Draft) -> Update:
        at = entry.fact.at
        return Update(
            f"{self.site}/{entry.epoch}/{entry.position}",
            draft.template,
            draft.version,
            draft.words,
            at.wall_s if at.trusted else entry.received_s,
            drafts.base(draft.template) in drafts.RECOVERY,
        )


def _is_of(update: Update, draft: Draft) -> bool:
    # An outage that goes on under its number counts versions from 1 again: the words tell.
    wanted = (draft.template, draft.version, draft.words)
    return (update.template, update.version, update.words) == wanted


def _told(
    name: str, one: Incident, known: Incidents, updates: Iterable[Update], now: Moment
) -> Told:
    shown = drafts.shown(known, one, now)
    newest = sorted(updates, key=lambda update: -update.at_s)
    current = tuple(u for u in newest if any(_is_of(u, draft) for draft in shown))
    until = one.resolved
    return Told(
        name=name,
        since_s=one.opened.wall_s,
        until_s=None if until is None else until.wall_s,
        current=current,
        earlier=tuple(update for update in newest if update not in current),
    )


def _sites(connection: Connection, since_s: float) -> list[tuple[str, str]]:
    """Return id and name of the listed sites of which there is news since then."""
    o, s = t.outside.c, t.site.c
    newest = select(o.site).where(o.received_s >= since_s).distinct().limit(MOST_SITES)
    query = select(s.id, s.name).where(s.listed, s.id.in_(newest))
    return [(row.id, row.name) for row in connection.execute(query)]
