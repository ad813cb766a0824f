"""The steps of acceptance. Only the first looks at the source; all others look at the copy it made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from notanker.errors import Place, Problem, errors_of
from notanker.plan import store as disk
from notanker.plan.accepted import Accepted
from notanker.plan.catalogue import CATALOGUE
from notanker.plan.copying import copy
from notanker.plan.files import PlanFile
from notanker.plan.load import load
from notanker.plan.model import Plan
from notanker.plan.trust import ratchet
from notanker.plan.trust.catalogue import CATALOGUE as TRUST
from notanker.plan.trust.checking import CHECKS, Case, Trust, open_case

T = TypeVar("T")

Viewer = Callable[[Path, Plan], Sequence[Problem]]
"""Looks at the pages of a store and of the plan in it, and returns what is wrong with them."""


@dataclass(slots=True)
class Work:
    """One acceptance on its way: what each step leaves for those after it.

    Attributes:
        before: The plan in force until now.
        room: A folder for this attempt alone, built like a store whose `current` is the new plan.
        files: The copied files.
        case: The plan's right to be in force, None where any plan is taken.
        folder: Where the plan lies once it is published.
    """

    source: Path
    store: Path
    before: Accepted
    trust: Trust | None
    now: dt.datetime | None
    viewer: Viewer | None
    room: Path
    problems: list[Problem] = field(default_factory=list)
    files: tuple[PlanFile, ...] = ()
    case: Case | None = None
    plan: Plan | None = None
    folder: Path | None = None

    @property
    def new(self) -> Path:
        """The copy."""
        return self.room / disk.CURRENT


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Attributes:
        do: Does it, and tells whether to go on.
        signed: It is left out where any plan is taken.
    """

    name: str
    do: Callable[[Work], bool]
    signed: bool = False


def _copy(work: Work) -> bool:
    """Read the source, once. Of a plan that must be signed nothing may be odd."""
    work.files, problems = copy(work.source, work.new / "source")
    work.problems += problems
    if work.trust is None:
        return True
    work.case = open_case(work.files, work.trust, work.now)
    work.problems += work.case.problems
    return not errors_of(problems)


def _checking(question: Callable[[Case], list[Problem]]) -> Callable[[Work], bool]:
    def do(work: Work) -> bool:
        problems = question(_case(work))
        work.problems += problems
        return not errors_of(problems)

    return do


def _lint(work: Work) -> bool:
    """Read the plan: one with more errors than the one in force does not replace it."""
    work.plan, problems = load(work.new / "source")
    work.problems += problems
    if work.plan is None:
        return False
    known = len(errors_of(work.before.problems)) if work.before.plan else None
    if known is None or len(errors_of(work.problems)) <= known:
        return True
    work.problems.append(CATALOGUE.problem("refused", Place(str(work.source))))
    return False


def _render(work: Work) -> bool:
    # The renderer is heavy, and only who accepts a plan needs it.
    from notanker.plan.render import render

    disk.put(render(_plan(work), len(errors_of(work.problems))), work.new)
    return True


def _view(work: Work) -> bool:
    if work.viewer is None:
        return True
    problems = work.viewer(work.room, _plan(work))
    work.problems += problems
    return not errors_of(problems)


def _publish(work: Work) -> bool:
    """Give the new plan its name in the store; what is there already, to the byte, is not written again."""
    current = disk.in_force(work.store)
    if current is not None and disk.same(work.new, current):
        work.folder = current
    else:
        work.folder = disk.publish(work.new, work.store, _plan(work).fingerprint)
    return True


def _point(work: Work) -> bool:
    if disk.in_force(work.store) != work.folder:
        disk.point(work.store, _folder(work))
    return True


def _remember(work: Work) -> bool:
    """Remember the number: once its plan is in force, never before.

    Where that fails the plan is in force all the same; each check of the plan in force tries it again.
    """
    case = _case(work)
    try:
        ratchet.save(case.trust.memory, case.advanced)
    except OSError as error:
        reason, place = error.strerror or str(error), Place(str(case.trust.memory))
        work.problems.append(TRUST.problem("not-remembered", place, reason=reason))
    return True


def _clean(work: Work) -> bool:
    disk.clean(work.store, _folder(work))
    return True


STEPS: Final = (
    Step("copy", _copy),
    *(Step(name, _checking(question), signed=True) for name, question in CHECKS),
    Step("lint", _lint),
    Step("render", _render),
    Step("view", _view),
    Step("publish", _publish),
    Step("point", _point),
    Step("remember", _remember, signed=True),
    Step("clean", _clean),
)
"""All of acceptance, in order. A step that refuses leaves everything as it was."""


def _plan(work: Work) -> Plan:
    return _there(work.plan)


def _folder(work: Work) -> Path:
    return _there(work.folder)


def _case(work: Work) -> Case:
    return _there(work.case)


def _there(value: T | None) -> T:
    if value is None:
        raise LookupError("an earlier step finds it")
    return value
