"""What can be wrong, in words for the person who has to mend it.

A problem is data, not an exception: a reader of a file collects all of them and reports them at
once, in German or English. Each layer keeps a catalogue of its own sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

Language = Literal["de", "en"]
Severity = Literal["error", "warning"]

LANGUAGES: Final[tuple[Language, ...]] = ("de", "en")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is wrong: a file, a line counted from 1, and a field such as `site.id`."""

    file: str = ""
    line: int | None = None
    field: str = ""

    def __str__(self) -> str:
        line = f":{self.line}" if self.line is not None else ""
        field = f" [{self.field}]" if self.field else ""
        return f"{self.file}{line}{field}"


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence on what is wrong and one on how to mend it, in one language."""

    what: str
    cure: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    An `error` makes the thing it stands in unusable; a `warning` is told and lived with.
    """

    code: str
    severity: Severity
    place: Place
    de: Words
    en: Words

    def words(self, language: Language) -> Words:
        """Return the sentences in the language."""
        return self.de if language == "de" else self.en

    def sentence(self, language: Language) -> str:
        """Return place, fault and cure as one line."""
        words = self.words(language)
        where = str(self.place)
        return f"{where}: {words.what} {words.cure}" if where else f"{words.what} {words.cure}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A catalogue's entry: severity, then what and cure in German and English with {fields}."""

    severity: Severity
    de: tuple[str, str]
    en: tuple[str, str]


class Catalogue:
    """The sentences of one layer, by code."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self.entries: Final = dict(entries)

    def problem(self, code: str, place: Place, **values: object) -> Problem:
        """Make the problem of that code at that place.

        A value that is a `(German, English)` pair is put into each language's sentence.

        Raises:
            KeyError: the code is not in the catalogue.
        """
        entry = self.entries[code]
        return Problem(
            code, entry.severity, place, _fill(entry.de, values, 0), _fill(entry.en, values, 1)
        )


def softened(problem: Problem) -> Problem:
    """Return the problem as one that is told and lived with."""
    return Problem(problem.code, "warning", problem.place, problem.de, problem.en)


def _fill(texts: tuple[str, str], values: Mapping[str, object], index: int) -> Words:
    chosen = {
        key: value[index] if isinstance(value, tuple) else value for key, value in values.items()
    }
    return Words(texts[0].format_map(chosen), texts[1].format_map(chosen))


class NotankerError(Exception):
    """The base of every error that notanker raises on purpose."""


class ProblemsError(NotankerError):
    """Something read from outside cannot be used; `problems` says why, all at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: Final = tuple(problems)
        super().__init__("; ".join(problem.sentence("en") for problem in self.problems))


class ConfigError(ProblemsError):
    """A configuration cannot be used."""


class PlanError(ProblemsError):
    """An emergency plan cannot be used."""


def errors_of(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return only those that make something unusable."""
    return tuple(problem for problem in problems if problem.severity == "error")
