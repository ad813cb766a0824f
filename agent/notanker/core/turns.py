"""Which message is next: of each person the most severe, else the oldest; of all these the most urgent."""

from __future__ import annotations

from collections.abc import Iterable

from notanker.core.delivery import Delivery
from notanker.core.names import Outcome


def heads(waiting: Iterable[Delivery]) -> list[Delivery]:
    """Return each person's next message: alarms first, else the oldest.

    An all-clear can wait longer than its alarm, so it never overtakes that. Answers to orders have a row
    of their own: an alarm that is over the limit must not hold them up for an hour.

    Args:
        waiting: All that is on its way, the oldest first.
    """
    found: dict[tuple[str, bool], Delivery] = {}
    for delivery in waiting:
        row = (delivery.person, delivery.incident > 0)
        head = found.get(row)
        if head is None or delivery.rank < head.rank:
            found[row] = delivery
    return list(found.values())


def urgency(delivery: Delivery) -> tuple[bool, int, bool, float]:
    """Order what is due: an end costs nothing, then alarms, and none waits for questions about others.

    After a restart there may be a question about each of thirty messages, and again every five seconds.
    """
    asks = delivery.outcome is Outcome.UNKNOWN
    return not delivery.over, delivery.rank, asks, delivery.next_s
