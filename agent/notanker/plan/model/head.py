"""`plan.toml`: what the plan is, for whom, since when, and who stands for it."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Final, Literal

import msgspec

from notanker.plan.values import Count, Id, Line, Tongue

FORMAT: Final = 1
RESOURCES: Final = frozenset(
    {
        "site-power", "ups", "site-lan", "site-wifi", "site-internet", "lte-data", "site-voice",
        "mobile-voice", "vpn-client", "client-system", "cloud-data", "dns", "building-access",
        "staff", "print",
    }
)  # fmt: skip
"""What a scenario can lose; `resources` in plan.toml adds to it."""


class Text(msgspec.Struct, frozen=True):
    """A short text in German and, if there is one, English."""

    de: Line
    en: Line = ""

    def words(self, language: str) -> str:
        """Return the text in the language, German where there is no English."""
        return (self.en if language == "en" else "") or self.de


class Trigger(msgspec.Struct, frozen=True, kw_only=True):
    """Who may declare the emergency, or its end, and on what."""

    who: Line
    criterion: Line
    trigger: Line = ""


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """`plan.toml`. The first fields are the identity: without them there is no plan.

    Those in `MANDATORY` are asked for too, but a plan that lacks one is still shown to people.

    Attributes:
        synonyms: What people here call things, for the search: each line has words for one thing, and one
            of them at least stands in the plan.
    """

    format: Literal[1]
    id: Id
    site: Line
    organisation: Line
    title: Text
    seq: Count
    version: Line
    issued: dt.date | None = None
    review_by: dt.date | None = None
    reviewed_on: dt.date | None = None
    reviewed_by: Line = ""
    owner_role: Id = ""
    approved_by: Line = ""
    approved_on: dt.date | None = None
    scope: Line = ""
    purpose: Line = ""
    audience: Line = ""
    activation: tuple[Trigger, ...] = ()
    deactivation: tuple[Trigger, ...] = ()
    incident_interface: tuple[Line, ...] = ()
    classification: Literal["intern", "vertraulich"] = "intern"
    retention: Line = ""
    change_log: tuple[Line, ...] = ()
    languages: Annotated[tuple[Tongue, ...], msgspec.Meta(min_length=1)] = ("de",)
    timezone: Line = "Europe/Berlin"
    resources: tuple[Id, ...] = ()
    synonyms: Annotated[tuple[Line, ...], msgspec.Meta(max_length=100)] = ()


MANDATORY: Final = ("issued", "review_by", "owner_role", "classification")
