"""`notanker plan show`: a plan in the terminal, 80 columns wide, for a site where nothing else is left."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from notanker.cli.exits import WRONG
from notanker.cli.output import language, print_problems, say
from notanker.cli.plan_options import FILE
from notanker.errors import Language, errors_of
from notanker.plan import directory
from notanker.plan.files import printable
from notanker.plan.load import load
from notanker.plan.model import Contact, Page, Plan, Scenario

COLUMNS: Final = 80
_NAME: Final = 30


@click.command("show")
@click.argument("folder", type=FILE)
@click.option("--page", default="", metavar="ID", help="One scenario or page, with all its steps.")
def show_plan(folder: Path, page: str) -> None:
    """Show the plan in FOLDER: whom to call, who is told, what can be done."""
    plan, problems = load(folder)
    if plan is None:
        print_problems(errors_of(problems))
        raise SystemExit(WRONG)
    tongue = language()
    for line in _page(plan, page, tongue) if page else _whole(plan, tongue):
        click.echo(line)


def _whole(plan: Plan, tongue: Language) -> Iterator[str]:
    head = plan.head
    yield from _wrapped(f"{head.title.words(tongue)}, {head.site}, {head.organisation}")
    yield from _wrapped(
        say(
            f"Nummer {head.seq}, Version {head.version}, vom {head.issued}, gilt bis {head.review_by}",
            f"number {head.seq}, version {head.version}, of {head.issued}, until {head.review_by}",
        )
    )
    yield from _bridge(plan)
    yield from _section(say("Rollen", "Roles"), _roles(plan, tongue))
    yield from _section(say("Eskalation", "Escalation"), _steps(plan, tongue))
    contacts = (_contact(contact) for contact in plan.contacts)
    yield from _section(say("Kontakte", "Contacts"), contacts)
    scenarios = (f"{s.head.id}: {s.head.title}" for s in plan.scenarios if s.language == "de")
    yield from _section(say("Szenarien (--page)", "Scenarios (--page)"), scenarios)
    pages = (f"{p.head.id}: {p.head.title}" for p in plan.pages if p.language == "de")
    yield from _section(say("Seiten (--page)", "Pages (--page)"), pages)


def _section(title: str, lines: Iterator[str]) -> Iterator[str]:
    yield ""
    yield title
    for line in lines:
        yield from _wrapped(line, "  ")


def _bridge(plan: Plan) -> Iterator[str]:
    bridge = plan.escalation.bridge
    if bridge is not None:
        name = say("Dauer-Telefonkonferenz", "Bridge")
        yield f"{name}: {bridge.phone}, PIN {bridge.pin}"


def _roles(plan: Plan, tongue: Language) -> Iterator[str]:
    for role in plan.roles:
        ids = (role.holder, *role.deputies)
        people = [contact.name for one in ids if (contact := plan.contact(one)) is not None]
        yield f"{role.name.words(tongue)}: {', '.join(people)}"


def _steps(plan: Plan, tongue: Language) -> Iterator[str]:
    for timed in directory.steps(plan):
        role = plan.role(timed.step.role)
        name = role.name.words(tongue) if role is not None else timed.step.role
        yield f"{timed.starts_s / 60:4.0f} min  {name}"


def _contact(contact: Contact) -> str:
    hidden = "" if contact.show_to == "all" else say(" (nur Leitung)", " (leads only)")
    return f"{contact.name[:_NAME]:<{_NAME}} {contact.phone}  {contact.availability}{hidden}"


def _page(plan: Plan, name: str, tongue: Language) -> Iterator[str]:
    texts: list[Scenario | Page] = [*plan.scenarios, *plan.pages]
    found = [one for one in texts if one.head.id == name]
    if not found:
        known = ", ".join(dict.fromkeys(one.head.id for one in texts))
        click.echo(
            say(f"Eine Seite „{name}“ gibt es nicht; es gibt: {known}.",
                f"There is no page '{name}'; there are: {known}."),
            err=True,
        )  # fmt: skip
        raise SystemExit(WRONG)
    chosen = next((one for one in found if one.language == tongue), found[0])
    yield chosen.head.title
    for line in chosen.body.splitlines():
        yield from _wrapped(line) if line.strip() else ("",)


def _wrapped(text: str, indent: str = "") -> list[str]:
    """Break a line for the terminal; nothing of a plan steers it."""
    own = indent + " " * (len(text) - len(text.lstrip()))
    return textwrap.wrap(
        printable(text.strip()), COLUMNS, initial_indent=own, subsequent_indent=f"{own}  "
    )
