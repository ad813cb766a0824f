"""Puts the parts of the check together, and leaves out what somebody has accepted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from notanker.errors import Problem
from notanker.plan import wording
from notanker.plan.lint import alike, dates, numbers, people, reading, structure
from notanker.plan.lint.catalogue import CATALOGUE
from notanker.plan.lint.finding import Desk, Finding
from notanker.plan.load import read_plan
from notanker.plan.model import Plan
from notanker.plan.places import Documents, lined

Part = Callable[[Desk], Iterator[Finding]]
PARTS: Final[tuple[Part, ...]] = (
    people.check, structure.check, reading.check, alike.check, numbers.check,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Linted:
    """A plan, if there is one, and everything that can be said against it."""

    plan: Plan | None
    problems: tuple[Problem, ...]
    documents: Documents


def lint(folder: Path, today: dt.date) -> Linted:
    """Check the plan in the folder as on that day. Never raises for what stands there."""
    plan, problems, documents = read_plan(folder)
    if plan is None:
        return Linted(None, tuple(problems), documents)
    desk = Desk(plan, documents)
    weak = [finding for part in PARTS for finding in part(desk)]
    weak += dates.check(desk, today)
    problems += [lined(problem, documents) for problem in wording.findings(plan)]
    problems += [lined(one.problem(CATALOGUE), documents) for one in _open(plan, weak, today)]
    return Linted(plan, tuple(problems), documents)


def _open(plan: Plan, findings: Iterable[Finding], today: dt.date) -> Iterator[Finding]:
    """Yield what nobody has accepted, or no longer."""
    accepted = {(r.finding, r.subject) for r in plan.risks if r.finding and r.expires >= today}
    for one in findings:
        if (one.code, one.subject) not in accepted:
            yield one
