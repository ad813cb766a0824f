"""The fields of an answer: `+NAME: 1,"a,b",,2` and how far firmwares stray from it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_QUOTED_OR_NOT: Final = re.compile(r'\s*(?:"([^"]*)"|([^,]*))\s*(?:,|$)')
MAX_FIELDS: Final = 64


def answer_of(lines: Iterable[str], *names: str) -> str | None:
    """Return what follows the first of the names in the first line that begins with one of them."""
    for line in lines:
        text = line.strip()
        for name in names:
            if text.startswith(f"{name}:"):
                return text[len(name) + 1 :].strip()
    return None


def answers_of(lines: Iterable[str], name: str) -> list[str]:
    """Return what follows the name in each line that begins with it."""
    found = (answer_of((line,), name) for line in lines)
    return [text for text in found if text is not None]


def fields_of(text: str) -> list[str]:
    """Return the fields, without quotes; a comma within quotes parts nothing."""
    found: list[str] = []
    at = 0
    while at < len(text) and len(found) < MAX_FIELDS:
        match = _QUOTED_OR_NOT.match(text, at)
        if match is None:  # something behind a closing quote: take it as it is
            end = text.find(",", at)
            end = len(text) if end < 0 else end
            found.append(text[at:end].strip().strip('"'))
            at = end + 1
            continue
        quoted, plain = match.groups()
        found.append(quoted if quoted is not None else plain.strip().strip('"'))
        at = match.end()
    return found


def number_of(text: str) -> int | None:
    """Return a decimal number, None if it is none."""
    text = text.strip()
    sign = text[:1] == "-"
    digits = text[1:] if sign else text
    if not digits.isascii() or not digits.isdigit() or len(digits) > 18:
        return None
    return -int(digits) if sign else int(digits)


def hex_of(text: str) -> int:
    """Return a hexadecimal number, 0 if it is none."""
    text = text.strip()
    return int(text, 16) if _HEX.fullmatch(text) else 0


_HEX: Final = re.compile(r"[0-9A-Fa-f]{1,16}", re.ASCII)


def field(fields: list[str], index: int) -> str:
    """Return a field, "" if it is missing."""
    return fields[index] if index < len(fields) else ""


def number_at(fields: list[str], index: int) -> int | None:
    """Return a field as a number, None if it is missing or none."""
    return number_of(field(fields, index))
