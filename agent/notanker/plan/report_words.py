"""The after-action report in words, the same on its page, on the portal and in the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from notanker.core.moment import Moment, between_s
from notanker.core.names import ON_ITS_WAY, Outcome
from notanker.core.report import Report, ReportMessage, ReportRow
from notanker.core.report_rows import template_pair
from notanker.core.shortfalls import Shortfall
from notanker.core.usage import DataUsed
from notanker.core.wording import OUTCOMES, WAYS, Pair, evidence_pair
from notanker.plan.words import cause_words, duration_words, in_language

At = Callable[[Moment], str]
"""Says when something was, in the reader's way."""

WORDS: Final[dict[str, Pair]] = {
    "cause": ("Ursache", "Cause"),
    "evidence": ("Beleg", "Evidence"),
    "opened": ("Beginn", "Began"),
    "resolved": ("Ende", "Ended"),
    "open": ("noch offen", "still open"),
    "outage": ("Hauptleitung aus", "Primary line down"),
    "outage_system": ("Ausfall", "Down for"),
    "isolated": ("ohne Anbindung", "Without any uplink"),
    "backup": ("auf Ersatzanbindung", "On the backup uplink"),
    "data": ("LTE-Daten dabei", "LTE data meanwhile"),
    "flaps": ("Rückfälle", "Relapses"),
    "acknowledged": ("quittiert", "Acknowledged"),
    "nobody": ("von niemandem", "by nobody"),
    "first_alert": ("erste Meldung nach", "First message after"),
    "none": ("keine", "none"),
    "plan": ("Plan", "Plan"),
    "yes": ("erreicht", "met"),
    "no": ("verfehlt", "missed"),
    "open_target": ("nicht bewertet", "not judged"),
    "never": ("nie", "never"),
    "not_at_all": ("gar nicht", "not at all"),
}


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One figure beside what it should have been; `met` is None where it is not judged."""

    what: str
    was: str
    limit: str
    met: bool | None
    verdict: str
    source: str


@dataclass(frozen=True, slots=True)
class ToldRow:
    """Who was told what, when, by which channel; whether it arrived, and what the person said."""

    mark: str
    what: str
    name: str
    channel: str
    queued: str
    outcome: str
    settled: str
    acknowledged: str
    text: str
    reason: str
    well: bool


def span(seconds: float | None, language: str) -> str:
    """Return how long something took: tenths of a second count at first, and nobody asks for them later."""
    if seconds is None:
        return in_language(WORDS["never"], language)
    if seconds < 9.95:
        figure = f"{max(0.0, seconds):.1f}"
        return f"{figure.replace('.', ',') if language == 'de' else figure} s"
    return duration_words(seconds, language)


def listed(names: list[str], language: str, most: int = 4) -> str:
    """Return some names, and how many more there are."""
    shown = ", ".join(f"{name[:39]}…" if len(name) > 40 else name for name in names[:most])
    more = len(names) - most
    if more <= 0:
        return shown
    return f"{shown} {f'und {more} weitere' if language == 'de' else f'and {more} more'}"


def acknowledger(report: Report, language: str) -> str:
    """Return who said "I have it" first: the person's name, or the button at the box."""
    who = report.acknowledged_by
    if not who:
        return f"{'jemand' if language == 'de' else 'somebody'} {_way(report, language)}"
    return next((m.name for m in report.messages if m.contact == who and m.name), who)


def _way(report: Report, language: str) -> str:
    how = report.acknowledged_how or "panel"
    return in_language(WAYS.get(how, (how, how)), language)


def figures(report: Report, language: str, at: At) -> list[tuple[str, str]]:
    """Return the figures of the incident, each with its name."""
    return [
        (in_language(WORDS[key], language), value) for key, value in _figures(report, language, at)
    ]


def _figures(report: Report, language: str, at: At) -> Iterator[tuple[str, str]]:
    still = in_language(WORDS["open"], language)
    yield "cause", cause_words(report.cause, language, report.detail)
    yield "evidence", in_language(evidence_pair(report.evidence), language) or "–"
    yield "opened", at(report.opened)
    yield "resolved", at(report.resolved) if report.resolved else still
    outage = still if report.outage_s is None else span(report.outage_s, language)
    yield ("outage_system" if report.system else "outage"), outage
    if not report.system:
        yield "isolated", _spent(report.isolated_s, language)
        yield "backup", _spent(report.on_backup_s, language)
        if report.data is not None:
            yield "data", data_words(report.data, language)
    if report.first_alert_s is not None:
        yield "first_alert", span(report.first_alert_s, language)
    yield "acknowledged", _acknowledged(report, language, at)
    if report.flaps:
        yield "flaps", str(report.flaps)


def _spent(seconds: float, language: str) -> str:
    return (
        span(seconds, language) if seconds >= 0.05 else in_language(WORDS["not_at_all"], language)
    )


def _acknowledged(report: Report, language: str, at: At) -> str:
    if report.acknowledged is None:
        return in_language(WORDS["nobody"], language)
    how = f" ({_way(report, language)})" if report.acknowledged_by else ""
    return f"{acknowledger(report, language)}{how}, {at(report.acknowledged)}"


def data_words(data: DataUsed, language: str) -> str:
    """Return how much data was used, within what bounds it is known."""
    least, most = (
        None if b is None else round(b / 1e6) for b in (data.least_bytes, data.most_bytes)
    )
    german = language == "de"
    if most is None:
        return f"{'mindestens' if german else 'at least'} {least} MB"
    if least == most:
        return f"{least} MB"
    return f"{'zwischen' if german else 'between'} {least} {'und' if german else 'and'} {most} MB"


def target_rows(report: Report, language: str) -> list[TargetRow]:
    """Return each figure beside its target."""
    verdicts = {True: "yes", False: "no", None: "open_target"}
    return [
        TargetRow(
            in_language(one.what, language),
            span(one.was_s, language),
            one.said if one.limit_s is None else f"≤ {span(one.limit_s, language)}",
            one.met,
            in_language(WORDS[verdicts[one.met]], language),
            in_language(one.source, language),
        )
        for one in report.judgements
    ]


def told_rows(report: Report, language: str, at: At) -> list[ToldRow]:
    """Return who was told what."""
    return [_told(message, language, at) for message in report.messages]


def _told(message: ReportMessage, language: str, at: At) -> ToldRow:
    outcome = in_language(OUTCOMES[message.outcome], language)
    if message.repeated:
        outcome += ", wiederholt" if language == "de" else ", repeated"
    return ToldRow(
        message.mark,
        in_language(template_pair(message.template), language),
        message.name or message.contact,
        message.channel,
        at(message.queued),
        outcome,
        at(message.settled) if message.settled and message.outcome is not Outcome.QUEUED else "",
        at(message.acknowledged) if message.acknowledged else "",
        message.text,
        message.reason,
        message.outcome in ON_ITS_WAY,
    )


def shortfall_rows(found: Iterable[Shortfall], language: str, at: At) -> list[str]:
    """Return what did not work, each in a line."""
    return [
        " ".join(
            filter(
                None,
                (
                    f"{at(one.at)}:" if one.at else "",
                    one.en if language == "en" else one.de,
                    f"({one.times} ×)" if one.times > 1 else "",
                ),
            )
        )
        for one in found
    ]


def course(report: Report) -> tuple[ReportRow, ...]:
    """Return the time line without each message's own way: who was told has a list of its own."""
    rows = [row for row in report.rows if row.kind not in ("Queued", "Settled")]
    return tuple(sorted([*rows, *_waves(report)], key=lambda row: row.after_s))


def _waves(report: Report) -> Iterator[ReportRow]:
    """Yield one row for all messages of one kind that went out together."""
    waves: dict[tuple[str, Moment], list[str]] = {}
    for message in report.messages:
        names = waves.setdefault((message.template, message.queued), [])
        names.append(message.name or message.contact)
    for (template, at), names in waves.items():
        german, english = template_pair(template)
        yield ReportRow(
            at,
            between_s(report.opened, at),
            "Queued",
            f"{german} an {listed(names, 'de')}",
            f"{english} to {listed(names, 'en')}",
        )
