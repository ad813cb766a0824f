"""`notanker incidents`: the record, and the after-action report out of it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Final

import click
import msgspec

from notanker.cli.output import (
    config_option,
    fail,
    json_option,
    language,
    print_json,
    print_rows,
    read_config,
    say,
    time_of,
)
from notanker.cli.record import last_incidents, notes_on, one_incident, report_on
from notanker.cli.report_notes import TooMuch, add_note
from notanker.cli.show import incident_lines
from notanker.config.model import Config
from notanker.core.incident import Incident
from notanker.core.names import Stage
from notanker.core.report import Report
from notanker.core.view import incident_status
from notanker.core.wording import Pair
from notanker.errors import LANGUAGES
from notanker.plan.report_notes import Note, last_review
from notanker.plan.report_times import SiteTimes
from notanker.plan.words import cause_words, in_language
from notanker.shell import clock
from notanker.shell.settings import zone_of

LISTED: Final = 20
LIST_COLUMNS: Final = 47
STAGES: Final[dict[Stage, Pair]] = {
    Stage.OPEN: ("offen", "open"),
    Stage.RESTORING: ("wird beobachtet", "being watched"),
    Stage.RESOLVED: ("behoben", "resolved"),
}

last_option = click.option(
    "--last",
    type=click.IntRange(min=1, max=100_000),
    default=LISTED,
    show_default=True,
    help="How many.",
)


@click.group(invoke_without_command=True)
@config_option
@json_option
@click.pass_context
def incidents(context: click.Context, config_path: Path, as_json: bool) -> None:
    """List the incidents of this site, show one, and report on it."""
    context.obj = config_path
    if context.invoked_subcommand is None:
        _list(read_config(config_path), LISTED, as_json=as_json)


@incidents.command("list", short_help="List the last incidents.")
@last_option
@json_option
@click.pass_obj
def list_(config_path: Path, last: int, as_json: bool) -> None:
    """List the last incidents, the latest first, and whether each was gone through."""
    _list(read_config(config_path), last, as_json=as_json)


def _list(config: Config, last: int, *, as_json: bool) -> None:
    known, count = last_incidents(config, last)
    reviews = {item.number: last_review(notes_on(config, item.number)) for item in known}
    if as_json:
        print_json([_listed(item, reviews[item.number]) for item in known])
        return
    print_rows((_row(item, reviews[item.number]) for item in known), LIST_COLUMNS)
    if count > len(known):
        older = count - len(known)
        click.echo(
            say(f"  und {older} ältere: --last {count}", f"  and {older} older: --last {count}")
        )


def _listed(item: Incident, review: Note | None) -> dict[str, object]:
    """Return an incident as programs see it, with its review beside the facts."""
    status: dict[str, object] = msgspec.to_builtins(incident_status(item))
    return {**status, "review": review}


def _row(item: Incident, review: Note | None) -> tuple[str, str]:
    """Return number, beginning and state; and the cause, which may be long."""
    stage = in_language(STAGES.get(item.stage, (str(item.stage), str(item.stage))), language())
    if item.stage is Stage.RESOLVED:
        stage = (
            say("ausgewertet", "reviewed") if review else say("nicht ausgewertet", "not reviewed")
        )
    cause = cause_words(item.cause, language(), item.detail)
    return f"{item.number:>5}  {time_of(item.opened):<19}  {stage:<17}  ", cause


@incidents.command("show", short_help="Show an incident as it stands.")
@click.argument("number", type=int)
@json_option
@click.pass_obj
def show(config_path: Path, number: int, as_json: bool) -> None:
    """Show incident NUMBER as it stands: its state, its cause, who was told."""
    found = one_incident(read_config(config_path), number)
    if as_json:
        print_json(incident_status(found))
        return
    print_rows(incident_lines(incident_status(found)))


@incidents.command("report", short_help="Print the after-action report.")
@click.argument("number", type=int)
@json_option
@click.option("--html", "as_html", is_flag=True, help="Print a page, to be printed or sent.")
@click.pass_obj
def report(config_path: Path, number: int, as_json: bool, as_html: bool) -> None:
    """Print the after-action report of incident NUMBER."""
    config = read_config(config_path)
    made = report_on(config, number)
    if as_json:
        print_json(made)
    elif as_html:
        from notanker.plan.report_page import report_page

        click.echo(report_page(made, notes_on(config, number), language(), _zone(config)))
    else:
        from notanker.cli.report_text import report_text

        times = SiteTimes(made.opened, _zone(config), language())
        click.echo(report_text(made, notes_on(config, number), times))


def _zone(config: Config) -> dt.tzinfo | None:
    return zone_of(config.site.time_zone)


@incidents.command("export", short_help="Write all of an incident into a folder.")
@click.argument("number", type=int)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.pass_obj
def export(config_path: Path, number: int, folder: Path) -> None:
    """Write everything about incident NUMBER into FOLDER: report, page in two languages, picture."""
    config = read_config(config_path)
    files = _files(config, report_on(config, number), notes_on(config, number))
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


def _files(config: Config, made: Report, notes: tuple[Note, ...]) -> dict[str, bytes]:
    from notanker.core.timeline import timeline
    from notanker.plan.report_page import report_page
    from notanker.shell import codec

    files = {"report.json": codec.encode(made), "notes.json": codec.encode(notes)}
    for tongue in LANGUAGES:
        files[f"report.{tongue}.html"] = report_page(made, notes, tongue, _zone(config)).encode()
        files[f"timeline.{tongue}.svg"] = timeline(made, tongue).encode()
    return files


@incidents.command("note", short_help="Add a note or a measure to a report.")
@click.argument("number", type=int)
@click.argument("text")
@click.option("--by", required=True, help="Who writes it, or who owns the measure.")
@click.option("--due", type=click.DateTime(["%Y-%m-%d"]), help="Until when: then it is a measure.")
@click.pass_obj
def note(config_path: Path, number: int, text: str, by: str, due: dt.datetime | None) -> None:
    """Add a note to the report of incident NUMBER, or with --due a measure. The facts stay as they are."""
    config = read_config(config_path)
    one_incident(config, number)
    _add(config, number, Note(text=text, by=by, on=_today(), due=due.date() if due else None))


@incidents.command("reviewed", short_help="Note who went through a report.")
@click.argument("number", type=int)
@click.option("--by", required=True, help="Who went through it.")
@click.option("--note", "text", default="", help="What came of it.")
@click.pass_obj
def reviewed(config_path: Path, number: int, by: str, text: str) -> None:
    """Note that somebody went through the report of incident NUMBER. The facts stay as they are."""
    config = read_config(config_path)
    if one_incident(config, number).stage is not Stage.RESOLVED:
        fail(
            f"Störung {number} ist noch offen; ausgewertet wird, was vorbei ist.",
            f"Incident {number} is still open; review it when it is over.",
        )
    _add(config, number, Note(text=text, by=by, on=_today(), reviewed=True))


def _today() -> dt.date:
    return dt.datetime.fromtimestamp(clock.wall_s(), dt.UTC).astimezone().date()


def _add(config: Config, number: int, made: Note) -> None:
    if not made.by.strip():
        fail("--by braucht einen Namen.", "--by needs a name.")
    try:
        add_note(config.paths.reports, number, made)
    except TooMuch:
        fail("Zu lang oder zu viele Anmerkungen.", "Too long, or too many notes.")
    except (OSError, msgspec.MsgspecError) as error:
        fail(f"Nicht aufgeschrieben: {error}.", f"Not written: {error}.")
