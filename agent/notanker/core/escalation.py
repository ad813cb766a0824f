"""Who is told what, and when: one step, its alarm, one worsening, and the all-clear.

Each person gets one message per piece of news. The all-clear goes only to those who were alarmed.
"""

from __future__ import annotations

from typing import Final

from notanker.core.facts import Queued
from notanker.core.incident import Incident
from notanker.core.moment import Moment
from notanker.core.settings import Recipient

ALARM: Final = "T1"
ISOLATED: Final = "T1-isolated"
ALL_CLEAR: Final = "T12"
SYSTEM_ALARM: Final = "T1-system"
SYSTEM_CLEAR: Final = "T12-system"
"""The same for a system of the plan: the line is well, and nothing has been switched."""
CLEAR: Final = frozenset({ALL_CLEAR, SYSTEM_CLEAR})


def alarm(
    incident: Incident, recipients: tuple[Recipient, ...], now: Moment, template: str = ALARM
) -> tuple[Queued, ...]:
    """Return the messages that tell of the incident, none to who has had this one."""
    had = {told.queued.contact for told in incident.told if told.queued.template == template}
    to = tuple(person for person in recipients if person.contact not in had)
    return _queue(incident, to, now, template)


def all_clear(incident: Incident, now: Moment) -> tuple[Queued, ...]:
    """Return the messages that end the incident for those who heard of it."""
    alarmed = {
        told.queued.contact: Recipient(
            told.queued.contact, told.queued.name, told.queued.number, told.queued.language
        )
        for told in incident.told
        if told.queued.template not in CLEAR
    }
    had = {told.queued.contact for told in incident.told if told.queued.template in CLEAR}
    to = tuple(person for contact, person in alarmed.items() if contact not in had)
    return _queue(incident, to, now, SYSTEM_CLEAR if incident.system else ALL_CLEAR)


def _queue(
    incident: Incident, recipients: tuple[Recipient, ...], now: Moment, template: str
) -> tuple[Queued, ...]:
    first = len(incident.told) + 1
    return tuple(
        Queued(
            at=now,
            incident=incident.number,
            mark=f"{incident.number}-{first + index}",
            template=template,
            contact=person.contact,
            name=person.name,
            number=person.number,
            language=person.language,
        )
        for index, person in enumerate(recipients)
    )
