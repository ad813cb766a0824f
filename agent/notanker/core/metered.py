"""The metered uplink's part of a site: its data session and its budget, and the facts that they leave."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from notanker.core import bearer, budget
from notanker.core.bearer import Bearer, View
from notanker.core.budget import ALLOWANCES, Allowance, Band, Beats, Ledger
from notanker.core.detector import Judge
from notanker.core.events import BearerDone, Counted
from notanker.core.facts import BandEntered, BearerMoved, BearerTested, Fact, LineChanged
from notanker.core.failover import Restoring
from notanker.core.moment import Moment
from notanker.core.names import Layer, Line, Uplink, Verdict
from notanker.core.settings import Settings
from notanker.core.uplinks import Watch

TRANSACTIONS = (Layer.TCP, Layer.HTTP)
"""What a line must have carried before traffic goes back to it: an echo alone is nobody's work."""


@dataclass(frozen=True, slots=True)
class Metered:
    """What is known of the metered uplink.

    Attributes:
        ledger: What was used this month, None until it was counted.
        offset_s: How far local time is ahead of UTC, None until it was told.
        band: The band of the budget that was told last.
        since_bytes: What had been used when traffic moved to LTE, None if nobody saw it.
    """

    bearer: Bearer = field(default_factory=Bearer)
    ledger: Ledger | None = None
    offset_s: float | None = None
    band: Band = Band.PLENTY
    since_bytes: int | None = None

    @property
    def allowance(self) -> Allowance:
        """What may still take LTE."""
        return ALLOWANCES[self.band]


def recall(facts: Iterable[Fact], settings: Settings) -> Metered:
    """Return what the journal remembers: the band that was told, and when the backup was proven last."""
    band, proven = Band.PLENTY, None
    for fact in facts:
        if isinstance(fact, BandEntered):
            band = fact.band
        elif _proves(fact):
            proven = fact.at
    if settings.budget.monthly_bytes is None:
        band = Band.PLENTY
    return Metered(Bearer(proven=proven), band=band)


def _proves(fact: Fact) -> bool:
    tested = isinstance(fact, BearerTested) and fact.ok
    return tested or (isinstance(fact, LineChanged) and fact.line is Line.BACKUP)


def counted(
    state: Metered, settings: Settings, event: Counted, now: Moment, incident: int | None
) -> tuple[Metered, tuple[Fact, ...]]:
    """Take what was counted; a new band goes on record."""
    band = budget.band(event.ledger, settings.budget)
    facts: tuple[Fact, ...] = ()
    if band is not state.band:
        limit = settings.budget.monthly_bytes or 0
        facts = (BandEntered(now, band, event.ledger.used_bytes, limit, incident),)
    return replace(state, ledger=event.ledger, offset_s=event.offset_s, band=band), facts


def switched(state: Metered, to: Uplink) -> Metered:
    """Note what had been used when traffic moved."""
    used = state.ledger.used_bytes if state.ledger and to is Uplink.BACKUP else None
    return replace(state, since_bytes=used)


def used_since(state: Metered) -> int | None:
    """Return the bytes used since traffic moved to LTE, None if nobody knows.

    A month that began meanwhile has begun its count anew; what it has is the least that is known.
    """
    if state.since_bytes is None or state.ledger is None:
        return None
    used = state.ledger.used_bytes
    return used - state.since_bytes if used >= state.since_bytes else used


def ordered(
    state: Metered, event: BearerDone, now: Moment, incident: int | None
) -> tuple[Metered, tuple[Fact, ...]]:
    """Take the end of an order; a trouble that repeats goes on record once."""
    before = state.bearer
    if before.order is not event.order:
        return state, ()
    after = bearer.done(before, ok=event.ok, reason=event.reason, now_s=now.boot_s)
    known = not event.ok and before.trouble == event.reason
    fact = BearerMoved(
        now, event.order, event.ok, before.why, event.took_ms, event.reason, incident
    )
    return replace(state, bearer=after), () if known else (fact,)


def bear(
    state: Metered, settings: Settings, view: View, now: Moment
) -> tuple[Metered, bearer.Order | None, tuple[Fact, ...]]:
    """Look after the data session; return the order that follows, and what goes on record."""
    after, order = bearer.step(state.bearer, settings.bearer, view, now)
    tested = state.bearer.test_s is not None and after.test_s is None
    facts = (BearerTested(now, view.backup is Verdict.UP),) if tested else ()
    return (state if after is state.bearer else replace(state, bearer=after)), order, facts


def tests_allowed(state: Metered) -> bool:
    """Tell whether the budget has room for a test of the data session."""
    return state.allowance.beats is not Beats.CHANGES


def restoring(
    state: Metered, settings: Settings, judges: Mapping[Watch, Judge], now: Moment
) -> Restoring:
    """Return what stands between the wait to restore and the failback.

    Whoever is about to run out of data does not wait for the night.
    """
    heard = [
        judge.answered_s
        for (uplink, layer), judge in judges.items()
        if uplink is Uplink.PRIMARY and layer in TRANSACTIONS
    ]
    transacted_s = max((at_s for at_s in heard if at_s is not None), default=None)
    window = settings.failover.window
    scarce = state.band in (Band.SCARCE, Band.SPENT)
    opens_in_s = 0.0 if window is None or scarce else window.opens_in_s(now, state.offset_s)
    return Restoring(transacted_s if heard else math.inf, opens_in_s)
