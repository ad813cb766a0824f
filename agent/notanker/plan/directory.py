"""Who is told at which step of the escalation: the plan's answer, as plain data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from notanker.errors import Place, Problem
from notanker.plan.catalogue import CATALOGUE
from notanker.plan.model import Contact, Plan, Step


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person to tell: contact id, name, number in E.164, language."""

    contact: str
    name: str
    number: str
    language: str


@dataclass(frozen=True, slots=True)
class Told:
    """One step with the people that it reaches.

    Attributes:
        starts_s: From the opening of the incident to this step, if nobody acknowledges before.
        wait_s: From this step to what `on_no_ack` says.
    """

    order: int
    role: str
    channels: tuple[str, ...]
    starts_s: float
    wait_s: float
    ack: str
    on_no_ack: str
    recipients: tuple[Recipient, ...]


def steps(plan: Plan | None) -> tuple[Told, ...]:
    """Return all steps in their order; none without a plan."""
    told: list[Told] = []
    starts_s = 0.0
    for step in plan.escalation.steps if plan else ():
        people = recipients(plan, step.order)
        told.append(
            Told(
                step.order, step.role, step.channels, starts_s, step.wait_s, step.ack,
                step.on_no_ack, people,
            )
        )  # fmt: skip
        starts_s += step.wait_s
    return tuple(told)


def recipients(plan: Plan | None, step: int = 1) -> tuple[Recipient, ...]:
    """Return who is told at the step of that order: the role's holder, then the deputies.

    Who has no number for SMS is left out; `problems` says so.
    """
    found = next((s for s in plan.escalation.steps if s.order == step), None) if plan else None
    if plan is None or found is None:
        return ()
    people = (_recipient(contact) for contact in _contacts(plan, found))
    return tuple(person for person in people if person.number)


def problems(plan: Plan) -> list[Problem]:
    """Return whom a step cannot reach, and steps that reach nobody."""
    found: dict[str, Problem] = {}
    place = Place("contacts.toml", None, "sms")
    for step in plan.escalation.steps:
        for contact in _contacts(plan, step):
            if not contact.sms_number():
                found[contact.id] = _about("no-sms", place, contact)
            elif contact.sms is None:
                found[contact.id] = _about("sms-guessed", place, contact)
    return [*found.values(), *_nobody(plan)]


def _nobody(plan: Plan) -> Iterator[Problem]:
    for step in plan.escalation.steps:
        if not recipients(plan, step.order):
            place = Place("escalation.toml", None, "step.role")
            yield CATALOGUE.problem("nobody", place, order=step.order, role=step.role)


def _about(code: str, place: Place, contact: Contact) -> Problem:
    return CATALOGUE.problem(code, place, name=contact.name, id=contact.id)


def _contacts(plan: Plan, step: Step) -> Iterator[Contact]:
    role = plan.role(step.role)
    if role is None:
        return
    for contact_id in dict.fromkeys((role.holder, *role.deputies)):
        contact = plan.contact(contact_id)
        if contact is not None:
            yield contact


def _recipient(contact: Contact) -> Recipient:
    return Recipient(contact.id, contact.name, contact.sms_number(), contact.language)
