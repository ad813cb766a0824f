"""The way of one message: when it is tried, and what a lost answer means.

A message is written down before it is handed over. If the answer never comes, or the agent dies in
between, it is `unknown`: the channel is asked whether it left. Only where nobody can tell it is sent once
more, never a third time: a person who gets two copies is better off than one who gets none, and a person
who gets ten stops reading.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from notanker.core.names import Outcome

MOST_AGE_S: Final = 24 * 3600.0
"""An alarm that could not be sent in a day is given up, and the report says so."""
MOST_BACKOFF_S: Final = 60.0
ASK_AGAIN_S: Final = 5.0
MOST_QUESTIONS: Final = 6
MOST_UNKNOWN: Final = 2
"""So many hand-overs without an answer are risked: two."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message on its way.

    Attributes:
        mark: `17-1`, unique at the site.
        channel: Name of the plugin that has it, or had it last.
        attempts: Hand-overs begun.
        unknowns: Hand-overs whose end nobody could tell.
        questions: How often the channel was asked about the present unknown.
        next_s: Not before this, in boot seconds.
    """

    mark: str
    incident: int
    number: str
    text: str
    queued_s: float
    outcome: Outcome = Outcome.QUEUED
    attempts: int = 0
    unknowns: int = 0
    questions: int = 0
    next_s: float = 0.0
    reason: str = ""
    channel: str = ""

    @property
    def over(self) -> bool:
        """Whether nothing more will be done about it."""
        return self.outcome in (Outcome.SENT, Outcome.FAILED) or (
            self.outcome is Outcome.UNKNOWN and self.unknowns >= MOST_UNKNOWN and not self.asking
        )

    @property
    def asking(self) -> bool:
        """Whether the channel is still worth asking about an unknown."""
        return self.outcome is Outcome.UNKNOWN and self.questions < MOST_QUESTIONS


def begin(delivery: Delivery, channel: str) -> Delivery:
    """Note that it is being handed over; this must be on disk before it really is."""
    attempts = delivery.attempts + 1
    return replace(delivery, outcome=Outcome.SENDING, attempts=attempts, channel=channel)


def sent(delivery: Delivery) -> Delivery:
    """Note that it left."""
    return replace(delivery, outcome=Outcome.SENT, reason="")


def refused(delivery: Delivery, reason: str) -> Delivery:
    """Note that this channel will never take it."""
    return replace(delivery, outcome=Outcome.FAILED, reason=reason)


def postponed(delivery: Delivery, reason: str, after_s: float | None, now_s: float) -> Delivery:
    """Note that it surely did not leave, and when to try again."""
    if now_s - delivery.queued_s > MOST_AGE_S:
        return refused(delivery, reason)
    backoff_s = min(2.0 ** min(delivery.attempts, 10), MOST_BACKOFF_S)
    wait_s = backoff_s if after_s is None else after_s
    return replace(delivery, outcome=Outcome.QUEUED, reason=reason, next_s=now_s + wait_s)


def lost_sight(delivery: Delivery, reason: str, now_s: float) -> Delivery:
    """Note that it was handed over, and nobody knows what became of it."""
    return replace(
        delivery,
        outcome=Outcome.UNKNOWN,
        unknowns=delivery.unknowns + 1,
        questions=0,
        reason=reason,
        next_s=now_s,
    )


def found(delivery: Delivery, left: bool | None, now_s: float) -> Delivery:
    """Take the channel's answer on whether it left; None where it cannot tell (yet)."""
    if left:
        return sent(delivery)
    if left is False:
        return replace(
            delivery, outcome=Outcome.QUEUED, unknowns=delivery.unknowns - 1, next_s=now_s
        )
    delivery = replace(delivery, questions=delivery.questions + 1, next_s=now_s + ASK_AGAIN_S)
    if delivery.asking or delivery.unknowns >= MOST_UNKNOWN:
        return delivery
    return replace(delivery, outcome=Outcome.QUEUED)


def recovered(delivery: Delivery, now_s: float) -> Delivery:
    """Take up a message after a restart: what was being handed over then is unknown now."""
    delivery = replace(delivery, queued_s=now_s)  # the boot clock may be another one
    if delivery.outcome is Outcome.SENDING:
        return lost_sight(delivery, "restart", now_s)
    return replace(delivery, next_s=now_s, questions=0)
