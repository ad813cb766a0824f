"""A whole plan, as far as it is readable."""

from __future__ import annotations

from typing import Any

import msgspec

from notanker.core.graph import System
from notanker.plan.model.head import Head
from notanker.plan.model.people import Contact, Role
from notanker.plan.model.systems import PlanSystem, Service
from notanker.plan.model.telling import Escalation
from notanker.plan.model.texts import Asset, Brand, Form, Measure, Page, Scenario, Template
from notanker.plan.model.upkeep import Drill, Programme, Risk


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A whole plan.

    Attributes:
        english: What the TOML files' twins say, by `file/record` and field; see `plan/twins.py`.
        fingerprint: The SHA-256 of its files, in hex.
    """

    head: Head
    roles: tuple[Role, ...] = ()
    contacts: tuple[Contact, ...] = ()
    escalation: Escalation = Escalation()
    systems: tuple[PlanSystem, ...] = ()
    services: tuple[Service, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    measures: tuple[Measure, ...] = ()
    templates: tuple[Template, ...] = ()
    forms: tuple[Form, ...] = ()
    pages: tuple[Page, ...] = ()
    programme: Programme = Programme()
    drills: tuple[Drill, ...] = ()
    risks: tuple[Risk, ...] = ()
    brand: Brand = Brand()
    assets: tuple[Asset, ...] = ()
    english: dict[str, dict[str, Any]] = {}
    fingerprint: str = ""

    def role(self, role_id: str) -> Role | None:
        """Return the role of that id."""
        return next((item for item in self.roles if item.id == role_id), None)

    def graph(self) -> tuple[System, ...]:
        """Return the systems as the agent reasons about them."""
        return tuple(
            System(s.id, s.kind, (s.words("de"), s.words("en")), s.needs, s.provides, s.hands_off)
            for s in self.systems
        )

    def contact(self, contact_id: str) -> Contact | None:
        """Return the contact of that id."""
        return next((item for item in self.contacts if item.id == contact_id), None)

    def template(self, template_id: str, language: str) -> Template | None:
        """Return the plan's own text of that id and language."""
        key = (template_id, language)
        return next((t for t in self.templates if (t.head.id, t.head.lang) == key), None)
