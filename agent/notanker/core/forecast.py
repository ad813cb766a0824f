"""What the operator's terms amount to: seconds until an outage is seen, false switches, megabytes.

All of it follows from the settings alone. The line is quick: its round trip is below the least time-out, so
a lost probe counts after that.

- A silent cut: the wait for the first question that is lost, then the patience, or the burst where that
  takes longer. On a busy line the counters tell of the cut without that wait.
- Half-dead: the same where only DNS and TCP are lost.
- A brown-out: calm intervals until evidence lasts, then the first layer whose anchors agree (`runlength`),
  and no sooner than the doubt is old enough.
- False switches: one a verdict of any layer, as though the burst never ended. An upper bound: where no
  anchor has evidence, the probes are tens of times slower.
- Data: what providers count, whole IP packets in both directions.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from notanker.core.detector import BROWN_OUT
from notanker.core.evidence import steps
from notanker.core.names import Layer, Uplink
from notanker.core.passive import STALL_S
from notanker.core.probing import DEAR_S
from notanker.core.runlength import RunLength, quorum
from notanker.core.settings import Anchor, Evidence, Settings, WatchSettings

YEAR_S: Final = 365.25 * 86_400
MONTH_S: Final = YEAR_S / 12
LOSSES_PCT: Final = (5, 10, 20)
"""Permanent loss for which false switches are foretold."""
BROWN_OUTS_PCT: Final = (40, 60)
SERVICES: Final = frozenset({Layer.DNS, Layer.TCP})
"""What is dead on a half-dead line."""
TCP_BYTES: Final = 172
"""Measured: SYN 60, SYN-ACK 60, and one of 52 that ends it."""
HTTP_BYTES: Final = 710
"""Measured: ten packets, 738 bytes with a path of 13 and a host of 15 characters, answer 204."""
IPV6_BYTES: Final = 20
"""So much longer is each packet's header than over IPv4 (RFC 8200 section 3, RFC 791 section 3.1)."""
PACKETS: Final = {Layer.ICMP: 2, Layer.DNS: 2, Layer.TCP: 3, Layer.HTTP: 10}


@dataclass(frozen=True, slots=True)
class Span:
    """How long something takes, in seconds: on average, and at worst."""

    mean_s: float
    most_s: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """What can be foretold of a site.

    Attributes:
        quiet: A silent cut of a line that nobody uses, until the verdict.
        busy: The same while traffic flows.
        half_dead: Echoes answer, DNS and TCP do not; None where neither is asked.
        brown_out_s: Seconds on average by loss in percent, within a fifth or so.
        false_switches: At most so many a year by permanent loss in percent.
        megabytes: Data of the calm probes in a month by uplink.
    """

    quiet: Span
    busy: Span
    half_dead: Span | None
    brown_out_s: Mapping[int, float]
    false_switches: Mapping[int, float]
    megabytes: Mapping[Uplink, float]


def forecast(settings: Settings) -> Forecast:
    """Foretell what a site with these settings will see."""
    watches = deciding(settings)
    services = tuple(watch for watch in watches if watch.layer in SERVICES)
    return Forecast(
        quiet=quiet_cut(watches),
        busy=busy_cut(watches),
        half_dead=quiet_cut(services) if services else None,
        brown_out_s={pct: brown_out_s(watches, pct / 100) for pct in BROWN_OUTS_PCT},
        false_switches={pct: false_switches(settings, pct / 100) for pct in LOSSES_PCT},
        megabytes={uplink: megabytes(settings, uplink) for uplink in Uplink},
    )


def deciding(settings: Settings) -> tuple[WatchSettings, ...]:
    """Return the primary's layers that share each other's doubts; all, if each is asked too seldom."""
    mine = tuple(watch for watch in settings.watches if watch.uplink is Uplink.PRIMARY)
    return tuple(watch for watch in mine if watch.pace.calm_s <= DEAR_S) or mine


def quiet_cut(watches: Sequence[WatchSettings]) -> Span:
    """Return how long a silent cut takes to be seen where only probes can tell of it."""
    wait = waiting(watches)
    seen_s = max(max(w.patience_s, burst_s(w) + w.pace.least_timeout_s) for w in watches)
    return Span(wait.mean_s + seen_s, wait.most_s + seen_s)


def busy_cut(watches: Sequence[WatchSettings]) -> Span:
    """Return how long it takes where traffic tells of it: the hint dates the silence back."""
    seen_s = max(max(w.patience_s, STALL_S + burst_s(w)) for w in watches)
    return Span(seen_s, seen_s)


def burst_s(watch: WatchSettings) -> float:
    """Return the seconds from the first probe of a burst until all of a dead line's evidence is there."""
    worth = steps(watch.evidence, len(watch.anchors))
    losses = math.ceil(worth.share / worth.loss - 1e-9) * len(watch.anchors)
    return (losses - 1) * watch.pace.burst_s + watch.pace.least_timeout_s


def waiting(watches: Sequence[WatchSettings]) -> Span:
    """Return how long it takes from any moment to the next calm probe of any of these layers."""
    slowest_s = max(watch.pace.calm_s for watch in watches)
    instants = sorted(
        watch.pace.phase_s % watch.pace.calm_s + turn * watch.pace.calm_s
        for watch in watches
        for turn in range(math.ceil(60 * slowest_s / watch.pace.calm_s))
    )
    # The ends do not count: there, not all layers are at hand.
    gaps_s = [b - a for a, b in pairwise(instants) if b <= 59 * slowest_s]
    gaps_s = gaps_s or [slowest_s]
    return Span(sum(gap**2 for gap in gaps_s) / 2 / sum(gaps_s), max(gaps_s))


def brown_out_s(watches: Sequence[WatchSettings], loss: float) -> float:
    """Return how long a line that begins to lose so much takes to be given up, on average."""
    watch = watches[0]
    gap_s = 1 / sum(1 / w.pace.calm_s for w in watches)
    run = _run(watch, loss)
    pace = watch.pace
    doubt_s = BROWN_OUT * watch.patience_s - pace.least_timeout_s
    least = max(0, math.ceil(doubt_s / pace.burst_s))
    probes = run.mean(streams=len(watches), least=least)
    return (run.calm - 0.5) * gap_s + pace.least_timeout_s + probes * pace.burst_s


def false_switches(settings: Settings, loss: float) -> float:
    """Return how often in a year at most a line that always loses so much is given up."""
    mine = (watch for watch in settings.watches if watch.uplink is Uplink.PRIMARY)
    return sum(YEAR_S / _pace_s(watch, loss) * _run(watch, loss).per_probe for watch in mine)


@lru_cache(maxsize=16)
def down_nats(false_switches_per_year: float, burst_s: float, anchors: tuple[int, ...]) -> float:
    """Return the evidence that the verdict `down` takes, so that false ones stay this rare.

    Args:
        false_switches_per_year: On a line that for ever loses as much as a good one may.
        burst_s: Seconds between two probes of a layer in a burst.
        anchors: The number of anchors of each layer.
    """
    nats, wanted = Evidence().down_nats, math.log(false_switches_per_year)
    for _ in range(3):  # a nat more makes them e times rarer, all but for the grid
        nats = max(2.0, nats + _log_rate(nats, burst_s, anchors) - wanted)
    nats = math.ceil(nats * 10) / 10
    while _log_rate(nats, burst_s, anchors) > wanted:
        nats = round(nats + 0.1, 1)
    return nats


def megabytes(settings: Settings, uplink: Uplink) -> float:
    """Return what the calm probes over an uplink amount to in a month, in 10^6 bytes."""
    return sum(
        MONTH_S / watch.idle_s * sum(map(probe_bytes, watch.anchors)) / len(watch.anchors) / 1e6
        for watch in settings.watches
        if watch.uplink is uplink
    )


def probe_bytes(anchor: Anchor) -> int:
    """Return the size of a probe and its answer, IP headers included."""
    name_bytes = len(anchor.query) + 2
    over_ipv4 = {
        Layer.ICMP: 2 * (20 + 8),
        # Header, question and, in the answer, one address (RFC 1035 section 4).
        Layer.DNS: 2 * (20 + 8 + 12 + name_bytes + 4) + 16,
        Layer.TCP: TCP_BYTES,
        Layer.HTTP: HTTP_BYTES + len(anchor.query) + len(anchor.host),
    }[anchor.layer]
    return over_ipv4 + (IPV6_BYTES * PACKETS[anchor.layer] if ":" in anchor.address else 0)


def _run(watch: WatchSettings, loss: float) -> RunLength:
    return quorum(watch.evidence, len(watch.anchors), loss)


def _pace_s(watch: WatchSettings, loss: float) -> float:
    """Return the seconds between two probes on a lossy line, at least.

    Who shares the others' doubts is taken to burst without end; a layer that is too dear for that does so
    only on evidence of its own.
    """
    if watch.pace.calm_s <= DEAR_S:
        return watch.pace.burst_s
    idle = _run(watch, loss).idle
    return idle * watch.pace.calm_s + (1 - idle) * watch.pace.burst_s


def _log_rate(nats: float, burst_s: float, anchors: tuple[int, ...]) -> float:
    evidence = Evidence(down_nats=nats)
    rates = (quorum(evidence, count, evidence.good_loss).per_probe for count in anchors)
    return math.log(sum(rates) * YEAR_S / burst_s)
