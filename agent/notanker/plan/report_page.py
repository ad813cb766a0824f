"""The after-action report as one page of HTML, to be read, sent, or printed on one to two sheets of A4.

What is too much for paper is folded: on a screen one tap away, on paper told by its count.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

import jinja2
from markupsafe import Markup

from notanker.core.report import Report, ReportMessage
from notanker.core.report_rows import template_pair
from notanker.core.shortfalls import Shortfall
from notanker.core.timeline import timeline
from notanker.errors import Language
from notanker.plan.report_notes import Note
from notanker.plan.report_summary import summary
from notanker.plan.report_times import SiteTimes
from notanker.plan.report_words import (
    course,
    figures,
    shortfall_rows,
    span,
    target_rows,
    told_rows,
)
from notanker.plan.words import in_language

T = TypeVar("T")

MOST_TARGETS: Final = 7
MOST_SHORTFALLS: Final = 8
MOST_TOLD: Final = 10
MOST_ROWS: Final = 16
MOST_TEXTS: Final = 3
SIGNS: Final = {"MOST_NAME": 28, "MOST_ROW": 100, "MOST_FIGURE": 90, "MOST_SUMMARY": 900}
"""How long a text may be: names come from plans, and reasons from devices. The JSON has all of it."""

WORDS: Final = {
    "title": ("Auswertungsbericht zu Störung {n}", "After-action report on incident {n}"),
    "figures": ("Zahlen", "Figures"),
    "targets": ("Gemessen an den Zielen", "Measured against the targets"),
    "what": ("Was", "What"),
    "was": ("Gemessen", "Measured"),
    "target": ("Ziel", "Target"),
    "met": ("Ergebnis", "Result"),
    "source": ("Woher das Ziel stammt", "Where the target comes from"),
    "shortfalls": ("Was nicht ging", "What did not work"),
    "all_well": ("Nichts fiel auf.", "Nothing was found."),
    "rows": ("Verlauf", "Course of events"),
    "told": ("Wer was wann erfuhr", "Who was told what, and when"),
    "mark": ("Nr.", "No."),
    "who": ("Wer", "Who"),
    "channel": ("Weg", "Channel"),
    "over": ("über", "over"),
    "queued": ("Ausgelöst", "Triggered"),
    "outcome": ("Ergebnis", "Outcome"),
    "acknowledged": ("Quittiert", "Acknowledged"),
    "nobody": ("Niemand.", "Nobody."),
    "texts": ("Wortlaut", "The words"),
    "notes": ("Anmerkungen und Maßnahmen", "Notes and measures"),
    "no_notes": ("Noch keine.", "None yet."),
    "action": ("Maßnahme", "Measure"),
    "owner": ("Verantwortlich", "Owner"),
    "due": ("Bis", "Due"),
    "reviewed": ("Ausgewertet von {by} am {on}.", "Reviewed by {by} on {on}."),
    "not_reviewed": ("Noch nicht ausgewertet.", "Not reviewed yet."),
    "more_targets": ("{n} weitere Ziele", "{n} more targets"),
    "more_shortfalls": ("{n} weitere", "{n} more"),
    "more_told": ("{n} weitere Meldungen", "{n} more messages"),
    "more_rows": ("{n} weitere Einträge dazwischen", "{n} more entries in between"),
    "more_texts": ("{n} weitere Wortlaute", "{n} more texts"),
    "left_out": ("{n} stehen nur im Journal des Geräts.", "{n} are in the box's journal alone."),
    "apart": (
        "Alles bis zu den Anmerkungen stammt aus den Aufzeichnungen des Geräts, ohne menschliches Zutun.",
        "All that precedes the notes comes from the box's own record, without anybody's doing.",
    ),
    "plan": ("Ziele nach Plan {plan}.", "Targets by plan {plan}."),
}


@dataclass(frozen=True, slots=True)
class Folded(Generic[T]):
    """A list as paper bears it: what is shown first and last, and what is folded in between."""

    first: Sequence[T]
    hidden: Sequence[T]
    last: Sequence[T]

    @property
    def empty(self) -> bool:
        """Whether there is nothing at all."""
        return not (self.first or self.hidden or self.last)


def folded(items: Sequence[T], most: int, last: int = 0) -> Folded[T]:
    """Fold what is more than `most`, but never one alone; `last` of those that are shown stand at the end."""
    if len(items) <= most + 1:
        return Folded(items, (), ())
    end = len(items) - last
    return Folded(items[: most - last], items[most - last : end], items[end:])


def report_page(
    report: Report, notes: Sequence[Note], language: Language, zone: dt.tzinfo | None = None
) -> str:
    """Return the page, complete in itself: no style, script or picture from elsewhere.

    Args:
        report: The report.
        notes: What people added.
        language: The reader's.
        zone: The site's time zone, None for the machine's own.
    """
    words = {key: in_language(pair, language) for key, pair in WORDS.items()}
    times = SiteTimes(report.opened, zone, language)
    varied = report.shortfalls if len(report.shortfalls) <= MOST_SHORTFALLS else _varied(report)
    return _template().render(
        lang=language,
        title=words["title"].format(n=report.number),
        where=f"{report.site}, {times.whole(report.opened)}",
        t=words,
        summary=" ".join(summary(report, language, times)),
        figures=figures(report, language, times),
        picture=Markup(timeline(report, language)),  # noqa: S704 - figures and escaped words
        targets=folded(target_rows(report, language), MOST_TARGETS),
        shortfalls=folded(shortfall_rows(varied, language, times), MOST_SHORTFALLS),
        told=folded(told_rows(report, language, times), MOST_TOLD),
        told_left_out=report.messages_left_out,
        rows=folded(_rows(report, language, times), MOST_ROWS, last=MOST_ROWS // 3),
        rows_left_out=report.rows_left_out,
        texts=folded(_texts(report.messages, language), MOST_TEXTS),
        plan=report.plan,
        notes=[note for note in notes if note.due is None and not note.reviewed],
        actions=[note for note in notes if note.due is not None],
        reviews=[note for note in notes if note.reviewed],
    )


def _varied(report: Report) -> list[Shortfall]:
    """Return the shortfalls so that the first of each kind stand before the second of any."""
    seen: Counter[str] = Counter()

    def turn(one: Shortfall) -> int:
        seen[one.kind] += 1
        return seen[one.kind]

    return sorted(report.shortfalls, key=turn)


def _template() -> jinja2.Template:
    loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    environment = jinja2.Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["short"] = _short
    environment.globals.update(SIGNS)
    return environment.get_template("report.html")


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _rows(report: Report, language: Language, times: SiteTimes) -> list[dict[str, Any]]:
    return [
        {
            "at": times(row.at) if row.at.trusted else "",
            "after": f"+{span(row.after_s, language)}",
            "what": row.en if language == "en" else row.de,
        }
        for row in course(report)
    ]


def _texts(messages: Sequence[ReportMessage], language: Language) -> list[tuple[str, str]]:
    """Return each kind of message once, with the words of the first that is known."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for message in messages:
        # Two people get the same words but for the number at their end, and perhaps the language.
        bare = message.text.replace(message.mark, "").strip()
        if bare:
            kind = in_language(template_pair(message.template), language)
            found.setdefault((message.template, bare), (f"{kind}, {message.mark}", message.text))
    return list(found.values())
