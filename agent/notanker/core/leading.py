"""Leads an incident: opens it, learns its cause, has people told, and closes it.

Each rule looks at the situation and returns the facts that follow; `apply` of the incident does the rest.
The rules run in order until none has anything to add, so a restart finds its way by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from notanker.core import cadence, chain, escalation
from notanker.core.cause import Detail, Diagnosis
from notanker.core.facts import (
    CauseKnown,
    Fact,
    Mitigated,
    Opened,
    PrimaryBack,
    PrimaryLost,
    Reopened,
    Resolved,
)
from notanker.core.failover import ROUTE
from notanker.core.incident import Incident, isolated_at
from notanker.core.moment import Moment, between_s
from notanker.core.names import Cause, Confidence, Line, Stage, Uplink, Verdict
from notanker.core.settings import Settings, Telling


@dataclass(frozen=True, slots=True)
class Situation:
    """All that the rules look at.

    Attributes:
        diagnosis: Why the primary does not work.
        telling: Who is told what and when.
        offset_s: How far local time is ahead of UTC, None if nobody knows.
        modem: What the backup's modem says of itself.
        looked: Whether all systems around the line have been asked: people are told a cause that holds.
        well_s: How long the primary has been proven without a break, 0 if it is not.
        settle_s: How long it must be so before the incident is over.
        last: The resolved incident that an outage now goes on with, None if it is a new one.
    """

    now: Moment
    line: Line
    route: Uplink
    primary: Verdict
    diagnosis: Diagnosis
    looked: bool
    well_s: float
    settle_s: float
    next_number: int
    telling: Telling
    isolated_told_after_s: float
    offset_s: float | None = None
    modem: str = ""
    last: Incident | None = None


KNOWLEDGE: Final[Mapping[Cause, int]] = {
    Cause.UNKNOWN: 0,
    Cause.ANCHOR: 0,
    Cause.DNS: 1,
    Cause.HALF_DEAD: 2,
    # A cable that is pulled while somebody mends the line is no news.
    Cause.BROWN_OUT: 3,
    Cause.PROVIDER: 3,
    Cause.ACCESS_LINE: 3,
    # What stands under the line says more than the line. It must have fallen silent before the line did.
    Cause.ROUTER: 4,
    Cause.VPN: 4,
    Cause.TELEPHONY: 4,
    Cause.CLIENT_SYSTEM: 4,
    Cause.SYSTEM: 4,
    Cause.SWITCH: 5,
    Cause.CAPTIVE_PORTAL: 5,
    Cause.OWN_POWER: 6,
    Cause.BOTH_LINES: 7,
}
"""A cause is replaced only by one that says more: layers fail, and come back, one after the other."""

Rule = Callable[[Incident, Situation], tuple[Fact, ...]]


def opening(situation: Situation) -> tuple[Fact, ...]:
    """Open an incident when the site has left its primary line because that is down."""
    away = situation.line in (Line.BACKUP, Line.ISOLATED)
    if not away or situation.primary is not Verdict.DOWN:
        return ()
    known, number, now = _known(situation), situation.next_number, situation.now
    if situation.last is not None:
        number = situation.last.number
        return (Reopened(now, number, known.cause, known.evidence, situation.line, known.detail),)
    return (Opened(now, number, known.cause, known.evidence, situation.line, known.detail),)


def telling(incident: Incident, situation: Situation) -> tuple[Fact, ...]:
    """Have the alarm sent to whose turn it is, worded by what is left to work with."""
    template = _alarm_template(incident, situation) if situation.looked else ""
    now, offset_s = situation.now, situation.offset_s
    return chain.facts(incident, situation.telling, template, now, offset_s)


def keeping_up(incident: Incident, situation: Situation) -> tuple[Fact, ...]:
    """Have the news sent that was promised."""
    return cadence.facts(incident, situation.telling, situation.now, situation.offset_s)


def mitigating(incident: Incident, situation: Situation) -> tuple[Fact, ...]:
    """Note that the site works again over the backup."""
    works = situation.line is Line.BACKUP and situation.route is Uplink.BACKUP
    if not works or incident.mitigated is not None or incident.stage is not Stage.OPEN:
        return ()
    return (Mitigated(situation.now, incident.number),)


def _alarm_template(incident: Incident, situation: Situation) -> str:
    """Return the alarm that is true now, empty while nobody can say what is.

    "LTE active" is said once the kernel has confirmed it, and never if it refuses the switch.
    """
    if situation.line is Line.ISOLATED:
        return escalation.ISOLATED
    if ROUTE[situation.line] is Uplink.PRIMARY:
        return ""
    if situation.route is Uplink.BACKUP:
        return escalation.ALARM
    waited_s = between_s(incident.since, situation.now)
    return escalation.ISOLATED if waited_s >= situation.isolated_told_after_s else ""


def worsening(incident: Incident, situation: Situation) -> tuple[Fact, ...]:
    """Say once that the backup is gone as well, if that lasts."""
    since = isolated_at(incident)
    if situation.line is not Line.ISOLATED or since is None:
        return ()
    if between_s(since, situation.now) < situation.isolated_told_after_s:
        return ()
    people = escalation.hearers(incident)
    return escalation.tell(incident, people, situation.now, escalation.ISOLATED)


def improving(incident: Incident, situation: Situation) -> tuple[Fact, ...]:
    """Say once that the backup has come after all, to those who were told that there is none."""
    works = situation.line is Line.BACKUP and situation.route is Uplink.BACKUP
    gloomy = {
        t.queued.contact for t in incident.current if t.queued.template == escalation.ISOLATED
    }
    people = tuple(p for p in escalation.hearers(incident) if p.contact in gloomy)
    return escalation.tell(incident, people, situation.now, escalation.ALARM) if works else ()


def learning(incident: Incident, situation: Situation) -> tuple[Fact, ...]:
    """Correct the cause when it is known better, or when one of two dead lines has come back."""
    known = _known(situation)
    over = incident.cause is Cause.BOTH_LINES and situation.route is Uplink.BACKUP
    if KNOWLEDGE[known.cause] <= (0 if over else KNOWLEDGE[incident.cause]):
        return ()
    return (CauseKnown(situation.now, incident.number, known.cause, known.evidence, known.detail),)


def _known(situation: Situation) -> Diagnosis:
    """Return the cause, which is both lines where neither is of any use."""
    found = situation.diagnosis
    if situation.line is not Line.ISOLATED or situation.primary is not Verdict.DOWN:
        return found
    # What the primary alone suffers from stays in the evidence; the name would mislead.
    since = found.detail.since
    evidence = f"{found.evidence}; modem {situation.modem}" if situation.modem else found.evidence
    return Diagnosis(Cause.BOTH_LINES, evidence, Detail(Confidence.CERTAIN, since=since))


def returning(incident: Incident, situation: Situation) -> tuple[Fact, ...]:
    """Note the primary's return, and its relapse."""
    if incident.stage is Stage.OPEN and situation.primary is Verdict.UP:
        return (PrimaryBack(situation.now, incident.number),)
    if incident.stage is Stage.RESTORING and situation.primary is Verdict.DOWN:
        return (PrimaryLost(situation.now, incident.number),)
    return ()


def closing(incident: Incident, situation: Situation) -> tuple[Fact, ...]:
    """End the incident once traffic is back and the primary has proven itself long enough."""
    home = situation.line is Line.PRIMARY and situation.route is Uplink.PRIMARY
    settled = situation.well_s >= situation.settle_s
    if incident.stage is not Stage.RESTORING or not (home and settled):
        return ()
    cleared = escalation.all_clear(incident, situation.now)
    return (*cleared, Resolved(situation.now, incident.number))


RULES: Final[tuple[Rule, ...]] = (
    returning, learning, telling, worsening, improving, mitigating, keeping_up, closing,
)  # fmt: skip


def next_wake_s(
    incident: Incident | None, settings: Settings, now: Moment, offset_s: float | None
) -> float | None:
    """Return in how many seconds time alone makes a rule speak, None if it does not."""
    if incident is None:
        return None
    since = isolated_at(incident)
    left_s = None if since is None else settings.isolated_told_after_s - between_s(since, now)
    wishes = (
        left_s if left_s is not None and left_s > 0 else None,
        chain.next_wake_s(incident, settings.telling, now),
        cadence.next_wake_s(incident, settings.telling, now, offset_s),
    )
    return min((wish for wish in wishes if wish is not None), default=None)
