"""The plan's files as structures: field names and rules are those of the plan format, version 1.

What the format asks for is required here; what only an audit asks for is optional.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Final, Literal

import msgspec

from notanker.core.graph import System
from notanker.core.names import Kind
from notanker.plan.values import (
    Count,
    Id,
    Ids,
    Line,
    Names,
    Phone,
    Pin,
    Seconds,
    SystemName,
    Tongue,
)

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


MANDATORY: Final = ("issued", "review_by", "owner_role", "classification")


class Role(msgspec.Struct, frozen=True, kw_only=True):
    """One role, who holds it and who steps in."""

    id: Id
    name: Text
    tasks: Names
    holder: Id
    deputies: Ids
    authority: Line = ""
    on_duty: Any = None
    briefed_on: dt.date | None = None


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """One person or organisation.

    Attributes:
        sms: A number, or whether `phone` takes SMS. Left out, `phone` is tried.
    """

    id: Id
    name: Line
    org: Line
    kind: Literal["person", "team", "provider", "authority", "client"]
    phone: Phone
    availability: Line
    verified_on: dt.date
    show_to: Literal["all", "leads"]
    phone_2: Phone = ""
    sms: bool | Phone | None = None
    email: Line = ""
    language: Tongue = "de"
    contract_no: Line = ""
    customer_no: Line = ""
    service_no: Line = ""
    sla: Line = ""
    security_phrase_hint: Line = ""
    verified_by: Line = ""
    depends_on: tuple[Id, ...] = ()
    network: Line = ""

    def sms_number(self) -> str:
        """Return the number that takes SMS, in E.164, or nothing."""
        if isinstance(self.sms, str):
            return dialled(self.sms)
        return "" if self.sms is False else dialled(self.phone)


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the escalation: who is told, and how long an answer is waited for.

    Attributes:
        wait_s: From this step's messages to what `on_no_ack` says, if nobody has acknowledged.
    """

    order: Count
    role: Id
    channels: Names
    wait_s: Seconds
    ack: Literal["reply", "call", "none"]
    on_no_ack: Literal["next", "deputy", "bridge"]


class Bridge(msgspec.Struct, frozen=True, kw_only=True):
    """The telephone conference that the crisis is led in."""

    phone: Phone
    pin: Pin
    moderator_role: Id
    opens_when: Text
    backup_phone: Phone = ""
    tested_on: dt.date | None = None


class Announcement(msgspec.Struct, frozen=True, kw_only=True):
    """How the announcement of one head number is switched on."""

    head_number: Phone
    switch_contact: Id
    switch_method: Literal["portal", "phone", "fax"]
    text_template: Line
    lead_time_min: Annotated[int, msgspec.Meta(ge=0, le=1440)]
    check: Line
    tested_on: dt.date


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """One service of the site's to its customers.

    Attributes:
        core: Whether it is kept alive before all others: in gateway mode its hosts alone may use LTE.
        hosts: Where it lives on the internet; see `plan/hosts.py`.
    """

    id: Id
    name: Text
    core: bool
    channels: Annotated[tuple[Line, ...], msgspec.Meta(max_length=16)] = ()
    hosts: Annotated[tuple[Line, ...], msgspec.Meta(max_length=100)] = ()
    needs: tuple[Id, ...] = ()
    order: Count | None = None
    rto: Line = ""
    mtd: Line = ""
    min_level: Line = ""
    customers: Line = ""
    manual_procedure: tuple[Id, ...] = ()
    peak_note: Line = ""
    contract_duty: Line = ""


class Quiet(msgspec.Struct, frozen=True, kw_only=True):
    """Hours in which only alarms are sent."""

    begin: Annotated[str, msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    end: Annotated[str, msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How much may be sent."""

    sms_per_hour: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 60


class Escalation(msgspec.Struct, frozen=True, kw_only=True):
    """`escalation.toml`; the steps are in their order."""

    steps: tuple[Step, ...] = ()
    bridge: Bridge | None = None
    announcements: tuple[Announcement, ...] = ()
    quiet: Quiet | None = None
    limits: Limits = Limits()


class SystemText(msgspec.Struct, frozen=True):
    """A system's name in German and, if there is one, English."""

    de: SystemName
    en: SystemName | None = None


class PlanSystem(msgspec.Struct, frozen=True, kw_only=True):
    """One system or line that the site's work depends on.

    Attributes:
        needs: Ids of systems, or resources that one of them provides.
        provides: Resources.
        rto: After how long it must run again, as people say it.
        restart_doc: Where it says how to start it again, and `restore_doc` how to build it anew.
    """

    id: Id
    name: SystemName | SystemText
    kind: Kind
    location: Line
    owner_contact: Id
    needs: tuple[Id, ...]
    provides: tuple[Id, ...]
    rto: Line = ""
    restart_doc: Line = ""
    restore_doc: Line = ""
    spof_accepted: Line = ""

    def words(self, language: str) -> str:
        """Return the name in the language."""
        if isinstance(self.name, str):
            return self.name
        return (self.name.en if language == "en" else None) or self.name.de


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


class TemplateHead(msgspec.Struct, frozen=True, kw_only=True):
    """The front matter of `templates/*.md`. `max` is counted in SMS segments."""

    id: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{1,32}$")]
    audience: Line
    stage: Line
    channel: Line
    lang: Tongue
    release: Literal["auto", "one", "two"]
    placeholders: tuple[Line, ...]
    max: Annotated[int, msgspec.Meta(ge=1, le=10)] = 1
    tone_checked_on: dt.date | None = None


class PageHead(msgspec.Struct, frozen=True, kw_only=True):
    """The front matter of `pages/*.md`."""

    id: Id
    title: Line
    order: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 100


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


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A whole plan, as far as it is readable; `fingerprint` is the SHA-256 of its files, in hex."""

    head: Head
    roles: tuple[Role, ...] = ()
    contacts: tuple[Contact, ...] = ()
    escalation: Escalation = Escalation()
    systems: tuple[PlanSystem, ...] = ()
    services: tuple[Service, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    templates: tuple[Template, ...] = ()
    pages: tuple[Page, ...] = ()
    fingerprint: str = ""

    def role(self, role_id: str) -> Role | None:
        """Return the role of that id."""
        return next((item for item in self.roles if item.id == role_id), None)

    def graph(self) -> tuple[System, ...]:
        """Return the systems as the agent reasons about them."""
        return tuple(
            System(s.id, s.kind, (s.words("de"), s.words("en")), s.needs, s.provides)
            for s in self.systems
        )

    def contact(self, contact_id: str) -> Contact | None:
        """Return the contact of that id."""
        return next((item for item in self.contacts if item.id == contact_id), None)

    def template(self, template_id: str, language: str) -> Template | None:
        """Return the plan's own text of that id and language."""
        key = (template_id, language)
        return next((t for t in self.templates if (t.head.id, t.head.lang) == key), None)


def dialled(number: str) -> str:
    """Return the number as it is dialled: without what only helps the eye."""
    return re.sub(r"[^+0-9]", "", number)
