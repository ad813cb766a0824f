"""Where a long text is cut into parts: never within a character, nor within what looks like one.

A phone that shows parts one by one, or out of order, shows each of them whole: escape pairs, surrogate
pairs, letters with combining marks, flags, skin tones and families (Unicode Standard Annex 29, the rules
that matter in messages) stay together wherever they fit a part.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from typing import Final

from notanker.plugin.sms.alphabet import EXTENDED

Cost = Callable[[str], int]

_JOINER: Final = "\u200d"
_EXTENDING: Final = ("Mn", "Me", "Mc")
_LAST_OF_BASIC_PLANE: Final = 0xFFFF
_NO_MARK_BELOW: Final = "\u0300"


def septet_cost(char: str) -> int:
    """Return what a character of the default alphabet costs, in septets."""
    return 2 if char in EXTENDED else 1


def wide_cost(char: str) -> int:
    """Return what a character costs in UCS-2, in units of two octets."""
    return 2 if ord(char) > _LAST_OF_BASIC_PLANE else 1


def pieces(text: str, single: int, part: int, cost: Cost) -> list[str]:
    """Return the text whole if it costs at most `single`, else in pieces of at most `part` each.

    `part` must be at least 2, what the dearest character costs.
    """
    if sum(map(cost, text)) <= single:
        return [text]
    found, room = [""], part
    for atom in _atoms(text, part, cost):
        price = sum(map(cost, atom))
        if price > room:
            found.append("")
            room = part
        found[-1] += atom
        room -= price
    return found


def _atoms(text: str, part: int, cost: Cost) -> Iterator[str]:
    """Give what stays together; what no part can hold is given character by character."""
    for cluster in clusters(text):
        if len(cluster) == 1 or sum(map(cost, cluster)) <= part:
            yield cluster
        else:
            yield from cluster


def clusters(text: str) -> Iterator[str]:
    """Give the text in pieces that a person sees as one character each."""
    start = 0
    for at in range(1, len(text)):
        if not _holds(text, start, at):
            yield text[start:at]
            start = at
    if text:
        yield text[start:]


def _holds(text: str, start: int, at: int) -> bool:
    """Say whether the character there belongs to the cluster that began at `start`."""
    char, before = text[at], text[at - 1]
    if char < _NO_MARK_BELOW:
        return False
    if char == _JOINER or before == _JOINER or _extends(char):
        return True
    # Two regional indicators are one flag; a third begins the next.
    return _is_regional(char) and _is_regional(before) and at - start == 1


def _extends(char: str) -> bool:
    return (
        unicodedata.category(char) in _EXTENDING
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or "\U000e0020" <= char <= "\U000e007f"
    )


def _is_regional(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"
