"""What is known of an uplink that may not be asked: nothing. It rests until its data session is up."""

from __future__ import annotations

import math
from collections.abc import Mapping

from notanker.core import detector
from notanker.core.detector import Judge
from notanker.core.names import Uplink
from notanker.core.settings import WatchSettings
from notanker.core.uplinks import Watch

Judges = Mapping[Watch, Judge]


def rest(judges: Judges, table: Mapping[Watch, WatchSettings], uplink: Uplink) -> Judges:
    """Return judges who know nothing of the uplink, and ask nothing over it."""
    asleep = {
        watch: detector.start(table[watch], math.inf) for watch in judges if watch[0] is uplink
    }
    return {**judges, **asleep}


def begin(
    judges: Judges, table: Mapping[Watch, WatchSettings], uplink: Uplink, now_s: float
) -> Judges:
    """Return judges who begin to ask over the uplink, now."""
    awake = {watch: detector.start(table[watch], now_s) for watch in judges if watch[0] is uplink}
    return {**judges, **awake}
