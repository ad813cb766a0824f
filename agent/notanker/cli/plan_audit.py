"""`notanker plan check --audit`: what a plan covers of the standards, as a table."""

from __future__ import annotations

import datetime as dt
import textwrap
from pathlib import Path
from typing import Any, Final, NoReturn

import click

from notanker.cli.exits import OK, UNWELL, WRONG
from notanker.cli.output import fail, language, print_json, print_problems, say
from notanker.errors import errors_of
from notanker.plan.audit.requirements import NAMES, NOT_CHECKED, STANDARDS, Standard
from notanker.plan.audit.table import Row, audit
from notanker.plan.load import load
from notanker.shell import clock

STATES: Final = {
    "ok": ("deckt ab", "covers"),
    "missing": ("fehlt", "missing"),
    "old": ("veraltet", "old"),
}
_COLUMNS: Final = 80


def audit_plan(folder: Path, wanted: str, *, as_json: bool) -> NoReturn:
    """Print the table, and end with 0 if all is covered, 1 if not, 2 without a readable plan."""
    standards = _standards(wanted)
    plan, problems = load(folder)
    if plan is None:
        print_problems(errors_of(problems))
        raise SystemExit(WRONG)
    rows = audit(plan, folder, standards, dt.datetime.fromtimestamp(clock.wall_s(), dt.UTC).date())
    if as_json:
        print_json(_twin(rows, standards))
    else:
        _print(rows, standards)
    raise SystemExit(OK if all(row.state == "ok" for row in rows) else UNWELL)


def _standards(wanted: str) -> tuple[Standard, ...]:
    names = [name.strip() for name in wanted.split(",") if name.strip()]
    known = tuple(name for name in STANDARDS if name in names)
    if len(known) != len(set(names)) or not known:
        listed = ", ".join(STANDARDS)
        fail(
            f"„{wanted}“ kenne ich nicht; es gibt: {listed}.",
            f"'{wanted}' is not known; there are: {listed}.",
        )
    return known


def _twin(rows: list[Row], standards: tuple[Standard, ...]) -> dict[str, Any]:
    """Return the same for programs; places are `file:line`."""
    index = language() == "en"
    return {
        "rows": [
            {
                "standard": row.standard,
                "clause": row.clause,
                "asks": row.asks[index],
                "state": row.state,
                "file": row.place.file,
                "line": row.place.line,
                "field": row.place.field,
                "note": row.note[index],
            }
            for row in rows
        ],
        "not_checked": {name: NOT_CHECKED[name][index] for name in standards},
    }


def _print(rows: list[Row], standards: tuple[Standard, ...]) -> None:
    index = language() == "en"
    for name in standards:
        click.echo(f"{NAMES[name]}")
        for row in rows:
            if row.standard == name:
                _print_row(row, index=index)
        click.echo("\n".join(textwrap.wrap(NOT_CHECKED[name][index], _COLUMNS)) + "\n")
    covered = sum(row.state == "ok" for row in rows)
    click.echo(
        say(
            f"Der Plan deckt {covered} von {len(rows)} Anforderungen ab. Das ist keine Zertifizierung.",
            f"The plan covers {covered} of {len(rows)} requirements. That is no certificate.",
        )
    )


def _print_row(row: Row, *, index: bool) -> None:
    state = STATES[row.state][index]
    line = f":{row.place.line}" if row.place.line is not None else ""
    where = f"{row.place.file}{line}"
    told = f"  {row.clause:<9}{row.asks[index][:37]:<38}{state:<9}"
    fits = len(told) + len(where) < _COLUMNS
    click.echo(f"{told} {where}" if fits else f"{told}\n{where:>{_COLUMNS}}")
    if row.note[index]:
        field = f" [{row.place.field}]" if row.place.field else ""
        click.echo(f"           -> {row.note[index]}{field}")
