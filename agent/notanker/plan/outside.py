"""What the plan says of texts for people outside: which there are, who releases them, what callers hear."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from notanker.core.drafts import OUTAGE, RECOVERY
from notanker.core.settings import Announcement, DraftRule, Recipient
from notanker.plan import directory
from notanker.plan.model import Plan
from notanker.plan.shipped import base_of, release_of

ROLES: Final = ("communication", "emergency_lead")
"""Who releases a text whose head names nobody."""
LEAD: Final = "communication"
"""Who looks after what people outside hear."""
_PERSONS: Final = {"auto": 0, "one": 1, "two": 2}


def drafts(plan: Plan) -> tuple[DraftRule, ...]:
    """Return the plan's texts for people outside; each kind of release may be stricter, never laxer."""
    found = dict.fromkeys(
        template.head.id
        for template in plan.templates
        if base_of(template.head.id) in (*OUTAGE, *RECOVERY)
    )
    return tuple(_rule(plan, template) for template in sorted(found, key=_order))


def _order(template: str) -> tuple[int, str]:
    return int(base_of(template)[1:]), template


def announcements(plan: Plan) -> tuple[Announcement, ...]:
    """Return the plan's announcements; who switches them by machine is the configuration's business."""
    known = {template.head.id for template in plan.templates}
    return tuple(
        Announcement(
            one.head_number,
            one.text_template if one.text_template in known else "T7",
            hand=tuple(
                directory.person(contact)
                for contact in (plan.contact(one.switch_contact),)
                if contact is not None
            ),
            lead=directory.people(plan, LEAD),
        )
        for one in plan.escalation.announcements
    )


def _rule(plan: Plan, template: str) -> DraftRule:
    """Return who releases it, in whatever language: the strictest of its heads counts."""
    heads = [one.head for one in plan.templates if one.head.id == template]
    persons = max(_PERSONS[release_of(template, head.release)] for head in heads)
    roles = dict.fromkeys(role for head in heads for role in head.release_roles) or ROLES
    people = {person.contact: person for person in _people(plan, tuple(roles))}
    return DraftRule(template, persons, tuple(people.values()))


def _people(plan: Plan, roles: tuple[str, ...]) -> Iterator[Recipient]:
    for role in roles:
        yield from directory.people(plan, role)
