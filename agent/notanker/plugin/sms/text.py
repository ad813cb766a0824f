"""How long a text is as SMS, and how to keep it in the alphabet that makes it short.

3GPP TS 23.038: the default alphabet has 7 bits a character, 160 in one message and 153 in each part of
several; the characters of its extension table cost two. One character outside of it, such as a
typographic quotation mark, switches the whole message to 70 (67) characters.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from notanker.plugin.sms import alphabet, cutting
from notanker.plugin.sms.alphabet import BASIC, EXTENDED

SINGLE_UNITS: Final = 160
PART_UNITS: Final = 153
SINGLE_WIDE: Final = 70
PART_WIDE: Final = 67

_LONE: Final = re.compile("[\ud800-\udfff]")

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
    return alphabet.fits(text)


def units(text: str) -> int:
    """Return what the text costs: septets in the default alphabet, else UTF-16 units."""
    return sum(map(_cost(text), text))


def segments(text: str) -> int:
    """Return in how many parts the text is sent. No character is split between two."""
    single, part = (SINGLE_UNITS, PART_UNITS) if is_short(text) else (SINGLE_WIDE, PART_WIDE)
    return len(cutting.pieces(text, single, part, _cost(text)))


def _cost(text: str) -> cutting.Cost:
    return cutting.septet_cost if is_short(text) else cutting.wide_cost


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


def printable(text: str) -> str:
    """Return the text as valid Unicode: half a character, which a decoder keeps, becomes U+FFFD."""
    return _LONE.sub("\ufffd", text)
