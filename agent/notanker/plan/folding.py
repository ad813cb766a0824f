"""Makes words comparable however they are typed: "Störung", "stoerung", "Storung" and "STÖRUNG" are one.

Index and query are folded by the same rules, so neither has to know how the other was written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

_SPELT: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_BARE: Final = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss"})
_WORD: Final = re.compile(r"[^\W_]+")


def folded(text: str) -> str:
    """Return the words in small letters, umlauts spelt out, accents dropped, one space between."""
    return " ".join(_WORD.findall(_plain(text.casefold().translate(_SPELT))))


def bared(text: str) -> str:
    """Return the words as somebody types them who leaves out the dots of an umlaut."""
    return " ".join(
        _WORD.findall(_plain(unicodedata.normalize("NFC", text.lower()).translate(_BARE)))
    )


def both(text: str) -> str:
    """Return the folded text, and after it each word that looks otherwise without its dots."""
    spelt = folded(unicodedata.normalize("NFC", text.lower()))
    other = dict.fromkeys(bared(text).split()).keys() - set(spelt.split())
    return " ".join([spelt, *sorted(other)])


def trigrams(word: str) -> frozenset[str]:
    """Return the word's pieces of three letters; its ends count, for they are seldom mistyped."""
    padded = f"  {word} "
    return frozenset(padded[at : at + 3] for at in range(len(padded) - 2))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Return how alike two words are by their trigrams (Dice), from 0 to 1."""
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


def words_of(text: str) -> Iterator[str]:
    """Yield the words of a folded text, each once."""
    yield from dict.fromkeys(text.split())


def _plain(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text)
    return "".join(char for char in parts if not unicodedata.combining(char))
