"""Whose telephone rings after an SMS, for those whom an SMS does not wake.

A call says nothing, so it never stands alone: first the SMS has left, or may have. It rings for alarms about
the line alone, and no more once somebody has the incident in hand or the line is back.
"""

from __future__ import annotations

from typing import Final

from notanker.core.escalation import ALARM, ISOLATED
from notanker.core.facts import Queued
from notanker.core.incident import Incident, Told
from notanker.core.names import Outcome, Stage

WAKING: Final = frozenset({ALARM, ISOLATED})
"""The site's line is out: the highest severity that there is. A system's fault can wait for the morning."""
FRESH_S: Final = 900.0
"""Who is rung later than this after the SMS is looking for something that is no news any more."""
_LEFT: Final = frozenset({Outcome.SENT, Outcome.DELIVERED, Outcome.UNKNOWN})


def due(incidents: tuple[Incident, ...], mark: str, now_s: float) -> Queued | None:
    """Return the message whose recipient is to be rung now; None if nobody is.

    Args:
        incidents: Those that are open.
        mark: Of a message.
        now_s: Now, in boot seconds.
    """
    for incident in incidents:
        for told in incident.told:
            if told.queued.mark == mark:
                return told.queued if _wakes(incident, told, now_s) else None
    return None


def _wakes(incident: Incident, told: Told, now_s: float) -> bool:
    in_hand = incident.acknowledged is not None or incident.back_since is not None
    if in_hand or incident.stage is Stage.RESOLVED:
        return False
    fresh = told.settled is None or now_s - told.settled.boot_s < FRESH_S
    return fresh and told.queued.template in WAKING and told.outcome in _LEFT
