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

Composing = tuple[int, str, str]
"""What is being composed: incident, template, basis."""
MOST_CHARACTERS: Final = 3_000
"""Of one text. The centre takes 16,384 characters of one fact as JSON, where a line's end is two: both
languages and the reasons fit, or no later fact would ever get there."""
MOST_REASON: Final = 400


def compose(site: Site, now: Moment) -> tuple[Site, tuple[Compose, ...]]:
    """Return the texts that are to be made now."""
    found = tuple(one for one in _wanted(site, now) if _key(one) not in site.composing)
    if not found:
        return site, ()
    return replace(site, composing=site.composing | {_key(one) for one in found}), found


def asks(site: Site, now: Moment) -> tuple[Fact, ...]:
    """Tell those who may release that there is something to, each once for all that waits."""
    return tuple(fact for one in _at_hand(site) for fact in _ask(site, one, now))


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
    """Return when a promise in a text has passed, boot seconds; None if none is made."""
    ends_s = [
        draft.good_s - between_s(draft.made, now)
        for one in site.incidents.open
        for draft in one.drafts
        if draft.good_s
    ]
    ends_s = [end_s for end_s in ends_s if end_s > 0]
    return now.boot_s + min(ends_s) if ends_s else None


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


def _ask(site: Site, incident: Incident, now: Moment) -> Iterator[Fact]:
    """Ask once all texts are there: one message, not one for each."""
    if any(number == incident.number for number, _, _ in site.composing):
        return
    unasked = [draft for draft in drafts.waiting(site.incidents, incident, now) if not draft.asked]
    people = _people(site, unasked)
    reached = tuple(one for one in people.values() if one.ways)
    yield from _unreached(incident, people, now)
    yield from escalation.say(
        incident, on_duty(reached, now, site.metered.offset_s), now, drafts.ASK
    )


def _people(site: Site, unasked: list[Draft]) -> dict[str, Recipient]:
    return {
        person.contact: person
        for draft in unasked
        if (rule := drafts.rule_of(site.settings.telling, draft.template)) is not None
        for person in rule.people
    }


def _unreached(incident: Incident, people: dict[str, Recipient], now: Moment) -> Iterator[Withheld]:
    for person in people.values():
        if not person.ways and (drafts.ASK, person.contact) not in incident.unsaid:
            yield Withheld(
                now, incident.number, drafts.ASK, person.contact, person.name, Unsaid.NO_NUMBER
            )


def _key(one: Compose) -> Composing:
    return (one.incident, one.template, one.basis)
