"""What the portal has to know of a rendered plan: one small file beside its pages."""

from __future__ import annotations

import datetime as dt
from typing import Final

import msgspec

RENDERED: Final = 1
"""The form of the rendered pages; pages of another form are rendered again at the next acceptance."""


class Index(msgspec.Struct, frozen=True, kw_only=True):
    """`index.json` of an accepted plan.

    Attributes:
        titles: For each language, the title of each page by its path below `pages/<language>`.
        names: The name behind each contact id.
        errors: How many errors the plan had when it was accepted.
    """

    rendered: int = RENDERED
    id: str
    site: str
    organisation: str
    title: dict[str, str]
    seq: int
    version: str
    fingerprint: str
    timezone: str = "Europe/Berlin"
    languages: tuple[str, ...] = ("de",)
    issued: dt.date | None = None
    review_by: dt.date | None = None
    titles: dict[str, dict[str, str]] = {}
    names: dict[str, str] = {}
    errors: int = 0


def encoded(index: Index) -> bytes:
    """Return the index as JSON."""
    return msgspec.json.encode(index)


def decoded(raw: bytes) -> Index | None:
    """Read an index; None if it cannot be read. Fields of a newer form are ignored."""
    try:
        return msgspec.json.decode(raw, type=Index)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
