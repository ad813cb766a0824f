"""Where something stands in a plan: the line of a field of a record, for whoever has to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from notanker.config.fields import Document
from notanker.errors import Place, Problem
from notanker.plan.records import indices

Documents = Mapping[str, Document]
"""The TOML of each file of the plan, and the heads of its texts."""


def place(documents: Documents, file: str, *path: str | int) -> Place:
    """Return the place of the path in the file."""
    document = documents.get(file)
    return document.place(path) if document else Place(file)


def row(documents: Documents, file: str, key: str, value: object, field: str) -> Place:
    """Return the place of a field of the record whose id (or order) has that value."""
    document = documents.get(file)
    if document is None:
        return Place(file, None, field)
    found = indices(document, key, "order" if key == "step" else "id", value)
    return document.place((key, found[0] if found else 0, field))


def lined(problem: Problem, documents: Documents) -> Problem:
    """Return the problem with the line of its field, where only the field was known."""
    here = problem.place
    document = documents.get(here.file)
    if document is None or here.line is not None:
        return problem
    line = document.place((here.field,)).line or document.first_line + 1
    return replace(problem, place=replace(here, line=line))
