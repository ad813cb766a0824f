"""What a site's state looks like to those who lead incidents, say why, and show it to people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from notanker.core import (
    around,
    backing,
    cause,
    chain,
    checking,
    detector,
    failover,
    incident,
    leading,
    signs,
    troubles,
    uplinks,
)
from notanker.core.cause import Diagnosis
from notanker.core.checking import LOOK_S
from notanker.core.moment import Moment
from notanker.core.names import Cause, Layer, Uplink, Verdict

if TYPE_CHECKING:
    from notanker.core.state import Site

NOTHING: Final = Diagnosis()


def of_line(site: Site, now: Moment) -> leading.Situation:
    """Return all that the incident of the line is led by."""
    since_s = site.well_since_s
    primary = uplinks.verdict(site.judges, Uplink.PRIMARY)
    found = diagnosis(site, now) if primary is Verdict.DOWN else NOTHING
    return leading.Situation(
        now=now,
        line=site.failover.line,
        route=site.route,
        primary=primary,
        diagnosis=found,
        looked=looked(site, now) and not _may_be_a_page(site, found, now),
        well_s=0.0 if since_s is None else now.boot_s - since_s,
        settle_s=settle_s(site),
        next_number=site.next_incident,
        telling=site.settings.telling,
        isolated_told_after_s=site.settings.isolated_told_after_s,
        offset_s=site.metered.offset_s,
        modem=site.around.path.modem,
        last=None
        if site.incident
        else incident.reopenable(site.incidents, "", now, site.settings.telling.reopen_s),
    )


def of_systems(site: Site, now: Moment) -> troubles.Situation:
    """Return all that the incidents of systems are led by."""
    return troubles.Situation(
        now=now,
        line=site.failover.line,
        signs=signs.gather(scene(site, now)),
        graph=site.around.graph,
        looked=looked(site, now),
        over_line=site.around.over_line,
        broke_s=site.around.broke_s,
        settle_s=settle_s(site),
        next_number=site.next_incident,
        telling=site.settings.telling,
        offset_s=site.metered.offset_s,
    )


def diagnosis(site: Site, now: Moment) -> Diagnosis:
    """Say why the primary line does not work, once all around it has been asked."""
    found = signs.of_line(scene(site, now))
    if not looked(site, now):
        return Diagnosis(evidence=cause.matrix(found))
    return cause.of_line(found, site.around.graph)


def of_old(site: Site, before: Site, now: Moment) -> bool:
    """Tell whether incidents of systems have nothing new to be led by, but the time that has passed."""
    same = (
        site.incidents is before.incidents
        and site.failover.line is before.failover.line
        and site.around.broke_s == before.around.broke_s
        and verdicts(site) == verdicts(before)
    )
    return (
        same
        and not checking.changed(before.around.checks, site.around.checks)
        and looked(site, now) is looked(before, now)
    )


def looked(site: Site, now: Moment) -> bool:
    """Tell whether everything has been asked since anything went wrong last."""
    calm = now.boot_s >= site.around.checks.looking_s + LOOK_S
    return calm or around.looked(site.around, lines(site), now.boot_s)


def _may_be_a_page(site: Site, found: Diagnosis, now: Moment) -> bool:
    """Tell whether a line that answers in part may show a sign-in page: pages are asked for seldom.

    They are asked for the moment the traffic has left; people wait for that, and never beyond the look.
    """
    since_s = site.around.checks.looking_s
    judge = site.judges.get((Uplink.PRIMARY, Layer.HTTP))
    if judge is None or found.cause is Cause.CAPTIVE_PORTAL or now.boot_s >= since_s + LOOK_S:
        return False
    others = (Layer.ICMP, Layer.DNS, Layer.TCP)
    mine = filter(None, (site.judges.get((Uplink.PRIMARY, layer)) for layer in others))
    well = any(one.verdict is Verdict.UP and one.doubted_s is None for one in mine)
    asked_s = max(judge.heard_s, judge.unanswered_s or 0.0)
    unclear = asked_s < since_s or detector.in_doubt(judge, site.table[Uplink.PRIMARY, Layer.HTTP])
    return well and unclear and judge.verdict is not Verdict.DOWN


def scene(site: Site, now: Moment) -> signs.Scene:
    """Return all that a cause is read from."""
    return around.scene(site.around, lines(site), now)


def lines(site: Site) -> around.Line:
    """Return the uplinks as what is around them sees them."""
    return around.Line(site.judges, site.table, site.carrier, site.route)


def settle_s(site: Site) -> float:
    """Return how long all must be well before an incident is over."""
    return failover.restore_wait_s(site.failover, site.settings.failover)


def alarming(site: Site, now: Moment) -> bool:
    """Tell whether others are going to be alarmed if nobody says that he has it."""
    telling = site.settings.telling
    return any(chain.next_wake_s(one, telling, now) is not None for one in site.incidents.open)


def verdicts(site: Site) -> dict[Uplink, Verdict]:
    """Return what the detector says of each uplink."""
    return {uplink: uplinks.verdict(site.judges, uplink) for uplink in Uplink}


def seen(site: Site) -> tuple[object, ...]:
    """Return what people see of the state; the first two parts are news for the centre as well."""
    return (
        (site.failover.line, site.route, site.metered.band),
        tuple((one.number, one.acknowledged is None) for one in site.incidents.open),
        site.incident.facts if site.incident else (),
        site.recent,
        verdicts(site),
        site.carrier,
        tuple(quality.degraded for quality in site.quality.values()),
        site.incidents.systems,
        backing.rests(site),
        site.power,
        site.announced,
    )
