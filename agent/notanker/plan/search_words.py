"""The words of the search besides the plan's own: see search_words.toml."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path

import msgspec

from notanker.plan.model.head import Text


class Place(msgspec.Struct, frozen=True):
    """A page that is no text of the plan, and how it is found."""

    href: str
    title: Text
    words: Text
    hint: Text


class SearchWords(msgspec.Struct, frozen=True):
    """All of the file.

    Attributes:
        groups: Words for one thing, by language.
        stop: Words that tell nothing, by language.
    """

    groups: dict[str, tuple[str, ...]]
    stop: dict[str, str]
    place: tuple[Place, ...]


@lru_cache(maxsize=1)
def search_words() -> SearchWords:
    """Return the shipped words."""
    raw = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    return msgspec.convert(raw, SearchWords)
