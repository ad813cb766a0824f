"""The site's dealings with its metered backup: what the modem and the counters tell, and what follows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from notanker.core import bearer, failover, metered, probing, resting, uplinks
from notanker.core.bearer import Bearer, Order, View
from notanker.core.events import BearerDone, BearerTold, Counted
from notanker.core.facts import Fact
from notanker.core.failover import ROUTE, Restoring
from notanker.core.moment import Moment
from notanker.core.names import Line, Uplink
from notanker.core.probing import Judges

if TYPE_CHECKING:
    from notanker.core.state import Site

Facts = tuple[Fact, ...]


def told(site: Site, event: BearerTold, now: Moment) -> tuple[Site, Facts]:
    """Take what the modem says of its data session."""
    rested = rests(site)
    site = _with(site, bearer.told(site.metered.bearer, event.connected))
    return (_looked_at(site, now) if rested and not rests(site) else site), ()


def done(site: Site, event: BearerDone, now: Moment) -> tuple[Site, Facts]:
    """Take the end of an order to the modem."""
    expected = site.metered.bearer.order is event.order
    state, facts = metered.ordered(site.metered, event, now, number(site))
    site = _with(site, state.bearer)
    renewed = expected and event.ok and event.order is Order.BRING_UP
    return (_looked_at(site, now) if renewed else site), facts


def counted(site: Site, event: Counted, now: Moment) -> tuple[Site, Facts]:
    """Take what was counted."""
    state, facts = metered.counted(site.metered, site.settings, event, now, number(site))
    return replace(site, metered=state), facts


def bear(site: Site, now: Moment) -> tuple[Site, Order | None, Facts]:
    """Look after the data session; return the order that follows, and what goes on record."""
    state, order, facts = metered.bear(site.metered, site.settings, _view(site), now)
    return (site if state is site.metered else replace(site, metered=state)), order, facts


def asked(site: Site, judges: Judges) -> Judges:
    """Let the backup rest while its data session is down."""
    return resting.rest(judges, site.table, Uplink.BACKUP) if rests(site) else judges


def rests(site: Site) -> bool:
    """Tell whether nothing may be asked over the backup; of one that is unplugged all is known."""
    return site.carrier[Uplink.BACKUP] and bearer.rests(site.metered.bearer, site.settings.bearer)


def restoring(site: Site, now: Moment) -> Restoring:
    """Return what stands between the wait to restore and the failback."""
    if site.failover.line is not Line.WAIT_TO_RESTORE:
        return failover.FREE
    return metered.restoring(site.metered, site.settings, site.judges, now)


def _view(site: Site) -> View:
    away = site.failover.line is not Line.PRIMARY
    return View(
        needed=away or probing.primary_suspect(site.judges, site.table),
        carries=Uplink.BACKUP in (site.route, ROUTE[site.failover.line]),
        backup=uplinks.verdict(site.judges, Uplink.BACKUP),
        link=site.carrier[Uplink.BACKUP],
        tests=metered.tests_allowed(site.metered),
    )


def _with(site: Site, state: Bearer) -> Site:
    return replace(site, metered=replace(site.metered, bearer=state))


def _looked_at(site: Site, now: Moment) -> Site:
    """Look at a new data session at once; what was known of the old one says nothing about it."""
    judges = resting.begin(site.judges, site.table, Uplink.BACKUP, now.boot_s)
    return replace(site, judges=judges)


def number(site: Site) -> int | None:
    """Return the number of the line's open incident, None if there is none."""
    return site.incident.number if site.incident else None
