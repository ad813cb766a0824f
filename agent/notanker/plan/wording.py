"""What can be said of a plan's words beforehand: their tone, and how long they are when spoken.

It is asked by whoever checks a plan; the agent that uses it needs none of it.
"""

from __future__ import annotations

from notanker.errors import Place, Problem
from notanker.plan import spoken, tone
from notanker.plan.kinds import is_spoken
from notanker.plan.longest import longest
from notanker.plan.messages import filled
from notanker.plan.model import Plan, Template


def findings(plan: Plan) -> list[Problem]:
    """Return the findings on all texts of the plan, each with file and line."""
    known = tone.known_of(plan)
    found: list[Problem] = []
    for item in plan.templates:
        place = Place(item.file, item.line, item.head.id)
        found += tone.check(item.body, item.head, plan.brand, known=known, place=place)
        if is_spoken(item.head):
            found += spoken.check(said(plan, item), item.head.lang, place)
    return found


def announcements(plan: Plan) -> list[tuple[Template, int, float]]:
    """Return each text that is spoken, with its words and its length in seconds."""
    return [
        (item, spoken.words(text, item.head.lang), spoken.seconds(text, item.head.lang))
        for item in plan.templates
        if is_spoken(item.head) and (text := said(plan, item))
    ]


def said(plan: Plan, template: Template) -> str:
    """Return the text as it is spoken at its longest."""
    return filled(template.body, longest(plan, template.head.lang))
