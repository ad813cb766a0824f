"""Reads the plan's text files: scenarios, measures, templates, forms and free pages, with their twins."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar

import msgspec

from notanker.config.fields import Document, convert
from notanker.errors import Place, Problem
from notanker.plan.catalogue import CATALOGUE
from notanker.plan.files import PlanFile
from notanker.plan.front import Written, read_written
from notanker.plan.model import (
    Form,
    FormHead,
    Measure,
    MeasureHead,
    Page,
    PageHead,
    Scenario,
    ScenarioHead,
    Template,
    TemplateHead,
)

S = TypeVar("S", bound=msgspec.Struct)
T = TypeVar("T", Scenario, Measure, Form, Page)
Tongue = Literal["de", "en"]
Files = Mapping[str, PlanFile]
H = TypeVar("H", ScenarioHead, MeasureHead, FormHead, PageHead)
Make = Callable[[H, Tongue, str, str, int], T]

TWINS: Final = "i18n/en/"


@dataclass(frozen=True, slots=True)
class Texts:
    """All texts of a plan, German ones first, and the head of each file."""

    scenarios: tuple[Scenario, ...]
    measures: tuple[Measure, ...]
    templates: tuple[Template, ...]
    forms: tuple[Form, ...]
    pages: tuple[Page, ...]
    heads: Mapping[str, Document]


class _Reader:
    def __init__(self, files: Files) -> None:
        self.files = files
        self.problems: list[Problem] = []
        self.heads: dict[str, Document] = {}

    def folder(self, name: str, kind: type[S]) -> Iterator[tuple[S, Written, str, Tongue]]:
        """Yield head, text, file and language of each readable file of the folder."""
        places: tuple[tuple[str, Tongue], ...] = ((f"{name}/", "de"), (f"{TWINS}{name}/", "en"))
        for prefix, language in places:
            for file, item in self.files.items():
                if file.startswith(prefix) and file.endswith(".md"):
                    yield from self._one(item, kind, language)

    def _one(
        self, item: PlanFile, kind: type[S], language: Tongue
    ) -> Iterator[tuple[S, Written, str, Tongue]]:
        written, problems = read_written(item)
        self.problems += problems
        if written is None:
            return
        self.heads[item.name] = written.head
        head, problems = convert(written.head, kind)
        self.problems += problems
        if head is None:
            return
        if not written.body:
            self.problems.append(CATALOGUE.problem("empty-text", Place(item.name, written.line)))
        yield head, written, item.name, language

    def once(self, known: set[Any], key: Any, name: str, written: Written) -> bool:
        """Tell whether the key is new, and report it if it isn't."""
        if key in known:
            place = written.head.place(("id",))
            self.problems.append(CATALOGUE.problem("twice", place, id=name))
            return False
        known.add(key)
        return True


def texts(files: Files, languages: tuple[str, ...]) -> tuple[Texts, list[Problem]]:
    """Read all texts. Those in `languages` are expected of each but the templates."""
    reader = _Reader(files)
    found = Texts(
        scenarios=_both(reader, "scenarios", ScenarioHead, Scenario, languages),
        measures=_both(reader, "measures", MeasureHead, Measure, languages),
        templates=_templates(reader),
        forms=_both(reader, "forms", FormHead, Form, languages),
        pages=_both(reader, "pages", PageHead, Page, languages),
        heads=reader.heads,
    )
    return found, reader.problems


def _both(
    reader: _Reader, folder: str, head: type[H], kind: Make[H, T], languages: tuple[str, ...]
) -> tuple[T, ...]:
    """Read the texts of one folder and their twins."""
    seen: set[tuple[str, str]] = set()
    found = [
        kind(one, language, written.body, file, written.line)
        for one, written, file, language in reader.folder(folder, head)
        if reader.once(seen, (language, one.id), one.id, written)
    ]
    good, problems = _twins(tuple(found), languages)
    reader.problems += problems
    return good


def _templates(reader: _Reader) -> tuple[Template, ...]:
    found: list[Template] = []
    seen: set[tuple[str, str]] = set()
    for head, written, file, _ in reader.folder("templates", TemplateHead):
        key = (head.lang, head.id)
        if written.body and reader.once(seen, key, f"{head.id} ({head.lang})", written):
            found.append(Template(head, written.body, file, written.line))
    return tuple(found)


def _twins(items: tuple[T, ...], languages: tuple[str, ...]) -> tuple[tuple[T, ...], list[Problem]]:
    """Report missing twins, and leave out those without an original."""
    german = {item.head.id for item in items if item.language == "de"}
    english = {item.head.id for item in items if item.language == "en"}
    problems = [
        CATALOGUE.problem("no-twin", Place(item.file, 1), file=item.file)
        for item in items
        if "en" in languages and item.language == "de" and item.head.id not in english
    ]
    lonely = [item for item in items if item.language == "en" and item.head.id not in german]
    problems += [
        CATALOGUE.problem("odd-twin", Place(item.file, 2, "id"), id=item.head.id) for item in lonely
    ]
    return tuple(item for item in items if item not in lonely), problems
