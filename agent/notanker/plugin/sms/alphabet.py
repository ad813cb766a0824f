"""The 7-bit alphabets: characters to septets and back (3GPP TS 23.038, 6.2.1 and annex A).

A septet stands for one character of the locking table; after an escape (0x1B) the next one stands for
a character of the single shift table. Without a national language these are the default alphabet and
its extension table.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

ESCAPE: Final = 0x1B
LAST_LANGUAGE: Final = 13
"""Urdu; the identifiers after it are reserved (6.2.1.2.4)."""

DEFAULT: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""6.2.1: the character of each septet."""
EXTENSION: Final = {
    0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\", 0x3C: "[", 0x3D: "~", 0x3E: "]",
    0x40: "|", 0x65: "€",
}  # fmt: skip
"""6.2.1.1: the character of each septet after an escape."""

BASIC: Final = frozenset(DEFAULT) - {"\x1b"}
EXTENDED: Final = frozenset(EXTENSION.values())


@dataclass(frozen=True, slots=True)
class Languages:
    """The national language of each table; 0 is the default (6.2.1.2.4: 1 Turkish to 13 Urdu)."""

    single: int = 0
    locking: int = 0


NO_LANGUAGE: Final = Languages()

# A stranger chooses the languages of a message: what is kept of them is bounded.
_KEPT_TABLES: Final = 4


def septets(text: str, languages: Languages = NO_LANGUAGE) -> bytes:
    """Return the text's septets, one an octet.

    Raises:
        KeyError: a character that the tables do not have.
    """
    table = _encoder(languages)
    return b"".join([table[char] for char in text])


def fits(text: str, languages: Languages = NO_LANGUAGE) -> bool:
    """Tell whether the tables have every character of the text."""
    return _encoder(languages).keys() >= set(text)


def text_of(values: Iterable[int], languages: Languages = NO_LANGUAGE) -> str:
    """Return the text of the septets.

    After an escape, a septet that the single shift table leaves open is read from the locking table;
    an escape after an escape, or at the end, is a space (6.2.1.1, notes).
    """
    locking, single = _decoder(languages)
    chars, escaped = [], False
    for value in values:
        if escaped:
            chars.append(single.get(value) or locking[value])
            escaped = False
        elif value == ESCAPE:
            escaped = True
        else:
            chars.append(locking[value])
    return "".join(chars) + " " * escaped


@lru_cache(maxsize=_KEPT_TABLES)
def _decoder(languages: Languages) -> tuple[str, dict[int, str]]:
    locking, single = DEFAULT, EXTENSION
    if languages != NO_LANGUAGE:
        # Two of three hundred messages need it, and it takes more memory than the whole rest.
        from notanker.plugin.sms import national

        locking = national.locking(languages.locking)
        single = national.single(languages.single)
    return locking.replace("\x1b", " "), single


@lru_cache(maxsize=_KEPT_TABLES)
def _encoder(languages: Languages) -> dict[str, bytes]:
    locking, single = _decoder(languages)
    table = {char: bytes([ESCAPE, value]) for value, char in single.items()}
    # A gap of the locking table shows as a space; the space itself is at 0x20 in every one.
    direct = {char: bytes([value]) for value, char in enumerate(locking) if char != " "}
    return {**table, **direct, " ": b" "}
