"""`notanker plan check`: every problem of a plan at once."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from notanker.cli.exits import OK, WRONG
from notanker.cli.output import json_option, print_json, print_problems, say
from notanker.cli.plan_options import FILE
from notanker.errors import errors_of
from notanker.shell import clock


@click.command("check")
@click.argument("folder", type=FILE)
@click.option("--audit", default="", metavar="NAMES", help="nis2,der4,iso22301: what is covered?")
@click.option(
    "--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="Check as on that day, not today."
)
@json_option
def check_plan(folder: Path, audit: str, day: dt.datetime | None, as_json: bool) -> None:
    """List every problem and weak point of the plan in FOLDER, or with --audit what it covers."""
    if audit:
        from notanker.cli.plan_audit import audit_plan

        audit_plan(folder, audit, as_json=as_json)
    from notanker.plan import wording
    from notanker.plan.lint import lint
    from notanker.plan.skeleton import unfilled

    now = day or dt.datetime.fromtimestamp(clock.wall_s(), dt.UTC)
    linted = lint(folder, now.date())
    found, problems = linted.plan, [*linted.problems, *unfilled(folder)]
    if as_json:
        print_json(problems)
    else:
        print_problems(problems, err=False)
        for item, words, took_s in wording.announcements(found) if found is not None else []:
            click.echo(
                say(
                    f"{item.file}: gesprochen {words} Wörter, etwa {took_s:.0f} Sekunden",
                    f"{item.file}: spoken {words} words, about {took_s:.0f} seconds",
                )
            )
        count = len(problems)
        click.echo(say(f"{count} Befunde", f"{count} findings"))
    raise SystemExit(WRONG if found is None or errors_of(problems) else OK)
