"""The alarm desk: each second, in one thread, what is new finds its incident and people are told.

What it decides, the messages that follow and their place in the outbox are one transaction: killed at any
moment, the centre has told of an incident, or it begins again from what is written.
"""

from __future__ import annotations

import datetime as dt
import threading
import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import structlog
from sqlalchemy import Connection, bindparam, case, func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from notanker.core.facts import Fact, Opened, Resolved
from notanker.core.incident import Incident, after, fold
from notanker.core.moment import Moment
from notanker.core.settings import Telling
from notanker_central import tables as t
from notanker_central.alarm import leading, record, sight
from notanker_central.alarm.carrying import Carrying
from notanker_central.alarm.common import Common, Dimension, Tally
from notanker_central.alarm.grouping import Fresh, Open, Placing, place
from notanker_central.alarm.kinds import Kind
from notanker_central.alarm.people import telling
from notanker_central.alarm.settings import Alarm
from notanker_central.alarm.sight import Count
from notanker_central.alarm.writing import Writer
from notanker_central.clock import Clock
from notanker_central.store import Store

log: Final = structlog.get_logger(__name__)

LOOK_S: Final = 1.0
SETTLE_S: Final = 2.0
"""So long an alarm waits for others of its incident."""
EXTENT_S: Final = 10.0
"""How often the figures of open incidents are counted anew over the whole fleet."""


@dataclass(frozen=True, slots=True)
class View:
    """What one look sees.

    Attributes:
        fresh: Alarms without an incident.
        opened: The open incidents, with their figures of now where they were counted.
        counts: How many alarms of each are open.
        tallies: How many sites of which traits are missing, where that was counted.
        measured: Whether it was.
    """

    fresh: list[Fresh]
    opened: list[Open]
    counts: dict[int, Count]
    tallies: dict[Kind, list[Tally]]
    measured: bool

    @property
    def gone(self) -> dict[int, int]:
        """How many sites of each open incident are missing; none once its last alarm is closed."""
        return {
            one.number: one.common.gone if self.counts.get(one.number, Count()).gone else 0
            for one in self.opened
        }


class Desk:
    """Leads all incidents of the centre."""

    def __init__(
        self,
        store: Store,
        alarm: Alarm,
        clock: Clock,
        zone: str,
        carrying: Carrying | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._alarm = alarm
        self._carrying = carrying
        self._zone = zoneinfo.ZoneInfo(zone)
        self._telling: Telling = telling(alarm)
        self._writer = Writer(self._zone, self._telling.every_s)
        self._incidents: dict[int, Incident] | None = None
        self._seen = 0
        self._extent_s: float | None = None
        self._failing = False

    def run(self, stop: threading.Event) -> None:
        """Lead until told to stop. No fault of the database ends it."""
        self._incidents = None  # another centre may have led them until now
        while not stop.is_set():
            try:
                more = self.look()
                self._note(None)
            except SQLAlchemyError as error:
                self._incidents, more = None, False  # what is written counts, not what was meant
                self._note(error)
            stop.wait(0.0 if more else LOOK_S)

    def _wake(self) -> None:
        if self._carrying is not None:
            self._carrying.wake()

    def look(self) -> bool:
        """Lead all incidents on. Returns whether there is more to do at once.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database does not answer; nothing was decided.
        """
        now = self._clock.moment()
        known = self._up_to_date()
        view = self._view(known, now)
        if (view.fresh or view.measured or self._has_news(known, view, now)) and self._decide(
            known, view, now
        ):
            self._wake()
        return len(view.fresh) == sight.AT_ONCE

    def _up_to_date(self) -> dict[int, Incident]:
        """Return the open incidents with what others have written down since: answers, ends of messages."""
        with self._store.read() as connection:
            if self._incidents is None:
                self._seen = record.last_id(connection)
                self._incidents = record.open_ones(connection)
            facts, self._seen = record.since(connection, self._seen)
        _take(self._incidents, facts)
        return self._incidents

    def _view(self, known: dict[int, Incident], now: Moment) -> View:
        """Read what there is to decide on, before and beside the beats that are written."""
        with self._store.read() as connection:
            fresh = sight.fresh(connection, now.wall_s - SETTLE_S)
            opened = sight.opened(connection) if fresh or known else []
            counts = sight.counts(connection, [one.number for one in opened]) if opened else {}
            measured = bool(fresh) or (bool(opened) and self._extent_is_due(now))
            kinds = (
                {*(one.kind for one in fresh), *(one.kind for one in opened)} if measured else set()
            )
            tallies = {
                kind: sight.tallies(connection, kind, now.wall_s, self._alarm.proof_s)
                for kind in sorted(kinds)
            }
        return View(fresh, measured_of(opened, tallies, counts), counts, tallies, measured)

    def _extent_is_due(self, now: Moment) -> bool:
        due = self._extent_s is None or now.boot_s - self._extent_s >= EXTENT_S
        if due:
            self._extent_s = now.boot_s
        return due

    def _decide(self, known: dict[int, Incident], view: View, now: Moment) -> int:
        """Write down what follows, if anything does. Returns how many facts that are."""
        with self._store.write() as connection:
            facts, self._seen = record.since(connection, self._seen)
            _take(known, facts)
            if view.measured:
                for one in view.opened:
                    _measured(connection, one)
            opened, gone = self._place(connection, view, now)
            _take(known, opened)
            said = self._lead(known, gone, now)
            record.append(connection, [*opened, *said])
            self._writer.write(connection, known, said, now)
            resolved = _close(connection, said)
            self._seen = record.last_id(connection)
        for number in resolved:
            known.pop(number, None)
        return len(opened) + len(said)

    def _has_news(self, known: dict[int, Incident], view: View, now: Moment) -> bool:
        gone = view.gone
        return any(self._facts_of(one, gone, now) for one in known.values())

    def _lead(self, known: dict[int, Incident], gone: dict[int, int], now: Moment) -> list[Fact]:
        said: list[Fact] = []
        for number, one in known.items():
            facts = self._facts_of(one, gone, now)
            known[number] = after(one, facts)
            said += facts
        return said

    def _facts_of(self, one: Incident, gone: dict[int, int], now: Moment) -> tuple[Fact, ...]:
        left = gone.get(one.number, 0)
        return leading.lead(one, left, self._telling, now, self._offset_s(now))

    def _place(
        self, connection: Connection, view: View, now: Moment
    ) -> tuple[list[Fact], dict[int, int]]:
        """Give each fresh alarm its incident.

        Returns the facts that open new ones, and how many sites are missing in each that is open.
        """
        facts: list[Fact] = []
        gone = view.gone
        for kind in Kind:
            theirs = [one for one in view.fresh if one.kind is kind]
            for placing in _placings(connection, kind, theirs, view, now) if theirs else ():
                number = placing.number
                if number is None:
                    number = record.next_number(connection)
                    facts.append(leading.opening(number, _extent(placing), now))
                    _insert(connection, number, placing, now)
                gone[number] = max(gone.get(number, 0), _extent(placing))
                _join(connection, number, placing, now)
                sight.date(connection, number, kind)
        return facts, gone

    def _offset_s(self, now: Moment) -> float:
        local = dt.datetime.fromtimestamp(now.wall_s, self._zone)
        return (local.utcoffset() or dt.timedelta()).total_seconds()

    def _note(self, error: Exception | None) -> None:
        if error is not None and not self._failing:
            log.warning("alarm_desk_failing", reason=type(error).__name__, detail=str(error)[:200])
        elif error is None and self._failing:
            log.info("alarm_desk_recovered")
        self._failing = error is not None


def _take(known: dict[int, Incident], facts: Iterable[Fact]) -> None:
    for fact in facts:
        number = getattr(fact, "incident", 0)
        if isinstance(fact, Opened):
            line = fold([fact]).line
            if line is not None:
                known.setdefault(number, line)
        elif number in known:
            known[number] = after(known[number], [fact])


def measured_of(
    opened: list[Open], tallies: dict[Kind, list[Tally]], counts: dict[int, Count]
) -> list[Open]:
    """Return the open incidents with their figures of now; those that nobody has counted keep theirs."""
    found = []
    for one in opened:
        listed = counts.get(one.number, Count()).gone
        theirs = [tally for tally in tallies.get(one.kind, []) if one.common.covers(tally.traits)]
        if one.kind not in tallies or one.kind is Kind.DEAF:
            gone, total = (one.common.gone if listed else 0), one.common.total
        else:
            # Who is late counts as missing, but only as long as one of them surely is.
            gone = max(sum(tally.gone for tally in theirs), listed) if listed else 0
            total = max(
                sum(tally.total for tally in theirs), gone, 0 if theirs else one.common.total
            )
        found.append(replace(one, common=replace(one.common, gone=gone, total=total)))
    return found


def _placings(
    connection: Connection, kind: Kind, fresh: list[Fresh], view: View, now: Moment
) -> Iterable[Placing]:
    opened = [one for one in view.opened if one.kind is kind]
    if kind is Kind.DEAF:
        number = opened[0].number if opened else None
        total = _watched(connection)
        return (Placing(number, kind, Common(Dimension.ALL, "", total, total), tuple(fresh)),)
    return place(fresh, opened, view.tallies.get(kind, []), now.wall_s)


def _extent(placing: Placing) -> int:
    """Return how many sites people are told of: what is overdue counts, not what a second has shown of it."""
    return max(placing.common.gone, len(placing.alarms))


def _watched(connection: Connection) -> int:
    query = select(func.count()).select_from(t.site).where(t.site.c.due_s.is_not(None))
    return connection.execute(query).scalar_one()


def _insert(connection: Connection, number: int, placing: Placing, now: Moment) -> None:
    common, gone = placing.common, _extent(placing)
    connection.execute(
        insert(t.alarm_incident).values(
            number=number,
            kind=placing.kind,
            dimension=common.dimension,
            value=common.value,
            since_s=now.wall_s,
            opened_s=now.wall_s,
            acknowledged_by="",
            sites=gone,
            of=max(common.total, gone),
            most=gone,
        )
    )
    told = {"kind": placing.kind, "common": common.dimension, "value": common.value}
    log.warning("incident_opened", incident=number, sites=gone, **told)


def _join(connection: Connection, number: int, placing: Placing, now: Moment) -> None:
    joining = update(t.alarm).where(t.alarm.c.id == bindparam("alarm"))
    rows = [{"alarm": one.id} for one in placing.alarms]
    connection.execute(joining.values(incident=number, told_open_s=now.wall_s), rows)


def _measured(connection: Connection, one: Open) -> None:
    i = t.alarm_incident.c
    gone, total = one.common.gone, one.common.total
    connection.execute(
        update(t.alarm_incident)
        .where(i.number == one.number)
        .values(sites=gone, of=total, most=case((i.most < gone, gone), else_=i.most))
    )


def _close(connection: Connection, said: Iterable[Fact]) -> list[int]:
    over = [fact for fact in said if isinstance(fact, Resolved)]
    for fact in over:
        number = t.alarm_incident.c.number == fact.incident
        closing = update(t.alarm_incident).where(number)
        connection.execute(closing.values(resolved_s=fact.at.wall_s, sites=0))
        log.info("incident_resolved", incident=fact.incident)
    return [fact.incident for fact in over]
