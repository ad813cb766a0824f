"""When the flows of a line that was left are cut: once after each switch, and never for nothing.

Cutting is for clients that would go on sending to a dead address. Where the new uplink does not carry them
either, it would only harm: so the new uplink must have answered after the switch first. (Firewalls that cut
on every alarm cut sessions that would have lived on.)
"""

from __future__ import annotations

from dataclasses import dataclass

from notanker.core import uplinks
from notanker.core.names import Uplink, Verdict
from notanker.core.probing import Judges


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
    """Tell whether the uplink in use has proven itself since the other one was left."""
    used = [judge for (of, _), judge in judges.items() if of is not stale.left]
    answered = any((judge.answered_s or 0.0) > stale.since_s for judge in used)
    route = Uplink.PRIMARY if stale.left is Uplink.BACKUP else Uplink.BACKUP
    return answered and uplinks.verdict(judges, route) is not Verdict.DOWN
