"""Notices that packets leave an uplink and none come back: the first sign of a cut on a busy line.

It sees only counters, so it is no evidence: it dates the silence and has the line asked at once. A line that
hears the chatter of a local network never seems silent, and is watched by its probes alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

STALL_S: Final = 0.16
"""A busy line that has been silent so long is asked: eight round trips of a DSL line."""
LEAST_SENT: Final = 3
"""So many packets must have left: one alone may be a datagram that wants no answer."""
PAUSE_S: Final = 2.0
"""Hints come no faster: traffic that is never answered is no reason for a lasting burst."""

QUIET_S: Final = 0.5
"""Between two readings while hardly anything is sent: each wakes the processor of a Pi,"""
BUSY_S: Final = 0.08
"""while traffic flows,"""
STALLED_S: Final = 0.03
"""and while an answer is awaited."""


@dataclass(frozen=True, slots=True)
class Counters:
    """Packets that an interface has received and sent."""

    received: int
    sent: int


@dataclass(frozen=True, slots=True)
class Silence:
    """What is known of one interface; instants are boot seconds.

    Attributes:
        seen_s: When the counters were read.
        since_s: When the first packet left that nothing has come back after.
        unanswered: How many have left since.
        told: Whether this silence has been told already.
        hinted_s: When the last hint was given.
    """

    counters: Counters
    seen_s: float
    since_s: float | None = None
    unanswered: int = 0
    told: bool = False
    hinted_s: float = -PAUSE_S


def look(before: Silence, counters: Counters, now_s: float) -> tuple[Silence, float | None]:
    """Take a reading of the counters.

    Returns:
        What is known now; and since when the line has been silent, if that is to be told.
    """
    sent = counters.sent - before.counters.sent
    silence = replace(before, counters=counters, seen_s=now_s)
    if counters.received != before.counters.received or sent < 0:
        return replace(silence, since_s=None, unanswered=0, told=False), None
    if sent:
        # They left somewhere between the two readings: evenly, as far as anybody can tell.
        first_s = before.seen_s + (now_s - before.seen_s) / (sent + 1)
        since_s = first_s if before.since_s is None else before.since_s
        silence = replace(silence, since_s=since_s, unanswered=before.unanswered + sent)
    return _hint(silence, now_s)


def interval_s(silence: Silence, before: Silence) -> float:
    """Return in how many seconds the counters should be read again."""
    if silence.since_s is not None and not silence.told:
        return STALLED_S
    busy = silence.counters.sent - before.counters.sent >= LEAST_SENT
    return BUSY_S if busy else QUIET_S


def _hint(silence: Silence, now_s: float) -> tuple[Silence, float | None]:
    since_s = silence.since_s
    if since_s is None or silence.told or silence.unanswered < LEAST_SENT:
        return silence, None
    if now_s - since_s < STALL_S or now_s - silence.hinted_s < PAUSE_S:
        return silence, None
    return replace(silence, told=True, hinted_s=now_s), since_s
