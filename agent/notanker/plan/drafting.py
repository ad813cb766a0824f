"""Makes a text for people outside: the plan's own words if they may be said, else the shipped ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from notanker.errors import Place, Problem
from notanker.plan import tone
from notanker.plan.messages import Composed, compose
from notanker.plan.model import Plan
from notanker.plan.shipped import shipped

FORBIDDEN: Final = frozenset(
    {"blame", "guess", "promise", "personal", "forbidden-word", "light-too-early"}
)
"""Findings of the wording check that do harm once they are said. The others are style, and whoever releases
a text reads it first."""


@dataclass(frozen=True, slots=True)
class Words:
    """A text in one language; `refused` says why the plan's own was not used, German and English."""

    text: str
    refused: tuple[str, str] = ("", "")


def words(
    plan: Plan, template: str, language: str, values: Mapping[str, str], *, in_drill: bool = False
) -> Words:
    """Return the text. Never raises for what is in the plan."""
    problem = _forbidden(plan, template, language)
    if problem is not None:
        text = _shipped(plan, template, language, values, in_drill)
        return Words(text, _pair(problem))
    made: Composed = compose(plan, template, language, values, in_drill=in_drill)
    refused = _pair(made.problems[0]) if made.problems else ("", "")
    return Words(made.text, refused)


def _forbidden(plan: Plan, template: str, language: str) -> Problem | None:
    """Return what must not be said, asked of the text before its blanks are filled in."""
    own = plan.template(template, language)
    if own is None:
        return None
    place = Place(own.file, own.line, own.head.id)
    known = tone.known_of(plan)
    found = tone.check(own.body, own.head, plan.brand, known=known, place=place)
    return next((problem for problem in found if problem.code in FORBIDDEN), None)


def _shipped(
    plan: Plan, template: str, language: str, values: Mapping[str, str], in_drill: bool
) -> str:
    from notanker.plan.messages import of_plan

    known = {**of_plan(plan, language), **{k: v for k, v in values.items() if v}}
    return shipped(template, language, known, in_drill=in_drill)


def _pair(problem: Problem) -> tuple[str, str]:
    return problem.sentence("de"), problem.sentence("en")
