"""The after-action report: what happened, when, who was told, out of the record alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from notanker.core import escalation
from notanker.core.cause import NO_DETAIL, Detail
from notanker.core.facts import (
    Acknowledged,
    BandEntered,
    BearerMoved,
    CauseKnown,
    Fact,
    LineChanged,
    Opened,
    PowerCycled,
    PowerCycleOrdered,
    PrimaryBack,
    PrimaryLost,
    Queued,
    Resolved,
    Settled,
    Switched,
    SystemBack,
    SystemLost,
)
from notanker.core.incident import Incident
from notanker.core.moment import Moment, between_s
from notanker.core.names import ON_ITS_WAY, Cause, Line, Outcome
from notanker.core.wording import (
    BANDS,
    CONFIDENCES,
    ORDERS,
    OUTCOMES,
    UPLINKS,
    Pair,
    cause_pair,
    evidence_pair,
)


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
    evidence: str = ""
    detail: Detail = NO_DETAIL
    system: str = ""
    spans: tuple[ReportSpan, ...] = ()
    format: int = 1


def report_of(incident: Incident, site: str) -> Report:
    """Make the report of an incident out of its facts."""
    opened = incident.opened
    spans = tuple(_spans(incident))
    sent = [told.settled for told in incident.told if told.outcome in ON_ITS_WAY and told.settled]
    return Report(
        site=site,
        number=incident.number,
        cause=incident.cause,
        opened=opened,
        resolved=incident.resolved,
        outage_s=between_s(opened, incident.back_since) if incident.back_since else None,
        isolated_s=_spent_s(spans, (Line.ISOLATED,)),
        on_backup_s=_spent_s(spans, (Line.BACKUP, Line.WAIT_TO_RESTORE)),
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
        evidence=incident.evidence,
        detail=incident.detail,
        system=incident.system,
        spans=spans,
    )


def _spans(incident: Incident) -> Iterator[ReportSpan]:
    """Yield the states of the line one after the other, from the opening to the end."""
    changes = [
        (fact.at, fact.line) for fact in incident.facts if isinstance(fact, Opened | LineChanged)
    ]
    end = incident.resolved or (incident.facts[-1].at if incident.facts else incident.opened)
    ends = [at for at, _ in changes[1:]] + [end]
    for (at, line), until in zip(changes, ends, strict=True):
        from_s = max(0.0, between_s(incident.opened, at))
        yield ReportSpan(line, from_s, max(from_s, between_s(incident.opened, until)))


def _spent_s(spans: tuple[ReportSpan, ...], lines: tuple[Line, ...]) -> float:
    """Add up the time spent in these states of the line."""
    return sum((span.to_s - span.from_s for span in spans if span.line in lines), 0.0)


def _rows(incident: Incident) -> Iterator[ReportRow]:
    for fact in incident.facts:
        words = _words(fact)
        if words is not None:
            after_s = between_s(incident.opened, fact.at)
            yield ReportRow(fact.at, after_s, type(fact).__name__, words[0], words[1])


LINE_WORDS: Final[Mapping[Line, Pair]] = {
    Line.PRIMARY: (
        "Entscheidung: zurück auf die Hauptleitung",
        "Decision: back to the primary line",
    ),
    Line.HOLD_OFF: ("Ersatzanbindung wird geprüft", "Backup uplink is being proven"),
    Line.ISOLATED: ("Keine Anbindung mehr", "No uplink left"),
    Line.BACKUP: ("Entscheidung: auf die Ersatzanbindung", "Decision: to the backup uplink"),
    Line.WAIT_TO_RESTORE: (
        "Hauptleitung muss sich erst bewähren",
        "Primary line must prove itself first",
    ),
}
_TEMPLATES: Final[Mapping[str, Pair]] = {
    escalation.ALARM: ("Alarmmeldung", "Alert"),
    escalation.ISOLATED: ("Alarmmeldung (keine Anbindung)", "Alert (no uplink)"),
    escalation.ALL_CLEAR: ("Entwarnung", "All-clear"),
    escalation.SYSTEM_ALARM: ("Alarmmeldung (System)", "Alert (system)"),
    escalation.SYSTEM_CLEAR: ("Entwarnung (System)", "All-clear (system)"),
}


def template_pair(template: str) -> Pair:
    """Return what kind of message a template makes; one that is not known stands for itself."""
    return _TEMPLATES.get(template, (template, template))


def _words(fact: Fact) -> Pair | None:
    """Return a fact in German and English, None where it says nothing new."""
    speak = _SPEAKERS.get(type(fact))
    return None if speak is None else speak(fact)


def _pair(pattern: Pair, **values: Pair | str) -> Pair:
    """Fill both languages of a sentence; a pair among the values has a word for each."""
    german = {key: value[0] if isinstance(value, tuple) else value for key, value in values.items()}
    english = {
        key: value[1] if isinstance(value, tuple) else value for key, value in values.items()
    }
    return pattern[0].format_map(german), pattern[1].format_map(english)


def _opened(fact: Opened) -> Pair:
    pattern = ("Störung erkannt: {cause}{more}", "Outage detected: {cause}{more}")
    return _pair(pattern, cause=cause_pair(fact.cause, fact.detail), more=_more(fact))


def _cause_known(fact: CauseKnown) -> Pair:
    pattern = ("Ursache jetzt: {cause}{more}", "Cause now: {cause}{more}")
    return _pair(pattern, cause=cause_pair(fact.cause, fact.detail), more=_more(fact))


def _more(fact: Opened | CauseKnown) -> Pair:
    """Return evidence and confidence in brackets, as far as there are any."""
    if fact.cause is Cause.UNKNOWN:
        return "", ""
    sure = CONFIDENCES[fact.detail.confidence]
    said = evidence_pair(fact.evidence)
    german, english = (
        f" ({', '.join(filter(None, pair))})" for pair in zip(said, sure, strict=True)
    )
    return german, english


def _resolved(fact: Resolved) -> Pair:
    if not fact.into:
        return "Störung beendet", "Incident resolved"
    return f"Gehört zu Störung {fact.into}", f"Part of incident {fact.into}"


def _switched(fact: Switched) -> Pair:
    if fact.ok:
        pattern = ("Verkehr läuft über {to} ({took} ms)", "Traffic takes the {to} ({took} ms)")
        return _pair(pattern, to=UPLINKS[fact.to], took=f"{fact.took_ms:.0f}")
    pattern = ("Umschaltung auf {to} misslang: {reason}", "Switch to the {to} failed: {reason}")
    return _pair(pattern, to=UPLINKS[fact.to], reason=fact.reason)


def _queued(fact: Queued) -> Pair:
    pattern = ("{what} an {name} ({mark})", "{what} to {name} ({mark})")
    what = template_pair(fact.template)
    return _pair(pattern, what=what, name=fact.name, mark=fact.mark)


def _settled(fact: Settled) -> Pair:
    pattern = ("Meldung {mark}: {outcome}{reason}", "Message {mark}: {outcome}{reason}")
    reason = f" ({fact.reason})" if fact.reason else ""
    return _pair(pattern, mark=fact.mark, outcome=OUTCOMES[fact.outcome], reason=reason)


def _band_entered(fact: BandEntered) -> Pair:
    pattern = (
        "LTE-Datenbudget: {band} ({used} von {limit} MB)",
        "LTE data budget: {band} ({used} of {limit} MB)",
    )
    used, limit = (f"{size / 1e6:.0f}" for size in (fact.used_bytes, fact.limit_bytes))
    return _pair(pattern, band=BANDS[fact.band], used=used, limit=limit)


def _bearer_moved(fact: BearerMoved) -> Pair:
    order = ORDERS[fact.order]
    if not fact.ok:
        pattern = (
            "LTE-Datenverbindung nicht {order}: {reason}",
            "LTE data session not {order}: {reason}",
        )
        return _pair(pattern, order=order, reason=fact.reason)
    pattern = ("LTE-Datenverbindung {order} ({took} s)", "LTE data session {order} ({took} s)")
    return _pair(pattern, order=order, took=f"{fact.took_ms / 1000:.1f}")


def _acknowledged(fact: Acknowledged) -> Pair:
    if fact.how == "panel":
        return "Quittiert an der Box", "Acknowledged at the box"
    pattern = ("Quittiert von {who} ({how})", "Acknowledged by {who} ({how})")
    return _pair(pattern, who=fact.contact, how=fact.how.upper())


def _cycle_ordered(fact: PowerCycleOrdered) -> Pair:
    pattern = (
        "Entscheidung: Router für {off} s stromlos ({reason})",
        "Decision: router without power for {off} s ({reason})",
    )
    return _pair(pattern, off=f"{fact.off_s:.0f}", reason=evidence_pair(fact.reason))


def _cycled(fact: PowerCycled) -> Pair:
    if fact.ok:
        return "Router hat wieder Strom", "Router has power again"
    pattern = ("Router nicht neu gestartet: {reason}", "Router not restarted: {reason}")
    return _pair(pattern, reason=fact.reason)


_SPEAKERS: Final[Mapping[type[Fact], Callable[[Any], Pair]]] = {
    Opened: _opened,
    CauseKnown: _cause_known,
    LineChanged: lambda fact: LINE_WORDS[fact.line],
    Switched: _switched,
    Queued: _queued,
    Settled: _settled,
    PrimaryBack: lambda _: ("Hauptleitung antwortet wieder", "Primary line answers again"),
    PrimaryLost: lambda _: ("Hauptleitung wieder ausgefallen", "Primary line failed again"),
    SystemBack: lambda _: ("Antwortet wieder, wird beobachtet", "Answers again, being watched"),
    SystemLost: lambda _: ("Erneut ausgefallen", "Failed again"),
    BandEntered: _band_entered,
    BearerMoved: _bearer_moved,
    Resolved: _resolved,
    Acknowledged: _acknowledged,
    PowerCycleOrdered: _cycle_ordered,
    PowerCycled: _cycled,
}
