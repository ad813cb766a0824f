"""A site's signs of life: when a beat is due, over which line and by what, and what came of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from notanker.core import beating, carriage, picture
from notanker.core.commands import Beat, Command
from notanker.core.events import BeatDone
from notanker.core.moment import Moment
from notanker.core.names import Carrier, Uplink, Verdict, Waiting

if TYPE_CHECKING:
    from notanker.core.state import Site

Commands = tuple[Command, ...]


def done(site: Site, event: BeatDone, now: Moment) -> tuple[Site, Commands]:
    """Take the end of a beat; one by SMS has none."""
    if event.carrier is Carrier.SMS:
        return site, ()
    ok, waiting, now_s = event.ok, event.waiting, now.boot_s
    # What fits into no datagram had its turn with the others: asking them each second brings nothing.
    again = waiting is Waiting.TOO_LARGE and site.carriage.waiting is waiting
    state = beating.done(
        site.beating,
        site.settings.beat,
        event.over,
        site.route,
        ok=ok,
        now_s=now_s,
        waiting=Waiting.NOTHING if again else waiting,
        beats=site.metered.allowance.beats,
    )
    choice = carriage.done(
        site.carriage, event.over, event.carrier, ok=ok, now_s=now_s, waiting=waiting
    )
    return replace(site, beating=state, carriage=choice), ()


def due(site: Site, now: Moment, *, changed: bool) -> tuple[Site, Commands]:
    """Return the beat that is due, if one is; a change of what people see makes one due."""
    state = beating.now_due(site.beating, now.boot_s) if changed else site.beating
    beats, hurried = site.metered.allowance.beats, picture.alarming(site, now)
    settings, route = site.settings.beat, site.route
    state, over = beating.step(
        state, settings, route, picture.verdicts(site), now.boot_s, beats, hurried=hurried
    )
    site, texted = _text(replace(site, beating=state), now)
    if over is None:
        return site, texted
    carrier = carriage.choose(site.carriage, settings.carriers, over, beats, now.boot_s)
    promised_s = beating.interval_s(settings, route, beats, hurried=hurried)
    return site, (Beat(over, promised_s, carrier), *texted)


def _text(site: Site, now: Moment) -> tuple[Site, Commands]:
    """Return the beat by SMS that is due, if one is: while no line works."""
    per_day = site.settings.beat.texts_per_day
    if not per_day or Verdict.UP in picture.verdicts(site).values():
        return site, ()
    choice = carriage.text(site.carriage, per_day, site.beating.heard_s, now.boot_s)
    if choice is None:
        return site, ()
    beat = Beat(Uplink.BACKUP, beating.SPENT_S, Carrier.SMS)
    return replace(site, carriage=choice), (beat,)
