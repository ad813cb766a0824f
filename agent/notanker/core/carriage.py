"""By what a beat travels: the order that is configured, what failed lately, and what has room for history.

A carrier that fails several times in a row rests, and the next of the order takes over; after its rest one
beat tries it again, so it comes back by itself. With all of them at rest the one that may try soonest
goes: a site never stops telling the centre because nothing worked so far.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from notanker.core.budget import Beats
from notanker.core.names import Carrier, Uplink, Waiting
from notanker.core.settings import CarrierSettings

FAILURES: Final = 3
"""So many beats in a row without an answer, and the next carrier's turn has come: at 5 s between tries
a site is heard of again well before the centre worries."""
REST_S: Final = 300.0
"""How long a carrier rests at first; each further failure doubles it."""
LONGEST_REST_S: Final = 3600.0


DAY_S: Final = 86_400.0
TEXT_AFTER_S: Final = 300.0
"""A site without any line gets so long to have one again, before an SMS is spent on it."""
TEXT_GAP_S: Final = 1800.0
"""Two outages of all lines so soon after each other are worth one SMS."""
ROOMY: Final = (Carrier.HTTPS, Carrier.MQTT)
"""What takes a hundred events at once."""
FRUGAL: Final = (Carrier.UDP, Carrier.MQTT, Carrier.HTTPS)
"""The least data for one beat first; measured in bench/README.md."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a carrier does over a line: failures in a row, and until when it rests."""

    failures: int = 0
    rests_until_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Carriage:
    """The state of the choice.

    Attributes:
        waiting: What the last beat that was stored had no room for.
        texted_s: When beats went by SMS in the last 24 hours, boot seconds.
    """

    standings: Mapping[tuple[Uplink, Carrier], Standing] = field(default_factory=dict)
    waiting: Waiting = Waiting.NOTHING
    texted_s: tuple[float, ...] = ()

    def of(self, over: Uplink, carrier: Carrier) -> Standing:
        """Return how a carrier does over a line."""
        return self.standings.get((over, carrier), Standing())


def choose(
    state: Carriage, settings: CarrierSettings, over: Uplink, beats: Beats, now_s: float
) -> Carrier:
    """Return what the next beat over this line travels by.

    Args:
        state: What is known of the carriers.
        settings: Their order.
        over: The line.
        beats: What the budget lets pass; once it is scarce, what takes least data goes first over LTE.
        now_s: Now, in boot seconds.
    """
    order = _order(state, settings, over, beats)
    fit = (carrier for carrier in order if state.of(over, carrier).rests_until_s <= now_s)
    return next(fit, min(order, key=lambda one: state.of(over, one).rests_until_s))


def done(
    state: Carriage, over: Uplink, carrier: Carrier, *, ok: bool, now_s: float, waiting: Waiting
) -> Carriage:
    """Take the end of a beat.

    One that was given up itself and works again shows that it was the line or the centre that was away:
    what the others failed at meanwhile says nothing about them.
    """
    failures = state.of(over, carrier).failures
    known = dict(state.standings)
    if ok and failures >= FAILURES:
        known = {key: one for key, one in known.items() if key[0] is not over}
    missed = Standing(failures + 1, now_s + _rest_s(failures + 1))
    known[over, carrier] = Standing() if ok else missed
    return replace(state, standings=known, waiting=waiting if ok else state.waiting)


def text(state: Carriage, per_day: int, heard_s: float, now_s: float) -> Carriage | None:
    """Return the state after a beat by SMS, None if none is due; asked while no line works.

    The first of an outage goes after five minutes, the others are spread over the day.

    Args:
        state: What is known of the carriers.
        per_day: At most so many in 24 hours.
        heard_s: When the centre confirmed a beat last.
        now_s: Now, in boot seconds.
    """
    recent = tuple(at_s for at_s in state.texted_s if at_s > now_s - DAY_S)
    if len(recent) >= per_day or now_s < heard_s + TEXT_AFTER_S:
        return None
    pause_s = TEXT_GAP_S if recent and heard_s > recent[-1] else DAY_S / per_day
    if recent and now_s < recent[-1] + pause_s:
        return None
    return replace(state, texted_s=(*recent, now_s))


def _order(
    state: Carriage, settings: CarrierSettings, over: Uplink, beats: Beats
) -> tuple[Carrier, ...]:
    order = settings.over(over)
    if state.waiting is Waiting.TOO_LARGE:
        # What fits into no datagram would hold up all history behind it, even where only those are wanted.
        return _first(order if set(order) & set(ROOMY) else (Carrier.HTTPS, *order), ROOMY)
    if over is Uplink.BACKUP:
        return order if beats is Beats.ALL else tuple(sorted(order, key=FRUGAL.index))
    return order if state.waiting is Waiting.NOTHING else _first(order, ROOMY)


def _first(order: tuple[Carrier, ...], wanted: Iterable[Carrier]) -> tuple[Carrier, ...]:
    return tuple(sorted(order, key=lambda one: one not in wanted))


def _rest_s(failures: int) -> float:
    if failures < FAILURES:
        return 0.0
    return min(REST_S * 2.0 ** min(failures - FAILURES, 16), LONGEST_REST_S)
