"""The chain of an alarm: one step of the plan after the other, until somebody says "I have it".

    holder (and deputies) -> asked to answer -> next step -> ... -> everybody, into the conference

The way there is a list of stops with their times after the first alarm, so it needs no timer and no memory
but the last stop, which is a fact. An acknowledgement ends it, whoever gave it and in whatever way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from notanker.core import escalation
from notanker.core.facts import Escalated, Fact, Withheld
from notanker.core.incident import Incident, after
from notanker.core.moment import Moment, between_s
from notanker.core.names import Stage, Unsaid
from notanker.core.settings import Recipient, Step, Telling

ASK_AFTER_S: Final = 60.0
"""Who has not answered by then is asked to: alarms to others go first, and most people are quicker."""


class Kind(StrEnum):
    """What happens at a stop."""

    ALARM = "alarm"
    ASK = "ask"
    BRIDGE = "bridge"


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop of the chain.

    Attributes:
        after_s: So long after the first alarm.
        step: The plan's step, 0 for the bridge.
    """

    after_s: float
    kind: Kind
    step: int
    people: tuple[Recipient, ...]


@lru_cache(maxsize=8)  # asked several times a step of an incident: 48 us became 8
def stops(steps: tuple[Step, ...]) -> tuple[Stop, ...]:
    """Return the whole way, as it goes if nobody ever answers."""
    found: list[Stop] = []
    at_s = 0.0
    for step in steps:
        for people in turns(step):
            found += _turn(step, people, at_s)
            at_s += step.wait_s if _reachable(people) else 0.0
        if step.on_no_ack == "bridge":
            break
    if any(stop.kind is Kind.ASK for stop in found):
        found.append(Stop(at_s, Kind.BRIDGE, 0, _everybody(steps)))
    return tuple(found)


def turns(step: Step) -> tuple[tuple[Recipient, ...], ...]:
    """Return who of the step is told together: all, or the holder first where the deputies come after."""
    if step.on_no_ack == "deputy" and len(step.people) > 1:
        return step.people[:1], step.people[1:]
    return (step.people,)


def _turn(step: Step, people: tuple[Recipient, ...], at_s: float) -> Iterator[Stop]:
    yield Stop(at_s, Kind.ALARM, step.order, people)
    if step.ack != "none" and _reachable(people):
        yield Stop(at_s + min(ASK_AFTER_S, step.wait_s / 2), Kind.ASK, step.order, people)


def _reachable(people: tuple[Recipient, ...]) -> bool:
    return any(person.ways for person in people)


def _everybody(steps: tuple[Step, ...]) -> tuple[Recipient, ...]:
    return tuple({person.contact: person for step in steps for person in step.people}.values())


def facts(
    incident: Incident, telling: Telling, alarm: str, now: Moment, offset_s: float | None
) -> tuple[Fact, ...]:
    """Return what the chain has to say now.

    Args:
        incident: The incident.
        telling: The plan's escalation.
        alarm: The template that is true now, empty while nobody can say what is.
        now: The present.
        offset_s: How far the site's local time is ahead of UTC, None if nobody knows.
    """
    if incident.acknowledged is not None:
        return _taken(incident, telling, now)
    if incident.stage is not Stage.OPEN or not alarm:
        return ()
    found: list[Fact] = []
    way = stops(telling.steps)
    for place in _due(incident, way, now):
        moved = Escalated(now, incident.number, place, way[place].step, way[place].kind.value)
        incident = after(incident, [moved])
        said = tuple(_at(incident, way, alarm, now, offset_s))
        incident = after(incident, said)
        found += [moved, *said]
    late = tuple(_alarms(incident, way, alarm, now, offset_s)) if incident.stop >= 0 else ()
    return (*found, *late, *_notices(after(incident, late), telling, now))


def next_wake_s(incident: Incident, telling: Telling, now: Moment) -> float | None:
    """Return in how many seconds the chain goes on by itself, None if it does not."""
    if incident.acknowledged is not None or incident.stage is not Stage.OPEN:
        return None
    if incident.chained is None:
        return None
    way = stops(telling.steps)
    if incident.stop + 1 >= len(way):
        return None
    left_s = way[incident.stop + 1].after_s - between_s(incident.chained, now)
    # What is overdue waits for something to say, not for time.
    return left_s if left_s > 0 else None


def next_alarm_s(incident: Incident, telling: Telling, at: Moment) -> float | None:
    """Return in how many seconds others are told if nobody answers, None if nobody is left."""
    later = stops(telling.steps)[incident.stop + 1 :]
    after_s = next((stop.after_s for stop in later if stop.kind is not Kind.ASK), None)
    if after_s is None or incident.chained is None:
        return None
    return max(0.0, after_s - between_s(incident.chained, at))


def _due(incident: Incident, way: tuple[Stop, ...], now: Moment) -> Iterator[int]:
    """Yield each stop whose time has come; a question is left out where others have been told since."""
    ago_s = between_s(incident.chained, now) if incident.chained is not None else 0.0
    for place in range(incident.stop + 1, len(way)):
        if way[place].after_s > ago_s:
            return
        stale = place + 1 < len(way) and way[place + 1].after_s <= ago_s
        if way[place].kind is not Kind.ASK or not stale:
            yield place


def _at(
    incident: Incident, way: tuple[Stop, ...], alarm: str, now: Moment, offset_s: float | None
) -> Iterator[Fact]:
    stop = way[incident.stop]
    if stop.kind is Kind.ASK:
        theirs = {person.contact for person in stop.people}
        to = [person for person in escalation.hearers(incident) if person.contact in theirs]
        yield from escalation.say(incident, to, now, escalation.ASK)
        return
    alarms = tuple(_alarms(incident, way, alarm, now, offset_s))
    yield from alarms
    if stop.kind is Kind.BRIDGE:
        incident = after(incident, alarms)
        yield from escalation.say(incident, escalation.hearers(incident), now, escalation.BRIDGE)


def _alarms(
    incident: Incident, way: tuple[Stop, ...], alarm: str, now: Moment, offset_s: float | None
) -> Iterator[Fact]:
    """Alarm whoever the chain has come to and who knows nothing yet."""
    reached = [stop for stop in way[: incident.stop + 1] if stop.kind is not Kind.ASK]
    knowing = escalation.alarmed(incident)
    to: dict[str, Recipient] = {}
    for stop in reached:
        called = stop.people if stop.kind is Kind.BRIDGE else on_duty(stop.people, now, offset_s)
        for person in stop.people:
            if person.contact in knowing:
                continue
            if person.ways and person in called:
                to[person.contact] = person
            else:
                why = Unsaid.OFF_DUTY if person.ways else Unsaid.NO_NUMBER
                yield from _withhold(incident, person, alarm, why, now)
    yield from escalation.say(incident, to.values(), now, alarm)


def on_duty(
    people: tuple[Recipient, ...], now: Moment, offset_s: float | None
) -> tuple[Recipient, ...]:
    """Return those who are on duty; where nobody is, all: too loud is better than unheard."""
    on = tuple(
        person
        for person in people
        if person.ways
        and (not person.duty or any(duty.covers(now, offset_s) for duty in person.duty))
    )
    return on or people


def _notices(incident: Incident, telling: Telling, now: Moment) -> Iterator[Fact]:
    if incident.stop < 0 and telling.steps:
        return
    for notice in telling.notices:
        template = escalation.of(incident, notice.template)
        to: list[Recipient] = []
        knowing = {told.queued.contact for told in escalation.alerts(incident)}
        for person in notice.people:
            if not person.ways:
                yield from _withhold(incident, person, template, Unsaid.NO_NUMBER, now)
            elif person.contact not in knowing:
                to.append(person)
            elif not _said(incident, person, template):
                yield from _withhold(incident, person, template, Unsaid.ALREADY_ALARMED, now)
        said = escalation.say(incident, to, now, template)
        incident = after(incident, said)
        yield from said


def _said(incident: Incident, person: Recipient, template: str) -> bool:
    return any(
        (told.queued.contact, told.queued.template) == (person.contact, template)
        for told in incident.current
    )


def _taken(incident: Incident, telling: Telling, now: Moment) -> tuple[Fact, ...]:
    """Tell those who were alarmed that somebody has it; the others are spared, and that is written down."""
    if incident.stage is Stage.RESOLVED:
        return ()
    template = escalation.of(incident, escalation.TAKEN)
    knowing = escalation.alarmed(incident)
    others = knowing - {incident.acknowledged_by}
    people = [person for person in escalation.hearers(incident) if person.contact in others]
    said = escalation.tell(incident, people, now, template)
    spared = [p for p in _everybody(telling.steps) if p.contact not in knowing]
    alarm = escalation.of(incident, escalation.ALARM)
    return (
        *said,
        *(
            fact
            for person in spared
            for fact in _withhold(incident, person, alarm, Unsaid.ACKNOWLEDGED, now)
        ),
    )


def _withhold(
    incident: Incident, person: Recipient, template: str, why: Unsaid, now: Moment
) -> Iterator[Withheld]:
    """Write down once that somebody is not told."""
    if (template, person.contact) not in incident.unsaid:
        yield Withheld(now, incident.number, template, person.contact, person.name, why)
