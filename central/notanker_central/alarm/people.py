"""Whom the centre tells: people and steps of central.toml as the escalation of the core wants them."""

from __future__ import annotations

from typing import Final

from notanker.core.allowance import Limits
from notanker.core.calendar import window_of
from notanker.core.settings import Recipient, Step, Telling
from notanker.core.ways import SMS, Way
from notanker.plan.duty import duty
from notanker_central.alarm.settings import Alarm, Person

COMMAND: Final = "command"
WEBHOOK: Final = "webhook"
PROGRAMS: Final = (COMMAND, WEBHOOK)
"""Recipients that are no people: they are told everything at once, and asked for nothing."""


def telling(alarm: Alarm) -> Telling:
    """Return the escalation."""
    people = {person.id: _recipient(person, alarm) for person in alarm.person}
    steps = [
        Step(
            number,
            "",
            tuple(people[one] for one in step.people if one in people),
            step.wait_s,
            "reply" if step.ack else "none",
            step.on_no_ack,
        )
        for number, step in enumerate(alarm.step, 1)
    ]
    programs = tuple(_program(name, alarm) for name in PROGRAMS if getattr(alarm, name))
    if programs:
        steps.insert(0, Step(0, "", programs, 0.0, "none"))
    return Telling(
        steps=tuple(steps),
        every_s=alarm.every_s,
        quiet=window_of(alarm.quiet),
        limits=Limits(per_hour=alarm.per_hour),
    )


def _recipient(person: Person, alarm: Alarm) -> Recipient:
    ways = tuple(Way(*way.split(":", 1)) for way in person.ways)
    number = next((way.address for way in ways if way.kind == SMS), "")
    language = person.language or alarm.language
    return Recipient(person.id, person.name, number, language, duty(person.hours), ways)


def _program(name: str, alarm: Alarm) -> Recipient:
    return Recipient(name, name, "", alarm.language, channels=(Way(name, ""),))
