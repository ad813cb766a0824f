"""Takes a plan into force: signatures checked, read, copied, rendered, switched to in one step, remembered.

The store holds each accepted plan in a folder named by its fingerprint, with `source` and `pages`, and
`current`, a link to the one in force. Whatever goes wrong, the plan before stays in force.
"""

from __future__ import annotations

import datetime as dt
import errno
import os
import shutil
from pathlib import Path

from notanker.errors import Place, Problem, errors_of
from notanker.plan import store as disk
from notanker.plan.accepted import Accepted, current
from notanker.plan.catalogue import CATALOGUE
from notanker.plan.files import files_of
from notanker.plan.fingerprint import fingerprint
from notanker.plan.load import load
from notanker.plan.model import Plan
from notanker.plan.trust import ratchet
from notanker.plan.trust.checking import Checked, Trust, check


def accept(
    source: Path, store: Path, trust: Trust | None = None, now: dt.datetime | None = None
) -> Accepted:
    """Take the plan in the folder `source` into force. Never raises for what stands there.

    A plan with more errors than the one in force is refused. Where there is none yet, a plan with
    errors is better than none: what is readable of it is taken into force.

    Args:
        source: The plan's folder.
        store: Where accepted plans are kept.
        trust: Whose plans are taken; without it, any.
        now: The time, None while the clock is not trusted.
    """
    before = current(store)
    checked = Checked(()) if trust is None else check(files_of(source)[0], trust, now)
    if errors_of(checked.problems):
        return _kept(before, list(checked.problems))
    plan, problems = load(source)
    problems = [*checked.problems, *problems]
    if plan is None:
        return _kept(before, problems)
    known = len(errors_of(before.problems)) if before.plan else None
    if known is not None and len(errors_of(problems)) > known:
        return _kept(before, [*problems, CATALOGUE.problem("refused", Place(str(source)))])
    try:
        folder = _store(plan, source, store, len(errors_of(problems)))
        if (
            trust is not None
        ):  # last: a number is remembered once its plan is in force, never before
            ratchet.save(trust.memory, checked.ratchet)
    except OSError as error:
        reason = error.strerror or str(error)
        stored = CATALOGUE.problem("not-stored", Place(str(store)), reason=reason)
        return _kept(before, [*problems, stored])
    disk.clean(store, folder)
    return Accepted(plan, folder, plan.fingerprint, tuple(problems), fresh=True)


def _kept(before: Accepted, problems: list[Problem]) -> Accepted:
    return Accepted(before.plan, before.folder, before.fingerprint, tuple(problems))


def _store(plan: Plan, source: Path, store: Path, errors: int) -> Path:
    """Copy and render the plan, then point to it."""
    # The renderer is heavy, and only who accepts a plan needs it.
    from notanker.plan.render import render

    pages = render(plan, errors)
    folder = store / plan.fingerprint
    store.mkdir(parents=True, exist_ok=True)
    if _intact(folder, plan.fingerprint):
        disk.write_all(pages, folder)  # each page is replaced whole, so readers never miss one
    else:
        _fill(plan, source, folder, pages)
    os.utime(folder)
    disk.point(store, folder)
    return folder


def _fill(plan: Plan, source: Path, folder: Path, pages: dict[str, bytes]) -> None:
    new = disk.staging(folder.parent)
    try:
        disk.copy_in(files_of(source)[0], new / "source")
        _compare(new / "source", plan.fingerprint)
        disk.write_all(pages, new)
        disk.sync(new)
        disk.publish(new, folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _compare(copy: Path, expected: str) -> None:
    """Raise if the copy is not what was checked: somebody wrote in the folder meanwhile."""
    if fingerprint(copy) != expected:
        raise OSError(errno.EAGAIN, "the plan changed while it was read")


def _intact(folder: Path, expected: str) -> bool:
    try:
        return folder.is_dir() and fingerprint(folder / "source") == expected
    except OSError:
        return False
