"""The code that a site is enrolled by: short enough for paper, far too long to be guessed.

Twenty-three signs drawn by lot (115 bits) and two that check them, in fives. The alphabet is Crockford's
base 32: no sign that is taken for another, and those that are mixed up all the same are read as meant.
"""

from __future__ import annotations

import hashlib
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SIGNS: Final = 23
CHECKS: Final = 2
GROUP: Final = 5
_MEANT: Final = str.maketrans("OIL", "011", "- \t\r\n")


class CodeError(ValueError):
    """A text that is no code; `mistyped` if it has the right length but its check signs do not fit."""

    def __init__(self, *, mistyped: bool) -> None:
        self.mistyped: Final = mistyped
        super().__init__("mistyped" if mistyped else "no code")


def make(drawn: bytes) -> str:
    """Return a code as people read it.

    Args:
        drawn: At least 23 bytes drawn by lot.
    """
    signs = "".join(ALPHABET[byte & 31] for byte in drawn[:SIGNS])
    if len(signs) < SIGNS:
        raise ValueError("too few bytes drawn")
    whole = signs + _checks(signs)
    return "-".join(whole[at : at + GROUP] for at in range(0, len(whole), GROUP))


def secret_of(text: str) -> bytes:
    """Return what site and centre derive keys from, however the code was typed.

    Raises:
        CodeError: it is no code.
    """
    signs = text.upper().translate(_MEANT)
    if len(signs) != SIGNS + CHECKS or not set(signs) <= set(ALPHABET):
        raise CodeError(mistyped=False)
    if _checks(signs[:SIGNS]) != signs[SIGNS:]:
        raise CodeError(mistyped=True)
    return signs[:SIGNS].encode()


def _checks(signs: str) -> str:
    found = hashlib.sha256(signs.encode()).digest()
    return "".join(ALPHABET[byte & 31] for byte in found[:CHECKS])
