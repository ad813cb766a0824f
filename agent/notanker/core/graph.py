"""The plan's dependency graph: what needs what, what is lost with what, and which broken system is the root.

A need is met while at least one of those who can meet it stands: a system meets the need for itself, and for
each resource that it provides. So a site whose internet comes by fibre and by LTE loses it only with both.

The rule of the whole: **the cause is the broken system whose needs are all well.** Where several broken
systems share one need that nobody watches, and nothing that needs it is known to be well, that need is the
cause: a plain switch answers no probe, and yet it is what ten silent systems have in common.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from notanker.core.names import Kind, Verdict

INTERNET = "site-internet"
"""The resource that the primary line provides."""


@dataclass(frozen=True, slots=True)
class System:
    """One system of the plan.

    Attributes:
        name: How people call it, German and English.
        needs: Ids of systems, or resources that some system provides.
        provides: Resources.
        hands_off: No machine may restart it.
    """

    id: str
    kind: Kind = Kind.OTHER
    name: tuple[str, str] = ("", "")
    needs: tuple[str, ...] = ()
    provides: tuple[str, ...] = ()
    hands_off: bool = False


Needs = tuple[frozenset[str], ...]
"""For each need the systems that can meet it."""


@dataclass(frozen=True, slots=True)
class Graph:
    """Systems in the order of their ids, without cycles; `needs` runs from needs to those who need them.

    Attributes:
        key: Its hash, reckoned once: what is remembered of a graph is asked for at each event.
    """

    systems: tuple[System, ...] = ()
    needs: tuple[tuple[str, Needs], ...] = ()
    key: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Reckon the hash."""
        object.__setattr__(self, "key", hash((self.systems, self.needs)))

    def __hash__(self) -> int:
        return self.key

    def system(self, system_id: str) -> System:
        """Return the system; one that the plan does not name is known by its id alone."""
        found = next((system for system in self.systems if system.id == system_id), None)
        return found or System(system_id, name=(system_id, system_id))


@dataclass(frozen=True, slots=True)
class Root:
    """A cause in the graph; `inferred` if it was not probed but is what silent systems share."""

    id: str
    inferred: bool = False


def make(systems: Iterable[System]) -> Graph:
    """Build the graph.

    Total: what is named twice counts once, a need that nobody meets is dropped (nothing can be said of it),
    and so is each need that would close a circle.
    """
    by_id: dict[str, System] = {}
    for system in systems:
        by_id.setdefault(system.id, system)
    ordered = tuple(by_id[system_id] for system_id in sorted(by_id))
    met = {system.id: _needs_of(system, ordered) for system in ordered}
    return Graph(ordered, tuple(_without_circles(met)))


def circles(systems: Iterable[System]) -> tuple[tuple[str, ...], ...]:
    """Return each circle of needs once, as the ids along it, beginning with the smallest."""
    listed = tuple(systems)
    ids = sorted({system.id for system in listed})
    edges = {
        system.id: sorted({one for need in _needs_of(system, listed) for one in need})
        for system in reversed(listed)
    }
    return tuple(dict.fromkeys(circle for start in ids for circle in _circle(edges, start)))


@lru_cache(maxsize=256)
def supports(graph: Graph, system_id: str) -> frozenset[str]:
    """Return everything that may stand under the system, itself excepted."""
    needs = dict(graph.needs)
    found: set[str] = set()
    waiting = [system_id]
    while waiting:
        for need in needs.get(waiting.pop(), ()):
            waiting += need - found
            found |= need
    return frozenset(found - {system_id})


@lru_cache(maxsize=1024)
def lost(graph: Graph, broken: frozenset[str]) -> frozenset[str]:
    """Return what does not work while these are broken, the broken ones included."""
    gone = set(broken)
    for system_id, needs in graph.needs:  # needs come before those who need them
        if any(need <= gone for need in needs):
            gone.add(system_id)
    return frozenset(gone)


def providers(graph: Graph, resource: str) -> frozenset[str]:
    """Return the systems that provide the resource."""
    return frozenset(system.id for system in graph.systems if resource in system.provides)


def roots(graph: Graph, states: Mapping[str, Verdict]) -> tuple[Root, ...]:
    """Return the causes of all that is broken, one for each cascade, in the order of their ids.

    Args:
        graph: What needs what.
        states: What is known of each system. One that is not in it, or `unknown`, is not held against
            anybody, and not for anybody either.
    """
    broken = frozenset(name for name, state in states.items() if state is Verdict.DOWN)
    well = frozenset(name for name, state in states.items() if state is Verdict.UP)
    needs, gone = dict(graph.needs), lost(graph, broken)
    left = {one for one in broken if not any(need <= gone for need in needs.get(one, ()))}
    found: set[Root] = set()
    hidden = [s.id for s in graph.systems if s.id not in broken | well]
    while (shared := _shared(graph, hidden, left, well)) is not None:
        found.add(Root(shared, inferred=True))
        left -= lost(graph, frozenset({shared}))
    found |= {Root(one) for one in left}
    return tuple(sorted(found, key=lambda root: root.id))


def _shared(
    graph: Graph, hidden: Iterable[str], left: set[str], well: frozenset[str]
) -> str | None:
    """Return the unwatched system that explains most of what is left, the nearest one among equals."""
    options = []
    for one in hidden:
        reach = lost(graph, frozenset({one}))
        if len(reach & left) > 1 and not reach & well:
            options.append((-len(reach & left), len(reach), one))
    return min(options)[2] if options else None


def _needs_of(system: System, systems: Iterable[System]) -> Needs:
    listed = tuple(systems)
    met = (
        frozenset(other.id for other in listed if need == other.id or need in other.provides)
        for need in dict.fromkeys(system.needs)
    )
    return tuple(need for need in met if need)


def _without_circles(met: Mapping[str, Needs]) -> Iterator[tuple[str, Needs]]:
    """Yield each system with its needs after all those it needs."""
    done: set[str] = set()
    for start in met:
        yield from _descend(met, start, (), done)


def _descend(
    met: Mapping[str, Needs], at: str, way: tuple[str, ...], done: set[str]
) -> Iterator[tuple[str, Needs]]:
    if at in done:
        return
    way = (*way, at)
    kept = tuple(need - set(way) for need in met[at])
    for one in sorted({one for need in kept for one in need}):
        yield from _descend(met, one, way, done)
    if at not in done:
        done.add(at)
        yield at, tuple(need for need in kept if need)


def _circle(edges: Mapping[str, list[str]], start: str) -> Iterator[tuple[str, ...]]:
    """Yield the shortest way from a system back to itself, if there is one and it is its smallest."""
    ways: dict[str, tuple[str, ...]] = {start: (start,)}
    waiting = [start]
    for at in waiting:
        for one in edges.get(at, ()):
            if one == start:
                if min(ways[at]) == start:
                    yield ways[at]
                return
            if one not in ways:
                ways[one] = (*ways[at], one)
                waiting.append(one)
