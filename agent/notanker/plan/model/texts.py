"""The plan's texts: scenarios, measures, message templates, forms and free pages."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

import msgspec

from notanker.plan.model.head import Text
from notanker.plan.values import FormId, Id, Ids, Line, Names, Tongue


class ScenarioHead(msgspec.Struct, frozen=True, kw_only=True):
    """The front matter of `scenarios/*.md`."""

    id: Id
    title: Line
    symptoms: Names
    loses: Ids
    severity: Literal["low", "medium", "high", "critical"]
    lead_role: Id
    agent_triggers: tuple[Line, ...] = ()
    objective: Line = ""
    activate: Line = ""
    stand_down: Line = ""
    drilled_on: dt.date | None = None


class MeasureHead(msgspec.Struct, frozen=True, kw_only=True):
    """The front matter of `measures/*.md`.

    Attributes:
        needs: Resources and systems without which it does not help.
        keeps: The services that it keeps alive; it covers no other.
        replaces: The resources that it stands in for: while all of them are there it is not needed.
        effort_min: How long it takes until it helps, in minutes.
        undo: How it is taken back once all is well.
    """

    id: Id
    title: Line
    needs: tuple[Id, ...]
    effect: Line
    effort_min: Annotated[int, msgspec.Meta(ge=0, le=10_080)]
    owner_role: Id
    undo: Line
    tested_on: dt.date
    keeps: tuple[Id, ...] = ()
    replaces: tuple[Id, ...] = ()


class FormHead(msgspec.Struct, frozen=True, kw_only=True):
    """The front matter of `forms/*.md`.

    Attributes:
        copies: How many lie ready in print; each bears a serial number.
        retention: How long the filled paper is kept, and where.
        digitise_by: When it must have been typed in after the outage.
    """

    id: FormId
    title: Line
    paper: Literal["A4"]
    copies: Annotated[int, msgspec.Meta(ge=1, le=1000)]
    contains_personal_data: bool
    retention: Line
    digitise_by: Line


class TemplateHead(msgspec.Struct, frozen=True, kw_only=True):
    """The front matter of `templates/*.md`.

    Attributes:
        max: Counted in SMS segments.
        source: Who named the time that the text promises an end for, such as "Musternetz, 11:05".
        release_roles: Whose holders and deputies may release it; none for communication and emergency lead.
    """

    id: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{1,32}$")]
    audience: Line
    stage: Line
    channel: Line
    lang: Tongue
    release: Literal["auto", "one", "two"]
    placeholders: tuple[Line, ...]
    max: Annotated[int, msgspec.Meta(ge=1, le=10)] = 1
    tone_checked_on: dt.date | None = None
    source: Line = ""
    release_roles: Annotated[tuple[Id, ...], msgspec.Meta(max_length=16)] = ()


class Brand(msgspec.Struct, frozen=True, kw_only=True):
    """`brand.toml`: how the company speaks to people outside.

    Attributes:
        signoff: What `{brand.signoff}` stands for.
        forbidden: Words that no text for people outside has in it.
        light: What `{brand.light}` stands for: one light line, for the time when all is well again.
    """

    salutation: Literal["Sie", "Du"] = "Sie"
    signoff: Text | None = None
    forbidden: tuple[Line, ...] = ()
    light: Text | None = None


class PageHead(msgspec.Struct, frozen=True, kw_only=True):
    """The front matter of `pages/*.md`.

    Attributes:
        show_to: Everybody on the site's Wi-Fi, or who has the leads' code.
    """

    id: Id
    title: Line
    order: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 100
    show_to: Literal["all", "leads"] = "all"


class Scenario(msgspec.Struct, frozen=True):
    """One scenario in one language; `line` is where the body begins in its file."""

    head: ScenarioHead
    language: Tongue
    body: str
    file: str
    line: int


class Template(msgspec.Struct, frozen=True):
    """One message text in one language."""

    head: TemplateHead
    body: str
    file: str
    line: int


class Page(msgspec.Struct, frozen=True):
    """One free page in one language."""

    head: PageHead
    language: Tongue
    body: str
    file: str
    line: int


class Measure(msgspec.Struct, frozen=True):
    """One measure in one language."""

    head: MeasureHead
    language: Tongue
    body: str
    file: str
    line: int


class Form(msgspec.Struct, frozen=True):
    """One printable form in one language."""

    head: FormHead
    language: Tongue
    body: str
    file: str
    line: int


class Asset(msgspec.Struct, frozen=True):
    """One picture; what it shows in words stands in the texts that show it."""

    file: str
    size_bytes: int
