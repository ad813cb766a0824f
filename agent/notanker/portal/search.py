"""Searches the plan: what people type when they are frightened, with their typing errors.

Each word of the question stands for itself, for what else people call the thing, and where the plan has no
such word, for the words that look most alike. A page that answers more of the question comes first; in a
title or among the signs of a scenario a word counts more than in the text.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from notanker.plan.folding import bared, folded, likeness, trigrams
from notanker.plan.search_words import search_words

if TYPE_CHECKING:
    import sqlite3

MAX_QUESTION: Final = 100
"""Letters; what is typed beyond is not looked at."""
MAX_WORDS: Final = 8
MOST: Final = 12
ALIKE: Final = 0.42
"""From here on two words are taken for one."""
_GUESSES: Final = 3
_AS_GOOD: Final = 0.12
_IN_TITLE, _IN_WORDS, _IN_BODY = 4.0, 3.0, 1.0
_PART: Final = 0.7
"""A word within another counts less than the whole word: "ansage" in "störungsansage"."""
_SYNONYM: Final = 0.55
_WHOLE_QUESTION: Final = 4.0

Synonyms = Mapping[str, tuple[str, ...]]
"""For each word the others that people use for the same thing."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One page that was found."""

    href: str
    title: str
    hint: str


@dataclass(frozen=True, slots=True)
class _Row:
    title: str
    words: str
    body: str
    hit: Hit

    def weight(self, term: str) -> float:
        """Return how much the page has to do with a word."""
        return max(
            _IN_TITLE * _within(term, self.title),
            _IN_WORDS * _within(term, self.words),
            _IN_BODY * _within(term, self.body),
        )


def search(file: Path, question: str, language: str) -> tuple[Hit, ...]:
    """Return the pages that answer the question, the best first; none if there is no index.

    Raises:
        sqlite3.Error: the index is damaged.
    """
    # Most visitors never search, and it is a megabyte.
    import sqlite3

    terms = questions_words(question, language)
    if not terms or not file.is_file():
        return ()
    address = f"{file.absolute().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        connection.execute("PRAGMA query_only = 1")
        return _found(connection, terms, folded(question[:MAX_QUESTION]), language)


def questions_words(question: str, language: str) -> tuple[str, ...]:
    """Return the words of a question that say something; all of them if none does."""
    words = list(dict.fromkeys(folded(question[:MAX_QUESTION]).split()))[: 2 * MAX_WORDS]
    telling = [word for word in words if word not in _stop(language)]
    return tuple((telling or words)[:MAX_WORDS])


def _found(
    connection: sqlite3.Connection, terms: tuple[str, ...], whole: str, language: str
) -> tuple[Hit, ...]:
    known = [
        str(word)
        for (word,) in connection.execute("SELECT word FROM word WHERE lang = ?", (language,))
    ]
    synonyms = _all_synonyms(connection, language)
    asked = [_meanings(term, known, synonyms) for term in terms]
    rows = _rows(connection, {word for meanings in asked for word in meanings}, language)
    scores: dict[int, float] = defaultdict(float)
    for meanings in asked:
        weights = {
            at: max(row.weight(word) * share for word, share in meanings.items())
            for at, row in enumerate(rows)
        }
        hits = sum(weight > 0 for weight in weights.values())
        for at, weight in weights.items():
            scores[at] += weight * math.log(1 + len(rows) / max(1, hits))
    for at, row in enumerate(rows):
        if len(terms) > 1 and (whole in row.words or whole in row.title):
            scores[at] += _WHOLE_QUESTION
    best = sorted((at for at in scores if scores[at] > 0), key=lambda at: (-scores[at], at))
    return tuple(rows[at].hit for at in best[:MOST])


def _meanings(term: str, known: list[str], synonyms: Synonyms) -> dict[str, float]:
    """Return the words that the term may stand for, each with how sure that is."""
    found = {term: 1.0}
    if not any(term in word for word in known) and len(term) > 2:
        found |= _guessed(term, [*known, *synonyms])
    for word, share in list(found.items()):
        for other in synonyms.get(word, ()):
            found.setdefault(other, share * _SYNONYM)
    return found


def _guessed(term: str, known: Iterable[str]) -> dict[str, float]:
    """Return the words that look most like a term that nobody knows."""
    pieces = trigrams(term)
    near = [word for word in dict.fromkeys(known) if abs(len(word) - len(term)) <= len(term)]
    rated = sorted(((likeness(pieces, trigrams(word)), word) for word in near), reverse=True)
    best = rated[0][0] if rated else 0.0
    return {word: share for share, word in rated[:_GUESSES] if share >= max(ALIKE, best - _AS_GOOD)}


def _rows(connection: sqlite3.Connection, words: set[str], language: str) -> list[_Row]:
    """Return the pages that have any of the words; trigrams know no word of two letters."""
    long = sorted(word for word in words if len(word) > 2)
    short = sorted(words.difference(long))
    found: dict[int, tuple[str, ...]] = {}
    columns = "rowid, title, words, body, href, shown, hint"
    if long:
        match = " OR ".join(f'"{word}"' for word in long)
        query = f"SELECT {columns} FROM page WHERE page MATCH ? AND lang = ?"  # noqa: S608 - fixed
        found |= {row[0]: row[1:] for row in connection.execute(query, (match, language))}
    for word in short:
        query = f"SELECT {columns} FROM page WHERE lang = ? AND (title || ' ' || words) LIKE ?"  # noqa: S608
        like = (language, f"%{word}%")
        found |= {row[0]: row[1:] for row in connection.execute(query, like)}
    return [
        _Row(title, words_, body, Hit(href, shown, hint))
        for _, (title, words_, body, href, shown, hint) in sorted(found.items())
    ]


def _within(term: str, text: str) -> float:
    """Return 1 for a word of the text, less for a part of one, 0 if it is not there."""
    if term not in text:
        return 0.0
    return 1.0 if f" {term} " in f" {text} " else _PART * (len(term) > 2)


def _all_synonyms(connection: sqlite3.Connection, language: str) -> Synonyms:
    """Return the plan's own before the shipped ones, as one."""
    own = _linked(
        (str(words) for (words,) in connection.execute("SELECT words FROM synonym")), language
    )
    found = dict(_synonyms(language))
    for word, others in own.items():
        found[word] = tuple(dict.fromkeys((*others, *found.get(word, ()))))
    return found


@lru_cache(maxsize=2)
def _synonyms(language: str) -> Synonyms:
    return _linked(search_words().groups.get(language, ()), language)


def _linked(groups: Iterable[str], language: str) -> dict[str, tuple[str, ...]]:
    """Return for each word the others of its groups."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for group in groups:
        words = [word for word in folded(group).split() if word not in _stop(language)]
        for word in (*words, *bared(group).split()):
            found[word] |= dict.fromkeys(one for one in words if one != word)
    return {word: tuple(others) for word, others in found.items()}


@lru_cache(maxsize=2)
def _stop(language: str) -> frozenset[str]:
    return frozenset(folded(search_words().stop.get(language, "")).split())
