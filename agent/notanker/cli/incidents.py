"""`notanker incidents`: the record, and the after-action report out of it."""

from __future__ import annotations

import sqlite3
import textwrap
from pathlib import Path

import click

from notanker.cli.exits import WRONG
from notanker.cli.output import (
    config_option,
    fail,
    json_option,
    language,
    print_json,
    read_config,
    say,
    time_of,
)
from notanker.core import incident as incidents_of
from notanker.core.incident import Incident
from notanker.core.report import TEMPLATE_WORDS, Report, report_of
from notanker.core.view import incident_status
from notanker.core.wording import OUTCOMES, evidence_pair
from notanker.plan.words import cause_words, duration_words, in_language
from notanker.shell import journal


@click.group(invoke_without_command=True)
@config_option
@json_option
@click.pass_context
def incidents(context: click.Context, config_path: Path, as_json: bool) -> None:
    """List the incidents of this site, the latest first."""
    context.obj = config_path
    if context.invoked_subcommand is not None:
        return
    known = read_incidents(read_config(config_path).paths.journal)
    if as_json:
        print_json([incident_status(item) for item in reversed(known)])
        return
    for item in reversed(known):
        cause = cause_words(item.cause, language(), item.detail)
        click.echo(f"{item.number:>5}  {time_of(item.opened):<20} {item.stage:<12} {cause}")


@incidents.command("report")
@click.argument("number", type=int)
@json_option
@click.pass_obj
def report(config_path: Path, number: int, as_json: bool) -> None:
    """Print the after-action report of incident NUMBER."""
    config = read_config(config_path)
    found = [i for i in read_incidents(config.paths.journal) if i.number == number]
    if not found:
        fail(f"Eine Störung {number} gibt es nicht.", f"There is no incident {number}.")
    made = report_of(found[0], config.site.id)
    if as_json:
        print_json(made)
    else:
        click.echo(report_text(made))


def read_incidents(path: Path) -> list[Incident]:
    """Read the journal without touching it; end with a sentence if that fails."""
    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=2)
        try:
            known = incidents_of.fold(journal.past(connection).facts)
        finally:
            connection.close()
    except sqlite3.Error as error:
        fail(
            f"Das Journal {path} ist nicht lesbar: {error}.",
            f"The journal {path} cannot be read: {error}.",
            WRONG,
        )
    return list(known.all)


def report_text(made: Report) -> str:
    """Return the report for a terminal of 80 columns."""
    lang = language()
    title = say(
        f"Auswertungsbericht zu Störung {made.number}", f"After-action report {made.number}"
    )
    lines = [f"{title} - {made.site}", ""]
    for name, value in _figures(made):
        rows = textwrap.wrap(value, 52) or [""]
        lines += [f"  {name if n == 0 else '':<26}{row}" for n, row in enumerate(rows)]
    lines += ["", say("  Verlauf", "  Time line")]
    for row in made.rows:
        words = row.de if lang == "de" else row.en
        lines.append(f"  {row.after_s:>+9.2f} s  {words}")
    lines += ["", say("  Benachrichtigt", "  Told")]
    for message in made.messages:
        outcome = in_language(OUTCOMES[message.outcome], lang)
        what = TEMPLATE_WORDS.get(message.template, (message.template, message.template))
        template = in_language(what, lang)
        lines.append(f"  {message.mark:<8}{template:<32}{message.name:<20}{outcome}")
    return "\n".join(lines)


def _figures(made: Report) -> list[tuple[str, str]]:
    lang = language()
    return [
        (say("Ursache", "Cause"), cause_words(made.cause, lang, made.detail)),
        (say("Beleg", "Evidence"), in_language(evidence_pair(made.evidence), lang) or "-"),
        (say("Beginn", "Opened"), time_of(made.opened)),
        (say("Hauptleitung aus", "Primary line down"), _span(made.outage_s)),
        (say("ohne Anbindung", "Without any uplink"), _span(made.isolated_s)),
        (say("auf Ersatzanbindung", "On the backup uplink"), _span(made.on_backup_s)),
        (say("erste Meldung nach", "First alert after"), _span(made.first_alert_s)),
        (say("Rückfälle", "Relapses"), str(made.flaps)),
    ]


def _span(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    return f"{seconds:.1f} s" if seconds < 60 else duration_words(seconds, language())
