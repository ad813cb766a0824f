"""`brand.toml`: salutation, sign-off, forbidden words and one light line.

It is about manners: whatever is wrong with it is told, and costs that field alone.
"""

from __future__ import annotations

from typing import Final

from notanker.config.fields import Document, convert
from notanker.errors import Problem
from notanker.plan.catalogue_tone import CATALOGUE
from notanker.plan.model import Brand, Text
from notanker.plugin.sms import text as sms

SIGNOFF_UNITS: Final = 40
LIGHT_UNITS: Final = 120
FORBIDDEN_WORDS: Final = 200


def read_brand(document: Document) -> tuple[Brand, list[Problem]]:
    """Read brand.toml: every problem at once, and all that is readable."""
    value, problems = convert(document, Brand)
    if value is None:
        value, _ = convert(_without(document, problems), Brand)
    brand = value or Brand()
    return brand, problems + _limits(document, brand)


def _without(document: Document, problems: list[Problem]) -> Document:
    """Return the document without the fields that are at fault."""
    faulty = {problem.place.field.partition(".")[0].partition("[")[0] for problem in problems}
    table = {key: value for key, value in document.table.items() if key not in faulty}
    return Document(document.file, table, document.lines)


def _limits(document: Document, brand: Brand) -> list[Problem]:
    fields: tuple[tuple[str, Text | None, int], ...] = (
        ("signoff", brand.signoff, SIGNOFF_UNITS),
        ("light", brand.light, LIGHT_UNITS),
    )
    problems = [
        CATALOGUE.problem("brand-too-long", document.place((key, tongue)), limit=limit)
        for key, text, limit in fields
        if text is not None
        for tongue, words in (("de", text.de), ("en", text.en))
        if sms.units(sms.fold(words)) > limit
    ]
    if len(brand.forbidden) > FORBIDDEN_WORDS:
        place = document.place(("forbidden",))
        problems.append(CATALOGUE.problem("brand-too-many", place, limit=FORBIDDEN_WORDS))
    return problems + _at_odds(document, brand)


def _at_odds(document: Document, brand: Brand) -> list[Problem]:
    """Report forbidden words in the brand's own lines."""
    own = [(("signoff",), brand.signoff), (("light",), brand.light)]
    return [
        CATALOGUE.problem("brand-at-odds", document.place(path), word=word)
        for path, text in own
        if text is not None
        for word in brand.forbidden[:FORBIDDEN_WORDS]
        if word.casefold() in f"{text.de} {text.en}".casefold()
    ]
