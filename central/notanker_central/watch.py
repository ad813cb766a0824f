"""The dead man's switch: which sites have been silent too long, decided without clock or database.

A site is silent when its beat is overdue. But the centre must not blame a site for its own absence: after a
start, a pause (a machine put to sleep, a database that hung) or a step of its clock, every site gets its
whole patience anew. And where nobody at all is heard any more, the centre is the one that is cut off: no site
falls silent then, and that is what it says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from notanker_central.states import State

SCAN_S: Final = 1.0
PAUSE_S: Final = 15.0
"""Two looks further apart than this mean that nobody was watching in between."""
STEP_S: Final = 5.0
"""Wall and steady clock may part by so much between two looks before it counts as a step."""

LEAST_HEARD: Final = 3
"""Of fewer sites, silence of all is no sign that the centre is deaf."""
LATE_S: Final = 15.0
"""So much later than its interval a beat may come."""

_NOT_WATCHED: Final = frozenset({State.SILENT, State.NEVER})


@dataclass(frozen=True, slots=True)
class Look:
    """The moment of one look at the sites, on both clocks."""

    wall_s: float
    steady_s: float


@dataclass(frozen=True, slots=True)
class Watched:
    """What the switch knows of a site.

    Attributes:
        due_s: When its patience is over; None while it isn't waited for.
        interval_s: How often it reports, as it promised.
    """

    site: str
    state: State
    due_s: float | None
    interval_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows from a look: a fresh grace for all, or the sites that have now fallen silent."""

    fresh_grace: bool
    silent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hearing:
    """How well the centre hears.

    Attributes:
        waited_for: How many sites ought to report; counted up to `LEAST_HEARD`.
        heard: Whether any was heard within the shortest interval of those that are overdue, and `LATE_S`.
    """

    waited_for: int = 0
    heard: bool = True

    @property
    def is_deaf(self) -> bool:
        """Whether nobody is heard any more, though the quickest of several should have been."""
        return self.waited_for >= LEAST_HEARD and not self.heard


def was_away(last: Look | None, now: Look) -> bool:
    """Return whether the centre itself was not watching since the last look."""
    if last is None:
        return True
    steady_s = now.steady_s - last.steady_s
    wall_s = now.wall_s - last.wall_s
    return steady_s > PAUSE_S or abs(wall_s - steady_s) > STEP_S


def decide(last: Look | None, now: Look, sites: Sequence[Watched]) -> Decision:
    """Return what one look at the sites leads to."""
    if was_away(last, now):
        return Decision(fresh_grace=True)
    return Decision(
        fresh_grace=False, silent=tuple(item.site for item in sites if _is_overdue(item, now))
    )


def _is_overdue(item: Watched, now: Look) -> bool:
    return item.state not in _NOT_WATCHED and item.due_s is not None and item.due_s <= now.wall_s
