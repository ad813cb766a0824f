"""The checklists of a scenario: its fixed headings, and the note before a step.

A step is written `- [ ] {role: facility, by: 5 min} Text`, in German `{rolle: …, bis: …}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from notanker.errors import Place, Problem
from notanker.plan.catalogue import CATALOGUE
from notanker.plan.model import Measure, Page, Plan, Scenario

HEADINGS: Final = {
    "de": ("Sofort (0-15 min)", "Notbetrieb", "Rückkehr", "Nacharbeit"),
    "en": ("At once (0-15 min)", "Emergency operation", "Return", "Afterwards"),
}
STEP: Final = re.compile(r"\[[ xX]\][ \t]*(\{[^{}]*\})?[ \t]*")
_LINE: Final = re.compile(r"\s*[-*+] " + STEP.pattern)
_KEYS: Final = {"rolle": "role", "role": "role", "bis": "by", "by": "by"}


@dataclass(frozen=True, slots=True)
class Note:
    """Who does a step, and by when: a role's id and a span such as `5 min`."""

    role: str = ""
    by: str = ""


def note_of(text: str) -> Note | None:
    """Read a note such as `{role: facility, by: 5 min}`; None if it isn't one."""
    found: dict[str, str] = {}
    for item in text.strip("{} ").split(","):
        key, colon, value = item.partition(":")
        name = _KEYS.get(key.strip().lower())
        if not colon or name is None or name in found or not value.strip():
            return None
        found[name] = value.strip()
    return Note(**found)


def check(scenario: Scenario) -> Iterator[Problem]:
    """Report missing headings."""
    lines = scenario.body.split("\n")
    present = {line[3:].strip() for line in lines if line.startswith("## ")}
    for german, english in zip(HEADINGS["de"], HEADINGS["en"], strict=True):
        own = german if scenario.language == "de" else english
        if german not in present and own not in present:
            place = Place(scenario.file, scenario.line)
            yield CATALOGUE.problem("no-section", place, heading=own)


def notes(plan: Plan, text: Scenario | Measure | Page) -> Iterator[Problem]:
    """Report steps whose note is unreadable or names no role."""
    for number, line in enumerate(text.body.split("\n"), start=text.line):
        step = _LINE.match(line)
        if step and step[1]:
            yield from _note(plan, step[1], Place(text.file, number))


def steps_of(body: str) -> Iterator[tuple[int, Note, str]]:
    """Yield each step: its line counted from 0, its note, and its text."""
    for number, line in enumerate(body.split("\n")):
        step = _LINE.match(line)
        if step:
            yield number, (note_of(step[1]) if step[1] else None) or Note(), line[step.end() :]


def _note(plan: Plan, text: str, place: Place) -> Iterator[Problem]:
    note = note_of(text)
    if note is None:
        yield CATALOGUE.problem("odd-step", place, text=text)
    elif note.role and plan.role(note.role) is None:
        yield CATALOGUE.problem("no-such-role", place, id=note.role)
