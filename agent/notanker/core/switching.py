"""The kernel's side of the switch: what became of one, and what somebody else did to the rule."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from notanker.core import backing, cutting, events, metered
from notanker.core.facts import Fact, Switched
from notanker.core.moment import Moment

if TYPE_CHECKING:
    from notanker.core.state import Site

RETRY_S: Final = 1.0
"""A switch that the kernel refused is tried again after this."""


def done(site: Site, event: events.SwitchDone, now: Moment) -> tuple[Site, tuple[Fact, ...]]:
    """Take the kernel's answer."""
    fact = Switched(now, event.to, event.ok, event.took_ms, event.reason, backing.number(site))
    if event.ok:
        site = replace(
            site,
            route=event.to,
            retry_s=now.boot_s,
            switched_s=now.boot_s,
            stale=cutting.left_by(event.to, now.boot_s),
            refused="",
            metered=metered.switched(site.metered, event.to),
        )
        return site, (fact,)
    told_before = event.reason == site.refused
    site = replace(site, retry_s=now.boot_s + RETRY_S, refused=event.reason)
    # A kernel that keeps refusing is asked each second; the journal needs to know it once.
    return site, () if told_before else (fact,)


def seen(site: Site, event: events.RouteSeen, now: Moment) -> tuple[Site, tuple[Fact, ...]]:
    """Take the rule as it stands in the kernel."""
    if event.uplink is site.route:
        return site, ()  # no news: a switch may be under way, and is not asked for twice
    # Mended at once, but no faster than once a second: whoever undoes it may do so again.
    retry_s = max(now.boot_s, site.switched_s + RETRY_S)
    return replace(site, route=event.uplink, retry_s=retry_s), ()
