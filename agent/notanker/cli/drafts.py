"""`notanker drafts`: the texts for people outside, and who releases them."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Final

import click
import msgspec

from notanker.cli.exits import WRONG
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
from notanker.cli.record import last_incidents, one_incident
from notanker.config.model import Config
from notanker.core.drafts import Draft, find
from notanker.core.incident import Incident
from notanker.core.names import Stage
from notanker.shell.answers import said
from notanker.shell.control import MAX_LINE_BYTES, Told

LISTED: Final = 20
LIST_COLUMNS: Final = 27
ANSWER_S: Final = 10.0
GOOD: Final = frozenset({"released", "one_more", "withdrawn", "off"})

by_option = click.option(
    "--by", required=True, help="Who does it: an id of contacts.toml, such as mara-beispiel."
)


@click.group(invoke_without_command=True)
@config_option
@click.pass_context
def drafts(context: click.Context, config_path: Path) -> None:
    """Show texts for people outside, release them, or take that back."""
    context.obj = config_path
    if context.invoked_subcommand is None:
        _list(read_config(config_path), as_json=False)


@drafts.command("list", short_help="List what is drafted, released, withdrawn.")
@json_option
@click.pass_obj
def list_(config_path: Path, as_json: bool) -> None:
    """List the drafts of the open incidents, and of those that were resolved last."""
    _list(read_config(config_path), as_json=as_json)


def _list(config: Config, *, as_json: bool) -> None:
    known, _ = last_incidents(config, LISTED)
    if as_json:
        print_json([{"incident": one.number, "drafts": one.drafts} for one in known if one.drafts])
        return
    rows = [_row(one, draft) for one in known for draft in one.drafts]
    print_rows(rows, LIST_COLUMNS)
    if not rows:
        click.echo(say("Es gibt keine Entwürfe.", "There are no drafts."))


def _row(incident: Incident, draft: Draft) -> tuple[str, str]:
    version = say(f"Fassung {draft.version}", f"version {draft.version}")
    return f"{incident.number:>5}  {draft.template:<8}{version:<12}", _state(incident, draft)


def _state(incident: Incident, draft: Draft) -> str:
    """Say how a draft stands, by the record alone; whether it is still in time, the agent knows."""
    if draft.drill:
        return say("Übung, nie freizugeben", "drill, never released")
    by = ", ".join(one.name or one.contact for one in draft.released)
    over = incident.stage is Stage.RESOLVED and draft.template != "T13"
    ended = say(", abgelaufen", ", lapsed") if over else ""
    if draft.is_released:
        return say(f"freigegeben von {by}", f"released by {by}") + ended
    missing = say(f"es fehlen {draft.missing}", f"{draft.missing} missing")
    return f"{missing}{f' ({by})' if by else ''}{ended}"


@drafts.command("show", short_help="Show a draft's words.")
@click.argument("number", type=int)
@click.argument("template")
@json_option
@click.pass_obj
def show(config_path: Path, number: int, template: str, as_json: bool) -> None:
    """Show the words of draft TEMPLATE of incident NUMBER, released or not: for those who lead."""
    incident = one_incident(read_config(config_path), number)
    draft = find(incident.drafts, template)
    if draft is None:
        fail(
            said("no_such_draft", "de", n=number, t=template),
            said("no_such_draft", "en", n=number, t=template),
        )
    if as_json:
        print_json(draft)
        return
    name, state = _row(incident, draft)
    print_rows([(name, f"{state}, {time_of(draft.made)}")], LIST_COLUMNS)
    if any(draft.refused):
        print_rows([("", draft.refused[language() == "en"])], 0)
    for tongue, text in draft.words:
        click.echo(f"\n[{tongue}]")
        for line in text.splitlines():
            print_rows([("", line)], 0)


@drafts.command("release", short_help="Release a draft in a person's name (root).")
@click.argument("number", type=int)
@click.argument("template")
@by_option
@click.pass_obj
def release(config_path: Path, number: int, template: str, by: str) -> None:
    """Release draft TEMPLATE of incident NUMBER in the name of the person who asked for it."""
    _do(read_config(config_path), "release", number, template, by)


@drafts.command("withdraw", short_help="Take a release back (root).")
@click.argument("number", type=int)
@click.argument("template")
@by_option
@click.pass_obj
def withdraw(config_path: Path, number: int, template: str, by: str) -> None:
    """Take the release of draft TEMPLATE of incident NUMBER back."""
    _do(read_config(config_path), "withdraw", number, template, by)


@drafts.command("off", short_help="Say that an announcement is off (root).")
@click.argument("number", type=int)
@by_option
@click.pass_obj
def off(config_path: Path, number: int, by: str) -> None:
    """Say that the announcement of incident NUMBER is off, so that nobody is reminded any more."""
    _do(read_config(config_path), "off", number, "", by)


def _do(config: Config, method: str, number: int, template: str, by: str) -> None:
    """Have the agent do it, and say what came of it; exit with a status if it does not count."""
    wish = {"incident": number, "contact": by, "template": template}
    told = _ask(config.paths.control, {"plugin": "", "method": method, "argument": wish})
    if told.fault is not None:
        fail(
            f"Nicht geschehen: {told.fault.reason}. Als root versuchen.",
            f"Not done: {told.fault.reason}. Try it as root.",
        )
    word = msgspec.json.decode(told.result, type=str)
    click.echo(said(word, language(), n=number, t=template))
    if word not in GOOD:
        raise SystemExit(WRONG)


def _ask(path: Path, question: object) -> Told:
    try:
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(ANSWER_S)
            link.connect(str(path))
            link.sendall(json.dumps(question).encode() + b"\n")
            with link.makefile("rb") as answers:
                return msgspec.json.decode(answers.readline(MAX_LINE_BYTES), type=Told)
    except PermissionError:
        fail("Das darf nur root: mit sudo versuchen.", "That is for root: try it with sudo.")
    except (OSError, msgspec.MsgspecError):
        fail(
            "Der Agent antwortet nicht; ohne ihn wird nichts freigegeben.",
            "The agent does not answer; without it nothing is released.",
        )
