"""Converts the plan's TOML files into records, each on its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol, TypeVar

import msgspec

from notanker.config import fields
from notanker.config.fields import Document, convert, convert_items
from notanker.errors import Place, Problem
from notanker.plan.catalogue import CATALOGUE
from notanker.plan.model import (
    MANDATORY,
    Agreed,
    Announcement,
    Bridge,
    Contact,
    Drill,
    Escalation,
    Head,
    Limits,
    Notice,
    Planned,
    PlanSystem,
    Programme,
    Quiet,
    Risk,
    Role,
    Service,
    Step,
    Updates,
)

S = TypeVar("S", bound=msgspec.Struct)
Roles = tuple[Role, ...]
Contacts = tuple[Contact, ...]
Systems = tuple[PlanSystem, ...]
Services = tuple[Service, ...]
Risks = tuple[Risk, ...]

REVIEW_DAYS: Final = 366
MAX_SYSTEMS: Final = 200
OF_SERVICE: Final = ("channels", "needs", "order", "rto", "min_level")
"""Asked for of each service; one without them still counts: the gateway lets it through by its hosts."""


class Named(Protocol):
    """What has an id."""

    @property
    def id(self) -> str:
        """The id."""


N = TypeVar("N", bound=Named)


def head(document: Document) -> tuple[Head | None, list[Problem]]:
    """Read plan.toml. A fault outside the identity costs that field alone."""
    value, problems = convert(document, Head)
    if value is None:
        value, _ = convert(_without(document, problems), Head)
    missing = [key for key in MANDATORY if key not in document.table]
    problems += [
        CATALOGUE.problem("missing-field", Place(document.file, 1, key), key=key,
                          file=document.file)
        for key in missing
    ]  # fmt: skip
    if value is None:
        return None, problems
    return value, problems + _review(document, value) + _zone(document, value)


def _review(document: Document, value: Head) -> list[Problem]:
    start, end = value.reviewed_on, value.review_by
    if start is None or end is None or (end - start).days <= REVIEW_DAYS:
        return []
    place = document.place(("review_by",))
    return [CATALOGUE.problem("review-too-late", place, days=(end - start).days)]


def _zone(document: Document, value: Head) -> list[Problem]:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(value.timezone)
    except (OSError, KeyError, ValueError):
        place = document.place(("timezone",))
        return [CATALOGUE.problem("no-such-zone", place, zone=value.timezone)]
    return []


def _without(document: Document, problems: Iterable[Problem]) -> Document:
    """Return the document without the keys that are at fault."""
    faulty = {problem.place.field.partition(".")[0].partition("[")[0] for problem in problems}
    table = {key: value for key, value in document.table.items() if key not in faulty}
    return Document(document.file, table, document.lines)


def roles(document: Document) -> tuple[Roles, list[Problem]]:
    """Read roles.toml."""
    items, problems = convert_items(document, "role", Role)
    items, twice = unique(document, "role", items)
    return items, problems + twice + only(document, ("role",))


def contacts(document: Document) -> tuple[Contacts, list[Problem]]:
    """Read contacts.toml."""
    items, problems = convert_items(document, "contact", Contact)
    items, twice = unique(document, "contact", items)
    return items, problems + twice + only(document, ("contact",))


def systems(document: Document) -> tuple[Systems, list[Problem]]:
    """Read systems.toml, as far as there are not too many."""
    items, problems = convert_items(document, "system", PlanSystem)
    items, twice = unique(document, "system", items)
    if len(items) > MAX_SYSTEMS:
        place = document.place(("system", MAX_SYSTEMS))
        twice.append(CATALOGUE.problem("too-many-systems", place, limit=MAX_SYSTEMS))
    return items[:MAX_SYSTEMS], problems + twice + only(document, ("system",))


def services(document: Document) -> tuple[Services, list[Problem]]:
    """Read services.toml."""
    items, problems = convert_items(document, "service", Service)
    items, twice = unique(document, "service", items)
    problems += asked_for(document, "service", OF_SERVICE)
    return items, problems + twice + only(document, ("service",))


def risks(document: Document) -> tuple[Risks, list[Problem]]:
    """Read risks.toml."""
    items, problems = convert_items(document, "risk", Risk)
    items, twice = unique(document, "risk", items)
    return items, problems + twice + only(document, ("risk",))


def programme(document: Document) -> tuple[Programme, list[Problem]]:
    """Read exercises/programme.toml; its drills come back in the order of their days."""
    items, problems = convert_items(document, "drill", Planned)
    ordered = tuple(sorted(items, key=lambda item: item.on))
    return Programme(drills=ordered), problems + only(document, ("drill",))


def drill(document: Document) -> tuple[Drill | None, list[Problem]]:
    """Read the record of one drill."""
    return convert(document, Drill)


def asked_for(document: Document, key: str, names: Iterable[str]) -> list[Problem]:
    """Report what the format asks for, and what is used all the same where it is missing."""
    rows: Any = document.table.get(key, [])
    return [
        CATALOGUE.problem(
            "missing-field", document.place((key, index, name)), key=name, file=document.file
        )
        for index, row in enumerate(rows if isinstance(rows, list) else [])
        if isinstance(row, Mapping)
        for name in names
        if name not in row
    ]


def escalation(document: Document) -> tuple[Escalation, list[Problem]]:
    """Read escalation.toml. The steps come back in their order."""
    steps, problems = convert_items(document, "step", Step)
    announcements, found = convert_items(document, "announcement", Announcement)
    bridge, b_found = _optional(document, "bridge", Bridge)
    quiet, q_found = _optional(document, "quiet", Quiet)
    notices, n_found = convert_items(document, "notice", Notice)
    updates, u_found = _optional(document, "updates", Updates)
    limits, l_found = _optional(document, "limits", Limits)
    targets, t_found = _optional(document, "targets", Agreed)
    steps, twice = _one_per_order(document, steps)
    value = Escalation(
        steps=steps,
        bridge=bridge,
        announcements=announcements,
        notices=notices,
        updates=updates or Updates(),
        quiet=quiet,
        limits=limits or Limits(),
        targets=targets or Agreed(),
    )
    known = ("step", "bridge", "announcement", "notice", "updates", "quiet", "limits", "targets")
    problems += found + b_found + n_found + u_found + q_found + l_found + t_found + twice
    problems += only(document, known)
    if not document.table.get("step"):
        problems.append(CATALOGUE.problem("no-steps", Place(document.file, 1, "step")))
    return value, problems


def _optional(document: Document, key: str, kind: type[S]) -> tuple[S | None, list[Problem]]:
    return convert(document, kind, (key,)) if key in document.table else (None, [])


def _one_per_order(
    document: Document, steps: tuple[Step, ...]
) -> tuple[tuple[Step, ...], list[Problem]]:
    by_order: dict[int, Step] = {}
    problems: list[Problem] = []
    for step in steps:
        if step.order in by_order:
            index = _last_index(document, "step", "order", step.order)
            place = document.place(("step", index, "order"))
            problems.append(CATALOGUE.problem("twice", place, id=step.order))
        by_order.setdefault(step.order, step)
    return tuple(by_order[order] for order in sorted(by_order)), problems


def unique(
    document: Document, key: str, items: tuple[N, ...]
) -> tuple[tuple[N, ...], list[Problem]]:
    """Keep the first record of each id."""
    kept: dict[str, N] = {}
    problems: list[Problem] = []
    for item in items:
        if item.id in kept:
            place = document.place((key, _last_index(document, key, "id", item.id), "id"))
            problems.append(CATALOGUE.problem("twice", place, id=item.id))
        kept.setdefault(item.id, item)
    return tuple(kept.values()), problems


def _last_index(document: Document, key: str, name: str, value: object) -> int:
    return max(indices(document, key, name, value), default=0)


def indices(document: Document, key: str, name: str, value: object) -> list[int]:
    """Return where in `[[key]]` the records stand whose field has that value."""
    table: Any = document.table.get(key, [])
    rows = table if isinstance(table, list) else []
    return [
        index
        for index, row in enumerate(rows)
        if isinstance(row, Mapping) and row.get(name) == value
    ]


def only(document: Document, known: tuple[str, ...]) -> list[Problem]:
    """Report top-level keys that the file does not have."""
    names = ", ".join(known)
    hint = (f"Streichen; es gibt: {names}.", f"Remove it; there are: {names}.")
    return [
        fields.CATALOGUE.problem("unknown-key", document.place((key,)), key=key, hint=hint)
        for key in document.table
        if key not in known
    ]
