"""The plan in force, as the store has it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from notanker.errors import Place, Problem
from notanker.plan import store as disk
from notanker.plan.catalogue import CATALOGUE
from notanker.plan.load import load
from notanker.plan.model import Plan


@dataclass(frozen=True, slots=True)
class Accepted:
    """The plan in force after the attempt, and what was wrong on the way.

    Attributes:
        plan: The plan in force; None if there is none.
        folder: Its folder in the store.
        fresh: Whether this very attempt put it in force.
        stopped: The step that refused the attempt; empty if none did.
    """

    plan: Plan | None
    folder: Path | None
    fingerprint: str
    problems: tuple[Problem, ...]
    fresh: bool = False
    stopped: str = ""


def current(store: Path) -> Accepted:
    """Load the plan in force. Never raises."""
    folder = disk.in_force(store)
    if folder is None:
        return Accepted(None, None, "", (CATALOGUE.problem("no-plan", Place(str(store))),))
    plan, problems = load(folder / "source")
    if plan is None:
        return Accepted(None, None, "", tuple(problems))
    if plan.fingerprint != disk.fingerprint_in(folder):
        problems.append(CATALOGUE.problem("damaged", Place(str(folder))))
    return Accepted(plan, folder, plan.fingerprint, tuple(problems))
