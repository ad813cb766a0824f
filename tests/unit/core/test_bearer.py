"""The data session: dialled when it is needed, tested now and then, made anew when it carries nothing."""

from __future__ import annotations

import math
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from notanker.core import bearer, uplinks
from notanker.core.bearer import (
    LEAST_TEST_S,
    MEND_S,
    OVERDUE_S,
    TEST_AGAIN_S,
    TEST_S,
    Bearer,
    BearerSettings,
    Order,
    View,
    Why,
)
from notanker.core.budget import BudgetSettings, Ledger, Tally
from notanker.core.commands import Bear, Beat
from notanker.core.events import BearerDone, BearerTold, Counted
from notanker.core.facts import BearerMoved, BearerTested
from notanker.core.moment import Moment
from notanker.core.names import Layer, Line, Uplink, Verdict
from tests.unit.core import world
from tests.unit.core.world import World

PRIMARY, BACKUP = Uplink.PRIMARY, Uplink.BACKUP
WARM = BearerSettings(modem=True)
COLD = BearerSettings(modem=True, cold=True, linger_s=60.0, test_s=86_400.0)
IDLE = View(needed=False, carries=False, backup=Verdict.UNKNOWN)
NEEDED = replace(IDLE, needed=True)
WORKS = replace(IDLE, backup=Verdict.UP)
DEAD = replace(IDLE, backup=Verdict.DOWN)
TESTED = Bearer(connected=False, proven=Moment(0.0, 1_790_000_000.0, boot="b"))


def at(boot_s: float) -> Moment:
    return Moment(boot_s, 1_790_000_000.0 + boot_s, boot="b")


def order_of(state: Bearer, settings: BearerSettings, view: View, boot_s: float) -> Order | None:
    return bearer.step(state, settings, view, at(boot_s))[1]


def test_without_a_plugin_nothing_is_ordered() -> None:
    assert order_of(Bearer(connected=False), BearerSettings(cold=True), NEEDED, 1.0) is None


def test_a_warm_session_that_is_down_is_brought_up() -> None:
    assert order_of(Bearer(connected=False), WARM, IDLE, 1.0) is Order.BRING_UP
    assert order_of(Bearer(connected=None), WARM, IDLE, 1.0) is None
    assert order_of(Bearer(connected=True), WARM, IDLE, 1.0) is None


def test_one_order_at_a_time() -> None:
    state, order = bearer.step(Bearer(connected=False), WARM, IDLE, at(1.0))
    assert order is Order.BRING_UP
    assert order_of(state, WARM, IDLE, 1.0 + OVERDUE_S - 1) is None


def test_an_order_whose_end_is_never_told_is_given_again() -> None:
    state, _ = bearer.step(Bearer(connected=False), COLD, NEEDED, at(1.0))
    state, order = bearer.step(state, COLD, NEEDED, at(1.0 + OVERDUE_S))
    assert (order, state.failures) == (Order.BRING_UP, 1)


def test_a_cold_session_rests_while_all_is_well() -> None:
    assert order_of(TESTED, COLD, IDLE, 100.0) is None
    assert order_of(replace(TESTED, connected=True), COLD, IDLE, 100.0) is Order.TEAR_DOWN


def test_a_cold_session_is_dialled_on_suspicion_and_lingers() -> None:
    state, order = bearer.step(TESTED, COLD, NEEDED, at(100.0))
    assert order is Order.BRING_UP
    state = bearer.done(state, ok=True, reason="", now_s=102.0)
    state, order = bearer.step(state, COLD, WORKS, at(103.0))
    assert order is None
    assert bearer.next_wake_s(state, COLD, at(103.0)) <= 160.0
    assert order_of(state, COLD, WORKS, 159.0) is None
    assert order_of(state, COLD, WORKS, 160.0) is Order.TEAR_DOWN


def test_what_was_never_proven_is_tested_and_then_rests() -> None:
    state, order = bearer.step(Bearer(connected=False), COLD, IDLE, at(5.0))
    assert (order, state.why) == (Order.BRING_UP, Why.TEST)
    state = bearer.done(state, ok=True, reason="", now_s=7.0)
    state, order = bearer.step(state, COLD, WORKS, at(8.0))
    assert order is None  # a heartbeat proves the whole way first
    state, order = bearer.step(state, COLD, WORKS, at(5.0 + LEAST_TEST_S))
    assert order is Order.TEAR_DOWN
    assert state.proven == at(5.0 + LEAST_TEST_S)


def test_a_test_that_proves_nothing_ends_and_is_repeated_later() -> None:
    state, _ = bearer.step(Bearer(connected=False), COLD, IDLE, at(5.0))
    state = bearer.done(state, ok=True, reason="", now_s=7.0)
    state, order = bearer.step(state, COLD, DEAD, at(5.0 + TEST_S))
    assert order is Order.TEAR_DOWN
    state = bearer.done(state, ok=True, reason="", now_s=130.0)
    assert order_of(state, COLD, IDLE, 5.0 + TEST_S + TEST_AGAIN_S - 1) is None
    assert order_of(state, COLD, IDLE, 5.0 + TEST_S + TEST_AGAIN_S) is Order.BRING_UP


def test_a_day_after_it_was_proven_it_is_tested_again() -> None:
    assert order_of(TESTED, COLD, IDLE, 86_399.0) is None
    assert bearer.next_wake_s(TESTED, COLD, at(100.0)) == 86_400.0
    assert order_of(TESTED, COLD, IDLE, 86_400.0) is Order.BRING_UP


def test_a_proof_of_an_unknown_time_is_no_proof_of_today() -> None:
    """Another boot, and no clock to tell how long ago: that is not yesterday, and not just now."""
    old = replace(TESTED, proven=Moment(50.0, 1_790_000_000.0, trusted=False, boot="a"))
    assert order_of(old, COLD, IDLE, 100.0) is Order.BRING_UP
    known = replace(TESTED, proven=Moment(50.0, 1_790_000_000.0, boot="a"))
    assert order_of(known, COLD, IDLE, 100.0) is None


def test_without_a_budget_there_is_no_test_but_there_is_an_outage() -> None:
    poor = replace(IDLE, tests=False)
    assert order_of(Bearer(connected=False), COLD, poor, 5.0) is None
    assert (
        order_of(Bearer(connected=False), COLD, replace(poor, needed=True), 5.0) is Order.BRING_UP
    )


def test_failed_orders_wait_longer_and_longer_but_not_in_an_outage() -> None:
    state, now_s, pauses = Bearer(connected=False), 0.0, []
    for _ in range(9):
        state, order = bearer.step(state, WARM, IDLE, at(now_s))
        assert order is Order.BRING_UP
        state = bearer.done(state, ok=False, reason="no network", now_s=now_s + 1.0)
        pauses.append(state.next_s - now_s - 1.0)
        state = bearer.told(state, False)
        now_s = state.next_s
    assert pauses == [5, 10, 20, 40, 80, 160, 320, 600, 600]
    waiting = replace(state, next_s=state.ordered_s + 600)
    assert order_of(waiting, COLD, NEEDED, state.ordered_s + 6.0) is Order.BRING_UP


def test_a_session_that_carries_nothing_is_made_anew_with_growing_pauses() -> None:
    state, now_s, pauses = Bearer(connected=True), 0.0, []
    for _ in range(6):
        begun_s = now_s
        state, order = bearer.step(state, WARM, DEAD, at(now_s))
        while order is None:
            now_s = bearer.next_wake_s(state, WARM, at(now_s))
            state, order = bearer.step(state, WARM, DEAD, at(now_s))
        assert (order, state.why) == (Order.TEAR_DOWN, Why.MENDING)
        pauses.append(now_s - begun_s)
        state = bearer.done(state, ok=True, reason="", now_s=now_s)
        state, order = bearer.step(state, WARM, DEAD, at(now_s))
        assert order is Order.BRING_UP
        state = bearer.done(state, ok=True, reason="", now_s=now_s)
    assert pauses == [*MEND_S, MEND_S[-1]]
    state, _ = bearer.step(state, WARM, WORKS, at(now_s))
    assert state.rung == 0


def test_half_a_line_that_carries_the_site_is_not_taken_away() -> None:
    state, _ = bearer.step(Bearer(connected=True), WARM, DEAD, at(0.0))
    busy = replace(DEAD, carries=True)
    assert order_of(state, WARM, busy, MEND_S[0] + 1) is None
    assert order_of(state, WARM, replace(DEAD, link=False), MEND_S[0] + 1) is None


views = st.builds(
    View,
    needed=st.booleans(),
    carries=st.booleans(),
    backup=st.sampled_from(Verdict),
    link=st.booleans(),
    tests=st.booleans(),
)


@given(
    st.sampled_from([WARM, COLD]),
    st.lists(
        st.tuples(
            views, st.floats(0, 5000), st.sampled_from(["", "", "done", "refused", "up", "down"])
        ),
        max_size=40,
    ),
)
def test_whatever_happens_no_session_is_torn_down_while_it_is_needed(
    settings: BearerSettings, life: list[tuple[View, float, str]]
) -> None:
    state, now_s = Bearer(), 0.0
    for view, seconds, what in life:
        now_s += seconds
        if what in ("done", "refused"):
            state = bearer.done(state, ok=what == "done", reason=what, now_s=now_s)
        elif what:
            state = bearer.told(state, what == "up")
        before = state
        state, order = bearer.step(state, settings, view, at(now_s))
        if order is Order.TEAR_DOWN:
            assert not view.carries or not view.needed or state.why is Why.IDLE
            assert not (view.needed and state.why is Why.IDLE)
            assert not (view.carries and state.why is Why.MENDING)
        if before.order is not None and now_s < before.ordered_s + OVERDUE_S:
            assert order is None
        assert bearer.step(state, settings, view, at(now_s))[1] is None, "not at rest"
        assert bearer.next_wake_s(state, settings, at(now_s)) > now_s


# In the world.


def cold_world(**more: float) -> World:
    config = world.settings((Layer.ICMP, Layer.TCP), proof_s=45.0)
    cold = BearerSettings(modem=True, cold=True, linger_s=30.0)
    return World(replace(config, bearer=cold), session=False, **more)  # type: ignore[arg-type]


def orders(it: World) -> list[tuple[Order, Why]]:
    return [(fact.order, fact.why) for fact in it.of(BearerMoved)]


def test_a_cold_site_proves_its_backup_once_and_then_sends_nothing_over_it() -> None:
    it = cold_world()
    it.run(60)
    assert orders(it) == [(Order.BRING_UP, Why.TEST), (Order.TEAR_DOWN, Why.IDLE)]
    assert [fact.ok for fact in it.of(BearerTested)] == [True]
    assert any(isinstance(c, Beat) and c.over is BACKUP for _, c in it.done)
    assert it.verdict(BACKUP) is Verdict.UNKNOWN
    before = it.probes(BACKUP)
    it.run(2_000)
    assert it.probes(BACKUP) == before


def test_a_cold_site_dials_and_switches_when_its_line_dies() -> None:
    it = cold_world()
    it.run(60)
    it.dead.add(PRIMARY)
    it.run(6)
    assert it.route is BACKUP
    assert it.state.failover.line is Line.BACKUP
    it.dead.clear()
    it.run(120)
    assert it.route is PRIMARY
    assert not it.session
    assert orders(it)[2:] == [(Order.BRING_UP, Why.NEEDED), (Order.TEAR_DOWN, Why.IDLE)]


def test_a_cold_site_whose_modem_finds_no_network_stays_and_tries_on() -> None:
    it = cold_world()
    it.run(60)
    it.undialled, it.dial_s = "no network", 10.0
    it.dead.add(PRIMARY)
    it.run(60)
    assert it.route is PRIMARY
    assert it.state.failover.line is Line.ISOLATED
    # One that repeats is on record once, and is tried for as long as the outage lasts.
    assert orders(it)[2:] == [(Order.BRING_UP, Why.NEEDED)]
    tries = [at_s for at_s, c in it.done if isinstance(c, Bear)]
    assert len(tries) >= 5
    it.undialled = ""
    it.run(30)
    assert it.route is BACKUP


def test_a_restart_in_an_outage_keeps_the_session() -> None:
    it = cold_world()
    it.run(60)
    it.dead.add(PRIMARY)
    it.run(10)
    it.restart()
    it.run(60)
    assert it.route is BACKUP
    assert it.session
    assert len(it.switches()) == 1


def test_a_restart_remembers_when_the_backup_was_proven() -> None:
    it = cold_world()
    it.run(60)
    it.restart()
    it.run(3600)
    assert len(it.of(BearerTested)) == 1


def test_a_session_that_dies_in_silence_is_made_anew_and_nothing_moves() -> None:
    config = world.settings((Layer.ICMP,))
    it = World(replace(config, bearer=BearerSettings(modem=True)))
    it.run(20)
    it.dead.add(BACKUP)
    it.run(600)
    assert (Order.TEAR_DOWN, Why.MENDING) in orders(it)
    assert not it.switches()
    it.dead.clear()
    it.run(60)
    assert it.verdict(BACKUP) is Verdict.UP


def test_a_late_word_of_an_order_that_was_given_up_changes_nothing() -> None:
    it = cold_world()
    it.run(60)
    before = (it.state.metered, it.probes(BACKUP))
    it.happen(BearerDone(Order.BRING_UP, ok=True, took_ms=1.0))
    assert (it.state.metered, it.probes(BACKUP)) == before


def test_the_modem_s_word_is_no_order() -> None:
    it = cold_world()
    it.run(60)
    it.happen(BearerTold(None))
    assert uplinks.verdict(it.state.judges, BACKUP) is Verdict.UNKNOWN
    assert math.isfinite(it.wake_s())


def test_a_spent_budget_tests_nothing() -> None:
    it = cold_world()
    often = replace(it.config.bearer, test_s=300.0)
    it.config = replace(it.config, bearer=often, budget=BudgetSettings(monthly_bytes=100))
    it.restart()
    it.run(500)
    tests = len(it.of(BearerTested))
    assert tests >= 2
    it.happen(Counted(Ledger(tally=Tally(users=100)), 0.0))
    it.run(1000)
    assert len(it.of(BearerTested)) == tests
