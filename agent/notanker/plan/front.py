"""Splits a text file of the plan into its head (TOML between two lines `+++`) and its body."""

from __future__ import annotations

from dataclasses import dataclass

from notanker.config.fields import Document, parse, read_text
from notanker.errors import Place, Problem
from notanker.plan.catalogue import CATALOGUE
from notanker.plan.files import PlanFile

MARK = "+++"


@dataclass(frozen=True, slots=True)
class Written:
    """A file's head and body; `line` is where the body begins."""

    head: Document
    body: str
    line: int


def read_written(item: PlanFile) -> tuple[Written | None, list[Problem]]:
    """Read a file with a head. Returns nothing if either is unreadable."""
    text, problems = read_text(item.path, item.name)
    if text is None:
        return None, problems
    return split(text, item.name)


def split(text: str, file: str) -> tuple[Written | None, list[Problem]]:
    """Split a text into head and body."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    marks = [number for number, line in enumerate(lines) if line.rstrip() == MARK][:2]
    if len(marks) < 2 or marks[0] != 0:
        return None, [CATALOGUE.problem("no-front-matter", Place(file, 1))]
    end = marks[1]
    head, problems = parse("\n".join(lines[1:end]), file, first_line=1)
    if head is None:
        return None, problems
    rest = lines[end + 1 :]
    empty = next((n for n, line in enumerate(rest) if line.strip()), 0)
    body = "\n".join(rest[empty:]).rstrip()
    return Written(head, body, end + 2 + empty), []
