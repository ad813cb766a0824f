"""The incident: a fold over facts, from opening to the end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from notanker.core.facts import (
    CauseKnown,
    Fact,
    LineChanged,
    Opened,
    PrimaryBack,
    PrimaryLost,
    Queued,
    Resolved,
    Settled,
    Switched,
)
from notanker.core.moment import Moment
from notanker.core.names import Cause, Line, Outcome, Stage, Uplink


@dataclass(frozen=True, slots=True)
class Told:
    """One message of the incident, and what is known of it."""

    queued: Queued
    outcome: Outcome = Outcome.QUEUED
    settled: Moment | None = None


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident.

    Attributes:
        number: Counts up for ever at a site; it is what people say on the phone.
        back_since: Since when the primary has been well again, None while it is out.
        flaps: How often it came back and failed again.
        facts: Its whole record, in order.
    """

    number: int
    stage: Stage
    cause: Cause
    opened: Moment
    on_backup_since: Moment | None = None
    back_since: Moment | None = None
    resolved: Moment | None = None
    flaps: int = 0
    told: tuple[Told, ...] = ()
    facts: tuple[Fact, ...] = ()


def fold(facts: Iterable[Fact]) -> tuple[Incident | None, tuple[Incident, ...]]:
    """Return the open incident, if there is one, and the resolved ones in order."""
    current: Incident | None = None
    done: list[Incident] = []
    for fact in facts:
        if isinstance(fact, Settled) and (current is None or fact.incident != current.number):
            done = [apply(resolved, fact) or resolved for resolved in done]
            continue
        current = apply(current, fact)
        if current is not None and current.stage is Stage.RESOLVED:
            done.append(current)
            current = None
    return current, tuple(done)


def apply(incident: Incident | None, fact: Fact) -> Incident | None:
    """Return the incident after the fact. Facts of no or another incident change nothing."""
    if isinstance(fact, Opened):
        if incident is not None:
            return incident
        return Incident(fact.incident, Stage.OPEN, fact.cause, fact.at, facts=(fact,))
    if incident is None or getattr(fact, "incident", None) != incident.number:
        return incident
    return replace(_change(incident, fact), facts=(*incident.facts, fact))


def _change(incident: Incident, fact: Fact) -> Incident:
    match fact:
        case CauseKnown(cause=cause):
            return replace(incident, cause=cause)
        case Queued():
            return replace(incident, told=(*incident.told, Told(fact)))
        case Settled():
            return replace(incident, told=tuple(_settle(told, fact) for told in incident.told))
        case PrimaryBack(at=at):
            return replace(incident, stage=Stage.RESTORING, back_since=at)
        case PrimaryLost():
            return replace(incident, stage=Stage.OPEN, back_since=None, flaps=incident.flaps + 1)
        case Resolved(at=at):
            return replace(incident, stage=Stage.RESOLVED, resolved=at)
        case Switched(at=at, to=Uplink.BACKUP, ok=True) if incident.on_backup_since is None:
            return replace(incident, on_backup_since=at)
        case _:
            return incident


def _settle(told: Told, fact: Settled) -> Told:
    if told.queued.mark != fact.mark:
        return told
    return replace(told, outcome=fact.outcome, settled=fact.at)


def isolated_at(incident: Incident) -> Moment | None:
    """Return since when the site has had no uplink at all, None if it has one."""
    at: Moment | None = None
    for fact in incident.facts:
        if isinstance(fact, LineChanged):
            isolated = fact.line is Line.ISOLATED
            at = (at or fact.at) if isolated else None
    return at
