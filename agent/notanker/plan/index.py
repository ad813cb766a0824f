"""What the portal has to know of a rendered plan: one small file beside its pages."""

from __future__ import annotations

import datetime as dt
from typing import Final

import msgspec

RENDERED: Final = 2
"""The form of the rendered pages; pages of another form are rendered again at the next acceptance."""


class Index(msgspec.Struct, frozen=True, kw_only=True):
    """`index.json` of an accepted plan.

    Attributes:
        titles: For each language, the title of each page by its path below `pages/<language>`.
        names: The name behind each contact id that everybody may see.
        for_leads: Whether there is anything that only leads may see.
        errors: How many errors the plan had when it was accepted.
        verified: When the contact that was looked at longest ago was verified.
        every_s: How often those who know of an incident are told how it stands, 0 for never.
        banner: The text for the staff in an incident (T4) in each language, where it needs nobody's release.
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
    for_leads: bool = False
    errors: int = 0
    verified: dt.date | None = None
    every_s: float = 0.0
    banner: dict[str, str] = {}


def encoded(index: Index) -> bytes:
    """Return the index as JSON."""
    return msgspec.json.encode(index)


def decoded(raw: bytes) -> Index | None:
    """Read an index; None if it cannot be read. Fields of a newer form are ignored."""
    try:
        return msgspec.json.decode(raw, type=Index)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
