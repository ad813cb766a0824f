"""When the primary router's power is cut for a moment: a strict rule, and its memory.

A restart helps a router that has hung and nothing else, so it is the last thing that a machine does alone:
only after a long outage, only if the router itself is the cause and that is as good as sure, only a few
times a day, and never while a person may have hands on it. `refusal` gives the reason against it; where
there is none, it is done. The rule counts orders, not successes: a crash between the two must not make it
forget one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from notanker.core.cause import Diagnosis
from notanker.core.facts import (
    CauseKnown,
    DrillAsked,
    Fact,
    Opened,
    PowerCycled,
    PowerCycleOrdered,
    Reopened,
)
from notanker.core.incident import Incident
from notanker.core.moment import Moment, between_s
from notanker.core.names import Cause, Confidence, Stage

DAY_S: Final = 86_400.0
DRILL_S: Final = 3_600.0
"""For so long after somebody at the box asked for a drill, people may be pulling plugs on purpose."""
KEPT: Final = 20
"""So many orders are remembered; no more are allowed in a day."""
SURE: Final = frozenset({Confidence.CERTAIN, Confidence.LIKELY})


@dataclass(frozen=True, slots=True)
class PowerCycleSettings:
    """What the operator allows.

    Attributes:
        after_s: The router must have been the cause of the outage for so long.
        per_day: So many times in any 24 hours.
        off_s: How long it is without power.
        boot_s: How long it takes to start; before that it cannot count as failed again.
    """

    enabled: bool = False
    after_s: float = 600.0
    per_day: int = 2
    off_s: float = 15.0
    boot_s: float = 300.0


@dataclass(frozen=True, slots=True)
class Power:
    """What is remembered of the router's power.

    Attributes:
        orders: The last orders, the oldest first.
        running: The incident for which an order is being carried out, 0 for none.
        lost: The incident of an order whose end an agent before this one did not see, 0 for none.
        drill_asked: When somebody at the box last asked for a drill.
    """

    orders: tuple[Moment, ...] = ()
    running: int = 0
    lost: int = 0
    drill_asked: Moment | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """All that the rule looks at.

    Attributes:
        incident: The primary line's open incident.
        diagnosis: Why the primary does not work, as it looks now.
        mains: Whether there is mains power, None without a sensor.
        hands_off: The plan says that the router is not to be touched.
    """

    now: Moment
    incident: Incident | None
    diagnosis: Diagnosis
    mains: bool | None = None
    hands_off: bool = False


class Refusal(StrEnum):
    """Why the router's power is left alone."""

    DISABLED = "disabled"
    RUNNING = "running"
    NO_OUTAGE = "no_outage"
    OTHER_CAUSE = "other_cause"
    UNSURE = "unsure"
    NO_MAINS = "no_mains"
    HANDS_OFF = "hands_off"
    DRILL = "drill"
    ENOUGH_TODAY = "enough_today"
    BOOTING = "booting"
    TOO_SOON = "too_soon"


def refusal(settings: PowerCycleSettings, power: Power, situation: Situation) -> Refusal | None:
    """Return the first reason to leave the router's power alone, None if there is none."""
    against: tuple[tuple[Refusal, bool], ...] = (
        (Refusal.DISABLED, not settings.enabled),
        (Refusal.RUNNING, bool(power.running or power.lost)),
        (Refusal.NO_OUTAGE, not _is_out(situation.incident)),
        (Refusal.OTHER_CAUSE, not _is_router(situation)),
        (Refusal.UNSURE, situation.diagnosis.detail.confidence not in SURE),
        (Refusal.NO_MAINS, situation.mains is False),
        (Refusal.HANDS_OFF, situation.hands_off),
        (Refusal.DRILL, is_drill(power, situation.now)),
        (Refusal.ENOUGH_TODAY, len(today(power, situation.now)) >= settings.per_day),
        (Refusal.BOOTING, booting_s(settings, power, situation.now) > 0),
        (Refusal.TOO_SOON, waiting_s(settings, power, situation.incident, situation.now) > 0),
    )
    return next((reason for reason, holds in against if holds), None)


def waiting_s(
    settings: PowerCycleSettings, power: Power, incident: Incident | None, now: Moment
) -> float:
    """Return how much longer the router must be the cause, 0 once it has been long enough.

    What it was the cause of before it was last restarted does not count.
    """
    since = _blamed(incident)
    if since is None:
        return settings.after_s
    blamed_s = between_s(since, now)
    if power.orders:
        again_s = _ago_s(power.orders[-1], now) - settings.off_s - settings.boot_s
        blamed_s = min(blamed_s, again_s)
    return max(0.0, settings.after_s - blamed_s)


def booting_s(settings: PowerCycleSettings, power: Power, now: Moment) -> float:
    """Return how much longer the router may be starting after its last restart."""
    if not power.orders:
        return 0.0
    return max(0.0, settings.off_s + settings.boot_s - _ago_s(power.orders[-1], now))


def today(power: Power, now: Moment) -> tuple[Moment, ...]:
    """Return the orders of the last 24 hours."""
    return tuple(at for at in power.orders if _ago_s(at, now) < DAY_S)


def is_drill(power: Power, now: Moment) -> bool:
    """Tell whether somebody at the box asked for a drill a short while ago."""
    return power.drill_asked is not None and _ago_s(power.drill_asked, now) < DRILL_S


def recall(facts: Iterable[Fact]) -> Power:
    """Return what the journal remembers; an order without an end is `lost`."""
    power = Power()
    for fact in facts:
        power = take(power, fact)
    return replace(power, running=0, lost=power.running)


def take(power: Power, fact: Fact) -> Power:
    """Return the memory after the fact."""
    match fact:
        case PowerCycleOrdered(at=at, incident=number):
            return replace(power, orders=(*power.orders, at)[-KEPT:], running=number)
        case PowerCycled():
            return replace(power, running=0, lost=0)
        case DrillAsked(at=at):
            return replace(power, drill_asked=at)
        case _:
            return power


def _is_out(incident: Incident | None) -> bool:
    return incident is not None and incident.stage is Stage.OPEN


def _is_router(situation: Situation) -> bool:
    """Tell whether the router is the cause, by the record and as it looks now: the two can differ."""
    known = situation.incident.cause if situation.incident is not None else Cause.UNKNOWN
    return known is Cause.ROUTER and situation.diagnosis.cause is Cause.ROUTER


def _blamed(incident: Incident | None) -> Moment | None:
    """Return since when the router has been the cause of this outage."""
    since: Moment | None = None
    for fact in incident.facts if incident is not None else ():
        if isinstance(fact, Opened | Reopened | CauseKnown):
            since = (since or fact.at) if fact.cause is Cause.ROUTER else None
    return since


def _ago_s(earlier: Moment, now: Moment) -> float:
    """Return how long ago it was; where no clock can tell, just now: that is the strict answer."""
    if earlier.boot != now.boot and not (earlier.trusted and now.trusted):
        return 0.0
    return max(0.0, between_s(earlier, now))
