"""What is too much for a frightened reader: too many steps at once, sentences that have to be read twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from notanker.errors import Place
from notanker.plan.checklist import HEADINGS, steps_of
from notanker.plan.lint.finding import Desk, Finding
from notanker.plan.model import Measure, Scenario
from notanker.plan.tone import sentences, words_in

MOST_STEPS: Final = 15
"""In the first quarter of an hour: one a minute."""
MOST_WORDS: Final = 20
"""In one sentence of a step (weak point PLAN-09)."""

_LINK: Final = re.compile(r"\[([^\]\n]*)\]\([^)\n]*\)")


def check(desk: Desk) -> Iterator[Finding]:
    """Yield what takes too long to read."""
    for scenario in desk.plan.scenarios:
        yield from _steps(scenario)
    texts: list[Scenario | Measure] = [*desk.plan.scenarios, *desk.plan.measures]
    for item in texts:
        for number, _, text in steps_of(item.body):
            yield from _sentences(text, Place(item.file, item.line + number), item.head.id)


def _steps(scenario: Scenario) -> Iterator[Finding]:
    lines = scenario.body.split("\n")
    heading = f"## {HEADINGS[scenario.language][0]}"
    start = next((n for n, line in enumerate(lines) if line.strip() == heading), None)
    if start is None:
        return
    end = next(
        (n for n, line in enumerate(lines) if n > start and line.startswith("## ")), len(lines)
    )
    section = list(steps_of("\n".join(lines[start:end])))
    if len(section) > MOST_STEPS:
        at = Place(scenario.file, scenario.line + start)
        values = {"count": len(section), "limit": MOST_STEPS}
        yield Finding("too-many-steps", at, scenario.head.id, values)
    for number, note, _ in section:
        if not note.role:
            yield Finding(
                "step-of-nobody",
                Place(scenario.file, scenario.line + start + number),
                scenario.head.id,
            )


def _sentences(text: str, place: Place, subject: str) -> Iterator[Finding]:
    for sentence, _ in sentences(_LINK.sub(r"\1", text)):
        count = len(words_in(sentence))
        if count > MOST_WORDS:
            shown = " ".join(sentence.split())[:60]
            values = {"found": shown, "count": count, "limit": MOST_WORDS}
            yield Finding("long-step", place, subject, values)
