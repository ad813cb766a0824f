"""Questions about what is kept alive, in which order, with what, and how it comes back."""

from __future__ import annotations

from collections.abc import Callable

from notanker.errors import Place
from notanker.plan.audit.look import YEAR_DAYS, Look, Proof, first_fault, missing, old
from notanker.plan.model import Measure, PlanSystem, Scenario, Service

AT_ONCE = ("## Sofort", "## At once")
OPERATION = ("## Notbetrieb", "## Emergency operation")
RETURN = ("## Rückkehr", "## Return")


def order(look: Look) -> Proof:
    """Ask each service for its place in the order of recovery."""
    return look.each(
        "services.toml", "service", look.plan.services, lambda s: "" if s.order else "order"
    )


def objectives(look: Look) -> Proof:
    """Ask each service and system until when it has to run again, and each scenario what is aimed at."""

    def of_service(service: Service) -> str:
        return "" if service.rto else "rto"

    def of_system(system: PlanSystem) -> str:
        return "" if system.rto else "rto"

    services = look.each("services.toml", "service", look.plan.services, of_service)
    systems = look.each("systems.toml", "system", look.plan.systems, of_system)
    return first_fault(
        services, systems, _scenarios(look, lambda s: bool(s.head.objective), "objective")
    )


def impact(look: Look) -> Proof:
    """Ask each service how long it may be away, and for the least that has to be kept."""

    def lacking(service: Service) -> str:
        return next((name for name in ("mtd", "min_level") if not getattr(service, name)), "")

    return look.each("services.toml", "service", look.plan.services, lacking)


def resources(look: Look) -> Proof:
    """Ask each service what it needs."""
    return look.each(
        "services.toml", "service", look.plan.services, lambda s: "" if s.needs else "needs"
    )


def by_hand(look: Look) -> Proof:
    """Ask each core service how it is done without its systems."""
    core = [service for service in look.plan.services if service.core]
    return look.each(
        "services.toml", "service", core, lambda s: "" if s.manual_procedure else "manual_procedure"
    )


def restart(look: Look) -> Proof:
    """Ask each system where it says how to start it again."""
    return look.each(
        "systems.toml",
        "system",
        look.plan.systems,
        lambda s: "" if s.restart_doc else "restart_doc",
    )


def restore(look: Look) -> Proof:
    """Ask each system where it says how to build it anew."""
    return look.each(
        "systems.toml",
        "system",
        look.plan.systems,
        lambda s: "" if s.restore_doc else "restore_doc",
    )


def at_once(look: Look) -> Proof:
    """Ask each scenario for what to do at once."""
    return _sections(look, AT_ONCE)


def operation(look: Look) -> Proof:
    """Ask each scenario how work goes on."""
    return _sections(look, OPERATION)


def coming_back(look: Look) -> Proof:
    """Ask each scenario for the way back to normal."""
    return _sections(look, RETURN)


def second_line(look: Look) -> Proof:
    """Ask for a measure that takes another line, tried within a year."""
    return _tested(look, [m for m in _measures(look) if "lte-data" in m.head.needs], "lte-data")


def second_place(look: Look) -> Proof:
    """Ask what is done if nobody can get into the building."""
    found = [s for s in look.plan.scenarios if "building-access" in s.head.loses]
    return _first(found, "building-access")


def power(look: Look) -> Proof:
    """Ask what is done without power."""
    found = [s for s in look.plan.scenarios if "site-power" in s.head.loses]
    return _first(found, "site-power")


def measures(look: Look) -> Proof:
    """Ask for measures, each tried within a year."""
    return _tested(look, _measures(look), "*.md")


def _measures(look: Look) -> list[Measure]:
    return [measure for measure in look.plan.measures if measure.language == "de"]


def _tested(look: Look, found: list[Measure], what: str) -> Proof:
    if not found:
        return missing(Place("measures/"), what)
    oldest = min(found, key=lambda measure: measure.head.tested_on)
    days = look.age_days(oldest.head.tested_on)
    if days > YEAR_DAYS:
        return old(Place(oldest.file, 1, "tested_on"), days, YEAR_DAYS)
    return Proof("ok", Place(found[0].file, 1))


def _first(found: list[Scenario], what: str) -> Proof:
    if not found:
        return missing(Place("scenarios/", None, "loses"), what)
    return Proof("ok", Place(found[0].file, 1))


def _sections(look: Look, headings: tuple[str, str]) -> Proof:
    def has(scenario: Scenario) -> bool:
        return any(line.startswith(headings) for line in scenario.body.splitlines())

    return _scenarios(look, has, headings[0].lstrip("# "))


def _scenarios(look: Look, good: Callable[[Scenario], bool], what: str) -> Proof:
    if not look.plan.scenarios:
        return missing(Place("scenarios/"), "*.md")
    for scenario in look.plan.scenarios:
        if not good(scenario):
            return missing(Place(scenario.file, 1), what)
    return Proof("ok", Place(look.plan.scenarios[0].file, 1))
