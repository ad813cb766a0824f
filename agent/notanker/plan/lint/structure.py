"""Weak points of systems and services: a system that nothing stands in for, times that contradict."""

from __future__ import annotations

from collections.abc import Iterator

from notanker.errors import Place
from notanker.plan.applicability import hit, keeps, lost_with, missing
from notanker.plan.lint.finding import Desk, Finding
from notanker.plan.model import Plan, PlanSystem, Service
from notanker.plan.places import row
from notanker.plan.targets import span_s


def check(desk: Desk) -> Iterator[Finding]:
    """Yield the weak points of systems and services."""
    yield from _spofs(desk)
    yield from _services(desk)
    for system in desk.plan.systems:
        if system.rto and span_s(system.rto) is None:
            at = row(desk.documents, "systems.toml", "system", system.id, "rto")
            yield Finding("odd-span", at, system.id, {"text": system.rto})


def alone(plan: Plan, system: PlanSystem) -> tuple[Service, ...]:
    """Return the core services that stand or fall with the system: no measure keeps them going without it."""
    lost = lost_with(plan, (system.id,))
    helping = [m for m in plan.measures if m.language == "de" and not missing(m.head.needs, lost)]
    return tuple(
        service
        for service in hit(plan, lost)
        if service.core and not any(keeps(measure, service) for measure in helping)
    )


def _spofs(desk: Desk) -> Iterator[Finding]:
    for system in desk.plan.systems:
        services = alone(desk.plan, system)
        if services and not system.spof_accepted:
            at = row(desk.documents, "systems.toml", "system", system.id, "id")
            name = (system.words("de"), system.words("en"))
            names = (_names(services, "de"), _names(services, "en"))
            yield Finding("spof", at, system.id, {"name": name, "services": names})


def _names(services: tuple[Service, ...], language: str) -> str:
    return ", ".join(service.name.words(language) for service in services)


def _services(desk: Desk) -> Iterator[Finding]:
    services, orders = desk.plan.services, set[int]()
    if services and not any(service.core for service in services):
        yield Finding("no-core", Place("services.toml", 1))
    for one in services:
        for key, text in (("rto", one.rto), ("mtd", one.mtd)):
            if text and span_s(text) is None:
                yield _of(desk, "odd-span", one, key, {"text": text})
        soon, late = span_s(one.rto), span_s(one.mtd)
        if soon is not None and late is not None and soon > late:
            yield _of(desk, "rto-after-mtd", one, "rto", {"rto": one.rto, "mtd": one.mtd})
        if one.order in orders:
            yield _of(desk, "order-twice", one, "order", {"order": one.order})
        if one.order is not None:
            orders.add(one.order)


def _of(desk: Desk, code: str, service: Service, key: str, values: dict[str, object]) -> Finding:
    at = row(desk.documents, "services.toml", "service", service.id, key)
    return Finding(code, at, service.id, values)
