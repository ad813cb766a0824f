"""Puts the questions of the standards to a plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from notanker.errors import Place
from notanker.plan.audit.look import Look, State
from notanker.plan.audit.requirements import REQUIREMENTS, Standard
from notanker.plan.model import Plan


@dataclass(frozen=True, slots=True)
class Row:
    """One requirement and what the plan has of it; texts in German and English."""

    standard: Standard
    clause: str
    asks: tuple[str, str]
    state: State
    place: Place
    note: tuple[str, str]


def audit(plan: Plan, folder: Path, standards: Iterable[Standard], today: dt.date) -> list[Row]:
    """Return a row for each requirement of the standards.

    Args:
        plan: The plan.
        folder: Its files, for their lines.
        standards: Which of them are asked.
        today: From which the age of things is counted.
    """
    look, wanted = Look(plan, folder, today), frozenset(standards)
    rows = []
    for item in REQUIREMENTS:
        if item.standard in wanted:
            proof = item.proof(look)
            rows.append(
                Row(item.standard, item.clause, item.asks, proof.state, proof.place, proof.note)
            )
    return rows
