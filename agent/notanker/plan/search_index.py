"""Makes the search index of a plan: an SQLite file with an FTS5 table, built once, only ever read on the box.

`unicode61` does not find "ausfall" in "Leitungsausfall"; `trigram` does (measured with SQLite 3.40). Neither
knows that "stoerung" is "Störung", so what is indexed is folded, and what is shown is kept beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import unescape
from typing import TYPE_CHECKING, Final

import msgspec

from notanker.plan.folding import both, folded, words_of
from notanker.plan.search_words import search_words

if TYPE_CHECKING:
    from notanker.plan.pages import Pages

SCHEMA: Final = (
    """CREATE VIRTUAL TABLE page USING fts5(title, words, body, lang UNINDEXED, href UNINDEXED,
    shown UNINDEXED, hint UNINDEXED, tokenize='trigram')""",
    "CREATE TABLE word (lang TEXT, word TEXT, PRIMARY KEY (lang, word)) WITHOUT ROWID",
    # What people here call things: a line has folded words for one thing, in whatever language.
    "CREATE TABLE synonym (words TEXT)",
)
MAX_HINT: Final = 160
_TAGS: Final = re.compile(r"<!--.*?-->|<[^>]*>", re.DOTALL)
_PATHS: Final = {
    "scenario": "szenario",
    "measure": "massnahme",
    "page": "seite",
    "form": "formular",
}
_FIXED: Final = {
    "contacts": "kontakte",
    "measures": "massnahmen",
    "forms": "formulare",
    "print": "druck",
    "wording": "sprachregelung",
}


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that can be found.

    Attributes:
        words: What people may call it besides its title.
        body: The rest of its text.
        hint: One line that tells what is there.
    """

    lang: str
    href: str
    title: str
    words: str = ""
    body: str = ""
    hint: str = ""


def entries(pages: Pages, made: dict[str, str]) -> Iterator[Entry]:
    """Yield what can be found of one language: each page, each contact, and the fixed places."""
    language, prefix = pages.language, "/en" if pages.language == "en" else ""
    signs = {f"scenario/{one.head.id}": one.head.symptoms for one in pages.scenarios}
    hints = {f"measure/{one.head.id}": one.head.effect for one in pages.measures}
    hints |= {f"scenario/{one.head.id}": " · ".join(one.head.symptoms) for one in pages.scenarios}
    for name, title in pages.titles.items():
        kind, _, item = name.partition("/")
        if kind in ("contacts", "print", "measures", "forms"):
            continue  # what they hold is found for itself
        path = f"{_PATHS[kind]}/{item}" if item else _FIXED[kind]
        text = _text(made[name])
        yield Entry(
            lang=language,
            href=f"{prefix}/{path}",
            title=title,
            words=" · ".join((item.replace("-", " "), *signs.get(name, ()))),
            body=text,
            hint=hints.get(name) or text.removeprefix(title).strip()[:MAX_HINT],
        )
    yield from _contacts(pages, prefix)
    for place in search_words().place:
        yield Entry(
            lang=language,
            href=f"{prefix or ('/de' if place.href.startswith('/#') else '')}{place.href}",
            title=place.title.words(language),
            words=place.words.words(language),
            hint=place.hint.words(language),
        )


def _contacts(pages: Pages, prefix: str) -> Iterator[Entry]:
    roles = {r.holder: r for r in reversed(pages.plan.roles)}
    for contact in pages.plan.contacts:
        if contact.show_to != "all":
            continue
        role = roles.get(contact.id)
        named = role.name.words(pages.language) if role else contact.org
        yield Entry(
            lang=pages.language,
            href=f"{prefix}/kontakte#c-{contact.id}",
            title=contact.name if named in contact.name else f"{contact.name}, {named}",
            words=contact.org,
            body=f"{pages.words['contacts']} {contact.phone}",
            hint=contact.phone,
        )


def build(found: Iterable[Entry], synonyms: Iterable[str] = ()) -> bytes:
    """Return the database as the bytes of its file; `synonyms` are the plan's own."""
    # Only who accepts a plan needs it here, and only who searches one on the box.
    import sqlite3

    connection = sqlite3.connect(":memory:")
    try:
        for statement in SCHEMA:
            connection.execute(statement)
        known: set[tuple[str, str]] = set()
        for one in found:
            title, words, body = both(one.title), both(one.words), both(one.body)
            connection.execute(
                "INSERT INTO page VALUES (?, ?, ?, ?, ?, ?, ?)",
                (title, words, body, one.lang, one.href, one.title, one.hint),
            )
            known |= {(one.lang, word) for text in (title, words, body) for word in words_of(text)}
        connection.executemany(
            "INSERT INTO word VALUES (?, ?)", sorted(pair for pair in known if len(pair[1]) > 2)
        )
        connection.executemany("INSERT INTO synonym VALUES (?)", [(both(one),) for one in synonyms])
        connection.execute("INSERT INTO page(page) VALUES ('optimize')")
        connection.commit()
        return connection.serialize()
    finally:
        connection.close()


def _text(html: str) -> str:
    return " ".join(unescape(_TAGS.sub(" ", html)).split())


__all__ = ["Entry", "build", "entries", "folded"]
