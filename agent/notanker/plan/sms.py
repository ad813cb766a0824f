"""How long a text is as SMS, and how to keep it in the alphabet that makes it short.

3GPP TS 23.038: the default alphabet has 7 bits a character, 160 in one message and 153 in each part of
several; the characters of its extension table cost two. One character outside of it, such as a
typographic quotation mark, switches the whole message to 70 (67) characters.
"""

from __future__ import annotations

import unicodedata
from typing import Final

SINGLE_UNITS: Final = 160
PART_UNITS: Final = 153
SINGLE_WIDE: Final = 70
PART_WIDE: Final = 67

BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED: Final = frozenset("^{}\\[~]|€\f")

_FOLDED: Final = str.maketrans(
    {
        **dict.fromkeys("„“”‟«»″❝❞", '"'),
        **dict.fromkeys("‚‘’‛‹›′`´", "'"),
        **dict.fromkeys("–—‐‑‒―−", "-"),
        **dict.fromkeys("\t\v\u00a0\u2002\u2003\u2007\u2009\u202f\u2028\u2029", " "),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", ""),
        "…": "...",
        "•": "*",
        "·": "-",
        "×": "x",
        "→": "->",
        "ẞ": "ß",
        "ç": "Ç",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "ı": "i",
        "œ": "oe",
    }
)


def is_short(text: str) -> bool:
    """Tell whether the text fits the default alphabet."""
    return all(char in BASIC or char in EXTENDED for char in text)


def units(text: str) -> int:
    """Return what the text costs: septets in the default alphabet, else UTF-16 units."""
    if is_short(text):
        return sum(2 if char in EXTENDED else 1 for char in text)
    return len(text.encode("utf-16-be", "surrogatepass")) // 2


def segments(text: str) -> int:
    """Return in how many parts the text is sent. No character is split between two."""
    if is_short(text):
        sizes = [2 if char in EXTENDED else 1 for char in text]
        return _parts(sizes, SINGLE_UNITS, PART_UNITS)
    sizes = [2 if ord(char) > 0xFFFF else 1 for char in text]
    return _parts(sizes, SINGLE_WIDE, PART_WIDE)


def _parts(sizes: list[int], single: int, part: int) -> int:
    if sum(sizes) <= single:
        return 1
    count, used = 1, 0
    for size in sizes:
        if used + size > part:
            count, used = count + 1, 0
        used += size
    return count


def fold(text: str) -> str:
    """Return the text in the default alphabet; umlauts stay, what has no likeness becomes `?`."""
    return "".join(_fold(char) for char in unicodedata.normalize("NFC", text).translate(_FOLDED))


def _fold(char: str) -> str:
    if char in BASIC or char in EXTENDED:
        return char
    plain = unicodedata.normalize("NFKD", char).translate(_FOLDED)
    kept = "".join(c for c in plain if c in BASIC or c in EXTENDED)
    return kept or ("" if unicodedata.combining(char) else "?")


def cut(text: str, limit: int) -> str:
    """Return the folded text, cut so that it costs at most `limit` units."""
    kept, used = "", 0
    for char in fold(text):
        used += 2 if char in EXTENDED else 1
        if used > limit:
            return kept.rstrip()
        kept += char
    return kept
