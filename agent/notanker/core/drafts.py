"""Texts for people outside: drafts, until as many different people as their rule wants have released them.

    drafted -> released by one -> released by all it takes -> withdrawn -> ...
       |                                |
       +---- other words: a new version, which nobody has released yet

A release is of one version. It is worth nothing once the words are others, the incident is over, or a promise
in the text has passed. A draft of a drill is never released. The record alone says all of this, so a restart
changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from notanker.core.facts import Fact, Reopened
from notanker.core.moment import Moment, between_s
from notanker.core.outside import Drafted, Released, Withdrawn

if TYPE_CHECKING:
    from notanker.core.incident import Incident, Incidents
    from notanker.core.settings import DraftRule, Recipient, Telling

OUTAGE: Final = ("T6", "T7", "T9", "T10")
"""What is drafted when an incident opens: client, callers, customers, press."""
RECOVERY: Final = ("T13",)
"""What is drafted once it is over: the apology."""
PERSONS: Final[Mapping[str, int]] = {"T6": 1, "T7": 1, "T9": 2, "T10": 2, "T13": 2}
"""So many different people at least; a plan may want more, never fewer."""
MOST_PERSONS: Final = 2
ASK: Final = "T2-release"
"""Tells whoever may release that there is something to."""
PANEL: Final = "panel"
"""Whoever stands at the box: nobody knows who, so it is enough for what one person releases, and no more."""
APOLOGY_S: Final = 86_400.0
"""An apology that nobody has released in a day comes too late, and one that was is read by then."""


class Refusal(StrEnum):
    """Why a release, or its withdrawal, does not count."""

    NO_INCIDENT = "no_such_incident"
    NO_DRAFT = "no_such_draft"
    OVER = "too_late"
    STALE = "not_true_now"
    DRILL = "drill"
    NOT_YOURS = "not_yours"
    TWO_PERSONS = "two_persons"
    TWICE = "you_did"
    DONE = "released_already"
    NOT_RELEASED = "not_released"


@dataclass(frozen=True, slots=True)
class Draft:
    """One text as it stands.

    Attributes:
        words: Language and text.
        made: When these words were made; what they promise is counted from then.
        since: Since when there is something new for those who may release it.
        again: Whether words before these were released: who did that is asked anew, and at once.
        released: Who has released this version, each person once.
    """

    template: str
    version: int
    persons: int
    words: tuple[tuple[str, str], ...]
    made: Moment
    basis: str
    good_s: float = 0.0
    refused: tuple[str, str] = ("", "")
    drill: bool = False
    since: Moment = field(default=Moment(0.0, 0.0))
    again: bool = False
    released: tuple[Released, ...] = ()

    @property
    def is_released(self) -> bool:
        """Whether as many different people have released it as it takes."""
        return not self.drill and bool(self.words) and self.missing == 0

    @property
    def missing(self) -> int:
        """How many more people it takes."""
        people = {one.contact for one in self.released}
        if self.persons > 1:
            people.discard(PANEL)
        return max(0, self.persons - len(people))


def take(known: tuple[Draft, ...], fact: Fact) -> tuple[Draft, ...]:
    """Return the drafts of an incident after one of its facts."""
    match fact:
        case Drafted():
            return _drafted(known, fact)
        case Released() | Withdrawn():
            return tuple(_signed(one, fact) for one in known)
        case Reopened():
            return ()  # another outage: what was said of the one before is not true of it
        case _:
            return known


def _drafted(known: tuple[Draft, ...], fact: Drafted) -> tuple[Draft, ...]:
    before = find(known, fact.template)
    if before is not None and not fact.words:
        still = replace(before, basis=fact.basis)
        return tuple(still if one is before else one for one in known)
    draft = Draft(
        fact.template,
        fact.version,
        max(fact.persons, PERSONS.get(base(fact.template), MOST_PERSONS)),
        fact.words,
        fact.at,
        fact.basis,
        fact.good_s,
        fact.refused,
        fact.drill,
        # Who knows of the one before need not be told of the next, unless what he did counts no more.
        since=before.since if before is not None and not before.released else fact.at,
        again=before is not None and bool(before.released),
    )
    if before is None:
        return tuple(sorted((*known, draft), key=_place))
    return tuple(draft if one is before else one for one in known)


def _place(draft: Draft) -> tuple[int, str]:
    """Return where it stands in a list; the words come in any order."""
    number = base(draft.template)[1:]
    return int(number) if number.isdecimal() else 0, draft.template


def _signed(draft: Draft, fact: Released | Withdrawn) -> Draft:
    if (fact.template, fact.version) != (draft.template, draft.version):
        return draft
    if isinstance(fact, Withdrawn):
        return replace(draft, released=())
    if any(one.contact == fact.contact for one in draft.released):
        return draft
    return replace(draft, released=(*draft.released, fact))


def base(template: str) -> str:
    """Return the id without its variant: `T7` of `T7-core`."""
    return template.partition("-")[0]


def find(known: tuple[Draft, ...], template: str) -> Draft | None:
    """Return the draft of that template, however it is written; None if there is none."""
    wanted = template.casefold()
    return next((one for one in known if one.template.casefold() == wanted), None)


def refusal(
    known: Incidents, telling: Telling, number: int, template: str, contact: str, now: Moment
) -> Refusal | None:
    """Return why this person's release does not count, None if it does."""
    incident, draft = _asked_for(known, number, template)
    if incident is None or draft is None:
        return Refusal.NO_INCIDENT if incident is None else Refusal.NO_DRAFT
    against: tuple[tuple[Refusal, bool], ...] = (
        (Refusal.DRILL, draft.drill),
        (Refusal.OVER, _is_over(incident, draft, known, now)),
        (Refusal.STALE, not holds(draft, now)),
        (Refusal.TWO_PERSONS, contact == PANEL and draft.persons > 1),
        (Refusal.NOT_YOURS, not may(telling, draft.template, contact)),
        (Refusal.DONE, draft.is_released),
        (Refusal.TWICE, any(one.contact == contact for one in draft.released)),
    )
    return next((reason for reason, holds in against if holds), None)


def against_withdrawal(
    known: Incidents, telling: Telling, number: int, template: str, contact: str
) -> Refusal | None:
    """Return why this person cannot take a release back, None if he can: to say less is never too late."""
    incident, draft = _asked_for(known, number, template)
    if incident is None or draft is None:
        return Refusal.NO_INCIDENT if incident is None else Refusal.NO_DRAFT
    if not may(telling, draft.template, contact):
        return Refusal.NOT_YOURS
    return None if draft.released else Refusal.NOT_RELEASED


def may(telling: Telling, template: str, contact: str) -> bool:
    """Tell whether the plan gives this person the authority; at the box stands whoever may."""
    rule = rule_of(telling, template)
    people = rule.people if rule is not None else ()
    return contact == PANEL or any(one.contact == contact for one in people)


def person_called(telling: Telling, who: str) -> str:
    """Return the one contact, of those who may release anything, who is meant by an id or a name; else ""."""
    wanted = " ".join(who.split()).casefold()
    people = releasers(telling)
    if wanted in people:
        return wanted
    named = [one.contact for one in people.values() if one.name.casefold() == wanted]
    return named[0] if len(named) == 1 else ""


def has_other_words(draft: Draft, version: int, seen_s: float) -> bool:
    """Tell whether somebody saw other words than these, at that wall time.

    The number alone does not tell: it counts from 1 again when an outage goes on under its number.
    """
    return version != draft.version or (draft.made.trusted and seen_s < draft.made.wall_s)


def rule_of(telling: Telling, template: str) -> DraftRule | None:
    """Return what the plan says of that text, None if nothing any more."""
    return next((rule for rule in telling.drafts if rule.template == template), None)


def releasers(telling: Telling) -> dict[str, Recipient]:
    """Return everybody who may release anything, by contact."""
    return {person.contact: person for rule in telling.drafts for person in rule.people}


def shown(known: Incidents, incident: Incident, now: Moment) -> tuple[Draft, ...]:
    """Return the incident's drafts that are released and still true: all that may be shown."""
    return tuple(
        draft
        for draft in incident.drafts
        if draft.is_released and holds(draft, now) and not _is_over(incident, draft, known, now)
    )


def waiting(known: Incidents, incident: Incident, now: Moment) -> tuple[Draft, ...]:
    """Return the incident's drafts that somebody may still release."""
    return tuple(
        draft
        for draft in incident.drafts
        if not draft.drill and draft.missing and not _is_over(incident, draft, known, now)
    )


def releasable(
    known: Incidents, telling: Telling, contact: str, now: Moment
) -> tuple[tuple[int, Draft], ...]:
    """Return what this person may release now, with the number of the incident."""
    return tuple(
        (one.number, draft)
        for one in known.all
        for draft in waiting(known, one, now)
        if refusal(known, telling, one.number, draft.template, contact, now) is None
    )


def _asked_for(
    known: Incidents, number: int, template: str
) -> tuple[Incident | None, Draft | None]:
    incident = known.find(number)
    return incident, find(incident.drafts, template) if incident is not None else None


def holds(draft: Draft, now: Moment) -> bool:
    """Tell whether the time that it promises news for, if it does, has not come yet."""
    return not draft.good_s or between_s(draft.made, now) < draft.good_s


def _is_over(incident: Incident, draft: Draft, known: Incidents, now: Moment) -> bool:
    if base(draft.template) not in RECOVERY:
        return incident.resolved is not None
    ended = incident.resolved
    # "We are back" is not said while something is out again.
    return ended is None or bool(known.open) or between_s(ended, now) >= APOLOGY_S
