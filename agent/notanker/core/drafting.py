"""Has texts for people outside made, kept true, and put before those who may release them.

The words come from the plan, so the shell makes them. They are made when people are alarmed, and again when
what they are true of changes, or when the time has come that they promised news for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from notanker.core import drafts, escalation, events, facts, outside, powercycle
from notanker.core.chain import on_duty
from notanker.core.commands import Compose
from notanker.core.drafts import Draft
from notanker.core.facts import Fact, Withheld
from notanker.core.incident import Incident
from notanker.core.moment import Moment, between_s
from notanker.core.names import Line, Stage, Unsaid, Uplink
from notanker.core.settings import DraftRule, Recipient

if TYPE_CHECKING:
    from notanker.core.state import Site

Waits = tuple[tuple[Incident, Draft], ...]
Composing = tuple[int, str, str]
"""What is being composed: incident, template, basis."""
MOST_CHARACTERS: Final = 3_000
"""Of one text. The centre takes 16,384 characters of one fact as JSON, where a line's end is two: both
languages and the reasons fit, or no later fact would ever get there."""
MOST_REASON: Final = 400
WITHIN_S: Final = 20.0
"""So long texts that are still being made are waited for, so that one message asks for all."""
AGAIN_S: Final = 300.0
"""In a storm who may release is asked so often at most, each time for all that waits by then."""


def compose(site: Site, now: Moment) -> tuple[Site, tuple[Compose, ...]]:
    """Return the texts that are to be made now."""
    found = tuple(one for one in _wanted(site, now) if _key(one) not in site.composing)
    if not found:
        return site, ()
    return replace(site, composing=site.composing | {_key(one) for one in found}), found


def asks(site: Site, now: Moment) -> tuple[Fact, ...]:
    """Tell those who may release that there is something to: each once for all that waits."""
    waits = _waiting(site, now)
    if not waits:
        return ()
    people, last = _people(site, waits), _last_asks(site)
    due = {
        contact: incident
        for contact in people
        if (incident := _due(site, contact, waits, last.get(contact), now)) is not None
    }
    reached = tuple(one for one in people.values() if one.ways)
    called = [p for p in on_duty(reached, now, site.metered.offset_s) if p.contact in due]
    found: list[Fact] = [
        fact for contact in due for fact in _unreached(site, people[contact], due, now)
    ]
    for incident in {one.number: one for one in due.values()}.values():
        to = [person for person in called if due[person.contact] is incident]
        found += escalation.say(incident, to, now, drafts.ASK)
    return tuple(found)


def made(site: Site, event: events.DraftMade, now: Moment) -> tuple[Site, tuple[Fact, ...]]:
    """Take the words of a text; the same words as before are no new version."""
    key = (event.incident, event.template, event.basis)
    site = replace(site, composing=site.composing - {key})
    incident = site.incidents.find(event.incident)
    rule = drafts.rule_of(site.settings.telling, event.template)
    if incident is None or rule is None:
        return site, ()
    before = drafts.find(incident.drafts, event.template)
    words = tuple((language[:8], _bounded(text)) for language, text in event.words[:2])
    if not words:
        # Not asked for again and again: that comes with a restart, or with a change of what is true.
        return replace(site, composing=site.composing | {key}), ()
    # "In 30 minutes" said again is another promise, in the same words.
    same = before is not None and before.words == words and drafts.holds(before, now)
    if before is not None and same and before.basis == event.basis:
        return site, ()
    return site, (
        outside.Drafted(
            now,
            incident.number,
            event.template,
            (before.version + (not same)) if before is not None else 1,
            rule.persons,
            () if same else words,
            event.basis,
            site.settings.telling.every_s if event.promises else 0.0,
            any(event.refused),
            (event.refused[0][:MOST_REASON], event.refused[1][:MOST_REASON]),
            _in_drill(site, incident),
        ),
    )


def released(site: Site, event: events.ReleaseAsked, now: Moment) -> tuple[Site, tuple[Fact, ...]]:
    """Note a release or its withdrawal if it counts, else why it does not."""
    known, telling = site.incidents, site.settings.telling
    who, number = event.contact, event.incident
    why = (
        drafts.against_withdrawal(known, telling, number, event.template, who)
        if event.back
        else drafts.refusal(known, telling, number, event.template, who, now)
    )
    incident = known.find(number)
    draft = drafts.find(incident.drafts, event.template) if incident is not None else None
    if why is not None or draft is None:
        word = "withdraw" if event.back else "release"
        order = f"{word} {number} {event.template}"[:60]
        return site, (facts.OrderRefused(now, who, order, str(why)),)
    person = drafts.releasers(telling).get(who)
    name = person.name if person is not None else ""
    kind = outside.Withdrawn if event.back else outside.Released
    signed = (now, number, draft.template, draft.version, who, name, event.how, event.order)
    return site, (kind(*signed),)


def next_wake_s(site: Site, now: Moment) -> float | None:
    """Return when a promise in a text has passed, or somebody is to be asked, boot seconds."""
    ends_s = [
        draft.good_s - between_s(draft.made, now)
        for one in site.incidents.open
        for draft in one.drafts
        if draft.good_s
    ]
    ends_s = [end_s for end_s in (*ends_s, *_waits_s(site, now)) if end_s > 0]
    return now.boot_s + min(ends_s) if ends_s else None


def _waits_s(site: Site, now: Moment) -> Iterator[float]:
    waits = _waiting(site, now)
    last = _last_asks(site) if waits else {}
    for contact in _people(site, waits):
        asked = last.get(contact)
        if news := _news(site, contact, waits, asked):
            yield _wait_s(site, news, asked, now)


def _bounded(text: str) -> str:
    """Return the text without signs that are none, and with a visible end where it is too long."""
    plain = "".join(char for char in text if char >= " " or char == "\n")
    return plain if len(plain) <= MOST_CHARACTERS else f"{plain[: MOST_CHARACTERS - 1]}…"


def _at_hand(site: Site) -> tuple[Incident, ...]:
    """Return the incidents that may have drafts; none where the plan has no such texts."""
    if not site.settings.telling.drafts:
        return ()
    last = site.incidents.done[-1:] if not site.incidents.open else ()
    return (*site.incidents.open, *last)


def _wanted(site: Site, now: Moment) -> Iterator[Compose]:
    for incident in _at_hand(site):
        if not _is_told(site, incident):
            continue
        for rule in site.settings.telling.drafts:
            if _is_due(site, incident, rule, now):
                line = _line(site, incident)
                basis = _basis(line, incident)
                drill = _in_drill(site, incident)
                yield Compose(incident.number, rule.template, basis, line, drill)


def _is_told(site: Site, incident: Incident) -> bool:
    """Tell whether people inside are alarmed: only then it is known what works, and they come first."""
    steps = site.settings.telling.steps
    return not steps or incident.chained is not None or incident.acknowledged is not None


def _is_due(site: Site, incident: Incident, rule: DraftRule, now: Moment) -> bool:
    draft = drafts.find(incident.drafts, rule.template)
    if drafts.base(rule.template) in drafts.RECOVERY:
        return draft is None and not site.incidents.open and _is_recent(incident, now)
    if incident.stage is not Stage.OPEN:
        return False  # what is about to be over gets no new words
    if draft is None:
        return True
    return not drafts.holds(draft, now) or draft.basis != _basis(_line(site, incident), incident)


def _is_recent(incident: Incident, now: Moment) -> bool:
    """Tell whether it ended within a day, and not as a part of another."""
    ended = incident.resolved
    joined = any(isinstance(fact, facts.Resolved) and fact.into for fact in incident.facts[-20:])
    return ended is not None and not joined and between_s(ended, now) < drafts.APOLOGY_S


def _line(site: Site, incident: Incident) -> Line | None:
    """Return what is said of the traffic: "LTE active" only once the kernel has confirmed it."""
    if incident.system:
        return None
    works = site.route is Uplink.BACKUP and site.failover.line is not Line.ISOLATED
    return Line.BACKUP if works else Line.ISOLATED


def _basis(line: Line | None, incident: Incident) -> str:
    return f"{line or '-'} {incident.cause} {incident.detail.system}".rstrip()


def _in_drill(site: Site, incident: Incident) -> bool:
    """Tell whether it opened while somebody at the box had asked for a drill; that never changes."""
    if incident.drafts:
        return any(draft.drill for draft in incident.drafts)
    return powercycle.is_drill(site.power, incident.opened)


def _waiting(site: Site, now: Moment) -> Waits:
    return tuple(
        (incident, draft)
        for incident in _at_hand(site)
        for draft in drafts.waiting(site.incidents, incident, now)
    )


def _people(site: Site, waits: Waits) -> dict[str, Recipient]:
    telling = site.settings.telling
    rules = {drafts.rule_of(telling, template) for template in {d.template for _, d in waits}}
    return {person.contact: person for rule in rules if rule is not None for person in rule.people}


def _last_asks(site: Site) -> dict[str, Moment]:
    """Return when each person was asked last, whatever the incident: one message is about all that waits."""
    asked = (
        told.queued
        for incident in site.incidents.all
        for told in incident.told
        if told.queued.template == drafts.ASK
    )
    found: dict[str, Moment] = {}
    for queued in asked:
        before = found.get(queued.contact)
        if before is None or between_s(before, queued.at) > 0:
            found[queued.contact] = queued.at
    return found


def _due(
    site: Site, contact: str, waits: Waits, last: Moment | None, now: Moment
) -> Incident | None:
    """Return the incident by which somebody is to be asked now, None if it is not time for that."""
    news = _news(site, contact, waits, last)
    if not news or _wait_s(site, news, last, now) > 0:
        return None
    return news[0][0]


def _news(site: Site, contact: str, waits: Waits, last: Moment | None) -> Waits:
    """Return what this person may release and has not been told of."""
    telling = site.settings.telling
    return tuple(
        (incident, draft)
        for incident, draft in waits
        if (last is None or between_s(last, draft.since) > 0)
        and drafts.may(telling, draft.template, contact)
    )


def _wait_s(site: Site, news: Waits, last: Moment | None, now: Moment) -> float:
    """Return how long is waited so that one message is about all: for texts to come, and in a storm."""
    waited_s = max(between_s(draft.since, now) for _, draft in news)
    composing_s = WITHIN_S - waited_s if site.composing else 0.0
    again = last is None or any(draft.again for _, draft in news)
    paced_s = 0.0 if again or last is None else AGAIN_S - between_s(last, now)
    return max(composing_s, paced_s)


def _unreached(
    site: Site, person: Recipient, due: dict[str, Incident], now: Moment
) -> Iterator[Withheld]:
    key = (drafts.ASK, person.contact)
    if not person.ways and not any(key in one.unsaid for one in site.incidents.open):
        number = due[person.contact].number
        yield Withheld(now, number, drafts.ASK, person.contact, person.name, Unsaid.NO_NUMBER)


def _key(one: Compose) -> Composing:
    return (one.incident, one.template, one.basis)
