"""The after-action report for a terminal of 80 columns, and for a mail."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Final

from notanker.cli.output import language, say
from notanker.core.report import Report
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

COLUMNS: Final = 80
NAMES: Final = 24
MARK: Final = 8


def report_text(report: Report, notes: Sequence[Note], times: SiteTimes) -> str:
    """Return the report as text: the summary, the figures, what did not work, who was told, the course."""
    title = say(
        f"Auswertungsbericht zu Störung {report.number}", f"After-action report {report.number}"
    )
    lines = [f"{title} - {report.site}, {times.whole(report.opened)}", ""]
    lines += textwrap.wrap(" ".join(summary(report, language(), times)), COLUMNS)
    lines += _part(say("Zahlen", "Figures"), _figures(report, times))
    lines += _part(say("Ziele", "Targets"), _targets(report))
    lines += _part(say("Was nicht ging", "What did not work"), _shortfalls(report, times))
    lines += _part(say("Wer was wann erfuhr", "Who was told what when"), _told(report, times))
    lines += _part(say("Verlauf", "Course of events"), _rows(report))
    lines += _part(say("Anmerkungen und Maßnahmen", "Notes and measures"), _notes(notes))
    return "\n".join(lines)


def _part(title: str, rows: Iterator[str]) -> list[str]:
    found = list(rows)
    return ["", title, *found] if found else []


def _figures(report: Report, times: SiteTimes) -> Iterator[str]:
    for name, value in figures(report, language(), times):
        yield from _beside(f"  {name}", value, NAMES + 2)


def _targets(report: Report) -> Iterator[str]:
    for row in target_rows(report, language()):
        yield from _beside(f"  {row.verdict}", f"{row.what}: {row.was} ({row.limit})", 18)
        yield from _beside("", row.source, 18)


def _shortfalls(report: Report, times: SiteTimes) -> Iterator[str]:
    for row in shortfall_rows(report.shortfalls, language(), times):
        yield from _beside("  -", row, 4)


def _told(report: Report, times: SiteTimes) -> Iterator[str]:
    for row in told_rows(report, language(), times):
        over = f" ({row.channel})" if row.channel else ""
        when = f"{row.queued}, {row.outcome}{f' {row.settled}' if row.settled else ''}{over}"
        when += f" ({row.reason})" if row.reason else ""
        said = say("quittiert", "acknowledged")
        yield from _beside(f"  {row.mark}", f"{row.name}: {row.what}", MARK + 2)
        yield from _beside(
            "", f"{when}{f'; {said} {row.acknowledged}' if row.acknowledged else ''}", MARK + 2
        )
        if row.text:
            yield from _beside("", f"> {row.text}", MARK + 2)
    if report.messages_left_out:
        yield _more(report.messages_left_out)


def _rows(report: Report) -> Iterator[str]:
    for row in course(report):
        words = row.de if language() == "de" else row.en
        yield from _beside(f"{f'+{span(row.after_s, language())}':>12}", words, 14)
    if report.rows_left_out:
        yield _more(report.rows_left_out)


def _more(count: int) -> str:
    return say(f"  ({count} weitere im Journal)", f"  ({count} more in the journal)")


def _notes(notes: Sequence[Note]) -> Iterator[str]:
    for note in notes:
        yield from _beside("  -", " ".join(filter(None, (note.text, f"({note_words(note)})"))), 4)


def note_words(note: Note) -> str:
    """Return who wrote a note and when, until when a measure is due, or who reviewed."""
    if note.reviewed:
        return say(f"ausgewertet von {note.by} am {note.on}", f"reviewed by {note.by} on {note.on}")
    if note.due:
        return say(f"{note.by}, bis {note.due}", f"{note.by}, until {note.due}")
    return f"{note.by}, {note.on}"


def _beside(name: str, text: str, indent: int) -> Iterator[str]:
    """Yield a text beside its name, in as many lines as it needs."""
    for number, row in enumerate(textwrap.wrap(text, COLUMNS - indent) or [""]):
        yield f"{name if number == 0 else '':<{indent}}{row}".rstrip()
