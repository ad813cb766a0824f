"""The longest that each placeholder can stand for with a plan, to tell beforehand what does not fit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from notanker.core.wording import CAUSES
from notanker.plan.messages import of_plan
from notanker.plan.model import Contact, Plan, dialled
from notanker.plan.words import FALLBACKS, in_language
from notanker.plugin.sms import text as sms

_TIME: Final = "22.11. 10:42"  # the longest form of a time, of an outage that began on another day


def longest(plan: Plan, language: str) -> dict[str, str]:
    """Return the longest value of each placeholder: the plan's own names and numbers, and our words."""
    names = [system.words(language) for system in plan.systems]
    causes = [in_language(pair, language) for pair in CAUSES.values()]
    systems = "systems" if language == "en" else "Systeme"
    return {
        **of_plan(plan, language),
        "wording": "H1",
        "since": _TIME,
        "now": _TIME,
        "next_update": _TIME,
        "duration": "99 days 23 h" if language == "en" else "99 Tage 23 h",
        "incident": "9999",
        "mark": "9999-99",
        "update": "99",
        "fallback": _longest(in_language(pair, language) for pair in FALLBACKS.values()),
        "cause_internal": _longest([*causes, *names]),
        "system": _longest(names or causes),
        "needed_by": f"+{max(len(names), 9)} {systems}",
        "callback": _longest(dialled(contact.phone) for contact in plan.contacts),
        "acknowledged_by": _longest([*_people(plan), *_roles(plan, language)]),
        "wait_min": str(_wait_min(plan)),
        "outages": "99",
        "service": _longest(s.name.words(language) for s in plan.services if s.core),
        "ticket": "INC-00088123",
        "texts": "T6, T7, T9, T10",
        "text": "T10",
        "heads": ", ".join(dialled(one.head_number) for one in plan.escalation.announcements),
        "hand": _longest(f"{contact.name} {dialled(contact.phone)}" for contact in plan.contacts),
    }


def _longest(texts: Iterable[str]) -> str:
    return max((sms.fold(text) for text in texts), key=sms.units, default="")


def _people(plan: Plan) -> list[str]:
    """Return the names of those who are told, and so can acknowledge."""
    roles = [plan.role(step.role) for step in plan.escalation.steps]
    ids = [one for role in roles if role is not None for one in (role.holder, *role.deputies)]
    found: list[Contact | None] = [plan.contact(one) for one in ids]
    return [contact.name for contact in found if contact is not None]


def _roles(plan: Plan, language: str) -> list[str]:
    return [role.name.words(language) for role in plan.roles]


def _wait_min(plan: Plan) -> int:
    return max((round(step.wait_s / 60) for step in plan.escalation.steps), default=5)
