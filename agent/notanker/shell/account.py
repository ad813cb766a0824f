"""Gathers what a report is made of: the facts, what befell the site beside them, messages, and targets."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from notanker.core.facts import Fact
from notanker.core.incident import Incident, fold
from notanker.core.moment import Moment
from notanker.core.report import Carried, Report, report_of
from notanker.plan.model import Plan
from notanker.plan.targets import targets_of
from notanker.shell.journal.carried import carried
from notanker.shell.journal.facts import facts_beside, facts_of
from notanker.shell.journal.work import Work

HIDDEN = "****"
"""What stands for the bridge's PIN in a report: it is printed, sent, and kept for years."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known of an incident besides its own facts."""

    beside: tuple[Fact, ...] = ()
    carried: Mapping[str, Carried] = field(default_factory=dict)


def incident_of(number: int) -> Work[Incident | None]:
    """Return the work of reading one incident, None if there is none of that number."""

    def work(connection: sqlite3.Connection) -> Incident | None:
        return next(iter(fold(facts_of(number)(connection)).all), None)

    return work


def surroundings(number: int) -> Work[Surroundings]:
    """Return the work of reading what a report needs besides the incident's own facts."""

    def work(connection: sqlite3.Connection) -> Surroundings:
        return Surroundings(facts_beside(number)(connection), carried(number)(connection))

    return work


def report(
    incident: Incident,
    site: str,
    plan: Plan | None,
    around: Surroundings,
    now: Moment | None = None,
) -> Report:
    """Make the report of an incident, measured against the plan; of one that is open up to `now`."""
    known = {mark: _hidden(what, plan) for mark, what in around.carried.items()}
    targets = targets_of(plan, incident.system)
    return report_of(incident, site, targets, around.beside, known, now)


def _hidden(what: Carried, plan: Plan | None) -> Carried:
    bridge = plan.escalation.bridge if plan is not None else None
    pin = bridge.pin if bridge is not None else ""
    return replace(what, text=what.text.replace(pin, HIDDEN)) if pin else what
