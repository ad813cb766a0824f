"""Switches the telephone system's outage announcement: on by a release alone, and off until it surely is.

An order is a fact before it is given, so one that a crash came into is given again: it says how the
announcement is to be. Where no plugin can do it, or not yet, people are asked; and once it is to be off, they
are reminded until it is, because callers hang up on an outage that is over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from notanker.core import drafts, escalation, events
from notanker.core.calendar import are_quiet
from notanker.core.commands import Announce
from notanker.core.facts import Fact, Withheld
from notanker.core.incident import Incident
from notanker.core.moment import Moment, between_s
from notanker.core.names import Unsaid
from notanker.core.outside import AnnouncementOrdered, AnnouncementSwitched
from notanker.core.settings import Announcement, Recipient

if TYPE_CHECKING:
    from notanker.core.state import Site

GRACE_S: Final = 120.0
"""A plugin may take so long before people are asked: a system that starts anew answers by then."""
REMIND_S: Final = 900.0
"""Reminders are so far apart: more than one message in a quarter of an hour is hectic,"""
LATER_S: Final = 3600.0
"""and so far once `EAGER_S` have not sufficed: then somebody knows, and cannot."""
EAGER_S: Final = 7200.0


@dataclass(frozen=True, slots=True)
class Announced:
    """An announcement that is on, or may be.

    Attributes:
        incident: For which it was ordered.
        on: How it is to be.
        plugin: Who brings it there, empty for people.
        ordered: Since when it is to be so.
        done: Whether it surely is.
        on_since: Since when it may have been on.
        found: It was on before anybody here ordered it, so it is not ours to switch off.
        reason: Why the last try failed.
    """

    head_number: str
    incident: int
    on: bool
    plugin: str
    ordered: Moment
    on_since: Moment
    done: bool = False
    found: bool = False
    reason: str = ""


Known = tuple[Announced, ...]


def recall(facts: Iterable[Fact]) -> Known:
    """Return what the journal remembers."""
    known: Known = ()
    for fact in facts:
        known = take(known, fact)
    return known


def take(known: Known, fact: Fact) -> Known:
    """Return what is known after the fact; an announcement that surely is off is forgotten."""
    if not isinstance(fact, AnnouncementOrdered | AnnouncementSwitched):
        return known
    before = _find(known, fact.head_number)
    others = tuple(one for one in known if one is not before)
    after = (
        _ordered(before, fact) if isinstance(fact, AnnouncementOrdered) else _switched(before, fact)
    )
    return others if after is None else (*others, after)


def _ordered(before: Announced | None, fact: AnnouncementOrdered) -> Announced:
    since = before.on_since if before is not None else fact.at
    return Announced(fact.head_number, fact.incident, fact.on, fact.plugin, fact.at, since)


def _switched(before: Announced | None, fact: AnnouncementSwitched) -> Announced | None:
    if before is None or before.on is not fact.on:
        return before
    if not fact.ok:
        return replace(before, reason=fact.reason)
    if not fact.on:
        return None
    return replace(before, done=True, found=fact.found, reason="", on_since=fact.at)


def kept(done: tuple[Incident, ...], known: Known, count: int) -> tuple[Incident, ...]:
    """Return the last incidents that are over, and those whose announcement may still be on."""
    loud = {one.incident for one in known}
    return (*(one for one in done[:-count] if one.number in loud), *done[-count:])


def orders(site: Site, now: Moment) -> tuple[Site, tuple[Fact, ...], tuple[Announce, ...]]:
    """Order what is not as the releases want it, and give again what was ordered before a restart."""
    facts: list[Fact] = []
    given: list[Announce] = []
    for rule in _rules(site):
        before = _find(site.announced, rule.head_number)
        fact = _order(site, rule, before, now)
        if fact is not None:
            facts.append(fact)
            before = _ordered(before, fact)
        key = (rule.head_number, before is not None and before.on)
        if before is None or before.done or not before.plugin:
            continue
        if fact is not None or key not in site.announcing:
            given.append(Announce(rule.head_number, before.plugin, before.on, fact is None))
            others = {one for one in site.announcing if one[0] != rule.head_number}
            site = replace(site, announcing=frozenset({*others, key}))
    return site, tuple(facts), tuple(given)


def _order(
    site: Site, rule: Announcement, before: Announced | None, now: Moment
) -> AnnouncementOrdered | None:
    wanted_by = _wanted_by(site, rule, now)
    if wanted_by and (before is None or not before.on):
        return AnnouncementOrdered(now, wanted_by, rule.head_number, True, rule.plugin)
    if not wanted_by and before is not None and before.on:
        plugin = "" if before.found else before.plugin
        return AnnouncementOrdered(now, before.incident, rule.head_number, False, plugin)
    return None


def _wanted_by(site: Site, rule: Announcement, now: Moment) -> int:
    """Return the open incident whose released text callers are to hear, 0 for none."""
    for incident in site.incidents.open:
        shown = drafts.shown(site.incidents, incident, now)
        if any(draft.template == rule.template for draft in shown):
            return incident.number
    return 0


def asks(site: Site, now: Moment) -> tuple[Fact, ...]:
    """Ask people to switch what no plugin does, and remind them of what is not surely off."""
    return tuple(
        fact
        for number in dict.fromkeys(one.incident for one in site.announced if not one.done)
        for incident in site.incidents.all
        if incident.number == number
        for fact in _ask(site, incident, now)
    )


def _ask(site: Site, incident: Incident, now: Moment) -> Iterator[Fact]:
    """Ask with one message of an incident for all its announcements."""
    mine = [one for one in site.announced if one.incident == incident.number and not one.done]
    starting = [one for one in mine if one.on and _is_for_people(one, now)]
    if starting and not _asked(incident, escalation.SWITCH_ON, starting):
        to = _hands(site, starting)
        yield from escalation.say(incident, to, now, escalation.SWITCH_ON)
    ending = [one for one in mine if not one.on and _is_for_people(one, now)]
    if ending and _left_s(incident, ending, now) <= 0:
        yield from _remind(site, incident, ending, now)


def _remind(site: Site, incident: Incident, ending: list[Announced], now: Moment) -> Iterator[Fact]:
    """Remind those who look after it; in quiet hours, in which only alarms are sent, only the first time."""
    template = escalation.SWITCH_OFF
    first = not _asked(incident, template, ending)
    if not first and are_quiet(site.settings.telling.quiet, now, site.metered.offset_s):
        if (template, "") not in incident.unsaid:
            yield Withheld(now, incident.number, template, "", "", Unsaid.QUIET_HOURS)
        return
    rules = [rule for rule in _rules(site) if rule.head_number in {e.head_number for e in ending}]
    leads = [person for rule in rules for person in rule.lead]
    to = [*(_hands(site, ending) if first else ()), *leads]
    people = {person.contact: person for person in to if person.ways}
    yield from escalation.say(incident, people.values(), now, template)


def _is_for_people(one: Announced, now: Moment) -> bool:
    return not one.plugin or bool(one.reason) or between_s(one.ordered, now) >= GRACE_S


def _asked(incident: Incident, template: str, of: list[Announced]) -> list[Moment]:
    """Return when that was asked for since the last of these orders."""
    since = of[-1].ordered
    said = (told.queued for told in incident.told if told.queued.template == template)
    return [one.at for one in said if between_s(since, one.at) >= 0]


def _left_s(incident: Incident, ending: list[Announced], now: Moment) -> float:
    """Return how long until the next reminder is due."""
    asked = _asked(incident, escalation.SWITCH_OFF, ending)
    if not asked:
        return 0.0
    eager = between_s(ending[0].ordered, now) < EAGER_S
    return (REMIND_S if eager else LATER_S) - between_s(asked[-1], now)


def _hands(site: Site, of: list[Announced]) -> tuple[Recipient, ...]:
    """Return who switches these by hand, or whoever can call those."""
    heads = {one.head_number for one in of}
    found = [
        person
        for rule in _rules(site)
        if rule.head_number in heads
        for person in ([one for one in rule.hand if one.ways] or rule.lead)
    ]
    return tuple({person.contact: person for person in found if person.ways}.values())


def _rules(site: Site) -> tuple[Announcement, ...]:
    """Return the plan's announcements, and those that it no longer names while they may be on."""
    telling = site.settings.telling
    named = {rule.head_number for rule in telling.announcements}
    lead = tuple(drafts.releasers(telling).values())
    return (
        *telling.announcements,
        *(
            Announcement(one.head_number, "", one.plugin, lead=lead)
            for one in site.announced
            if one.head_number not in named
        ),
    )


def done(site: Site, event: events.AnnouncementDone, now: Moment) -> tuple[Site, tuple[Fact, ...]]:
    """Note what became of an order; the same failure again is no news."""
    before = _find(site.announced, event.head_number)
    if before is None or before.on is not event.on or before.done:
        return site, ()
    if not event.ok and event.reason == before.reason:
        return site, ()
    on_s = between_s(before.on_since, now) if event.ok and not event.on else 0.0
    return site, (
        AnnouncementSwitched(
            now,
            before.incident,
            before.head_number,
            event.on,
            event.ok,
            event.reason,
            event.found and event.ok and event.on,
            max(0.0, on_s),
        ),
    )


def next_wake_s(site: Site, now: Moment) -> float | None:
    """Return when people are to be asked or reminded, boot seconds; None if nobody is."""
    wishes_s: list[float] = []
    for one in site.announced:
        if one.done:
            continue
        wishes_s.append(GRACE_S - between_s(one.ordered, now))
        wishes_s += [
            _left_s(incident, [one], now)
            for incident in site.incidents.all
            if incident.number == one.incident and not one.on
        ]
    left_s = min((wish_s for wish_s in wishes_s if wish_s > 0), default=None)
    return None if left_s is None else now.boot_s + left_s


def _find(known: Known, head_number: str) -> Announced | None:
    return next((one for one in known if one.head_number == head_number), None)
