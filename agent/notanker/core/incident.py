"""The incident: a fold over facts, from opening to the end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from notanker.core import drafts
from notanker.core.cause import NO_DETAIL, Detail, Diagnosis
from notanker.core.drafts import Draft
from notanker.core.facts import (
    Acknowledged,
    CauseKnown,
    Escalated,
    Fact,
    LineChanged,
    Mitigated,
    Opened,
    PrimaryBack,
    PrimaryLost,
    Queued,
    Reopened,
    Resolved,
    Settled,
    Switched,
    SystemBack,
    SystemLost,
    Withheld,
)
from notanker.core.moment import Moment, between_s
from notanker.core.names import Cause, Line, Outcome, Phase, Stage, Uplink
from notanker.core.outside import (
    AnnouncementOrdered,
    AnnouncementSwitched,
    Drafted,
    Released,
    Withdrawn,
)

AFTER_THE_END: Final = (
    Settled,
    Queued,
    Withheld,
    Drafted,
    Released,
    Withdrawn,
    AnnouncementOrdered,
    AnnouncementSwitched,
)
"""What still befalls an incident that is over: messages arrive, people apologise, announcements end."""

REOPEN_S: Final = 900.0
"""What breaks again within a quarter of an hour after the all-clear is the same incident: people still have
its number in mind, and the longest wait to restore is as long. Later than that it is told from the start."""


@dataclass(frozen=True, slots=True)
class Told:
    """One message of the incident, and what is known of it; `channel` is the plugin that had it last."""

    queued: Queued
    outcome: Outcome = Outcome.QUEUED
    settled: Moment | None = None
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident.

    Attributes:
        number: Counts up for ever at a site; it is what people say on the phone.
        system: The system that it was opened for, empty for the primary line.
        back_since: Since when the primary has been well again, None while it is out.
        acknowledged: When somebody first said "I have it", and `acknowledged_by` who.
        mitigated: When the site first worked again by other means.
        stop: The stop that the escalation came to last, -1 before the first.
        chained: When it came to the first, from which on all others count.
        unsaid: What was kept from whom, as template and contact.
        drafts: The texts for people outside.
        flaps: How often it came back and failed again, `reopened` how often after it had been resolved.
        began: When the outage of the moment began, where it was reopened.
        before: So many messages are of earlier outages.
        well_s: How long all was well in between.
        facts: Its whole record, in order.
    """

    number: int
    stage: Stage
    cause: Cause
    opened: Moment
    evidence: str = ""
    detail: Detail = NO_DETAIL
    system: str = ""
    on_backup_since: Moment | None = None
    back_since: Moment | None = None
    resolved: Moment | None = None
    acknowledged: Moment | None = None
    acknowledged_by: str = ""
    mitigated: Moment | None = None
    stop: int = -1
    chained: Moment | None = None
    unsaid: frozenset[tuple[str, str]] = frozenset()
    drafts: tuple[Draft, ...] = ()
    flaps: int = 0
    reopened: int = 0
    began: Moment | None = None
    before: int = 0
    well_s: float = 0.0
    told: tuple[Told, ...] = ()
    facts: tuple[Fact, ...] = ()

    @property
    def diagnosis(self) -> Diagnosis:
        """The cause as it is known now."""
        return Diagnosis(self.cause, self.evidence, self.detail)

    @property
    def since(self) -> Moment:
        """When the outage of the moment began."""
        return self.began or self.opened

    @property
    def current(self) -> tuple[Told, ...]:
        """The messages about it: what was said before the all-clear counts no more."""
        return self.told[self.before :]

    @property
    def names(self) -> dict[str, str]:
        """The names of those who were told, by contact."""
        return {told.queued.contact: told.queued.name for told in self.told}

    @property
    def phase(self) -> Phase:
        """How far people are with it."""
        if self.stage is Stage.RESOLVED:
            return Phase.RESOLVED
        if self.mitigated is not None:
            return Phase.MITIGATED
        return Phase.OPENED if self.acknowledged is None else Phase.ACKNOWLEDGED


@dataclass(frozen=True, slots=True)
class Incidents:
    """All incidents of a site.

    Attributes:
        line: The open one of the primary line, if there is one.
        systems: The open ones of systems, the oldest first.
        done: The resolved ones, in order.
    """

    line: Incident | None = None
    systems: tuple[Incident, ...] = ()
    done: tuple[Incident, ...] = ()

    @property
    def open(self) -> tuple[Incident, ...]:
        """All that are open, that of the line first."""
        return (*((self.line,) if self.line else ()), *self.systems)

    @property
    def unanswered(self) -> bool:
        """Whether people were alarmed and nobody has said that he has it."""
        return any(one.current and one.acknowledged is None for one in self.open)

    @property
    def all(self) -> tuple[Incident, ...]:
        """All that are at hand, by number."""
        return tuple(sorted((*self.done, *self.open), key=lambda one: one.number))

    def find(self, number: int) -> Incident | None:
        """Return the one of that number, None if it is not at hand."""
        return next((one for one in (*self.open, *self.done) if one.number == number), None)


def fold(facts: Iterable[Fact]) -> Incidents:
    """Return the incidents that the facts tell of."""
    known = Incidents()
    for fact in facts:
        known = take(known, fact)
    return known


def take(known: Incidents, fact: Fact) -> Incidents:
    """Return the incidents after the fact. Facts of no known incident change nothing."""
    if isinstance(fact, Opened):
        return _opened(known, fact)
    if isinstance(fact, Reopened):
        return _reopened(known, fact)
    number = getattr(fact, "incident", None)
    if known.line is not None and known.line.number == number:
        line = apply(known.line, fact)
        over = line.stage is Stage.RESOLVED
        return (
            replace(known, line=None, done=(*known.done, line))
            if over
            else replace(known, line=line)
        )
    if any(one.number == number for one in known.systems):
        systems = tuple(apply(one, fact) for one in known.systems)
        return replace(
            known,
            systems=tuple(one for one in systems if one.stage is not Stage.RESOLVED),
            done=(*known.done, *(one for one in systems if one.stage is Stage.RESOLVED)),
        )
    if isinstance(fact, AFTER_THE_END):
        return replace(known, done=tuple(apply(one, fact) for one in known.done))
    return known


def _opened(known: Incidents, fact: Opened) -> Incidents:
    incident = Incident(
        fact.incident, Stage.OPEN, fact.cause, fact.at, fact.evidence, fact.detail, fact.system,
        facts=(fact,),
    )  # fmt: skip
    if fact.system:
        return replace(known, systems=(*known.systems, incident))
    return known if known.line is not None else replace(known, line=incident)


def _reopened(known: Incidents, fact: Reopened) -> Incidents:
    one = next((one for one in known.done if one.number == fact.incident), None)
    if one is None or (known.line is not None and not one.system):
        return known
    known = replace(known, done=tuple(other for other in known.done if other is not one))
    again = apply(one, fact)
    if again.system:
        return replace(known, systems=(*known.systems, again))
    return replace(known, line=again)


def reopenable(
    known: Incidents, system: str, now: Moment, within_s: float = REOPEN_S
) -> Incident | None:
    """Return the incident that an outage of this system goes on with, None if it is a new one.

    Args:
        known: All incidents at hand.
        system: The broken system, empty for the primary line.
        now: The present.
        within_s: Later than so long after the all-clear it is a new one.
    """
    for one in reversed(known.done):
        if one.system == system and one.resolved is not None and not _was_part(one):
            return one if 0 <= between_s(one.resolved, now) < within_s else None
    return None


def _was_part(one: Incident) -> bool:
    return any(isinstance(fact, Resolved) and fact.into for fact in one.facts)


def apply(incident: Incident, fact: Fact) -> Incident:
    """Return the incident after the fact. Facts of no or another incident change nothing."""
    if getattr(fact, "incident", None) != incident.number:
        return incident
    texts = drafts.take(incident.drafts, fact)
    return replace(_change(incident, fact), drafts=texts, facts=(*incident.facts, fact))


def after(incident: Incident, facts: Iterable[Fact]) -> Incident:
    """Return the incident after all of these facts."""
    for fact in facts:
        incident = apply(incident, fact)
    return incident


def _change(incident: Incident, fact: Fact) -> Incident:
    match fact:
        case CauseKnown(cause=cause, evidence=evidence, detail=detail):
            return replace(incident, cause=cause, evidence=evidence, detail=detail)
        case Queued(template=template):
            # News frees what was kept back: the next quiet hours are told of anew.
            unsaid = incident.unsaid - {(template, "")}
            return replace(incident, told=(*incident.told, Told(fact)), unsaid=unsaid)
        case Settled():
            return replace(incident, told=tuple(_settle(told, fact) for told in incident.told))
        case PrimaryBack(at=at) | SystemBack(at=at):
            return replace(incident, stage=Stage.RESTORING, back_since=at)
        case PrimaryLost() | SystemLost():
            return replace(incident, stage=Stage.OPEN, back_since=None, flaps=incident.flaps + 1)
        case Resolved(at=at):
            return replace(incident, stage=Stage.RESOLVED, resolved=at)
        case Switched(at=at, to=Uplink.BACKUP, ok=True) if incident.on_backup_since is None:
            return replace(incident, on_backup_since=at)
        case _:
            return _handled(incident, fact)


def _anew(incident: Incident, fact: Reopened) -> Incident:
    """Begin from the start, but for the number and what is remembered."""
    well = incident.back_since or incident.resolved or fact.at
    return replace(
        incident,
        stage=Stage.OPEN,
        cause=fact.cause,
        evidence=fact.evidence,
        detail=fact.detail,
        back_since=None,
        resolved=None,
        acknowledged=None,
        acknowledged_by="",
        mitigated=None,
        stop=-1,
        chained=None,
        unsaid=frozenset(),
        flaps=incident.flaps + 1,
        reopened=incident.reopened + 1,
        began=fact.at,
        before=len(incident.told),
        well_s=incident.well_s + max(0.0, between_s(well, fact.at)),
    )


def _handled(incident: Incident, fact: Fact) -> Incident:
    match fact:
        case Acknowledged(at=at, contact=contact) if incident.acknowledged is None:
            return replace(incident, acknowledged=at, acknowledged_by=contact)
        case Reopened():
            return _anew(incident, fact)
        case Mitigated(at=at) if incident.mitigated is None:
            return replace(incident, mitigated=at)
        case Withheld(template=template, contact=contact):
            return replace(incident, unsaid=incident.unsaid | {(template, contact)})
        case Escalated(at=at, stop=stop):
            return replace(incident, stop=stop, chained=incident.chained or at)
        case _:
            return incident


def _settle(told: Told, fact: Settled) -> Told:
    if told.queued.mark != fact.mark:
        return told
    return replace(told, outcome=fact.outcome, settled=fact.at, channel=fact.channel)


def isolated_at(incident: Incident) -> Moment | None:
    """Return since when the site has had no uplink at all, None if it has one."""
    at: Moment | None = None
    for fact in incident.facts:
        if isinstance(fact, LineChanged):
            isolated = fact.line is Line.ISOLATED
            at = (at or fact.at) if isolated else None
    return at
