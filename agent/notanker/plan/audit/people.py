"""Questions about people: roles, contacts, ways to reach them, and what they are told."""

from __future__ import annotations

from notanker.errors import Place
from notanker.plan.audit.look import CONTACT_DAYS, YEAR_DAYS, Look, Proof, first_fault, missing, old
from notanker.plan.model import Contact, Role

LEAD = "emergency_lead"
PUBLIC = ("client", "staff", "management")


def roles(look: Look) -> Proof:
    """Ask for roles with tasks and with what each may decide alone."""
    return look.each(
        "roles.toml", "role", look.plan.roles, lambda role: "" if role.authority else "authority"
    )


def deputies(look: Look) -> Proof:
    """Ask for somebody who steps in for each role; for two where the emergency is led."""

    def lacking(role: Role) -> str:
        return "" if len(role.deputies) >= (2 if role.id == LEAD else 1) else "deputies"

    return look.each("roles.toml", "role", look.plan.roles, lacking)


def briefed(look: Look) -> Proof:
    """Ask whether all who hold a role were briefed within a year."""
    proof = look.each(
        "roles.toml", "role", look.plan.roles, lambda role: "" if role.briefed_on else "briefed_on"
    )
    for role in look.plan.roles:
        if role.briefed_on is not None and look.age_days(role.briefed_on) > YEAR_DAYS:
            place = look.of("roles.toml", "role", role.id, "briefed_on")
            return first_fault(proof, old(place, look.age_days(role.briefed_on), YEAR_DAYS))
    return proof


def contacts(look: Look) -> Proof:
    """Ask whether the numbers of all contacts were tried within half a year."""
    for contact in look.plan.contacts:
        days = look.age_days(contact.verified_on)
        if days > CONTACT_DAYS:
            place = look.of("contacts.toml", "contact", contact.id, "verified_on")
            return old(place, days, CONTACT_DAYS)
    return look.each(
        "contacts.toml", "contact", look.plan.contacts,
        lambda contact: "" if contact.verified_by else "verified_by",
    )  # fmt: skip


def second_number(look: Look) -> Proof:
    """Ask for a second number of everybody who holds a role."""
    holders = {role.holder for role in look.plan.roles}
    held = [contact for contact in look.plan.contacts if contact.id in holders]
    return look.each(
        "contacts.toml", "contact", held, lambda contact: "" if contact.phone_2 else "phone_2"
    )


def providers(look: Look) -> Proof:
    """Ask for what a provider wants to know before it helps, and for what it has promised."""

    def lacking(contact: Contact) -> str:
        if not (contact.contract_no or contact.customer_no):
            return "customer_no"
        return "" if contact.sla else "sla"

    found = [contact for contact in look.plan.contacts if contact.kind == "provider"]
    return look.each("contacts.toml", "contact", found, lacking)


def authorities(look: Look) -> Proof:
    """Ask for an authority among the contacts."""
    found = [contact for contact in look.plan.contacts if contact.kind == "authority"]
    return look.each("contacts.toml", "contact", found, lambda _: "")


def escalation(look: Look) -> Proof:
    """Ask for steps of an escalation, and for what happens if nobody answers."""
    if len(look.plan.escalation.steps) < 2:
        return missing(Place("escalation.toml", None, "step"), "step")
    return Proof("ok", look.place("escalation.toml", "step", 0))


def bridge(look: Look) -> Proof:
    """Ask for a telephone conference with a second number, tried within a year."""
    found = look.plan.escalation.bridge
    if found is None:
        return missing(Place("escalation.toml", None, "bridge"), "bridge")
    place = look.place("escalation.toml", "bridge")
    if not found.backup_phone:
        return missing(Place(place.file, place.line, "bridge.backup_phone"), "backup_phone")
    if found.tested_on is None:
        return missing(Place(place.file, place.line, "bridge.tested_on"), "tested_on")
    days = look.age_days(found.tested_on)
    tried = look.place("escalation.toml", "bridge", "tested_on")
    return old(tried, days, YEAR_DAYS) if days > YEAR_DAYS else Proof("ok", place)


def texts(look: Look) -> Proof:
    """Ask for texts of the plan's own for clients, staff and management."""
    first = None
    for audience in PUBLIC:
        found = [text for text in look.plan.templates if text.head.audience == audience]
        if not found:
            return missing(Place("templates/", None, "audience"), audience)
        first = first or Place(found[0].file, 1)
    return Proof("ok", first or Place("templates/"))


def rules_for_all(look: Look) -> Proof:
    """Ask for a page that tells everybody how to behave."""
    pages = look.plan.pages
    return Proof("ok", Place(pages[0].file, 1)) if pages else missing(Place("pages/"), "*.md")
