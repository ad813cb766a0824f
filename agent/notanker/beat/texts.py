"""Texts as they travel: cut to what a receiver takes, and half as long where they are hex."""

from __future__ import annotations

from typing import Final

from notanker.beat.shapes import MOST_FIELDS, MOST_TEXT

_HEX: Final = 0
_DASHED: Final = 1
_PLAIN: Final = 2
_MOST_BYTES: Final = 65
"""What the shapes take: a SHA-512 and the byte before it."""
_MOST_PLAIN: Final = 16
"""Characters of a text that is no hex at all; four bytes each at the most."""
_UUID: Final = (8, 12, 16, 20)
"""Where the dashes of a UUID stand, counted in hex digits."""


def cut(text: str, most: int = MOST_FIELDS) -> str:
    """Return the text without what no receiver takes: too much of it, NUL, half a surrogate pair."""
    return text[:most].replace("\0", "").encode("utf-8", "replace").decode()


def short(text: str) -> str:
    """Return a name or the like, cut."""
    return cut(text, MOST_TEXT)


def as_bytes(text: str) -> bytes:
    """Return a UUID or a hex digest as its bytes, everything else as it is; the first byte tells which."""
    for way, digits in ((_HEX, text), (_DASHED, text.replace("-", ""))):
        try:
            found = bytes([way]) + bytes.fromhex(digits)
        except ValueError:
            continue
        if len(found) <= _MOST_BYTES and as_text(found) == text:
            return found
    return bytes([_PLAIN]) + text[:_MOST_PLAIN].replace("\0", "").encode("utf-8", "replace")


def as_text(found: bytes) -> str:
    """Return what `as_bytes` was given.

    Raises:
        ValueError: it was given nothing of the kind.
    """
    way, rest = found[0], found[1:]
    if way == _PLAIN and b"\0" not in rest:
        return rest.decode()
    if way not in (_HEX, _DASHED):
        raise ValueError("neither hex nor text")
    digits = rest.hex()
    if way == _HEX:
        return digits
    ends = (*_UUID, len(digits))
    return "-".join(digits[begin:end] for begin, end in zip((0, *_UUID), ends, strict=True))
