"""Who is told what and when: the plan's answer, as the core takes it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from notanker.core.allowance import Limits
from notanker.core.calendar import window_of
from notanker.core.chain import turns
from notanker.core.settings import Notice, Recipient, Step, Telling
from notanker.core.ways import SMS, arranged
from notanker.errors import Place, Problem
from notanker.plan import outside
from notanker.plan.catalogue import CATALOGUE
from notanker.plan.duty import duty
from notanker.plan.model import Contact, Plan
from notanker.plan.places import Documents, place, row
from notanker.plan.shipped import release_of


@dataclass(frozen=True, slots=True)
class Timed:
    """One step, and how long after the first alarm it begins if nobody acknowledges before."""

    starts_s: float
    step: Step


def telling(plan: Plan | None, fallback: Sequence[str] = (), language: str = "de") -> Telling:
    """Return the whole escalation.

    Args:
        plan: The plan in force.
        fallback: Numbers that are told by SMS where the plan reaches nobody, or there is none.
        language: Of what they read.
    """
    found = _written(plan)
    if any(_reaches(step.people) for step in found.steps) or not fallback:
        return found
    people = tuple(
        Recipient(f"fallback-{place}", number, number, language)
        for place, number in enumerate(fallback, start=1)
    )
    # Who is in no plan is not heard either, so nobody is asked for an answer.
    return replace(found, steps=(Step(1, "fallback", people, ack="none"),))


def _written(plan: Plan | None) -> Telling:
    if plan is None:
        return Telling()
    written = plan.escalation
    quiet = (
        None if written.quiet is None else window_of(f"{written.quiet.begin}-{written.quiet.end}")
    )
    return Telling(
        steps=tuple(timed.step for timed in steps(plan)),
        notices=tuple(
            Notice(notice.template, people(plan, notice.role))
            for notice in written.notices
            if release_of(notice.template) == "auto"
        ),
        every_s=written.updates.every_min * 60.0 or math.inf,
        quiet=quiet,
        drafts=outside.drafts(plan),
        announcements=outside.announcements(plan),
        limits=Limits(written.limits.sms_per_hour, written.limits.report_s),
    )


def steps(plan: Plan | None) -> tuple[Timed, ...]:
    """Return all steps in their order with their times; none without a plan."""
    found: list[Timed] = []
    starts_s = 0.0
    for one in plan.escalation.steps if plan else ():
        told = people(plan, one.role, one.channels)
        step = Step(one.order, one.role, told, one.wait_s, one.ack, one.on_no_ack)
        found.append(Timed(starts_s, step))
        starts_s += step.wait_s * len(turns(step))
    return tuple(found)


def people(plan: Plan | None, role: str, channels: Sequence[str] = ()) -> tuple[Recipient, ...]:
    """Return the role's holder, then the deputies, each with the ways that these channels leave.

    Who cannot be reached has no way at all; `problems` says so.
    """
    return tuple(person(contact, channels) for contact in _contacts(plan, role))


def person(contact: Contact, channels: Sequence[str] = ()) -> Recipient:
    """Return a contact as the core knows people."""
    return Recipient(
        contact.id,
        contact.name,
        contact.sms_number(),
        contact.language,
        duty(contact.availability),
        arranged(contact.ways(), channels),
    )


def problems(plan: Plan, documents: Documents) -> list[Problem]:
    """Return whom a step cannot reach, and steps that reach nobody."""
    found: dict[str, Problem] = {}
    for role in _told(plan):
        for contact in _contacts(plan, role):
            at = row(documents, "contacts.toml", "contact", contact.id, "sms")
            kinds = [way.kind for way in contact.ways()]
            if not kinds:
                found[contact.id] = _about("no-sms", at, contact)
            elif SMS in kinds and contact.sms is None:
                found[contact.id] = _about("sms-guessed", at, contact)
    return [*found.values(), *_nobody(plan, documents), *_unreleased(plan, documents)]


def _told(plan: Plan) -> dict[str, None]:
    """Return the roles that are told anything, each once."""
    written = plan.escalation
    roles = [step.role for step in written.steps] + [notice.role for notice in written.notices]
    return dict.fromkeys(roles)


def _nobody(plan: Plan, documents: Documents) -> Iterator[Problem]:
    for step in plan.escalation.steps:
        if not _reaches(people(plan, step.role)):
            at = row(documents, "escalation.toml", "step", step.order, "role")
            yield CATALOGUE.problem("nobody", at, order=step.order, role=step.role)


def _unreleased(plan: Plan, documents: Documents) -> Iterator[Problem]:
    """Yield the notices that would send what is written for people outside, and that nobody has released."""
    for index, notice in enumerate(plan.escalation.notices):
        if release_of(notice.template) != "auto":
            at = place(documents, "escalation.toml", "notice", index, "template")
            yield CATALOGUE.problem("notice-outside", at, template=notice.template)


def _reaches(people: tuple[Recipient, ...]) -> bool:
    return any(person.ways for person in people)


def _about(code: str, at: Place, contact: Contact) -> Problem:
    return CATALOGUE.problem(code, at, name=contact.name, id=contact.id)


def _contacts(plan: Plan | None, role_id: str) -> Iterator[Contact]:
    role = plan.role(role_id) if plan is not None else None
    if plan is None or role is None:
        return
    for contact_id in dict.fromkeys((role.holder, *role.deputies)):
        contact = plan.contact(contact_id)
        if contact is not None:
            yield contact
