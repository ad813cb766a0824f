"""Writes messages for the facts that want them, and puts them into the outbox in the same transaction."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from notanker.core import escalation
from notanker.core.delivery import Delivery
from notanker.core.facts import Fact, Queued
from notanker.core.incident import Incident
from notanker.core.lineage import kind_of, rank_of
from notanker.core.marks import reference_of
from notanker.core.merging import withdrawn
from notanker.core.moment import Moment
from notanker.core.names import ON_ITS_WAY, Outcome
from notanker.errors import LANGUAGES
from notanker_central import tables as t
from notanker_central.alarm import outbox, sight, words
from notanker_central.alarm.common import Dimension
from notanker_central.alarm.kinds import Kind
from notanker_central.alarm.outbox import About, Item
from notanker_central.alarm.words import Scene


class Writer:
    """Makes messages.

    Args:
        zone: In whose time people read.
        every_s: So long after a message the next news is promised.
    """

    def __init__(self, zone: zoneinfo.ZoneInfo, every_s: float) -> None:
        self._zone: Final = zone
        self._every_s: Final = every_s

    def write(
        self,
        connection: Connection,
        incidents: Mapping[int, Incident],
        said: Iterable[Fact],
        now: Moment,
    ) -> None:
        """Put a message into the outbox for each fact that wants one."""
        wanted = [fact for fact in said if isinstance(fact, Queued)]
        if not wanted:
            return
        rows = _rows(connection, {fact.incident for fact in wanted})
        abouts = _Abouts(self, connection, rows, incidents, now)
        items = [self._item(fact, abouts.of(fact), now) for fact in wanted]
        outbox.put(connection, items, now.wall_s)
        for item in items:
            _withdraw(connection, item, incidents, now)

    def scene(
        self, connection: Connection, row: Row[Any], incident: Incident, template: str, now: Moment
    ) -> Scene:
        """Return what a message of that template tells of."""
        common = sight.common_of(row)
        if template in escalation.CLEAR:
            common = replace(common, gone=row.most)
        single = common.dimension is Dimension.SITE
        return Scene(
            number=row.number,
            kind=Kind(row.kind),
            common=common,
            name=sight.name_of(connection, common.value) if single else "",
            hint=sight.hint_of(connection, row.number),
            since_s=row.since_s,
            now_s=now.wall_s,
            next_s=now.wall_s + self._every_s,
            by=incident.names.get(incident.acknowledged_by, incident.acknowledged_by),
        )

    def text(self, template: str, scene: Scene, mark: str, language: str) -> str:
        """Return the message as it is read."""
        return words.text(template, scene, mark, language, self._zone)

    def _item(self, fact: Queued, about: About, now: Moment) -> Item:
        delivery = Delivery(
            fact.mark,
            fact.incident,
            fact.number,
            about.text[about.language],
            now.boot_s,
            rank=rank_of(fact.template),
            contact=fact.contact,
            channels=fact.ways,
            kind=kind_of(fact.template),
            reference=reference_of(fact.mark),
        )
        return Item(delivery, about)


class _Abouts:
    """What the messages of one transaction are about; the sites of an incident are read once for all."""

    def __init__(
        self,
        writer: Writer,
        connection: Connection,
        rows: dict[int, Row[Any]],
        incidents: Mapping[int, Incident],
        now: Moment,
    ) -> None:
        self._writer = writer
        self._connection = connection
        self._rows = rows
        self._incidents = incidents
        self._now = now
        self._scenes: dict[tuple[int, str], Scene] = {}
        self._sites: dict[int, dict[str, object]] = {}

    def of(self, fact: Queued) -> About:
        scene = self._scene(fact)
        text: dict[str, str] = {
            one: self._writer.text(fact.template, scene, fact.mark, one) for one in LANGUAGES
        }
        language = fact.language if fact.language in text else LANGUAGES[0]
        return About(
            kind=kind_of(fact.template),
            incident=fact.incident,
            heads={one: words.head(fact.template, scene, one) for one in LANGUAGES},
            text=text,
            common=_common(scene),
            sites=self._named(fact.incident, scene),
            language=language,
            name=fact.name,
        )

    def _scene(self, fact: Queued) -> Scene:
        key = (fact.incident, fact.template)
        if key not in self._scenes:
            row, incident = self._rows[fact.incident], self._incidents[fact.incident]
            self._scenes[key] = self._writer.scene(
                self._connection, row, incident, fact.template, self._now
            )
        return self._scenes[key]

    def _named(self, number: int, scene: Scene) -> dict[str, object]:
        if number not in self._sites:
            listed = [
                {"site": row.site, "name": row.name, "region": row.region,
                 "since_s": row.opened_s, "hint": row.hint}
                for row in sight.named(self._connection, number)
            ]  # fmt: skip
            figures = {"count": scene.common.gone, "of": scene.common.total}
            self._sites[number] = {**figures, "named": listed}
        return self._sites[number]


def _common(scene: Scene) -> dict[str, object]:
    common = scene.common
    return {
        "alarm": scene.kind, "dimension": common.dimension, "value": common.value,
        "hint": scene.hint, "since_s": scene.since_s,
    }  # fmt: skip


def _rows(connection: Connection, numbers: set[int]) -> dict[int, Row[Any]]:
    query = select(t.alarm_incident).where(t.alarm_incident.c.number.in_(numbers))
    return {row.number: row for row in connection.execute(query)}


def _withdraw(
    connection: Connection, clear: Item, incidents: Mapping[int, Incident], now: Moment
) -> None:
    """End what was still waiting for this person when all is well again, and the all-clear if that is all."""
    incident = incidents[clear.delivery.incident]
    waiting = outbox.waiting(connection)
    taken = withdrawn(
        clear.delivery,
        [item.delivery for item in waiting],
        lambda _mark: _heard(incident, clear.delivery.contact),
    )
    by_mark = {item.delivery.mark: item for item in waiting}
    for one in taken:
        outbox.keep(connection, replace(by_mark.get(one.mark, clear), delivery=one), now)


def _heard(incident: Incident, contact: str) -> bool:
    may = {*ON_ITS_WAY, Outcome.UNKNOWN, Outcome.HANDED_OVER}
    return any(told.queued.contact == contact and told.outcome in may for told in incident.told)
