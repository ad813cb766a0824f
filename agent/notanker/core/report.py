"""The after-action report: what happened, when, who was told, out of the record alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

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
from notanker.core.incident import Incident
from notanker.core.moment import Moment, between_s
from notanker.core.names import Cause, Line, Outcome


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One line of the time line, in both languages."""

    at: Moment
    after_s: float
    kind: str
    de: str
    en: str


@dataclass(frozen=True, slots=True)
class ReportMessage:
    """Who was told what, and what is known of it."""

    mark: str
    template: str
    contact: str
    name: str
    outcome: Outcome
    queued: Moment
    settled: Moment | None


@dataclass(frozen=True, slots=True)
class Report:
    """One incident from opening to the end.

    Attributes:
        number: The incident's number.
        outage_s: From the opening to the primary line's return, None while it is still out.
        isolated_s: Time without any working uplink, counted from the opening.
        on_backup_s: Time on the backup uplink.
        first_alert_s: From the opening to the first alert handed over, None if there was none.
        flaps: How often the primary came back and failed again within this incident.
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
    format: int = 1


def report_of(incident: Incident, site: str) -> Report:
    """Make the report of an incident out of its facts."""
    opened = incident.opened
    sent = [told.settled for told in incident.told if told.outcome is Outcome.SENT and told.settled]
    return Report(
        site=site,
        number=incident.number,
        cause=incident.cause,
        opened=opened,
        resolved=incident.resolved,
        outage_s=between_s(opened, incident.back_since) if incident.back_since else None,
        isolated_s=_spent_s(incident, (Line.ISOLATED,)),
        on_backup_s=_spent_s(incident, (Line.BACKUP, Line.WAIT_TO_RESTORE)),
        first_alert_s=min((between_s(opened, at) for at in sent), default=None),
        flaps=incident.flaps,
        rows=tuple(_rows(incident)),
        messages=tuple(
            ReportMessage(
                mark=told.queued.mark,
                template=told.queued.template,
                contact=told.queued.contact,
                name=told.queued.name,
                outcome=told.outcome,
                queued=told.queued.at,
                settled=told.settled,
            )
            for told in incident.told
        ),
    )


def _spent_s(incident: Incident, lines: tuple[Line, ...]) -> float:
    """Add up the time spent in these states of the line, from the opening to the end."""
    changes = [
        (fact.at, fact.line) for fact in incident.facts if isinstance(fact, Opened | LineChanged)
    ]
    end = incident.resolved or (incident.facts[-1].at if incident.facts else incident.opened)
    ends = [at for at, _ in changes[1:]] + [end]
    return sum(
        (
            max(0.0, between_s(at, until))
            for (at, line), until in zip(changes, ends, strict=True)
            if line in lines
        ),
        0.0,
    )


def _rows(incident: Incident) -> Iterator[ReportRow]:
    for fact in incident.facts:
        words = _words(fact)
        if words is not None:
            after_s = between_s(incident.opened, fact.at)
            yield ReportRow(fact.at, after_s, type(fact).__name__, words[0], words[1])


LINE_WORDS: Final[dict[Line, tuple[str, str]]] = {
    Line.PRIMARY: ("Verkehr wieder auf der Hauptleitung", "Traffic back on the primary line"),
    Line.HOLD_OFF: ("Ersatzanbindung wird geprüft", "Backup uplink is being proven"),
    Line.ISOLATED: ("Keine Anbindung mehr", "No uplink left"),
    Line.BACKUP: ("Verkehr auf die Ersatzanbindung", "Traffic to the backup uplink"),
    Line.WAIT_TO_RESTORE: (
        "Hauptleitung muss sich erst bewähren",
        "Primary line must prove itself first",
    ),
}


def _words(fact: Fact) -> tuple[str, str] | None:
    """Return a fact in German and English, None where it says nothing new."""
    match fact:
        case Opened(cause=cause, evidence=evidence):
            return (
                f"Störung erkannt: {cause} ({evidence})",
                f"Outage detected: {cause} ({evidence})",
            )
        case CauseKnown(cause=cause, evidence=evidence):
            return (f"Ursache jetzt: {cause} ({evidence})", f"Cause now: {cause} ({evidence})")
        case LineChanged(line=line):
            return LINE_WORDS[line]
        case Switched(to=to, ok=True, took_ms=took):
            return (f"Umgeschaltet auf {to} ({took:.0f} ms)", f"Switched to {to} ({took:.0f} ms)")
        case Switched(to=to, reason=reason):
            return (f"Umschaltung auf {to} misslang: {reason}", f"Switch to {to} failed: {reason}")
        case Queued(name=name, mark=mark, template=template):
            return (f"{template} an {name} ({mark})", f"{template} to {name} ({mark})")
        case _:
            return _more_words(fact)


def _more_words(fact: Fact) -> tuple[str, str] | None:
    match fact:
        case Settled(mark=mark, outcome=Outcome.SENT):
            return (f"{mark} gesendet", f"{mark} sent")
        case Settled(mark=mark, outcome=outcome, reason=reason):
            return (
                f"{mark} nicht gesendet: {reason or outcome}",
                f"{mark} not sent: {reason or outcome}",
            )
        case PrimaryBack():
            return ("Hauptleitung antwortet wieder", "Primary line answers again")
        case PrimaryLost():
            return ("Hauptleitung wieder ausgefallen", "Primary line failed again")
        case Resolved():
            return ("Störung beendet", "Incident resolved")
        case _:
            return None
