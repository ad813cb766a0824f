"""Where the texts of a plan point to: pages and pictures by link, forms and templates by their names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from notanker.errors import Place, Problem
from notanker.plan.catalogue_files import CATALOGUE
from notanker.plan.kinds import KINDS
from notanker.plan.model import Form, Measure, Page, Plan, Scenario

Text = Scenario | Measure | Form | Page

_LINK: Final = re.compile(r"(!?)\[([^\[\]\n]*)\]\(\s*<?([^()\s<>]*)>?[^()\n]*\)")
_INSIDE: Final = re.compile(
    r"(?:\.\./|\./)*(?:(scenarios|measures|forms|pages|templates|assets)/)?"
    r"([A-Za-z0-9_][A-Za-z0-9._-]*)(?:#[\w-]*)?"
)
_OUTSIDE: Final = re.compile(r"(?:[a-z][a-z0-9+.-]*:|//|#|/)", re.IGNORECASE)
_LIST: Final = r"((?:{0}\d{{1,2}})(?:(?:, | und | oder | and | or ){0}\d{{1,2}})*)\b"
_FORMS: Final = re.compile(
    r"\b(?:[Ff]ormular\w*|[Ff]orms?|[Pp]rotokoll|[Ll]og) " + _LIST.format("F")
)
_TEXTS: Final = re.compile(
    r"\b(?:[Tt]exte?n?|[Tt]exts?|[Vv]orlagen?|[Tt]emplates?) " + _LIST.format("T")
)
_FORM: Final = re.compile(r"F\d{1,2}")
_TEMPLATE: Final = re.compile(r"T\d{1,2}")
_CODE: Final = re.compile(r"`[^`\n]*`")


@dataclass(frozen=True, slots=True)
class _Known:
    files: frozenset[str]
    forms: frozenset[str]
    templates: frozenset[str]


def check(plan: Plan) -> Iterator[Problem]:
    """Report links and names that lead nowhere, and pictures without words."""
    texts = _texts(plan)
    known = _known(plan, texts)
    shown: set[str] = set()
    for text in texts:
        plain = _CODE.sub("", text.body)
        for number, line in enumerate(plain.split("\n"), start=text.line):
            shown |= {f"assets/{file}" for file in re.findall(r"assets/([\w.-]+)", line)}
            yield from _line(line, Place(text.file, number), text, known)
    for picture in plan.assets:
        if picture.file not in shown:
            yield CATALOGUE.problem("unused-asset", Place(picture.file))


def _texts(plan: Plan) -> tuple[Text, ...]:
    return (*plan.scenarios, *plan.measures, *plan.forms, *plan.pages)


def _known(plan: Plan, texts: tuple[Text, ...]) -> _Known:
    files = {item.file.removeprefix("i18n/en/") for item in (*texts, *plan.templates)}
    return _Known(
        frozenset(files | {picture.file for picture in plan.assets}),
        frozenset(form.head.id for form in plan.forms),
        frozenset(KINDS) | frozenset(item.head.id for item in plan.templates),
    )


def _line(line: str, place: Place, text: Text, known: _Known) -> Iterator[Problem]:
    folder = text.file.removeprefix("i18n/en/").partition("/")[0]
    for picture, words, target in _LINK.findall(line):
        if picture and not words.strip():
            yield CATALOGUE.problem("no-alt", place, target=target)
        if not _leads(target, folder, known, picture=bool(picture)):
            yield CATALOGUE.problem("dead-link", place, target=target)
    for one in _named(line, _FORMS, _FORM):
        if one not in known.forms:
            listed = ", ".join(sorted(known.forms)) or "-"
            yield CATALOGUE.problem("form-unknown", place, id=one, known=listed)
    for one in _named(line, _TEXTS, _TEMPLATE):
        if one not in known.templates:
            yield CATALOGUE.problem("no-such-text", place, id=one)


def _named(line: str, several: re.Pattern[str], one: re.Pattern[str]) -> list[str]:
    return [name for names in several.findall(line) for name in one.findall(names)]


def _leads(target: str, folder: str, known: _Known, *, picture: bool) -> bool:
    """Tell whether a link leads anywhere; a picture must lie in the plan: none is loaded from outside."""
    if _OUTSIDE.match(target):
        return not picture
    found = _INSIDE.fullmatch(target)
    return found is not None and f"{found[1] or folder}/{found[2]}" in known.files
