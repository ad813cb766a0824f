"""Where the English version says something else than the German one: that is worse than none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from notanker.errors import Place
from notanker.plan.checklist import steps_of
from notanker.plan.lint.finding import Desk, Finding
from notanker.plan.model import Form, Measure, Page, Scenario
from notanker.plan.places import place
from notanker.plan.twins import TWINS, english_of

Text = Scenario | Measure | Form | Page

_WORDS: Final = frozenset(
    {"title", "symptoms", "objective", "activate", "stand_down", "effect", "undo", "retention",
     "digitise_by"}
)  # fmt: skip
"""Fields of a head that are words, and so differ."""
_SAID: Final = frozenset(
    {"scope", "purpose", "audience", "retention", "incident_interface", "change_log", "activation",
     "deactivation", "tasks", "authority", "on_duty", "customers", "min_level", "peak_note",
     "contract_duty", "location", "spof_accepted", "title", "why", "instead", "window", "check", "met",
     "missed", "action"}
)  # fmt: skip
"""Fields of the TOML files that are always words; a span or a company's name may be the same in both."""


def check(desk: Desk) -> Iterator[Finding]:
    """Yield what the twins do not have in common, and words that have no twin."""
    plan = desk.plan
    kinds: list[tuple[Text, ...]] = [plan.scenarios, plan.measures, plan.forms, plan.pages]
    for kind in kinds:
        english = {item.head.id: item for item in kind if item.language == "en"}
        for german in kind:
            twin = english.get(german.head.id)
            if german.language == "de" and twin is not None:
                yield from _heads(desk, german, twin)
                yield from _steps(german, twin)
    if "en" in plan.head.languages:
        yield from _templates(desk)
        yield from _half(desk)


def _heads(desk: Desk, german: Text, twin: Text) -> Iterator[Finding]:
    ours, theirs = (msgspec.structs.asdict(item.head) for item in (german, twin))
    for key in ours:
        if key not in _WORDS and ours[key] != theirs[key]:
            at = place(desk.documents, twin.file, key)
            yield Finding("twin-differs", at, twin.head.id, {"key": key, "file": german.file})


def _steps(german: Text, twin: Text) -> Iterator[Finding]:
    ours = [note.role for _, note, _ in steps_of(german.body)]
    found = list(steps_of(twin.body))
    theirs = [note.role for _, note, _ in found]
    if ours == theirs:
        return
    first = next(
        (n for n, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), len(found) - 1
    )
    line = twin.line + (found[first][0] if 0 <= first < len(found) else 0)
    values = {"here": len(theirs), "there": len(ours), "file": german.file}
    yield Finding("twin-steps", Place(twin.file, line), twin.head.id, values)


def _templates(desk: Desk) -> Iterator[Finding]:
    items = desk.plan.templates
    english = {item.head.id for item in items if item.head.lang == "en"}
    for item in items:
        if item.head.lang == "de" and item.head.id not in english:
            yield Finding("no-twin-text", Place(item.file, 1), item.head.id, {"id": item.head.id})


def _half(desk: Desk) -> Iterator[Finding]:
    """Report records whose words the twin of their file does not have."""
    for file, at, record, german, english in english_of(desk.plan, desk.documents):
        if TWINS + file not in desk.documents:
            continue  # reported as a whole
        lacking = [key for key in _SAID if _has(german, key) and key not in english]
        if lacking:
            keys = ", ".join(sorted(lacking))
            yield Finding("half-twin", at, record, {"keys": keys, "record": record})


def _has(record: Any, key: str) -> bool:
    value = getattr(record, key, None)
    return isinstance(value, str | tuple) and bool(value)
