"""Weak points of people: numbers that are one, deputies that are nobody else, one network for all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from notanker.errors import Place
from notanker.plan.applicability import lost_with, missing
from notanker.plan.directory import people
from notanker.plan.lint.finding import Desk, Finding
from notanker.plan.model import Contact, Plan, Role, dialled
from notanker.plan.places import place, row

MINIMUM: Final = (
    "emergency_lead", "it_network", "telephony", "communication", "operations", "client_liaison",
    "facility", "scribe",
)  # fmt: skip
"""The roles that the format asks of every plan."""
MOST_ROLES: Final = 2
"""Held by one person: nobody leads, telephones and writes at once."""
LEAD: Final = "emergency_lead"

_SEQUENCES: Final = ("01234567890", "09876543210")


def check(desk: Desk) -> Iterator[Finding]:
    """Yield the weak points of people and of how they are reached."""
    for part in (_numbers, _roles, _networks, _steps, _bridge, _reach):
        yield from part(desk)


def _numbers(desk: Desk) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for one in desk.plan.contacts:
        at = row(desk.documents, "contacts.toml", "contact", one.id, "phone_2")
        if one.phone_2 and dialled(one.phone_2) == dialled(one.phone):
            yield Finding("phone-twice", at, one.id, {"name": one.name})
        for number in dict.fromkeys(dialled(n) for n in (one.phone, one.phone_2) if n):
            other = seen.setdefault(number, one.id)
            if other != one.id:
                at = row(desk.documents, "contacts.toml", "contact", one.id, "phone")
                yield Finding("number-shared", at, one.id, {"name": one.name, "other": other})


def _roles(desk: Desk) -> Iterator[Finding]:
    known = {role.id for role in desk.plan.roles}
    for role_id in MINIMUM:
        if role_id not in known:
            yield Finding("missing-role", Place("roles.toml", 1), role_id, {"id": role_id})
    holds = Counter(role.holder for role in desk.plan.roles)
    for role in desk.plan.roles:
        yield from _deputies(desk, role)
    for contact, count in holds.items():
        if count > MOST_ROLES:
            last = next(r for r in reversed(desk.plan.roles) if r.holder == contact)
            at = row(desk.documents, "roles.toml", "role", last.id, "holder")
            yield Finding("too-many-roles", at, contact, {"id": contact, "count": count})


def _deputies(desk: Desk, role: Role) -> Iterator[Finding]:
    at = row(desk.documents, "roles.toml", "role", role.id, "deputies")
    if role.holder in role.deputies:
        yield Finding("deputy-is-holder", at, role.id, {"id": role.holder, "role": role.id})
    for deputy, count in Counter(role.deputies).items():
        if count > 1:
            yield Finding("deputy-twice", at, role.id, {"id": deputy, "role": role.id})
    if role.id == LEAD and len(set(role.deputies) - {role.holder}) < 2:
        yield Finding("one-deputy", at, role.id, {"role": role.id})


def _networks(desk: Desk) -> Iterator[Finding]:
    """Report one mobile network for all who are alarmed, and one company for the line and for LTE."""
    plan = desk.plan
    told = {p.contact for step in plan.escalation.steps for p in people(plan, step.role)}
    contacts = [one for one in plan.contacts if one.id in told]
    networks = {one.network for one in contacts}
    if len(contacts) > 1 and len(networks) == 1 and "" not in networks:
        at = row(desk.documents, "contacts.toml", "contact", contacts[0].id, "network")
        yield Finding("same-network", at, contacts[0].network, {"network": contacts[0].network})
    lines = _companies(plan, ("access_line", "provider"))
    for company, system in _companies(plan, ("mobile",)).items():
        if company in lines:
            at = row(desk.documents, "systems.toml", "system", system, "owner_contact")
            yield Finding("same-carrier", at, system, {"org": company})


def _companies(plan: Plan, kinds: tuple[str, ...]) -> dict[str, str]:
    owners = ((plan.contact(s.owner_contact), s.id) for s in plan.systems if s.kind in kinds)
    return {owner.org: system for owner, system in owners if owner is not None}


def _steps(desk: Desk) -> Iterator[Finding]:
    known: set[str] = set()
    for step in desk.plan.escalation.steps:
        told = {one.contact for one in people(desk.plan, step.role)}
        if told and told <= known:
            at = row(desk.documents, "escalation.toml", "step", step.order, "role")
            yield Finding("step-adds-nobody", at, str(step.order), {"order": step.order})
        known |= told


def _bridge(desk: Desk) -> Iterator[Finding]:
    bridge, file = desk.plan.escalation.bridge, "escalation.toml"
    heads = [dialled(one.head_number) for one in desk.plan.escalation.announcements]
    for index, number in enumerate(heads):
        if number in heads[:index]:
            at = place(desk.documents, file, "announcement", index, "head_number")
            yield Finding("head-twice", at, number, {"number": number})
    if bridge is None:
        yield Finding("bridge-missing", Place(file, 1))
        return
    if is_easy(bridge.pin):
        yield Finding("pin-too-easy", place(desk.documents, file, "bridge", "pin"), "bridge")
    if dialled(bridge.phone) == dialled(bridge.backup_phone):
        yield Finding(
            "bridge-backup-same", place(desk.documents, file, "bridge", "backup_phone"), "bridge"
        )
    if dialled(bridge.phone) in heads:
        yield Finding("bridge-on-head", place(desk.documents, file, "bridge", "phone"), "bridge")


def is_easy(pin: str) -> bool:
    """Tell whether a PIN is guessed at the first tries: short, one digit, or a row of them."""
    digits = pin.rstrip("#*")
    return len(digits) < 4 or len(set(digits)) == 1 or any(digits in row for row in _SEQUENCES)


def _reach(desk: Desk) -> Iterator[Finding]:
    """Report who and what can be reached in no scenario at all."""
    plan = desk.plan
    lost = [lost_with(plan, s.head.loses) for s in plan.scenarios if s.language == "de"]

    def never(needs: tuple[str, ...]) -> bool:
        return bool(lost) and all(missing(needs, gone) for gone in lost)

    for one in plan.contacts:
        if never(one.depends_on):
            yield _unreached(desk, one)
    bridge = plan.escalation.bridge
    if bridge is not None and never(bridge.depends_on):
        at = place(desk.documents, "escalation.toml", "bridge", "depends_on")
        yield Finding("never-reached", at, "bridge", {"name": ("Die Konferenz", "The conference")})
    for index, item in enumerate(plan.escalation.announcements):
        if never(item.depends_on):
            at = place(desk.documents, "escalation.toml", "announcement", index, "depends_on")
            name = (f"Die Ansage {item.head_number}", f"Announcement {item.head_number}")
            yield Finding("never-reached", at, item.head_number, {"name": name})


def _unreached(desk: Desk, one: Contact) -> Finding:
    at = row(desk.documents, "contacts.toml", "contact", one.id, "depends_on")
    return Finding("never-reached", at, one.id, {"name": one.name})
