"""What did not work in an incident: the part of the report that the next outage is to be without."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from notanker.core.facts import (
    BearerMoved,
    BearerTested,
    DeviceTold,
    Fact,
    OrderRefused,
    PowerCycled,
    PrimaryLost,
    QualityChanged,
    Settled,
    Started,
    Switched,
    SystemLost,
)
from notanker.core.incident import Incident, Told
from notanker.core.judging import Judgement
from notanker.core.moment import Moment, between_s
from notanker.core.names import ON_ITS_WAY, Outcome
from notanker.core.report_rows import GOOD_NEWS, template_pair, why_pair, words_of
from notanker.core.wording import OUTCOMES, Pair

MOST: Final = 200
MOST_NAME: Final = 40
"""What was wrong with a message stands behind the name, and must not be cut off with it."""


@dataclass(frozen=True, slots=True)
class Shortfall:
    """One thing that did not work.

    Attributes:
        kind: `late`, `message`, `repeat`, or the fact's own kind.
        at: When it was seen first; None for what is true of the whole.
        times: How often.
    """

    kind: str
    de: str
    en: str
    at: Moment | None = None
    times: int = 1


def shortfalls(
    incident: Incident, beside: Iterable[Fact], judged: Iterable[Judgement]
) -> list[Shortfall]:
    """Return what did not work: what was late, who was not reached, then the rest as it happened."""
    found = [*_late(judged), *_messages(incident), *_facts(incident, beside)]
    return found[:MOST]


def _late(judged: Iterable[Judgement]) -> Iterator[Shortfall]:
    for one in judged:
        if one.met is False:
            late = one.was_s is not None
            yield Shortfall(
                "late",
                f"{one.what[0]}: {'später als vereinbart' if late else 'nicht geschehen'}",
                f"{one.what[1]}: {'later than agreed' if late else 'did not happen'}",
            )


def _messages(incident: Incident) -> Iterator[Shortfall]:
    ends = {fact.mark: fact for fact in incident.facts if isinstance(fact, Settled)}
    for told in incident.told:
        end = ends.get(told.queued.mark)
        open_still = told.outcome is Outcome.QUEUED and incident.resolved is None
        if told.outcome not in ON_ITS_WAY and not open_still:
            german, english = _unheard(told, end.reason if end else "")
            yield Shortfall("message", german, english, told.queued.at)
        elif end is not None and end.attempts > 1:
            german, english = _named(told)
            yield Shortfall(
                "repeat",
                f"{german}: erst beim {end.attempts}. Versuch",
                f"{english}: only at attempt {end.attempts}",
                told.queued.at,
            )


def _unheard(told: Told, reason: str) -> Pair:
    (german, english), why = _named(told), why_pair(reason)
    outcome = OUTCOMES[told.outcome]
    return f"{german}: {outcome[0]}{why[0]}", f"{english}: {outcome[1]}{why[1]}"


def _named(told: Told) -> Pair:
    german, english = template_pair(told.queued.template)
    name = told.queued.name or told.queued.contact
    who = f"{name if len(name) <= MOST_NAME else f'{name[: MOST_NAME - 1]}…'} ({told.queued.mark})"
    return f"{german} an {who}", f"{english} to {who}"


def _facts(incident: Incident, beside: Iterable[Fact]) -> Iterator[Shortfall]:
    """Yield what failed, the same thing once with how often."""
    during = (fact for fact in beside if between_s(incident.opened, fact.at) >= 0)
    found: dict[tuple[str, Pair], Shortfall] = {}
    for fact in filter(_failed, (*incident.facts, *during)):
        kind, words = type(fact).__name__, words_of(fact)
        if words is None:
            continue
        known = found.get((kind, words))
        at, times = (known.at, known.times + 1) if known else (fact.at, 1)
        found[kind, words] = Shortfall(kind, *words, at, times)
    yield from found.values()


def _failed(fact: Fact) -> bool:
    match fact:
        case Switched(ok=False) | BearerMoved(ok=False) | PowerCycled(ok=False):
            return True
        case BearerTested(ok=False) | QualityChanged(degraded=True):
            return True
        case DeviceTold(what=what):
            return what not in GOOD_NEWS
        case OrderRefused() | PrimaryLost() | SystemLost() | Started():
            return True
        case _:
            return False
