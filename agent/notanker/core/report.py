"""The after-action report: what happened, who was told, how it compares. Out of the record alone."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from notanker.core.cause import NO_DETAIL, Detail
from notanker.core.facts import Acknowledged, Fact, LineChanged, Opened, Reopened, Resolved, Settled
from notanker.core.incident import Incident, Told
from notanker.core.judging import (
    SHIPPED_TARGETS,
    Judgement,
    Targets,
    acknowledged_s,
    acknowledgements,
    back_s,
    judgements,
    taken_over_s,
    told_s,
)
from notanker.core.moment import Moment, between_s
from notanker.core.names import Cause, Line, Outcome
from notanker.core.report_rows import words_of
from notanker.core.shortfalls import Shortfall, shortfalls
from notanker.core.usage import DataUsed, data_used

FORMAT: Final = 2
MOST_ROWS: Final = 500
MOST_MESSAGES: Final = 1_000
"""A report has a bound; the journal has all of it."""


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One line of the time line, in both languages."""

    at: Moment
    after_s: float
    kind: str
    de: str
    en: str


@dataclass(frozen=True, slots=True)
class Carried:
    """What the outbox still knows of a message: by which channel it went, and its words."""

    channel: str
    text: str
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class ReportMessage:
    """Who was told what, and what is known of it.

    Attributes:
        attempts: How often it was handed over, 0 where that is not known.
        reason: Why it did not arrive.
        channel: Which plugin had it last, and `text` its words; empty once the outbox has forgotten them.
        repeated: Whether it may have left twice.
        acknowledged: When this person said "I have it", if that was after it.
    """

    mark: str
    template: str
    contact: str
    name: str
    outcome: Outcome
    queued: Moment
    settled: Moment | None
    attempts: int = 0
    reason: str = ""
    channel: str = ""
    text: str = ""
    repeated: bool = False
    acknowledged: Moment | None = None


@dataclass(frozen=True, slots=True)
class ReportSpan:
    """A time in which the line was in one state, in seconds from the opening."""

    line: Line
    from_s: float
    to_s: float


@dataclass(frozen=True, slots=True)
class Report:
    """One incident from opening to the end.

    Attributes:
        number: The incident's number.
        system: The system that it was opened for, empty for the primary line: then nothing was switched.
        outage_s: From the opening to the return of line or system, None while it is still out.
        isolated_s: Time without any working uplink, counted from the opening.
        on_backup_s: Time on the backup uplink.
        first_alert_s: From the opening to the first alert handed over, None if there was none.
        flaps: How often the primary came back and failed again within this incident.
        taken_over_s: From the opening to the traffic on the backup, None if it never was.
        acknowledged_s: From the first message to the first "I have it", None if nobody said so.
        acknowledged_by: A contact's id, empty for the button at the box, and `acknowledged_how` by what.
        plan: The version of the plan that the targets come from.
        into: The incident that it turned out to be a part of, 0 for none.
        data: What was used of the LTE data, None where nothing tells.
        rows_left_out: So many rows were too many for a report, and `messages_left_out` messages.
    """

    site: str
    number: int
    cause: Cause
    opened: Moment
    resolved: Moment | None
    outage_s: float | None
    isolated_s: float
    on_backup_s: float
    first_alert_s: float | None
    flaps: int
    rows: tuple[ReportRow, ...]
    messages: tuple[ReportMessage, ...]
    evidence: str = ""
    detail: Detail = NO_DETAIL
    system: str = ""
    spans: tuple[ReportSpan, ...] = ()
    format: int = FORMAT
    taken_over_s: float | None = None
    acknowledged: Moment | None = None
    acknowledged_s: float | None = None
    acknowledged_by: str = ""
    acknowledged_how: str = ""
    judgements: tuple[Judgement, ...] = ()
    plan: str = ""
    into: int = 0
    data: DataUsed | None = None
    shortfalls: tuple[Shortfall, ...] = ()
    rows_left_out: int = 0
    messages_left_out: int = 0


def report_of(
    incident: Incident,
    site: str,
    targets: Targets = SHIPPED_TARGETS,
    beside: Iterable[Fact] = (),
    carried: Mapping[str, Carried] | None = None,
    now: Moment | None = None,
) -> Report:
    """Make the report of an incident out of its facts.

    Args:
        incident: The incident.
        site: Its site.
        targets: What was agreed.
        beside: What else befell the site meanwhile.
        carried: What the outbox knows of the messages, by mark.
        now: Until when one that is still open is told, None for the last that is known of it.
    """
    opened, beside = incident.opened, tuple(beside)
    until = incident.resolved or now or (incident.facts[-1].at if incident.facts else opened)
    spans = tuple(_spans(incident, until))
    rows = tuple(_rows(incident, beside))
    messages = tuple(_messages(incident, carried or {}))
    judged = judgements(incident, targets, until)
    said = next((fact for fact in incident.facts if isinstance(fact, Acknowledged)), None)
    return Report(
        site=site,
        number=incident.number,
        cause=incident.cause,
        opened=opened,
        resolved=incident.resolved,
        outage_s=back_s(incident),
        isolated_s=_spent_s(spans, (Line.ISOLATED,)),
        on_backup_s=_spent_s(spans, (Line.BACKUP, Line.WAIT_TO_RESTORE)),
        first_alert_s=told_s(incident),
        flaps=incident.flaps,
        rows=_ends(rows),
        messages=messages[:MOST_MESSAGES],
        evidence=incident.evidence,
        detail=incident.detail,
        system=incident.system,
        spans=spans[:MOST_ROWS],
        taken_over_s=None if incident.system else taken_over_s(incident),
        acknowledged=said.at if said else None,
        acknowledged_s=acknowledged_s(incident),
        acknowledged_by=said.contact if said and said.how != "panel" else "",
        acknowledged_how=said.how if said else "",
        judgements=judged,
        plan=targets.plan,
        into=next((fact.into for fact in incident.facts if isinstance(fact, Resolved)), 0),
        data=None if incident.system else data_used(incident, beside),
        shortfalls=tuple(shortfalls(incident, beside, judged)),
        rows_left_out=max(0, len(rows) - MOST_ROWS),
        messages_left_out=max(0, len(messages) - MOST_MESSAGES),
    )


def _ends(rows: tuple[ReportRow, ...]) -> tuple[ReportRow, ...]:
    """Return the rows, of too many the first and the last: how it began and how it ended."""
    half = MOST_ROWS // 2
    return rows if len(rows) <= MOST_ROWS else (*rows[:half], *rows[-half:])


def _messages(incident: Incident, carried: Mapping[str, Carried]) -> Iterator[ReportMessage]:
    ends = {fact.mark: fact for fact in incident.facts if isinstance(fact, Settled)}
    said = acknowledgements(incident)
    for told in incident.told:
        yield _message(
            told,
            ends.get(told.queued.mark),
            carried.get(told.queued.mark, Carried("", "")),
            said.get(told.queued.contact),
        )


def _message(
    told: Told, end: Settled | None, carried: Carried, said: Acknowledged | None
) -> ReportMessage:
    queued = told.queued
    return ReportMessage(
        mark=queued.mark,
        template=queued.template,
        contact=queued.contact,
        name=queued.name,
        outcome=told.outcome,
        queued=queued.at,
        settled=told.settled,
        attempts=end.attempts if end else 0,
        reason=end.reason if end else "",
        channel=carried.channel,
        text=carried.text,
        repeated=carried.repeated,
        acknowledged=said.at if said and between_s(queued.at, said.at) >= 0 else None,
    )


def _by_name(fact: Fact, names: Mapping[str, str]) -> Fact:
    """Return the fact with the name of the person instead of the contact's id, where it is known."""
    if isinstance(fact, Acknowledged) and names.get(fact.contact):
        return replace(fact, contact=names[fact.contact])
    return fact


def _spans(incident: Incident, end: Moment) -> Iterator[ReportSpan]:
    """Yield the states of the line one after the other, from the opening to the end."""
    changes = [
        (fact.at, fact.line)
        for fact in incident.facts
        if isinstance(fact, Opened | Reopened | LineChanged)
    ]
    ends = [at for at, _ in changes[1:]] + [end]
    for (at, line), until in zip(changes, ends, strict=True):
        from_s = max(0.0, between_s(incident.opened, at))
        yield ReportSpan(line, from_s, max(from_s, between_s(incident.opened, until)))


def _spent_s(spans: tuple[ReportSpan, ...], lines: tuple[Line, ...]) -> float:
    """Add up the time spent in these states of the line."""
    return sum((span.to_s - span.from_s for span in spans if span.line in lines), 0.0)


def _rows(incident: Incident, beside: Iterable[Fact]) -> Iterator[ReportRow]:
    """Yield what happened in its order, each fact once that says something."""

    def after_s(fact: Fact) -> float:
        return between_s(incident.opened, fact.at)

    names = incident.names
    during = [fact for fact in beside if after_s(fact) >= 0]
    for fact in heapq.merge(incident.facts, during, key=after_s):
        words = words_of(_by_name(fact, names))
        if words is not None:
            yield ReportRow(fact.at, after_s(fact), type(fact).__name__, words[0], words[1])
