"""Reads the journal for the command line, without touching it."""

from __future__ import annotations

import datetime as dt
import sqlite3
from pathlib import Path
from typing import NoReturn, TypeVar

import msgspec

from notanker.cli.exits import WRONG
from notanker.cli.output import fail
from notanker.cli.report_notes import Note, read_notes
from notanker.config.model import Config
from notanker.core.incident import Incident
from notanker.core.moment import Moment, between_s
from notanker.core.report import Report
from notanker.errors import Language
from notanker.plan.report_words import span
from notanker.shell import account, clock, journal
from notanker.shell.journal import Work
from notanker.shell.planning import plan_in_force
from notanker.shell.settings import zone_of

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


class SiteTimes:
    """Says when something was in one incident, in the site's time.

    Args:
        opened: The incident's opening: of its day only the time is told, of another the day as well.
        zone: The site's time zone, None for the machine's own.
        language: The reader's.
    """

    def __init__(self, opened: Moment, zone: str, language: Language) -> None:
        self._opened = opened
        self._zone = zone_of(zone)
        self._language = language

    def __call__(self, moment: Moment) -> str:
        """Return the time of day, with the day if that is another; where no clock was right, the span."""
        if not moment.trusted:
            after_s = between_s(self._opened, moment)
            return f"+{span(after_s, self._language)}"
        then, day = self._local(moment), self._local(self._opened)
        if then.date() == day.date() and self._opened.trusted:
            return f"{then:%H:%M:%S}"
        return f"{then:%d.%m. %H:%M:%S}" if self._language == "de" else f"{then:%d %b %H:%M:%S}"

    def whole(self, moment: Moment) -> str:
        """Return the day and the time; where no clock was right, say so."""
        if not moment.trusted:
            return "Uhrzeit unbekannt" if self._language == "de" else "time of day not known"
        then = self._local(moment)
        return (
            f"{then:%d.%m.%Y %H:%M:%S}" if self._language == "de" else f"{then:%d %b %Y %H:%M:%S}"
        )

    def _local(self, moment: Moment) -> dt.datetime:
        return dt.datetime.fromtimestamp(moment.wall_s, dt.UTC).astimezone(self._zone)
