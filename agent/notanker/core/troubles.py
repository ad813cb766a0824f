"""Leads the incidents of systems while the line is not what is broken.

One cascade is one incident: it is opened for the root, and whatever needs the root belongs to it, until it
is over. Nothing is switched because of a system; people are told which one it is, by the same step of the
escalation, once everything around it has been looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from notanker.core import cadence, cause, chain, escalation, incident
from notanker.core import graph as graphs
from notanker.core.cause import Signs
from notanker.core.facts import CauseKnown, Fact, Opened, Reopened, Resolved, SystemBack, SystemLost
from notanker.core.graph import INTERNET, Graph, Root
from notanker.core.incident import Incident, Incidents
from notanker.core.moment import Moment, between_s
from notanker.core.names import Line, Stage, Verdict
from notanker.core.settings import Telling
from notanker.core.signs import GRACE_S


@dataclass(frozen=True, slots=True)
class Situation:
    """All that the incidents of systems are led by.

    Attributes:
        looked: Whether everything has been asked since the trouble began.
        over_line: Systems that are watched over an uplink.
        broke_s: When the primary broke, boot seconds; None while it is well.
        settle_s: How long a system must be well before its incident is over.
        telling: Who is told what and when.
        offset_s: How far local time is ahead of UTC, None if nobody knows.
    """

    now: Moment
    line: Line
    signs: Signs
    graph: Graph
    looked: bool
    over_line: frozenset[str]
    broke_s: float | None
    settle_s: float
    next_number: int
    telling: Telling
    offset_s: float | None = None


def facts(known: Incidents, situation: Situation) -> tuple[Fact, ...]:
    """Return what follows from the situation for the incidents of systems."""
    found: list[Fact] = []
    for rule in RULES:
        said = tuple(rule(known, situation))
        for fact in said:
            known = incident.take(known, fact)
        found += said
    return tuple(found)


def next_wake_s(
    known: Incidents, telling: Telling, now: Moment, settle_s: float, offset_s: float | None
) -> float | None:
    """Return in how many seconds time alone ends an incident or has somebody told, None if it does not."""
    since = [one.back_since for one in known.systems if one.back_since is not None]
    left = [settle_s - between_s(at, now) for at in since]
    wishes = [left_s for left_s in left if left_s > 0]
    for one in known.systems:
        chained_s = chain.next_wake_s(one, telling, now)
        news_s = cadence.next_wake_s(one, telling, now, offset_s)
        wishes += [wish_s for wish_s in (chained_s, news_s) if wish_s is not None]
    return min(wishes, default=None)


def _learning(known: Incidents, situation: Situation) -> Iterator[Fact]:
    """Move an incident to what stands under its system, if that has broken no later."""
    roots = graphs.roots(situation.graph, situation.signs.states)
    for one in known.systems:
        root = next((root for root in roots if _explains(root, one, situation)), None)
        if root is not None and situation.looked:
            found = cause.of_system(root, situation.signs, situation.graph)
            yield CauseKnown(situation.now, one.number, found.cause, found.evidence, found.detail)


def _opening(known: Incidents, situation: Situation) -> Iterator[Fact]:
    roots = graphs.roots(situation.graph, situation.signs.states)
    number = situation.next_number
    for root in roots if situation.looked else ():
        if _belongs(root, known, situation) or _of_the_line(root, known, situation):
            continue
        found = cause.of_system(root, situation.signs, situation.graph)
        last = incident.reopenable(known, root.id, situation.now, situation.telling.reopen_s)
        if last is not None:
            yield Reopened(
                situation.now, last.number, found.cause, found.evidence, situation.line, found.detail
            )  # fmt: skip
            continue
        yield Opened(
            situation.now, number, found.cause, found.evidence, situation.line, found.detail, root.id
        )  # fmt: skip
        number += 1


def _joining(known: Incidents, situation: Situation) -> Iterator[Fact]:
    """Close what turned out to be part of another incident, the oldest of them first."""
    for place, one in enumerate(known.systems):
        others = (*((known.line,) if known.line else ()), *known.systems[:place])
        for other in others:
            if one.detail.system in _reach(other, situation.graph):
                yield Resolved(situation.now, one.number, other.number)
                break


def _leading(known: Incidents, situation: Situation) -> Iterator[Fact]:
    for one in known.systems:
        yield from _lead(one, situation)


def _lead(one: Incident, situation: Situation) -> Iterator[Fact]:
    works = _works(one, situation)
    now, telling, offset_s = situation.now, situation.telling, situation.offset_s
    told = chain.facts(one, telling, escalation.SYSTEM_ALARM, now, offset_s)
    yield from told
    yield from cadence.facts(incident.after(one, told), telling, now, offset_s)
    if one.stage is Stage.OPEN:
        if works is Verdict.UP:
            yield SystemBack(situation.now, one.number)
    elif works is Verdict.DOWN:
        yield SystemLost(situation.now, one.number)
    elif one.back_since and between_s(one.back_since, situation.now) >= situation.settle_s:
        yield from escalation.all_clear(one, situation.now)
        yield Resolved(situation.now, one.number)


def _works(one: Incident, situation: Situation) -> Verdict:
    """Judge the system and all that needs it; one that nobody watches is judged by those."""
    states: Mapping[str, Verdict] = situation.signs.states
    reach = _reach(one, situation.graph) | {one.system}
    known = {states.get(system, Verdict.UNKNOWN) for system in reach}
    if Verdict.DOWN in known:
        return Verdict.DOWN
    own = states.get(one.detail.system)
    proven = own is Verdict.UP or (own is None and Verdict.UP in known)
    return Verdict.UP if proven else Verdict.UNKNOWN


def _reach(one: Incident, graph: Graph) -> frozenset[str]:
    system = one.detail.system
    return graphs.lost(graph, frozenset({system})) if system else frozenset()


def _explains(root: Root, one: Incident, situation: Situation) -> bool:
    if root.id == one.detail.system:
        return False
    below = one.detail.system in graphs.lost(situation.graph, frozenset({root.id}))
    return below and not _answered_after(root, one.since, situation)


def _belongs(root: Root, known: Incidents, situation: Situation) -> bool:
    """Tell whether the root is a part of an incident that is open already."""
    return any(
        root.id in _reach(one, situation.graph) or _explains(root, one, situation)
        for one in known.open
    )


def _of_the_line(root: Root, known: Incidents, situation: Situation) -> bool:
    """Tell whether the trouble is the line's own, and told as such."""
    lines = graphs.providers(situation.graph, INTERNET)
    if root.id in lines:
        return True
    if situation.line is Line.PRIMARY and known.line is None and situation.broke_s is None:
        return False
    above = graphs.lost(situation.graph, lines)
    under = {one for line in lines for one in graphs.supports(situation.graph, line)}
    if root.id in above or root.id in situation.over_line:
        return True
    broke = situation.broke_s
    heard = situation.signs.heard.get(root.id)
    return root.id in under and (broke is None or heard is None or heard.boot_s <= broke + GRACE_S)


def _answered_after(root: Root, opened: Moment, situation: Situation) -> bool:
    heard = situation.signs.heard.get(root.id)
    return heard is not None and between_s(opened, heard) > GRACE_S


Rule = Callable[[Incidents, Situation], Iterator[Fact]]

RULES: Final[tuple[Rule, ...]] = (_learning, _opening, _joining, _leading)
"""Each sees what those before it have said."""
