"""The report in some sentences: who was not there reads them and knows in a minute what happened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from notanker.core.escalation import CLEAR
from notanker.core.names import ON_ITS_WAY, Cause
from notanker.core.report import Report
from notanker.core.wording import CONFIDENCES, Pair
from notanker.plan.report_words import At, acknowledger, listed, span
from notanker.plan.words import cause_words, in_language

Said = Iterator[tuple[str, dict[str, str | int]]]
"""The keys of sentences, each with what fills it."""

SENTENCES: Final[dict[str, Pair]] = {
    "line": ("{at}: Die Hauptleitung fällt aus.", "{at}: the primary line fails."),
    "system": ("{at}: {cause} antwortet nicht mehr.", "{at}: {cause} stops answering."),
    "cause": ("Ursache: {cause}{sure}.", "Cause: {cause}{sure}."),
    "cause_unknown": ("Die Ursache blieb unklar.", "The cause stayed unknown."),
    "over": (
        "Nach {span} läuft der Verkehr über die Ersatzanbindung.",
        "After {span} traffic runs over the backup uplink.",
    ),
    "isolated": (
        "{span} lang hat der Standort keine Anbindung.",
        "For {span} the site has no uplink.",
    ),
    "told": (
        "Nach {span} geht die erste Meldung hinaus, an {count}.",
        "After {span} the first message goes out, to {count}.",
    ),
    "untold": ("Niemand wurde benachrichtigt.", "Nobody was told."),
    "unheard": ("Nicht erreicht: {names}.", "Not reached: {names}."),
    "acknowledged": ("{who} quittiert nach {span}.", "{who} acknowledges after {span}."),
    "unacknowledged": ("Niemand hat quittiert.", "Nobody acknowledged."),
    "into": (
        "Sie gehört zu Störung {into}; dort steht, wie es weiterging.",
        "It is part of incident {into}, which tells how it went on.",
    ),
    "back": (
        "Nach {span} ist {what} wieder da{flaps}.",
        "After {span} {what} is back{flaps}.",
    ),
    "out": ("{what} ist noch nicht wieder da.", "{what} is not back yet."),
    "met": ("{met} von {all} Zielen erreicht.", "{met} of {all} targets met."),
}


def summary(report: Report, language: str, at: At) -> list[str]:
    """Return what happened in some short sentences."""
    return [
        in_language(SENTENCES[key], language).format_map(values)
        for key, values in _told_in_short(report, language, at)
    ]


def _told_in_short(report: Report, language: str, at: At) -> Said:
    cause = cause_words(report.cause, language, report.detail)
    kind = "system" if report.system else "line"
    yield kind, {"at": at(report.opened), "cause": cause}
    if report.cause is Cause.UNKNOWN:
        yield "cause_unknown", {}
    elif not report.system:
        sure = in_language(CONFIDENCES[report.detail.confidence], language)
        yield "cause", {"cause": cause, "sure": f" ({sure})"}
    yield from _switched_in_short(report, language)
    yield from _people_in_short(report, language)
    yield from _end_in_short(report, language)


def _switched_in_short(report: Report, language: str) -> Said:
    if report.taken_over_s is not None:
        yield "over", {"span": _after(report.taken_over_s, language)}
    if report.isolated_s >= 1:
        yield "isolated", {"span": span(report.isolated_s, language)}


def _people_in_short(report: Report, language: str) -> Said:
    alarms = [message for message in report.messages if message.template not in CLEAR]
    reached = {message.contact for message in alarms if message.outcome in ON_ITS_WAY}
    missed = {m.contact: m.name or m.contact for m in alarms if m.contact not in reached}
    if report.first_alert_s is None:
        yield "untold", {}
    else:
        count = people(len(reached), language)
        yield "told", {"span": _after(report.first_alert_s, language), "count": count}
    if missed and report.first_alert_s is not None:
        yield "unheard", {"names": listed(list(missed.values()), language)}
    if report.acknowledged_s is not None:
        who = acknowledger(report, language)
        yield (
            "acknowledged",
            {
                "who": f"{who[0].upper()}{who[1:]}",
                "span": _after(report.acknowledged_s, language),
            },
        )
    elif alarms:
        yield "unacknowledged", {}


def _end_in_short(report: Report, language: str) -> Said:
    if report.into:
        yield "into", {"into": report.into}
        return
    german = language == "de"
    line = "die Hauptleitung" if german else "the primary line"
    what = cause_words(report.cause, language, report.detail) if report.system else line
    if report.outage_s is None:
        yield "out", {"what": f"{what[0].upper()}{what[1:]}"}
    else:
        again = (
            f", nach {report.flaps} Rückfällen" if german else f", after {report.flaps} relapses"
        )
        one = ", nach 1 Rückfall" if german else ", after 1 relapse"
        flaps = "" if not report.flaps else one if report.flaps == 1 else again
        yield "back", {"span": _after(report.outage_s, language), "what": what, "flaps": flaps}
    judged = [one for one in report.judgements if one.met is not None]
    if judged:
        yield "met", {"met": sum(one.met is True for one in judged), "all": len(judged)}


def _after(seconds: float, language: str) -> str:
    """Return a span as it stands behind "nach"."""
    words = span(seconds, language)
    return words.replace("Tage ", "Tagen ") if language == "de" else words


def people(count: int, language: str) -> str:
    """Return "1 Person", "3 Personen"."""
    if language == "de":
        return f"{count} {'Person' if count == 1 else 'Personen'}"
    return f"{count} {'person' if count == 1 else 'people'}"
