"""The backup's data session: up when it is needed, mended when nothing passes through it.

Theory of operation. The modem tells whether its data session is up; the shell tells what became of an order.
The core orders one thing at a time, each with a time limit.

- *Warm*: the session is always wanted. Told that it is down, it is brought up.
- *Cold*: it is wanted on suspicion of the primary, while the site is not on its primary line, for a while
  after (`linger_s`), and once a day for a test: what was never proven is not there when it is needed.
  While it is down nothing is probed over it, and nothing is known of it: neither up nor down.
- *The ladder's first step*: the modem says "connected" and nothing passes. The session is torn down and
  brought up again, with growing pauses (openwrt/packages#19794: "connected" without data until somebody
  reconnects). Never while traffic takes the backup: half a line is better than none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from notanker.core.moment import Moment, between_s
from notanker.core.names import Verdict

OVERDUE_S: Final = 90.0
"""An order whose end was never told counts as failed after this."""
RETRY_S: Final = 5.0
LONGEST_RETRY_S: Final = 600.0
"""An order that failed is given again after this, doubled each time up to the longest; while the session is
needed it is never doubled."""
MEND_S: Final = (30.0, 60.0, 300.0, 900.0, 3600.0)
"""How long a connected session may carry nothing before it is made anew: the first time, the second ..."""
LEAST_TEST_S: Final = 20.0
TEST_S: Final = 120.0
"""A test lasts at least so long, for a heartbeat to prove the whole way, and has failed if it has proven
nothing after this."""
TEST_AGAIN_S: Final = 3600.0
"""A failed test is repeated after this."""


class Order(StrEnum):
    """What the modem is told to do."""

    BRING_UP = "bring_up"
    TEAR_DOWN = "tear_down"


class Why(StrEnum):
    """The reason of an order."""

    WANTED = "wanted"
    NEEDED = "needed"
    TEST = "test"
    MENDING = "mending"
    IDLE = "idle"


@dataclass(frozen=True, slots=True)
class BearerSettings:
    """How the data session is kept.

    Attributes:
        modem: Whether a plugin can bring it up and down; without one it is left alone.
        cold: Whether it is down while all is well.
        linger_s: A cold session stays up so long after it was needed last.
        test_s: A cold session is tested so often, within the budget.
    """

    modem: bool = False
    cold: bool = False
    linger_s: float = 300.0
    test_s: float = 86_400.0


@dataclass(frozen=True, slots=True)
class Bearer:
    """What is known and done.

    Attributes:
        connected: What the modem told last, None if nothing.
        order: What it was told to do and has not done yet, and why.
        ordered_s: When it was told.
        next_s: No order before this.
        failures: Orders in a row that failed.
        trouble: Why the last one failed; empty if it did not.
        needed_s: When the session was needed last.
        test_s: When the test began, None while there is none.
        next_test_s: No test before this.
        dead_s: Since when a connected session has carried nothing, None while it does.
        rung: How often it was made anew for that in a row.
        proven: When the backup was proven last, None if that is not known.
    """

    connected: bool | None = None
    order: Order | None = None
    why: Why = Why.WANTED
    ordered_s: float = 0.0
    next_s: float = 0.0
    failures: int = 0
    trouble: str = ""
    needed_s: float = -math.inf
    test_s: float | None = None
    next_test_s: float = 0.0
    dead_s: float | None = None
    rung: int = 0
    proven: Moment | None = None


@dataclass(frozen=True, slots=True)
class View:
    """What the session's keeper looks at.

    Attributes:
        needed: The primary is under suspicion, or the site is not on it.
        carries: Traffic takes the backup.
        backup: The verdict on the backup.
        link: Whether its interface has a link at all.
        tests: Whether the budget allows a test.
    """

    needed: bool
    carries: bool
    backup: Verdict
    link: bool = True
    tests: bool = True


def rests(state: Bearer, settings: BearerSettings) -> bool:
    """Tell whether nothing may be asked over the backup: a cold session that is not up."""
    return settings.modem and settings.cold and state.connected is not True


def step(
    state: Bearer, settings: BearerSettings, view: View, now: Moment
) -> tuple[Bearer, Order | None]:
    """Look at the situation; return the order that follows, None if none does."""
    state = _noticed(state, view, now)
    if not settings.modem:
        return state, None
    if settings.cold:
        state = _testing(state, settings, view, now)
    if state.order is not None and now.boot_s >= state.ordered_s + OVERDUE_S:
        state = done(state, ok=False, reason="no answer in time", now_s=now.boot_s)
    order, why = _wish(state, settings, view, now.boot_s)
    if order is None or state.order is not None or now.boot_s < _ready_s(state, view):
        return state, None
    rung = min(state.rung + (why is Why.MENDING), len(MEND_S) - 1)
    return replace(state, order=order, why=why, ordered_s=now.boot_s, rung=rung), order


def told(state: Bearer, connected: bool | None) -> Bearer:
    """Take what the modem says of its data session; under way it is what it is going to be."""
    return state if state.order is not None else replace(state, connected=connected)


def done(state: Bearer, *, ok: bool, reason: str, now_s: float) -> Bearer:
    """Take the end of an order."""
    if state.order is None:
        return state
    up = state.order is Order.BRING_UP
    # The next one begins from here: a session that was just made has not failed yet.
    state = replace(state, order=None, trouble="" if ok else reason, dead_s=None)
    if ok:
        return replace(state, connected=up, failures=0, next_s=now_s)
    pause_s = min(RETRY_S * 2.0 ** min(state.failures, 16), LONGEST_RETRY_S)
    # What a refused order left behind nobody knows; the modem will say.
    return replace(state, connected=None, failures=state.failures + 1, next_s=now_s + pause_s)


def next_wake_s(state: Bearer, settings: BearerSettings, now: Moment) -> float:
    """Return when time alone can make a difference, in boot seconds."""
    if not settings.modem:
        return math.inf
    ends = [state.next_s, state.ordered_s + RETRY_S]
    if state.order is not None:
        ends = [state.ordered_s + OVERDUE_S]
    if state.dead_s is not None:
        ends.append(state.dead_s + MEND_S[state.rung])
    if settings.cold:
        ends.append(state.needed_s + settings.linger_s)
        ends.append(
            _test_due_s(state, settings, now) if state.test_s is None else state.test_s + TEST_S
        )
    return min((end for end in ends if end > now.boot_s), default=math.inf)


def _test_ends(state: Bearer, settings: BearerSettings, now: Moment) -> tuple[float, ...]:
    if state.test_s is None:
        return (_test_due_s(state, settings, now),)
    return (state.test_s + LEAST_TEST_S, state.test_s + TEST_S)


def _noticed(state: Bearer, view: View, now: Moment) -> Bearer:
    if view.needed:
        state = replace(state, needed_s=now.boot_s)
    if view.backup is Verdict.UP:
        return (
            state if _just_proven(state, now) else replace(state, proven=now, dead_s=None, rung=0)
        )
    dead = state.connected is True and view.link and view.backup is Verdict.DOWN
    if not dead or state.dead_s is not None:
        return state if dead else replace(state, dead_s=None)
    return replace(state, dead_s=now.boot_s)


def _just_proven(state: Bearer, now: Moment) -> bool:
    """Spare a copy of the state for each probe that is answered."""
    proven = state.proven
    fresh = proven is not None and proven.boot == now.boot and now.boot_s - proven.boot_s < 1.0
    return fresh and state.dead_s is None and not state.rung


def _ready_s(state: Bearer, view: View) -> float:
    """Return when an order may be given: what a failed test waits for must not delay an outage."""
    return min(state.next_s, state.ordered_s + RETRY_S) if view.needed else state.next_s


def _testing(state: Bearer, settings: BearerSettings, view: View, now: Moment) -> Bearer:
    """Begin a test that is due; end one that has proven something, or taken too long."""
    if state.test_s is not None:
        passed = view.backup is Verdict.UP and now.boot_s >= state.test_s + LEAST_TEST_S
        if passed or now.boot_s >= state.test_s + TEST_S or not view.tests:
            next_s = state.next_test_s if passed else now.boot_s + TEST_AGAIN_S
            return replace(state, test_s=None, next_test_s=next_s)
        return state
    if view.tests and not view.needed and now.boot_s >= _test_due_s(state, settings, now):
        return replace(state, test_s=now.boot_s)
    return state


def _test_due_s(state: Bearer, settings: BearerSettings, now: Moment) -> float:
    if state.proven is None:
        return state.next_test_s
    if state.proven.boot != now.boot and not (state.proven.trusted and now.trusted):
        return state.next_test_s  # proven at some time: nobody knows how long ago
    left_s = settings.test_s - between_s(state.proven, now)
    return max(now.boot_s + left_s, state.next_test_s)


def _wish(
    state: Bearer, settings: BearerSettings, view: View, now_s: float
) -> tuple[Order | None, Why]:
    wanted, why = _wanted(state, settings, view, now_s)
    if not wanted:
        return (Order.TEAR_DOWN if state.connected is not False else None), Why.IDLE
    if state.connected is False or (state.connected is None and settings.cold):
        return Order.BRING_UP, why
    dead_s = state.dead_s
    if dead_s is not None and not view.carries and now_s >= dead_s + MEND_S[state.rung]:
        return Order.TEAR_DOWN, Why.MENDING
    return None, why


def _wanted(state: Bearer, settings: BearerSettings, view: View, now_s: float) -> tuple[bool, Why]:
    if not settings.cold:
        return True, Why.WANTED
    if view.needed or now_s < state.needed_s + settings.linger_s:
        return True, Why.NEEDED
    return state.test_s is not None, Why.TEST
