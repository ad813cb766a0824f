"""A weak point before it is put into words: what it is about, so that somebody can have accepted it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from notanker.errors import Catalogue, Place, Problem
from notanker.plan.model import Plan
from notanker.plan.places import Documents


@dataclass(frozen=True, slots=True)
class Finding:
    """One weak point.

    Attributes:
        subject: The id of what it is about; `risks.toml` accepts a finding by its code and its subject.
    """

    code: str
    place: Place
    subject: str = ""
    values: dict[str, Any] = field(default_factory=dict)

    def problem(self, catalogue: Catalogue) -> Problem:
        """Return it in words."""
        return catalogue.problem(self.code, self.place, **self.values)


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies on the desk: the plan, and where everything stands in its files."""

    plan: Plan
    documents: Documents
