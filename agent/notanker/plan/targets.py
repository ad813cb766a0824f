"""What an incident is measured against: the plan's own times where it has them, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from notanker.core.judging import SHIPPED_TARGETS, Target, Targets
from notanker.core.wording import Pair
from notanker.plan.applicability import hit, lost_with
from notanker.plan.model import Plan, Service

_PART: Final = re.compile(r"(\d{1,6}(?:[.,]\d{1,3})?)\s*([a-zäöü]+)\.?\s*", re.IGNORECASE)
_UNITS_S: Final = {
    **dict.fromkeys(("s", "sek", "sec", "sekunde", "sekunden", "second", "seconds"), 1.0),
    **dict.fromkeys(("m", "min", "minute", "minuten", "minutes"), 60.0),
    **dict.fromkeys(("h", "std", "stunde", "stunden", "hour", "hours"), 3600.0),
    **dict.fromkeys(("d", "tag", "tage", "tagen", "day", "days"), 86_400.0),
    **dict.fromkeys(("w", "woche", "wochen", "week", "weeks"), 7 * 86_400.0),
}


def targets_of(plan: Plan | None, system: str = "") -> Targets:
    """Return what an incident of the line, or of this system, is measured against."""
    if plan is None:
        return SHIPPED_TARGETS
    agreed = plan.escalation.targets
    return Targets(
        hotline=_agreed("hotline_s", agreed.hotline_s, SHIPPED_TARGETS.hotline),
        taken_over=_agreed("takeover_s", agreed.takeover_s, SHIPPED_TARGETS.taken_over),
        acknowledged=_acknowledged(plan),
        services=tuple(_services(plan, system)),
        system=_system(plan, system),
        plan=f"{plan.head.version} ({plan.head.seq})",
    )


def span_s(words: str) -> float | None:
    """Return a span of time as people write it ("15 min", "1 Tag", "1 h 30 min"), None if it is none."""
    parts = list(_PART.finditer(words.strip()))
    if not parts or "".join(part.group() for part in parts) != words.strip():
        return None
    sizes = [_UNITS_S.get(part.group(2).lower()) for part in parts]
    if any(size is None for size in sizes):
        return None
    return sum(
        float(part.group(1).replace(",", ".")) * (size or 0.0)
        for part, size in zip(parts, sizes, strict=True)
    )


def _agreed(key: str, seconds: float | None, shipped: Target) -> Target:
    place = f"escalation.toml, [targets] {key}"
    return shipped if seconds is None else Target(seconds, (place, place))


def _acknowledged(plan: Plan) -> Target | None:
    step = next(iter(plan.escalation.steps), None)
    if step is None or step.ack == "none":
        return None
    german, english = (
        f"escalation.toml, {word} {step.order}: wait_s" for word in ("Schritt", "step")
    )
    return Target(step.wait_s, (german, english))


def _services(plan: Plan, system: str) -> Iterator[Target]:
    """Yield a target for each core service that the outage of the line, or of the system, hits."""
    found = plan.services if not system else hit(plan, lost_with(plan, (system,)))
    for service in sorted(found, key=lambda one: one.order or len(plan.services)):
        if service.core and service.rto:
            yield _rto("services.toml", service.rto, _named(service))


def _named(service: Service) -> Pair:
    return service.name.words("de"), service.name.words("en")


def _system(plan: Plan, system: str) -> Target | None:
    found = next((one for one in plan.systems if one.id == system), None)
    if found is None or not found.rto:
        return None
    return _rto("systems.toml", found.rto, (found.words("de"), found.words("en")))


def _rto(file: str, rto: str, subject: Pair) -> Target:
    return Target(span_s(rto), (f"{file}, rto", f"{file}, rto"), subject, rto)
