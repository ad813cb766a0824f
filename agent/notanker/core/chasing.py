"""A message that left and of which no report comes: a copy goes over the next way, marked as a repeat.

    sent, a report asked for -> (report_s) -> queued again, as a repeat -> sent over another way
                                                    |
                                                    +-> not taken there, or nobody knows -> sent, as before

The first report ends it, whichever copy it is about. Whatever becomes of the copy, the message has left: it
never counts as less than that.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from notanker.core.delivery import Delivery
from notanker.core.names import Outcome

REPORT_S: Final = 120.0
"""So long a report is waited for: two minutes are the goal for an SMS to be delivered or on the next channel.
A phone in reach reports within seconds; one that is off, when somebody turns it on."""
MOST_AGE_S: Final = 900.0
"""What is older is no news any more: the next message is on its way by then."""


def is_due(delivery: Delivery, now_s: float) -> bool:
    """Tell whether its report has been waited for long enough."""
    return (
        delivery.outcome is Outcome.SENT
        and delivery.reported
        and not delivery.chased
        and delivery.incident > 0
        and delivery.next_s <= now_s
        and now_s - delivery.queued_s <= MOST_AGE_S
    )


def begun(delivery: Delivery, now_s: float) -> Delivery:
    """Return the message as it goes once more, over any way but the one that it went."""
    return replace(
        delivery,
        outcome=Outcome.QUEUED,
        unknowns=delivery.unknowns + 1,
        refusing=(*delivery.refusing, delivery.channel),
        first=delivery.channel,
        earlier=delivery.references,
        references=(),
        left=(),
        reported=False,
        chased=True,
        reason="no report",
        next_s=now_s,
    )


def concluded(delivery: Delivery) -> Delivery:
    """Return what a message is whose copy came to nothing: sent, as it was before."""
    if not delivery.chased or delivery.outcome in (
        Outcome.SENT,
        Outcome.DELIVERED,
        Outcome.HANDED_OVER,
    ):
        return delivery
    left = delivery.outcome is Outcome.UNKNOWN  # the copy may be out: then there is no further one
    return replace(
        delivery,
        outcome=Outcome.SENT,
        unknowns=delivery.unknowns if left else delivery.unknowns - 1,
        channel=delivery.first,
        references=delivery.earlier,
        earlier=(),
        reported=True,
        chased=left,
    )


def lost(delivery: Delivery, reference: int | None) -> bool:
    """Tell whether a report that says "never" is about the first copy, and there is another one."""
    if not delivery.chased or reference in delivery.references:
        return False
    return reference in delivery.earlier or (reference is None and not delivery.reported)


def without_first(delivery: Delivery) -> Delivery:
    """Return the message without its first copy: what becomes of the other one decides now."""
    waiting = delivery.outcome is Outcome.QUEUED
    return replace(
        delivery,
        earlier=(),
        chased=False,
        unknowns=max(0, delivery.unknowns - 1) if waiting else delivery.unknowns,
    )
