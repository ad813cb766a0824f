"""What hands do: people acknowledge and ask for drills, and the relay cuts the router's power."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notanker.core import events, facts, picture, powercycle
from notanker.core.commands import CyclePower
from notanker.core.facts import Fact
from notanker.core.moment import Moment
from notanker.core.names import Cause, Uplink, Verdict
from notanker.core.powercycle import Situation

if TYPE_CHECKING:
    from notanker.core.state import Site

LOST = "the agent ended meanwhile; a new panel gives the router its power back"


def acknowledged(
    site: Site, event: events.Acknowledged, now: Moment
) -> tuple[Site, tuple[Fact, ...]]:
    """Note who has it, once for each incident that nobody had."""
    return site, tuple(
        facts.Acknowledged(now, one.number, event.contact, event.how, event.order)
        for one in site.incidents.open
        if event.incident in (0, one.number) and one.acknowledged is None
    )


def drill_asked(site: Site, event: events.DrillAsked, now: Moment) -> tuple[Site, tuple[Fact, ...]]:
    """Note that somebody wants a drill."""
    return site, (facts.DrillAsked(now, event.contact, event.how),)


def sms_heard(site: Site, event: events.SmsHeard, now: Moment) -> tuple[Site, tuple[Fact, ...]]:
    """Note that an SMS came in."""
    return site, (facts.SmsHeard(now, event.plugin, event.sender, event.known, event.what),)


def order_refused(
    site: Site, event: events.OrderRefused, now: Moment
) -> tuple[Site, tuple[Fact, ...]]:
    """Note that an order was refused."""
    return site, (facts.OrderRefused(now, event.contact, event.order, event.reason),)


def power_cycled(
    site: Site, event: events.PowerCycleDone, now: Moment
) -> tuple[Site, tuple[Fact, ...]]:
    """Note what became of the order."""
    return site, (facts.PowerCycled(now, event.incident, event.ok, event.reason),)


def cycle(site: Site, now: Moment) -> tuple[CyclePower | None, tuple[Fact, ...]]:
    """Order the router's restart where the rule has nothing against it.

    The order's fact is what counts, so it is written whatever becomes of the order.
    """
    settings = site.settings.power_cycle
    if site.power.lost:
        return None, (facts.PowerCycled(now, site.power.lost, ok=False, reason=LOST),)
    if site.incident is None or _waiting_s(site, now) != 0:
        # Known without looking for the cause once more, at each answer of an outage.
        return None, ()
    situation = situation_of(site, now)
    if powercycle.refusal(settings, site.power, situation) is not None:
        return None, ()
    number = site.incident.number
    fact = facts.PowerCycleOrdered(now, number, settings.off_s, situation.diagnosis.evidence)
    return CyclePower(number, settings.off_s), (fact,)


def next_wake_s(site: Site, now: Moment) -> float | None:
    """Return when time alone may make the rule speak, None if it does not."""
    left_s = _waiting_s(site, now)
    return now.boot_s + left_s if left_s else None


def _waiting_s(site: Site, now: Moment) -> float | None:
    """Return how much longer the router must be to blame, None while it is not or nobody may restart it."""
    settings, incident = site.settings.power_cycle, site.incident
    if not settings.enabled or incident is None or incident.cause is not Cause.ROUTER:
        return None
    return powercycle.waiting_s(settings, site.power, incident, now)


def situation_of(site: Site, now: Moment) -> Situation:
    """Return all that the rule looks at."""
    down = picture.verdicts(site)[Uplink.PRIMARY] is Verdict.DOWN
    found = picture.diagnosis(site, now) if down else picture.NOTHING
    named = site.around.graph.system(found.detail.system)
    return Situation(now, site.incident, found, site.around.path.mains, named.hands_off)
