"""What people text to the box: `OK 17`, `STATUS`, `PLAN`, `TUNNEL 123456`, `FREIGABE 17 T7 123456`.

People write from a phone, in a hurry, in two languages: case, dots, quotation marks and a signature below do
no harm. But nothing is guessed: a text that could mean two things means none.
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
    RELEASE = "release"
    WITHDRAW = "withdraw"
    IS_OFF = "off"
    OFFER = "button"


NEEDS_CODE: Final = frozenset({Word.TUNNEL, Word.ABORT, Word.RELEASE})
"""Orders that change something: a number can be forged, so these want a one-time code as well."""


@dataclass(frozen=True, slots=True)
class Order:
    """One order.

    Attributes:
        number: The incident or drill, None if none was named.
        template: The text for people outside, such as `T7`; empty if none was named.
        code: The one-time code, without spaces and hyphens, in small letters; empty if there is none.
    """

    word: Word
    number: int | None = None
    code: str = ""
    template: str = ""


_WORDS: Final = {
    "ok": Word.OK, "okay": Word.OK, "okey": Word.OK, "quittiert": Word.OK,
    "status": Word.STATUS, "stand": Word.STATUS, "lage": Word.STATUS,
    "plan": Word.PLAN, "notfallplan": Word.PLAN,
    "tunnel": Word.TUNNEL, "fernzugang": Word.TUNNEL,
    "abbruch": Word.ABORT, "abort": Word.ABORT,
    "freigabe": Word.RELEASE, "freigeben": Word.RELEASE, "release": Word.RELEASE,
    "zurück": Word.WITHDRAW, "zurueck": Word.WITHDRAW, "withdraw": Word.WITHDRAW,
    "aus": Word.IS_OFF, "off": Word.IS_OFF,
    "taste": Word.OFFER, "button": Word.OFFER,
}  # fmt: skip
_NUMBERED: Final = frozenset(
    {Word.OK, Word.ABORT, Word.RELEASE, Word.WITHDRAW, Word.IS_OFF, Word.OFFER}
)
_OF_A_TEXT: Final = frozenset({Word.RELEASE, Word.WITHDRAW, Word.OFFER})
_WORD: Final = re.compile(r"[a-zü]+")
_TEMPLATE: Final = re.compile(r",? ?(t[0-9]{1,2}(?:-[a-z][a-z0-9_-]{0,28})?)(?![a-z0-9])")
_NUMBER: Final = re.compile(
    r" ?(?:(?:nr|no|nummer|number)\.? ?|#)?([0-9]{1,5})(?:-[0-9]{1,4})?(?![0-9])"
)
_CODE: Final = re.compile(r" ([0-9]{3} ?[0-9]{3}|[a-z2-9]{4}[- ]?[a-z2-9]{4})")


def read(text: str) -> Order | None:
    """Return the order in a text, None if there is none, or more than one could be meant."""
    line = _plain(text)
    found = _WORD.match(line)
    word = _WORDS.get(found[0]) if found else None
    if found is None or word is None:
        return None
    number, rest = (
        _taken(_NUMBER, line[found.end() :]) if word in _NUMBERED else ("", line[found.end() :])
    )
    template, rest = _taken(_TEMPLATE, rest) if word in _OF_A_TEXT else ("", rest)
    code, rest = _taken(_CODE, rest) if word in NEEDS_CODE else ("", rest)
    # "OK 17 mache ich" is clear; "OK 17 und 18" is not, nor is "Plan fehlt".
    if rest.strip(" .,!") and (
        word is not Word.OK or re.search(r"[0-9]", rest) or rest[0].isalnum()
    ):
        return None
    code = re.sub(r"[ -]", "", code)
    return Order(word, int(number) if number else None, code, template.upper())


def _taken(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    """Return what the pattern finds at the beginning of the text, and the rest of it."""
    found = pattern.match(text)
    return (found[1], text[found.end() :]) if found else ("", text)


def _plain(text: str) -> str:
    """Return the first line in small letters, without what only decorates it."""
    lines = [line for line in text.splitlines() if line.strip()]
    line = lines[0][:MOST_CHARACTERS].casefold() if lines else ""
    line = re.sub(r"\bo\. ?k\.?", "ok", line)
    line = re.sub("[\"'„“”‚‘’«»*_<>()]", " ", line)
    return " ".join(line.split()).strip(" .!?:")
