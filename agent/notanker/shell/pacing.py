"""When a message is due: not before its time, and not while its person has had the hour's messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from notanker.core import allowance
from notanker.core.allowance import Limits
from notanker.core.delivery import CAN_WAIT, Delivery
from notanker.core.names import ON_ITS_WAY, Outcome
from notanker.shell import clock


class Pacing:
    """What each person was sent in the last hour.

    Args:
        limits: Gives the plan's limits.
    """

    def __init__(self, limits: Callable[[], Limits]) -> None:
        self._limits: Final = limits
        self._sent: dict[str, list[float]] = {}

    def take_up(self, sent: Mapping[str, list[float]]) -> None:
        """Know again what an earlier process sent, in boot seconds by person."""
        self._sent |= sent

    def due_s(self, delivery: Delivery) -> float:
        """Return when it is due, in boot seconds: what is over the limit waits, and is not lost.

        What has its end waits for nothing any more: that only has to be told.
        """
        if delivery.over:
            return 0.0
        if delivery.outcome is not Outcome.QUEUED:
            return delivery.next_s
        return max(delivery.next_s, self._opens_s(delivery))

    def is_held(self, delivery: Delivery) -> bool:
        """Tell whether a new message has to wait because its person had so many."""
        return delivery.unsaid and self._opens_s(delivery) > clock.boot_s()

    def count(self, delivery: Delivery) -> None:
        """Count what may have reached a person."""
        left = delivery.outcome in ON_ITS_WAY or delivery.outcome is Outcome.UNKNOWN
        if left and delivery.incident:
            now_s = clock.boot_s()
            sent_s = allowance.recent(self._sent.get(delivery.person, []), now_s)
            self._sent[delivery.person] = [*sent_s, now_s]

    def _opens_s(self, delivery: Delivery) -> float:
        """Return from when on its person may get one more; an answer has a limit of its own."""
        if not delivery.incident:
            return delivery.next_s
        sent_s = allowance.recent(self._sent.get(delivery.person, []), clock.boot_s())
        urgent = delivery.rank < CAN_WAIT
        return allowance.opens_s(sent_s, self._limits().per_hour, urgent=urgent)
