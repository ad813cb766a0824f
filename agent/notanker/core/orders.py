"""What people text to the box: `OK 17`, `STATUS`, `PLAN`, `TUNNEL 123456`, `ABBRUCH 17 123456`.

People write from a phone, in a hurry, in two languages: case, dots, quotation marks and a signature below do no
harm. But nothing is guessed: a text that could mean two things means none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MOST_CHARACTERS: Final = 160
"""Of the first line; an order is short, and what is long is no order."""


class Word(StrEnum):
    """What is ordered."""

    OK = "ok"
    STATUS = "status"
    PLAN = "plan"
    TUNNEL = "tunnel"
    ABORT = "abort"


NEEDS_CODE: Final = frozenset({Word.TUNNEL, Word.ABORT})
"""Orders that change something: a number can be forged, so these want a one-time code as well."""


@dataclass(frozen=True, slots=True)
class Order:
    """One order.

    Attributes:
        number: The incident or drill, None if none was named.
        code: The one-time code, without spaces and hyphens, in small letters; empty if there is none.
    """

    word: Word
    number: int | None = None
    code: str = ""


_WORDS: Final = {
    "ok": Word.OK, "okay": Word.OK, "okey": Word.OK, "quittiert": Word.OK,
    "status": Word.STATUS, "stand": Word.STATUS, "lage": Word.STATUS,
    "plan": Word.PLAN, "notfallplan": Word.PLAN,
    "tunnel": Word.TUNNEL, "fernzugang": Word.TUNNEL,
    "abbruch": Word.ABORT, "abort": Word.ABORT,
}  # fmt: skip
_NUMBERED: Final = frozenset({Word.OK, Word.ABORT})
_CODE: Final = r"(?P<code>[0-9]{3} ?[0-9]{3}|[a-z2-9]{4}[- ]?[a-z2-9]{4})"
_SHAPE: Final = re.compile(
    r"(?P<word>[a-z]+)"
    r"(?: ?(?:(?:nr|no|nummer|number)\.? ?|#)?(?P<number>[0-9]{1,5})(?:-[0-9]{1,4})?(?![0-9]))?"
    rf"(?: {_CODE})?(?P<rest>.*)"
)


def read(text: str) -> Order | None:
    """Return the order in a text, None if there is none, or more than one could be meant."""
    line = _plain(text)
    found = _SHAPE.fullmatch(line)
    word = _WORDS.get(found["word"]) if found else None
    if found is None or word is None:
        return None
    rest = found["rest"].strip(" .,!")
    number = int(found["number"]) if found["number"] else None
    code = re.sub(r"[ -]", "", found["code"] or "")
    if word not in NEEDS_CODE:
        # "OK 17 mache ich" is clear; "OK 17 und 18" is not, nor is "Plan fehlt".
        clear = not re.search(r"[0-9]", rest + code) and (word is Word.OK or not rest + code)
        return Order(word, number if word in _NUMBERED else None) if clear else None
    if rest:
        return None
    if word in _NUMBERED:
        return Order(word, number, code)
    return Order(word, None, code) if number is None else None


def _plain(text: str) -> str:
    """Return the first line in small letters, without what only decorates it."""
    lines = [line for line in text.splitlines() if line.strip()]
    line = lines[0][:MOST_CHARACTERS].casefold() if lines else ""
    line = re.sub(r"\bo\. ?k\.?", "ok", line)
    line = re.sub("[\"'„“”‚‘’«»*_<>()]", " ", line)
    return " ".join(line.split()).strip(" .!?:")
