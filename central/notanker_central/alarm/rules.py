"""Rules across the people, steps and channels of central.toml, and the sentences for those who break them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from notanker.config.fields import Document
from notanker.errors import Catalogue, Entry, Problem
from notanker_central.alarm import modem_rules
from notanker_central.alarm.people import PROGRAMS
from notanker_central.alarm.settings import Alarm
from notanker_central.push.settings import Push

CATALOGUE: Final = Catalogue(
    {
        "unknown-person": Entry(
            "error",
            (
                "Eine Person „{person}“ gibt es nicht.",
                "Mit [[alarm.person]] eintragen oder berichtigen.",
            ),
            ("There is no person '{person}'.", "Add [[alarm.person]], or correct it."),
        ),
        "no-channel": Entry(
            "error",
            (
                "Für „{kind}“ gibt es keinen Meldeweg, {name} wäre so nicht zu erreichen.",
                "Mit [[alarm.channel]] einen angeben, der „{kind}“ nimmt.",
            ),
            (
                "No channel takes '{kind}', so {name} could not be reached by it.",
                "Add [[alarm.channel]] that takes '{kind}'.",
            ),
        ),
        "same-name": Entry(
            "error",
            ("„{name}“ gibt es schon.", "Jedem einen eigenen Namen geben."),
            ("There is '{name}' already.", "Give each a name of its own."),
        ),
    }
)


def check(document: Document, alarm: Alarm, push: Sequence[Push]) -> Iterator[Problem]:
    """Yield what is wrong across the fields."""
    yield from _names(document, ("alarm", "channel"), [one.name for one in alarm.channel])
    yield from _names(document, ("alarm", "person"), [one.id for one in alarm.person])
    taken = [*PROGRAMS, *(one.name for one in alarm.channel)]
    yield from _names(document, ("push",), [one.name for one in push], taken)
    yield from _steps(document, alarm)
    yield from _ways(document, alarm)
    yield from modem_rules.check(document, alarm.channel)


def _names(
    document: Document, path: tuple[str, ...], names: Sequence[str], taken: Sequence[str] = PROGRAMS
) -> Iterator[Problem]:
    seen = set(taken)
    for index, name in enumerate(names):
        if name in seen:
            yield CATALOGUE.problem("same-name", document.place((*path, index)), name=name)
        seen.add(name)


def _steps(document: Document, alarm: Alarm) -> Iterator[Problem]:
    known = {person.id for person in alarm.person}
    for index, step in enumerate(alarm.step):
        for person in step.people:
            if person not in known:
                place = document.place(("alarm", "step", index, "people"))
                yield CATALOGUE.problem("unknown-person", place, person=person)


def _ways(document: Document, alarm: Alarm) -> Iterator[Problem]:
    taken = {kind for one in alarm.channel for kind in one.takes}
    for index, person in enumerate(alarm.person):
        for way in person.ways:
            kind = way.partition(":")[0]
            if kind not in taken:
                place = document.place(("alarm", "person", index, "ways"))
                yield CATALOGUE.problem("no-channel", place, kind=kind, name=person.name)
