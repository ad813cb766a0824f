"""When the flows of a line that was left are cut: once after each switch, and never for nothing.

Cutting is for clients that would go on sending to a dead address. Where the new uplink does not carry them
either, it would only harm: so the new uplink must have answered first. (Firewalls that cut on every alarm cut
sessions that would have lived on.) Each moment until the cut is lost to flows that are translated to the old
address: an uplink that is up and has answered in the very last second need not be asked again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from notanker.core import uplinks
from notanker.core.names import Uplink, Verdict
from notanker.core.probing import Judges

FRESH_S: Final = 1.0
"""So long an answer proves the uplink that gave it."""


@dataclass(frozen=True, slots=True)
class Stale:
    """What was left behind, and since when, in boot seconds."""

    left: Uplink
    since_s: float


def left_by(route: Uplink, now_s: float) -> Stale:
    """Return what a switch to `route` leaves behind."""
    left = Uplink.PRIMARY if route is Uplink.BACKUP else Uplink.BACKUP
    return Stale(left, now_s)


def is_due(stale: Stale, judges: Judges) -> bool:
    """Tell whether the uplink in use has proven itself, on the eve of the switch or since."""
    route = Uplink.PRIMARY if stale.left is Uplink.BACKUP else Uplink.BACKUP
    verdict = uplinks.verdict(judges, route)
    since_s = stale.since_s - (FRESH_S if verdict is Verdict.UP else 0.0)
    answers_s = [judge.answered_s for (of, _), judge in judges.items() if of is route]
    return verdict is not Verdict.DOWN and any(
        at_s is not None and at_s > since_s for at_s in answers_s
    )
