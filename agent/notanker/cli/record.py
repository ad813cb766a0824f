"""Reads the journal for the command line, without touching it."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import NoReturn, TypeVar

import msgspec

from notanker.cli.exits import WRONG
from notanker.cli.output import fail
from notanker.cli.report_notes import read_notes
from notanker.config.model import Config
from notanker.core.incident import Incident
from notanker.core.report import Report
from notanker.plan.report_notes import Note
from notanker.shell import account, clock, journal
from notanker.shell.journal import Work
from notanker.shell.planning import plan_in_force

T = TypeVar("T")


def read(path: Path, work: Work[T]) -> T:
    """Do the work on the journal, opened for reading alone; end with a sentence if that fails."""
    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=2)
        try:
            return work(connection)
        finally:
            connection.close()
    except sqlite3.Error as error:
        return fail(
            f"Das Journal {path} ist nicht lesbar: {error}.",
            f"The journal {path} cannot be read: {error}.",
            WRONG,
        )


def last_incidents(config: Config, count: int) -> tuple[list[Incident], int]:
    """Return the last incidents, the latest first, and how many there are in all."""

    def work(connection: sqlite3.Connection) -> tuple[list[Incident], int]:
        numbers = journal.incident_numbers(2**31)(connection)
        found = (account.incident_of(number)(connection) for number in numbers[:count])
        return [one for one in found if one is not None], len(numbers)

    return read(config.paths.journal, work)


def one_incident(config: Config, number: int) -> Incident:
    """Return the incident of that number, or end with a sentence."""
    if 0 < number < 2**63:
        found = read(config.paths.journal, account.incident_of(number))
        if found is not None:
            return found
    return no_such(number)


def no_such(number: int) -> NoReturn:
    """End because there is no incident of that number."""
    fail(f"Eine Störung {number} gibt es nicht.", f"There is no incident {number}.")


def report_on(config: Config, number: int) -> Report:
    """Make the report of an incident, measured against the plan in force, up to now."""
    incident = one_incident(config, number)
    around = read(config.paths.journal, account.surroundings(number))
    plan = plan_in_force(config).plan
    return account.report(incident, config.site.id, plan, around, clock.Clock().now())


def notes_on(config: Config, number: int) -> tuple[Note, ...]:
    """Read what people added to a report; end with a sentence if that fails."""
    try:
        return read_notes(config.paths.reports, number)
    except (OSError, msgspec.MsgspecError) as error:
        return fail(f"Anmerkungen nicht lesbar: {error}.", f"The notes cannot be read: {error}.")
