"""How many messages a person gets in an hour: nobody reads the fortieth.

What is over the limit waits and is merged (`merging`), so nothing is dropped. A part of the hour's messages
is kept for alarms, and those in that part come one after the other and not all at once: whoever gets twenty
in the first minute of a storm must not be left alone for the other fifty-nine.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from notanker.core.chasing import REPORT_S
from notanker.core.facts import Fact, Queued, Settled
from notanker.core.moment import Moment, between_s
from notanker.core.names import Outcome

HOUR_S: Final = 3600.0
PER_HOUR: Final = 20
"""An incident with news each half hour and everybody's acknowledgement takes eight; two at once have room."""
RESERVE: Final = 4
"""One in so many of the hour's messages is kept for alarms."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may be sent, and how long is waited for a report.

    Attributes:
        per_hour: Messages to one person.
        report_s: After that a copy goes over the next way.
    """

    per_hour: int = PER_HOUR
    report_s: float = REPORT_S


def opens_s(sent_s: Sequence[float], per_hour: int, *, urgent: bool) -> float:
    """Return from when on one more may go, in boot seconds; -inf while nothing limits it.

    Args:
        sent_s: When the person was sent one, the oldest first.
        per_hour: The limit.
        urgent: Whether it is an alarm.
    """
    reserve = per_hour // RESERVE
    common_s = _after(sent_s, per_hour - reserve)
    if not urgent or not reserve:
        return common_s
    paced_s = sent_s[-1] + HOUR_S / (reserve + 1) if sent_s else -math.inf
    return min(common_s, max(_after(sent_s, per_hour), paced_s))


def _after(sent_s: Sequence[float], most: int) -> float:
    return sent_s[-most] + HOUR_S if len(sent_s) >= most else -math.inf


def recent(sent_s: Iterable[float], now_s: float) -> list[float]:
    """Return those of the last hour."""
    return [at_s for at_s in sent_s if now_s - at_s < HOUR_S]


def used(facts: Iterable[Fact], now: Moment) -> dict[str, list[float]]:
    """Return when each person was sent something in the last hour, as the record has it, in boot seconds.

    A restart must not give another hour's worth.
    """
    whom: dict[str, str] = {}
    found: dict[str, dict[str, float]] = {}
    for fact in facts:
        if isinstance(fact, Queued):
            whom[fact.mark] = fact.number or fact.contact
        elif isinstance(fact, Settled) and fact.mark in whom and fact.outcome is not Outcome.FAILED:
            ago_s = between_s(fact.at, now)
            # What went with another message was none of its own; its reason is that one's mark.
            if 0 <= ago_s < HOUR_S and fact.reason not in whom:
                found.setdefault(whom[fact.mark], {})[fact.mark] = now.boot_s - ago_s
    return {person: sorted(times.values()) for person, times in found.items()}
