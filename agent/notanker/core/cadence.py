"""The next news: each message promises it, and at that time it goes out even if there is nothing new.

Whoever is left without news rings the hotline. So silence is impossible, and so is hectic: a cause that is
known better is news at once, but no two pieces of it are closer together than a minute.
"""

from __future__ import annotations

import math
from typing import Final

from notanker.core import escalation
from notanker.core.calendar import are_quiet
from notanker.core.facts import CauseKnown, Fact, Queued, Reopened, Withheld
from notanker.core.incident import Incident
from notanker.core.moment import Moment, between_s
from notanker.core.names import Cause, Stage, Unsaid
from notanker.core.settings import Telling

LEAST_S: Final = 60.0
"""A cause often becomes clear in two or three steps, one right after the other."""
FRESH_S: Final = 900.0
"""Who had news in the last quarter of an hour is not told that there is none."""


def facts(
    incident: Incident, telling: Telling, now: Moment, offset_s: float | None
) -> tuple[Fact, ...]:
    """Return the news that is due, to all who have heard of the incident and not only just now."""
    wait_s = _wait_s(incident, telling, now)
    if wait_s is None or wait_s > 0:
        return ()
    template = escalation.of(incident, escalation.UPDATE)
    if are_quiet(telling.quiet, now, offset_s):
        if (template, "") in incident.unsaid:
            return ()
        return (Withheld(now, incident.number, template, "", "", Unsaid.QUIET_HOURS),)
    to = escalation.hearers(incident)
    if not _known_better(incident):
        heard, fresh_s = _heard(incident), min(FRESH_S, telling.every_s / 2)
        to = tuple(one for one in to if between_s(heard[one.contact], now) >= fresh_s)
    return escalation.say(incident, to, now, template)


def next_wake_s(
    incident: Incident, telling: Telling, now: Moment, offset_s: float | None
) -> float | None:
    """Return in how many seconds news is due, None while nobody waits for any."""
    wait_s = _wait_s(incident, telling, now)
    if wait_s is None or wait_s == math.inf:
        return None
    if telling.quiet is not None and are_quiet(telling.quiet, now, offset_s):
        wait_s = max(wait_s, telling.quiet.closes_in_s(now, offset_s))
    return wait_s if wait_s > 0 else None


def _wait_s(incident: Incident, telling: Telling, now: Moment) -> float | None:
    """Return how long until the first promise is due, or a cause may be told that is known better."""
    if incident.stage is Stage.RESOLVED:
        return None
    heard = _heard(incident)
    reached = escalation.reached(incident)
    waits_s = [
        telling.every_s - between_s(at, now) for contact, at in heard.items() if contact in reached
    ]
    if waits_s and _known_better(incident):
        latest_s = min(between_s(at, now) for at in heard.values())
        waits_s.append(LEAST_S - latest_s)
    return min(waits_s, default=None)


def _heard(incident: Incident) -> dict[str, Moment]:
    """Return when each had news last; being asked to answer is none."""
    return {
        told.queued.contact: told.queued.at
        for told in incident.current
        if told.queued.template not in escalation.NO_NEWS
    }


def _known_better(incident: Incident) -> bool:
    """Tell whether the cause has become clearer since anybody had news."""
    for fact in reversed(incident.facts):
        if isinstance(fact, Reopened):
            return False
        if isinstance(fact, Queued) and fact.template not in escalation.NO_NEWS:
            return False
        if isinstance(fact, CauseKnown) and fact.cause is not Cause.BOTH_LINES:
            return True  # that nothing is left has a message of its own
    return False
