"""`notanker plan diff`: what differs between two plans, in words."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from notanker.cli.exits import OK, UNWELL, WRONG
from notanker.cli.output import json_option, print_json, print_problems, say
from notanker.cli.plan_options import FILE
from notanker.errors import errors_of
from notanker.plan.diff import Change, lines
from notanker.plan.files import printable

_MAX_LETTERS: Final = 200


@click.command("diff")
@click.argument("old", type=FILE)
@click.argument("new", type=FILE)
@json_option
def diff_plans(old: Path, new: Path, as_json: bool) -> None:
    """List what differs between the plans in OLD and NEW, by record and field.

    Exit status 1 if anything does, as with diff(1).
    """
    from notanker.plan.diff import changes
    from notanker.plan.load import load

    plans = []
    for folder in (old, new):
        found, problems = load(folder)
        if found is None:
            print_problems(errors_of(problems))
            raise SystemExit(WRONG)
        plans.append(found)
    different = changes(*plans)
    if as_json:
        print_json(different)
    else:
        for change in different:
            click.echo(told(change))
    raise SystemExit(UNWELL if different else OK)


def told(change: Change) -> str:
    """Return the difference as one line in the terminal's language."""
    if not change.field:
        kind = say("neu", "new") if change.kind == "added" else say("entfallen", "gone")
        return f"{change.record}: {kind}"
    if change.field == "body" and isinstance(change.old, str) and isinstance(change.new, str):
        came, went = lines(change.old, change.new)
        what = say("Text", "text")
        unit = say("Zeilen", "lines")
        return f"{change.record}: {what}: +{came} -{went} {unit}"
    return f"{change.record}: {change.field}: {_value(change.old)} -> {_value(change.new)}"


def _value(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, tuple):
        return _short(", ".join(str(item) for item in value))
    if isinstance(value, bool):
        return say("ja", "yes") if value else say("nein", "no")
    return _short(str(value))


def _short(text: str) -> str:
    plain = printable(text)
    return plain if len(plain) <= _MAX_LETTERS else f"{plain[: _MAX_LETTERS - 1]}…"
