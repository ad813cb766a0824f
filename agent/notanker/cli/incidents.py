"""`notanker incidents`: the record, and the after-action report out of it."""

from __future__ import annotations

import datetime as dt
import sqlite3
import textwrap
from pathlib import Path

import click
import msgspec

from notanker.cli.exits import WRONG
from notanker.cli.output import (
    NAME_COLUMNS,
    config_option,
    fail,
    json_option,
    language,
    print_json,
    read_config,
    say,
    span_words,
    time_of,
)
from notanker.cli.report_notes import Note, TooMuch, add_note, read_notes
from notanker.cli.show import incident_lines
from notanker.config.model import Config
from notanker.core import incident as incidents_of
from notanker.core.incident import Incident
from notanker.core.report import Report, report_of, template_pair
from notanker.core.view import incident_status
from notanker.core.wording import OUTCOMES, evidence_pair
from notanker.errors import LANGUAGES
from notanker.plan.words import cause_words, in_language
from notanker.shell import clock, journal


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


@incidents.command("show")
@click.argument("number", type=int)
@json_option
@click.pass_obj
def show(config_path: Path, number: int, as_json: bool) -> None:
    """Show incident NUMBER as it stands: its state, its cause, who was told."""
    found = one_incident(read_config(config_path), number)
    if as_json:
        print_json(incident_status(found))
        return
    for name, text in incident_lines(incident_status(found)):
        click.echo(f"{name:<{NAME_COLUMNS}}{text}")


@incidents.command("report")
@click.argument("number", type=int)
@json_option
@click.option("--html", "as_html", is_flag=True, help="Print a page, to be printed or sent.")
@click.pass_obj
def report(config_path: Path, number: int, as_json: bool, as_html: bool) -> None:
    """Print the after-action report of incident NUMBER."""
    config = read_config(config_path)
    made = report_of(one_incident(config, number), config.site.id)
    if as_json:
        print_json(made)
    elif as_html:
        from notanker.cli.report_page import report_page

        click.echo(report_page(made, notes_of(config, number), language()))
    else:
        click.echo(report_text(made))


@incidents.command("export")
@click.argument("number", type=int)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.pass_obj
def export(config_path: Path, number: int, folder: Path) -> None:
    """Write everything about incident NUMBER into FOLDER: report, page in two languages, picture."""
    from notanker.cli.report_page import report_page
    from notanker.core.timeline import timeline
    from notanker.shell import codec

    config = read_config(config_path)
    made = report_of(one_incident(config, number), config.site.id)
    notes = notes_of(config, number)
    files = {"report.json": codec.encode(made), "notes.json": codec.encode(notes)}
    for tongue in LANGUAGES:
        files[f"report.{tongue}.html"] = report_page(made, notes, tongue).encode()
        files[f"timeline.{tongue}.svg"] = timeline(made, tongue).encode()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            (folder / f"{number}.{name}").write_bytes(data)
    except OSError as error:
        reason = error.strerror or str(error)
        fail(
            f"{folder} ist nicht beschreibbar: {reason}.", f"{folder} cannot be written: {reason}."
        )
    click.echo(say(f"{len(files)} Dateien in {folder}", f"{len(files)} files in {folder}"))


@incidents.command("note")
@click.argument("number", type=int)
@click.argument("text")
@click.option("--by", required=True, help="Who writes it, or who owns the measure.")
@click.option("--due", type=click.DateTime(["%Y-%m-%d"]), help="Until when: then it is a measure.")
@click.pass_obj
def note(config_path: Path, number: int, text: str, by: str, due: dt.datetime | None) -> None:
    """Add a note to the report of incident NUMBER, or with --due a measure. The facts stay as they are."""
    config = read_config(config_path)
    one_incident(config, number)
    today = dt.datetime.fromtimestamp(clock.wall_s(), dt.UTC).date()
    made = Note(text=text, by=by, on=today, due=due.date() if due else None)
    try:
        config.paths.reports.mkdir(parents=True, exist_ok=True)
        add_note(config.paths.reports, number, made)
    except TooMuch:
        fail("Zu lang oder zu viele Anmerkungen.", "Too long, or too many notes.")
    except (OSError, msgspec.MsgspecError) as error:
        fail(f"Nicht aufgeschrieben: {error}.", f"Not written: {error}.")


def notes_of(config: Config, number: int) -> tuple[Note, ...]:
    """Read what people added to a report; end with a sentence if that fails."""
    try:
        return read_notes(config.paths.reports, number)
    except (OSError, msgspec.MsgspecError) as error:
        return fail(f"Anmerkungen nicht lesbar: {error}.", f"The notes cannot be read: {error}.")


def one_incident(config: Config, number: int) -> Incident:
    """Return the incident of that number, or end with a sentence."""
    for found in read_incidents(config.paths.journal):
        if found.number == number:
            return found
    return fail(f"Eine Störung {number} gibt es nicht.", f"There is no incident {number}.")


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
        template = in_language(template_pair(message.template), lang)
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
    return "-" if seconds is None else span_words(seconds, language())
