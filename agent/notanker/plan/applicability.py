"""What still helps: measures, contacts and the bridge against what an outage takes away.

A scenario says what it loses; the graph of systems.toml says what falls with that. A measure helps while
nothing that it needs is among the lost. So the plan itself knows that "divert the calls" is no help while
no telephone works, and the portal can put what helps *now* first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from notanker.plan.closure import closure
from notanker.plan.model import Measure, Plan, Scenario, Service


@dataclass(frozen=True, slots=True)
class Judged:
    """A measure in an outage; `missing` is what it needs and what is gone, empty while it helps."""

    measure: Measure
    missing: tuple[str, ...]

    @property
    def helps(self) -> bool:
        """Whether it helps."""
        return not self.missing


def lost_with(plan: Plan, gone: Iterable[str]) -> frozenset[str]:
    """Return all resources and systems that are lost with these, themselves included."""
    return closure(plan.systems, gone)


def missing(needs: Iterable[str], lost: frozenset[str]) -> tuple[str, ...]:
    """Return which of the needs are lost, in their order."""
    return tuple(need for need in needs if need in lost)


def judged(plan: Plan, lost: frozenset[str], language: str) -> tuple[Judged, ...]:
    """Return the plan's measures in the language: those that help first, the quickest of them on top."""
    found = [
        Judged(measure, missing(measure.head.needs, lost))
        for measure in plan.measures
        if measure.language == language
    ]
    return tuple(sorted(found, key=lambda item: (not item.helps, item.measure.head.effort_min)))


def hit(plan: Plan, lost: frozenset[str]) -> tuple[Service, ...]:
    """Return the services that do not run as usual while these are lost."""
    return tuple(service for service in plan.services if missing(service.needs, lost))


def uncovered(plan: Plan) -> Iterator[tuple[Scenario, Service]]:
    """Yield each scenario with each core service that it hits and that no measure keeps alive in it."""
    for scenario in plan.scenarios:
        if scenario.language != "de":
            continue
        lost = lost_with(plan, scenario.head.loses)
        helping = [item.measure for item in judged(plan, lost, "de") if item.helps]
        for service in hit(plan, lost):
            if service.core and not any(keeps(measure, service) for measure in helping):
                yield scenario, service


def keeps(measure: Measure, service: Service) -> bool:
    """Tell whether the measure is for this service; one that names none keeps none alive (ADR 0190)."""
    return service.id in measure.head.keeps
