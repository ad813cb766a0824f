"""The after-action report as one page of HTML, to be read, printed on A4 or sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import jinja2
from markupsafe import Markup

from notanker.cli.output import span_words
from notanker.cli.report_notes import Note
from notanker.core.report import Report, ReportMessage, template_pair
from notanker.core.timeline import timeline
from notanker.core.wording import OUTCOMES, evidence_pair
from notanker.errors import Language
from notanker.plan.words import cause_words, in_language
from notanker.shell import clock

FIRST_ALERT_S: Final = 60.0
"""The hotline's lead and the people on call are to know within a minute, without anybody's doing."""
TAKEN_OVER_S: Final = 5.0

WORDS: Final = {
    "title": ("Auswertungsbericht zu Störung {n}", "After-action report on incident {n}"),
    "cause": ("Ursache", "Cause"),
    "evidence": ("Beleg", "Evidence"),
    "opened": ("Beginn", "Began"),
    "resolved": ("Ende", "Ended"),
    "open": ("noch offen", "still open"),
    "outage": ("Hauptleitung aus", "Primary line down"),
    "isolated": ("ohne Anbindung", "Without any uplink"),
    "backup": ("auf Ersatzanbindung", "On the backup uplink"),
    "flaps": ("Rückfälle", "Relapses"),
    "targets": ("Gemessen an den Zielen", "Measured against the targets"),
    "what": ("Was", "What"),
    "was": ("Gemessen", "Measured"),
    "target": ("Ziel", "Target"),
    "met": ("Erreicht", "Met"),
    "yes": ("ja", "yes"),
    "no": ("nein", "no"),
    "first_alert": ("erste Meldung abgegeben", "first alert handed over"),
    "took_over": ("Ersatzanbindung übernimmt", "backup uplink takes over"),
    "arrived": ("Meldungen angekommen oder abgegeben", "messages delivered or handed over"),
    "none": ("keine", "none"),
    "rows": ("Verlauf", "Course of events"),
    "told": ("Wer benachrichtigt wurde", "Who was told"),
    "nobody": ("Niemand.", "Nobody."),
    "notes": ("Anmerkungen und Maßnahmen", "Notes and measures"),
    "no_notes": ("Noch keine.", "None yet."),
    "action": ("Maßnahme", "Measure"),
    "owner": ("Verantwortlich", "Owner"),
    "due": ("Bis", "Due"),
    "apart": (
        "Alles bis zu den Anmerkungen stammt aus den Aufzeichnungen des Geräts, ohne menschliches Zutun.",
        "All that precedes the notes comes from the box's own record, without anybody's doing.",
    ),
}


@dataclass(frozen=True, slots=True)
class Target:
    """One figure beside what it should have been."""

    what: str
    was: str
    target: str
    met: str


def report_page(report: Report, notes: Sequence[Note], language: Language) -> str:
    """Return the page, complete in itself: no style, script or picture from elsewhere."""
    words = {key: in_language(pair, language) for key, pair in WORDS.items()}
    title = words["title"].format(n=report.number)
    return _template().render(
        lang=language,
        title=title,
        where=f"{report.site}, {clock.local_time(report.opened.wall_s)}",
        t=words,
        figures=_figures(report, words, language),
        picture=Markup(timeline(report, language)),  # noqa: S704 - figures and escaped words
        targets=_targets(report, words, language),
        rows=[
            {
                "at": clock.local_time(row.at.wall_s)[-8:] if row.at.trusted else "",
                "after": f"+{span_words(row.after_s, language)}",
                "what": row.en if language == "en" else row.de,
            }
            for row in report.rows
        ],
        told=[_told(message, language) for message in report.messages],
        notes=[note for note in notes if note.due is None],
        actions=[note for note in notes if note.due is not None],
    )


def _template() -> jinja2.Template:
    loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    return jinja2.Environment(loader=loader, autoescape=True).get_template("report.html")


def _figures(report: Report, words: dict[str, str], language: Language) -> list[tuple[str, str]]:
    rows = [
        ("cause", cause_words(report.cause, language, report.detail)),
        ("evidence", in_language(evidence_pair(report.evidence), language) or "–"),
        ("opened", clock.local_time(report.opened.wall_s)),
        (
            "resolved",
            clock.local_time(report.resolved.wall_s) if report.resolved else words["open"],
        ),
        (
            "outage",
            words["open"] if report.outage_s is None else span_words(report.outage_s, language),
        ),
        ("isolated", span_words(report.isolated_s, language)),
        ("backup", span_words(report.on_backup_s, language)),
        ("flaps", str(report.flaps)),
    ]
    return [(words[key], value) for key, value in rows]


def _targets(report: Report, words: dict[str, str], language: Language) -> list[Target]:
    found = [_time_target("first_alert", report.first_alert_s, FIRST_ALERT_S, words, language)]
    if not report.system and report.on_backup_s:
        found.append(_time_target("took_over", report.isolated_s, TAKEN_OVER_S, words, language))
    arrived = sum(message.settled is not None for message in report.messages)
    total = len(report.messages)
    well = words["yes" if arrived == total else "no"]
    found.append(Target(words["arrived"], f"{arrived} / {total}", str(total), well))
    return found


def _time_target(
    key: str, was_s: float | None, target_s: float, words: dict[str, str], language: Language
) -> Target:
    if was_s is None:
        return Target(words[key], words["none"], span_words(target_s, language), words["no"])
    well = words["yes" if was_s <= target_s else "no"]
    return Target(words[key], span_words(was_s, language), span_words(target_s, language), well)


def _told(message: ReportMessage, language: Language) -> dict[str, str]:
    return {
        "mark": message.mark,
        "what": in_language(template_pair(message.template), language),
        "name": message.name or message.contact,
        "outcome": in_language(OUTCOMES[message.outcome], language),
    }
