"""`notanker plan`: check a plan, take it into force."""

from __future__ import annotations

from pathlib import Path

import click

from notanker.cli.exits import OK, WRONG
from notanker.cli.output import json_option, print_json, print_problems, say
from notanker.errors import errors_of


@click.group()
def plan() -> None:
    """Check an emergency plan, or take it into force."""


@plan.command("check")
@click.argument("folder", type=click.Path(path_type=Path))
@json_option
def check_plan(folder: Path, as_json: bool) -> None:
    """List every problem of the plan in FOLDER."""
    from notanker.plan.load import load

    found, problems = load(folder)
    if as_json:
        print_json(problems)
    else:
        print_problems(problems, err=False)
        count = len(problems)
        click.echo(say(f"{count} Befunde", f"{count} findings"))
    raise SystemExit(WRONG if found is None or errors_of(problems) else OK)


@plan.command("accept")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--store", type=click.Path(path_type=Path), default=Path("/var/lib/notanker/plans"))
def accept_plan(folder: Path, store: Path) -> None:
    """Take the plan in FOLDER into force: check, render, switch."""
    from notanker.plan.accept import accept

    accepted = accept(folder, store)
    print_problems(accepted.problems)
    raise SystemExit(OK if accepted.fresh else WRONG)
