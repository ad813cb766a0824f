"""What a scenario leaves: for each measure whether it helps, at once, only for a time, or after another one.

This is the table that a plan's author wants to see before anything breaks: measures against scenarios. All
of it follows from `needs`, `replaces` and systems.toml; nobody writes it down.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from notanker.plan.applicability import lost_with, missing
from notanker.plan.model import Bridge, Contact, Measure, Plan, Scenario

Help = Literal["helps", "reserve", "idle", "later", "no"]
"""`reserve`: while a battery lasts. `idle`: not needed. `later`: once another measure has brought back
what it lacks. `no`: not at all."""
ORDER: Final[tuple[Help, ...]] = ("helps", "reserve", "later", "idle", "no")


@dataclass(frozen=True, slots=True)
class Outlook:
    """A measure in a scenario.

    Attributes:
        missing: What it needs and what is gone; with `reserve`, what will be gone.
        after: Ids of the measures that bring back what is missing.
        holds_min: For how long it helps, where that has an end.
    """

    measure: Measure
    help: Help
    missing: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    holds_min: int | None = None


def lost_at_first(plan: Plan, gone: Iterable[str]) -> frozenset[str]:
    """Return what is lost with these while all reserves last: what has `holds_min` stands on its own."""
    standing = tuple(
        msgspec.structs.replace(system, needs=()) if system.holds_min else system
        for system in plan.systems
    )
    return lost_with(msgspec.structs.replace(plan, systems=standing), gone)


def outlook(plan: Plan, scenario: Scenario, language: str = "de") -> tuple[Outlook, ...]:
    """Return the plan's measures in the scenario: what helps first, the quickest of them on top."""
    judging = _Judging(plan, scenario.head.loses)
    found = [judging.of(one) for one in plan.measures if one.language == language]
    return tuple(sorted(found, key=lambda o: (ORDER.index(o.help), o.measure.head.effort_min)))


class _Judging:
    """What is lost in one scenario, at first and in the end."""

    def __init__(self, plan: Plan, gone: tuple[str, ...]) -> None:
        self.first = lost_at_first(plan, gone)
        self.last = lost_with(plan, gone)
        fallen = [
            s.holds_min for s in plan.systems if s.id in self.last - self.first and s.holds_min
        ]
        self.holds_min = min(fallen, default=None)
        self.measures = [one for one in plan.measures if one.language == "de"]

    def of(self, measure: Measure) -> Outlook:
        head = measure.head
        gone = missing(head.needs, self.first)
        if gone:
            after = self._after(head.id, gone)
            return Outlook(measure, "later" if after else "no", gone, after)
        if head.replaces and not self.last.intersection(head.replaces):
            return Outlook(measure, "idle")
        fading = missing(head.needs, self.last)
        if fading:
            return Outlook(measure, "reserve", fading, holds_min=self.holds_min)
        return Outlook(measure, "helps")

    def _after(self, measure: str, gone: tuple[str, ...]) -> tuple[str, ...]:
        """Return the measures that help and bring back all that is gone; none, if some of it stays gone."""
        helping = [
            one.head
            for one in self.measures
            if one.head.id != measure
            and set(gone).intersection(one.head.replaces)
            and not missing(one.head.needs, self.first)
        ]
        back = {name for head in helping for name in head.replaces}
        return tuple(head.id for head in helping) if back.issuperset(gone) else ()


def out_of_reach(
    plan: Plan, scenario: Scenario
) -> Iterator[tuple[Contact | Bridge, tuple[str, ...]]]:
    """Yield each contact, and the bridge, that probably cannot be reached, and for want of what."""
    lost = lost_with(plan, scenario.head.loses)
    bridge = plan.escalation.bridge
    reached: list[Contact | Bridge] = [*plan.contacts, *([bridge] if bridge is not None else [])]
    for one in reached:
        gone = missing(one.depends_on, lost)
        if gone:
            yield one, gone
