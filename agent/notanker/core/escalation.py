"""What is said to whom: the kinds of messages, and who of an incident has heard of it.

Each person gets one message per piece of news. The all-clear goes only to those whom something may have
reached. `chain` says whose turn it is to be alarmed, `cadence` when the next news is due.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from notanker.core import drafts
from notanker.core.facts import Fact, Queued, Settled, Withheld
from notanker.core.incident import Incident, Told
from notanker.core.moment import Moment
from notanker.core.names import Outcome, Unsaid
from notanker.core.settings import Recipient

ALARM: Final = "T1"
ISOLATED: Final = "T1-isolated"
ASK: Final = "T2"
"""Asks those who were alarmed to say that they have it."""
BRIDGE: Final = "T2-bridge"
"""Nobody has it: calls everybody together."""
UPDATE: Final = "T11"
TAKEN: Final = "T11-ack"
"""Somebody has it: the others need not come running."""
ALL_CLEAR: Final = "T12"
SYSTEM_ALARM: Final = "T1-system"
SYSTEM_CLEAR: Final = "T12-system"
"""The same for a system of the plan: the line is well, and nothing has been switched."""
ALARMS: Final = frozenset({ALARM, ISOLATED, SYSTEM_ALARM})
CLEAR: Final = frozenset({ALL_CLEAR, SYSTEM_CLEAR})
SWITCH_ON: Final = "T2-on"
SWITCH_OFF: Final = "T2-off"
"""Ask somebody to switch an announcement by hand."""
BESIDE: Final = frozenset({drafts.ASK, SWITCH_ON, SWITCH_OFF})
"""What is asked of people beside the alarm: who gets this alone is not alarmed, and hears no all-clear."""
NO_NEWS: Final = frozenset({ASK, *BESIDE})
"""What says nothing new of the incident."""
LATER: Final = frozenset({*CLEAR, *NO_NEWS, UPDATE, TAKEN, f"{UPDATE}-system", f"{TAKEN}-system"})
"""What goes after the alarms to others."""


AGAIN: Final = "withdrawn: it broke again before this could be sent"
"""Why an all-clear was not sent: whoever was to get it is owed the next one."""


def of(incident: Incident, template: str) -> str:
    """Return the template's variant for what the incident is about: the line or a system."""
    return f"{template}-system" if incident.system else template


def tell(
    incident: Incident, recipients: Iterable[Recipient], now: Moment, template: str
) -> tuple[Queued, ...]:
    """Return one message to each who has not had this one yet."""
    had = {told.queued.contact for told in incident.current if told.queued.template == template}
    to = tuple(person for person in recipients if person.contact not in had)
    return say(incident, to, now, template)


def all_clear(incident: Incident, now: Moment) -> tuple[Fact, ...]:
    """Return the messages that end the incident for those who may have heard of it."""
    template = of(incident, ALL_CLEAR)
    had = {told.queued.contact for told in incident.current if told.queued.template in CLEAR}
    to = {person.contact: person for person in (*owed(incident), *hearers(incident))}
    people = tuple(person for person in to.values() if person.contact not in had)
    names = {told.queued.contact: told.queued.name for told in alerts(incident)}
    spared = names.keys() - reached(incident) - had
    withheld = tuple(
        Withheld(now, incident.number, template, contact, name, Unsaid.NEVER_ALARMED)
        for contact, name in names.items()
        if contact in spared and (template, contact) not in incident.unsaid
    )
    return (*say(incident, people, now, template), *withheld)


def alerts(incident: Incident) -> tuple[Told, ...]:
    """Return the messages that tell of the incident itself."""
    return tuple(told for told in incident.current if told.queued.template not in BESIDE)


def reached(incident: Incident) -> frozenset[str]:
    """Return the contacts that a message of the incident has reached, or still may."""
    return frozenset(
        told.queued.contact for told in alerts(incident) if told.outcome is not Outcome.FAILED
    )


def hearers(incident: Incident) -> tuple[Recipient, ...]:
    """Return those people, each as the last of these messages had him."""
    found = {
        told.queued.contact: _person(told.queued)
        for told in alerts(incident)
        if told.outcome is not Outcome.FAILED
    }
    return tuple(found.values())


def owed(incident: Incident) -> tuple[Recipient, ...]:
    """Return those who heard of an earlier outage of it, and not of its end: it broke again too soon."""
    if not incident.before:
        return ()
    again = {
        fact.mark for fact in incident.facts if isinstance(fact, Settled) and fact.reason == AGAIN
    }
    last = {
        told.queued.contact: told.queued
        for told in incident.told[: incident.before]
        if told.queued.template in CLEAR
    }
    return tuple(_person(queued) for queued in last.values() if queued.mark in again)


def _person(queued: Queued) -> Recipient:
    return Recipient(
        queued.contact, queued.name, queued.number, queued.language, channels=queued.ways
    )


def alarmed(incident: Incident) -> frozenset[str]:
    """Return the contacts that an alarm of the incident was sent to, whatever became of it."""
    said = (told.queued for told in incident.current)
    return frozenset(one.contact for one in said if one.template in ALARMS)


def say(
    incident: Incident, recipients: Iterable[Recipient], now: Moment, template: str
) -> tuple[Queued, ...]:
    """Return one message to each; their marks count on from what the incident has said so far."""
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
            ways=person.ways,
        )
        for index, person in enumerate(recipients)
    )
