"""The failover machine: where traffic goes.

Theory of operation. The machine looks at three things: is the primary well, is the backup usable, and
has the state's own time run out. Every combination is in `TABLE`; a test proves that none is missing.

    PRIMARY ---down---> HOLD_OFF ---backup usable, hold-off over---> BACKUP
       ^  ^                |  both dead                               |  ^
       |  +---up-----------+---------> ISOLATED --backup usable-------+  |
       |                                  | up                     up |  | down again (a flap)
       +----------------------------------+                           v  |
       +----------stable for the wait to restore--------- WAIT_TO_RESTORE

While isolated, traffic stays on the primary: its return then needs no detection at all.

Failback needs more than time: `Restoring` says whether the primary has carried a real transaction since its
return, and whether the hours allow it. A dead backup is left at once all the same.

Flaps are no secret of the process: the journal has every change of state, and `recall` folds them, so a
restart remembers. Time that no clock can vouch for (a power cut without a trusted clock) counts as none: it
neither forgets a flap nor makes one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise, product
from typing import Final

from notanker.core.facts import Fact, LineChanged
from notanker.core.moment import Moment, between_s
from notanker.core.names import Line, Uplink, Verdict
from notanker.core.settings import FailoverSettings
from notanker.core.uplinks import Backup, Outlook

Situation = tuple[Line, Verdict, Backup, bool]

ROUTE: Final[Mapping[Line, Uplink]] = {
    Line.PRIMARY: Uplink.PRIMARY,
    Line.HOLD_OFF: Uplink.PRIMARY,
    Line.ISOLATED: Uplink.PRIMARY,
    Line.BACKUP: Uplink.BACKUP,
    Line.WAIT_TO_RESTORE: Uplink.BACKUP,
}


@dataclass(frozen=True, slots=True)
class Failover:
    """The machine's state.

    Attributes:
        line: The state's name.
        since_s: When it was entered, boot seconds.
        flaps: Returns of the primary that did not hold, forgotten one by one in calm times.
        calm_since_s: When the last flap was counted or forgotten.
        restored_s: When traffic went back to the primary last, None if it never did.
    """

    line: Line = Line.PRIMARY
    since_s: float = 0.0
    flaps: int = 0
    calm_since_s: float = 0.0
    restored_s: float | None = None


@dataclass(frozen=True, slots=True)
class Restoring:
    """What stands between the wait's end and the failback.

    Attributes:
        transacted_s: When the primary last answered a real transaction, None if it never did. Infinite where
            nothing but echoes is probed.
        opens_in_s: How long the window for failing back stays closed, 0 while it is open.
    """

    transacted_s: float | None = math.inf
    opens_in_s: float = 0.0


FREE: Final = Restoring()
"""Nothing stands in the way."""


def _row(line: Line, primary: Verdict, backup: Backup, elapsed: bool) -> Line:
    """Write one row of the table; the rules in the order in which they bind."""
    if line is Line.PRIMARY:
        return _from_primary(primary, backup)
    if line is Line.HOLD_OFF:
        return _from_hold_off(primary, backup, elapsed=elapsed)
    if line is Line.ISOLATED:
        return _from_isolated(primary, backup)
    return _from_backup(line, primary, backup, elapsed=elapsed)


def _from_primary(primary: Verdict, backup: Backup) -> Line:
    if primary is not Verdict.DOWN:
        return Line.PRIMARY
    return Line.ISOLATED if backup is Backup.DEAD else Line.HOLD_OFF


def _from_hold_off(primary: Verdict, backup: Backup, *, elapsed: bool) -> Line:
    if primary is Verdict.UP:
        return Line.PRIMARY
    if primary is Verdict.DOWN and backup is Backup.DEAD:
        return Line.ISOLATED
    if not elapsed:
        return Line.HOLD_OFF
    return Line.BACKUP if backup is Backup.USABLE else Line.HOLD_OFF


def _from_isolated(primary: Verdict, backup: Backup) -> Line:
    if primary is Verdict.UP:
        return Line.PRIMARY
    return Line.BACKUP if backup is Backup.USABLE else Line.ISOLATED


def _from_backup(line: Line, primary: Verdict, backup: Backup, *, elapsed: bool) -> Line:
    if primary is Verdict.UP:
        if backup is Backup.DEAD or (line is Line.WAIT_TO_RESTORE and elapsed):
            return Line.PRIMARY
        return Line.WAIT_TO_RESTORE
    return Line.ISOLATED if backup is Backup.DEAD else Line.BACKUP


TABLE: Final[Mapping[Situation, Line]] = {
    (line, primary, backup, elapsed): _row(line, primary, backup, elapsed)
    for line, primary, backup, elapsed in product(Line, Verdict, Backup, (False, True))
}


def step(
    state: Failover,
    settings: FailoverSettings,
    outlook: Outlook,
    now_s: float,
    restoring: Restoring = FREE,
) -> Failover:
    """Move the machine as far as the outlook takes it."""
    state = _forget(state, settings, now_s)
    for _ in Line:  # no path through the table is longer than the number of states
        elapsed = now_s >= state.since_s + timer_s(state, settings) and (
            state.line is not Line.WAIT_TO_RESTORE or _allowed(state, restoring)
        )
        line = TABLE[state.line, outlook.primary, outlook.backup, elapsed]
        if line is Line.HOLD_OFF and now_s >= state.since_s + _patience_s(settings):
            line = Line.ISOLATED if state.line is Line.HOLD_OFF else line
        if line is state.line:
            break
        state = _enter(state, settings, line, now_s)
    return state


def timer_s(state: Failover, settings: FailoverSettings) -> float:
    """Return the length of the state's own timer: hold-off, or wait to restore with flaps."""
    if state.line is Line.HOLD_OFF:
        return settings.hold_off_s
    if state.line is Line.WAIT_TO_RESTORE:
        return restore_wait_s(state, settings)
    return 0.0


def restore_wait_s(state: Failover, settings: FailoverSettings) -> float:
    """Return how long the primary must be well before traffic goes back: doubled by each flap."""
    return float(min(settings.wait_to_restore_s * 2 ** min(state.flaps, 16), settings.most_wait_s))


def next_wake_s(
    state: Failover, settings: FailoverSettings, now_s: float, restoring: Restoring = FREE
) -> float | None:
    """Return when time alone can move the machine next, in boot seconds."""
    ends: tuple[float, ...] = ()
    if state.line is Line.WAIT_TO_RESTORE:
        ends = (state.since_s + timer_s(state, settings), now_s + restoring.opens_in_s)
    if state.line is Line.HOLD_OFF:
        ends = (state.since_s + settings.hold_off_s, state.since_s + _patience_s(settings))
    return min((end for end in ends if end > now_s), default=None)


def transacted(state: Failover, restoring: Restoring) -> bool:
    """Tell whether the primary has carried a real transaction since the state was entered."""
    return restoring.transacted_s is not None and restoring.transacted_s >= state.since_s


def recall(facts: Iterable[Fact], settings: FailoverSettings, now: Moment) -> Failover:
    """Return what the journal remembers of flaps; the line itself is read from the kernel.

    Times are counted back from now: they stay right across reboots, where a trusted clock knows how long
    the box was away.
    """
    moves = [fact for fact in facts if isinstance(fact, LineChanged)]
    ends = [*(fact.at for fact in moves), now]
    passed = [_passed_s(earlier, later) for earlier, later in pairwise(ends)]
    at_s = now.boot_s - sum(passed)
    state = Failover(since_s=at_s, calm_since_s=at_s)
    for fact, seconds in zip(moves, passed, strict=True):
        state = _enter(state, settings, fact.line, at_s)
        at_s += seconds
        state = _forget_all(state, settings, at_s)
    return state


def _passed_s(earlier: Moment, later: Moment) -> float:
    """Return the time between two moments as far as it is known: unknown time is none."""
    known = earlier.boot == later.boot or (earlier.trusted and later.trusted)
    return max(0.0, between_s(earlier, later)) if known else 0.0


def _allowed(state: Failover, restoring: Restoring) -> bool:
    return transacted(state, restoring) and restoring.opens_in_s <= 0


def _patience_s(settings: FailoverSettings) -> float:
    """A backup that cannot prove itself within this time leaves the site isolated, and told so."""
    return max(settings.proof_s, settings.hold_off_s)


def _enter(state: Failover, settings: FailoverSettings, line: Line, now_s: float) -> Failover:
    flapped = _flapped(state, settings, line, now_s)
    restored = state.line is Line.WAIT_TO_RESTORE and line is Line.PRIMARY
    kept_s = None if flapped else state.restored_s
    return replace(
        state,
        line=line,
        since_s=now_s,
        flaps=state.flaps + flapped,
        calm_since_s=now_s if flapped or restored else state.calm_since_s,
        restored_s=now_s if restored else kept_s,
    )


def _flapped(state: Failover, settings: FailoverSettings, line: Line, now_s: float) -> bool:
    """Tell whether the primary's return did not hold: neither for the wait, nor for long after it."""
    if line not in (Line.BACKUP, Line.ISOLATED):
        return False
    if state.line is Line.WAIT_TO_RESTORE:
        return True
    return state.restored_s is not None and now_s - state.restored_s < settings.calm_s


def _forget(state: Failover, settings: FailoverSettings, now_s: float) -> Failover:
    calm = state.line is Line.PRIMARY and now_s - state.calm_since_s >= settings.calm_s
    if not (calm and state.flaps):
        return state
    return replace(state, flaps=state.flaps - 1, calm_since_s=now_s)


def _forget_all(state: Failover, settings: FailoverSettings, now_s: float) -> Failover:
    """Forget what a time of calm, in which nobody was there to count, was long enough for."""
    if state.line is not Line.PRIMARY or not state.flaps or settings.calm_s <= 0:
        return state
    halvings = min(state.flaps, int((now_s - state.calm_since_s) // settings.calm_s))
    since_s = state.calm_since_s + halvings * settings.calm_s
    return replace(state, flaps=state.flaps - halvings, calm_since_s=since_s)
