"""Takes a plan into force: a private copy, asked one question after the other, switched to in one step.

The store holds each accepted plan in a folder named by its fingerprint, with `source` and `pages`, and
`current`, a link to the one in force. Whatever goes wrong, the plan before stays in force; and between any
two steps the power may fail.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from notanker.errors import Place, Problem
from notanker.plan import store as disk
from notanker.plan.accepted import Accepted, current
from notanker.plan.catalogue import CATALOGUE
from notanker.plan.steps import STEPS, Step, Viewer, Work
from notanker.plan.trust.catalogue import CATALOGUE as TRUST
from notanker.plan.trust.checking import Trust


def accept(
    source: Path,
    store: Path,
    trust: Trust | None = None,
    now: dt.datetime | None = None,
    viewer: Viewer | None = None,
    steps: Sequence[Step] = STEPS,
) -> Accepted:
    """Take the plan in the folder `source` into force. Never raises for what stands there.

    A plan with more errors than the one in force is refused. Where there is none yet, a plan with
    errors is better than none: what is readable of it is taken into force.

    Args:
        source: The plan's folder.
        store: Where accepted plans are kept.
        trust: Whose plans are taken; without it, any.
        now: The time, None while the clock is not trusted.
        viewer: Looks at the rendered pages as the staff would, and returns what is wrong with them.
        steps: The way there.
    """
    before = current(store)
    try:
        with disk.alone(store):
            return _walk(
                Work(source, store, before, trust, now, viewer, disk.staging(store)), steps
            )
    except BlockingIOError:
        return _kept(before, [TRUST.problem("under-way", Place(str(store)))], "begin")
    except OSError as error:
        return _kept(before, [_not_stored(store, error)], "begin")


def _walk(work: Work, steps: Sequence[Step]) -> Accepted:
    try:
        for step in steps:
            if work.trust is None and step.signed:
                continue
            if not _goes_on(work, step):
                return _kept(work.before, work.problems, step.name)
    finally:
        shutil.rmtree(work.room, ignore_errors=True)
    plan = work.plan
    return Accepted(
        plan, work.folder, plan.fingerprint if plan else "", tuple(work.problems), fresh=True
    )


def _goes_on(work: Work, step: Step) -> bool:
    try:
        return step.do(work)
    except OSError as error:
        work.problems.append(_not_stored(work.store, error))
        return False


def _not_stored(store: Path, error: OSError) -> Problem:
    reason = error.strerror or str(error)
    return CATALOGUE.problem("not-stored", Place(str(store)), reason=reason)


def _kept(before: Accepted, problems: list[Problem], step: str) -> Accepted:
    return replace(before, problems=tuple(problems), stopped=step)
