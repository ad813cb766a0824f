"""The dead man's switch: who is called silent, when, and who never is."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.central.conftest import Hands, Makers

from notanker.core.moment import Moment
from notanker.core.names import Cause, Line, Uplink
from notanker_central import views
from notanker_central.states import State
from notanker_central.store import Store
from notanker_central.watch import PAUSE_S, STEP_S, Look, Watched, decide
from notanker_central.watcher import Watcher

LOOK = Look(1000.0, 500.0)
SOON = Look(1001.0, 501.0)


@pytest.mark.parametrize(
    ("state", "due_s", "silent"),
    [
        (State.OK, 1001.0, True),
        (State.OK, 1001.5, False),
        (State.BACKUP, 900.0, True),
        (State.ISOLATED, 900.0, True),
        (State.SILENT, 900.0, False),
        (State.NEVER, 900.0, False),
        (State.OK, None, False),
    ],
)
def test_an_overdue_site_is_silent_once(state: State, due_s: float | None, silent: bool) -> None:
    assert bool(decide(LOOK, SOON, [Watched("nord", state, due_s)]).silent) is silent


@pytest.mark.parametrize(
    ("last", "now"),
    [
        (None, LOOK),
        (LOOK, Look(1100.0, 600.0)),  # nobody looked for 100 s
        (LOOK, Look(4600.0, 501.0)),  # the clock was put forward
        (LOOK, Look(100.0, 501.0)),  # or back
        (LOOK, Look(1060.0, 501.0)),  # the machine slept: the steady clock stood still
    ],
)
def test_the_centre_blames_no_site_for_its_own_absence(last: Look | None, now: Look) -> None:
    decision = decide(last, now, [Watched("nord", State.OK, 0.0)])
    assert decision.fresh_grace
    assert decision.silent == ()


_moment = st.floats(0, 1e6)


@given(
    st.floats(0, PAUSE_S),
    st.floats(-STEP_S / 2, STEP_S / 2),
    st.sampled_from(State),
    _moment | st.none(),
)
def test_exactly_the_overdue_sites_that_are_waited_for_fall_silent(
    passed: float, drift: float, state: State, due_s: float | None
) -> None:
    now = Look(LOOK.wall_s + passed + drift, LOOK.steady_s + passed)
    waited_for = state not in (State.SILENT, State.NEVER)
    expected = waited_for and due_s is not None and due_s <= now.wall_s
    assert decide(LOOK, now, [Watched("nord", state, due_s)]).silent == (
        ("nord",) if expected else ()
    )


@given(st.floats(-1e9, 1e9), st.floats(0, 1e9))
def test_a_jump_of_the_wall_clock_alone_silences_nobody(jump: float, passed: float) -> None:
    now = Look(LOOK.wall_s + passed + jump, LOOK.steady_s + passed)
    decision = decide(LOOK, now, [Watched("nord", State.OK, LOOK.wall_s + passed + 2 * STEP_S)])
    assert decision.silent == ()


def alarms(store: Store) -> list[views.AlarmView]:
    with store.read() as connection:
        return views.alarms(connection)


def state_of(store: Store, site: str = "nord") -> State:
    with store.read() as connection:
        view = views.one(connection, site)
    assert view is not None
    return view.state


def watch_for(watcher: Watcher, hands: Hands, seconds: float) -> None:
    for _ in range(int(seconds)):
        hands.move(1.0)
        watcher.look()


@pytest.fixture
def watcher(store: Store, hands: Hands) -> Watcher:
    watcher = Watcher(store, hands.clock)
    watcher.look()
    return watcher


def test_a_silent_site_opens_one_alarm_and_its_next_beat_closes_it(
    store: Store, make: Makers, hands: Hands, watcher: Watcher
) -> None:
    store.take(make.beat(1), hands.wall_s)
    watch_for(watcher, hands, 139)
    assert state_of(store) is State.OK
    watch_for(watcher, hands, 60)
    assert state_of(store) is State.SILENT
    assert [alarm.closed_s for alarm in alarms(store)] == [None]
    store.take(make.beat(2), hands.wall_s)
    assert state_of(store) is State.OK
    assert [alarm.closed_s for alarm in alarms(store)] == [hands.wall_s]


def test_a_replayed_beat_wakes_no_silent_site(
    store: Store, make: Makers, hands: Hands, watcher: Watcher
) -> None:
    store.take(make.beat(1), hands.wall_s)
    watch_for(watcher, hands, 160)
    store.take(make.beat(1), hands.wall_s)
    assert state_of(store) is State.SILENT


def test_a_site_that_never_reported_is_no_alarm(
    store: Store, hands: Hands, watcher: Watcher
) -> None:
    watch_for(watcher, hands, 300)
    assert alarms(store) == []


def test_after_a_restart_every_site_has_its_whole_patience_again(
    store: Store, make: Makers, hands: Hands, watcher: Watcher
) -> None:
    store.take(make.beat(1), hands.wall_s)
    hands.move(100_000.0)  # the centre was down
    again = Watcher(store, hands.clock)
    again.look()
    watch_for(again, hands, 139)
    assert alarms(store) == []
    watch_for(again, hands, 2)
    assert len(alarms(store)) == 1


def test_an_open_alarm_survives_a_restart_and_is_opened_once(
    store: Store, make: Makers, hands: Hands, watcher: Watcher
) -> None:
    store.take(make.beat(1), hands.wall_s)
    watch_for(watcher, hands, 141)
    hands.move(1000.0)
    again = Watcher(store, hands.clock)
    again.look()
    watch_for(again, hands, 300)
    assert len(alarms(store)) == 1


def test_many_sites_fall_silent_in_bounded_steps(
    store: Store, make: Makers, hands: Hands, watcher: Watcher
) -> None:
    names = [f"s{n}" for n in range(2500)]
    store.list_sites([make.site(name) for name in ["nord", *names]])
    for name in names:
        store.take(make.beat(1, site=name), hands.wall_s)
    hands.move(1.0)
    watcher.look()
    hands.steady_s += 150  # as if time had passed with a look each second
    hands.wall_s += 150
    watcher._last = Look(hands.wall_s - 1, hands.steady_s - 1)
    store.take(make.beat(1, site="nord"), hands.wall_s)
    assert watcher.look() is True
    assert watcher.look() is False
    with store.read() as connection:
        assert views.open_alarms(connection) == 2500


def test_a_failing_database_ends_no_watch(store: Store, hands: Hands, watcher: Watcher) -> None:
    with store.write() as connection:
        connection.exec_driver_sql("ALTER TABLE site RENAME TO gone")
    stop = Countdown(looks=3)
    watcher.run(stop)
    assert stop.looks == 0


class Countdown(threading.Event):
    """Stops the watch after some looks, without waiting in between."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self.looks = looks

    def is_set(self) -> bool:
        return self.looks == 0

    def wait(self, timeout: float | None = None) -> bool:
        self.looks -= 1
        return self.looks == 0


def hear(store: Store, make: Makers, hands: Hands, counter: int, sites: list[str]) -> None:
    for site in sites:
        store.take(make.beat(counter, site=site), hands.wall_s)


SITES = ["nord", "sued", "west", "ost"]


def kinds(store: Store) -> list[tuple[str, bool]]:
    with store.read() as connection:
        rows = connection.exec_driver_sql("SELECT kind, closed_s FROM alarm ORDER BY id").all()
    return [(row[0], row[1] is None) for row in rows]


@pytest.fixture
def fleet(store: Store, make: Makers) -> Store:
    store.list_sites([make.site(name) for name in SITES])
    return store


def test_a_centre_that_hears_nobody_blames_itself_and_no_site(
    fleet: Store, make: Makers, hands: Hands, watcher: Watcher
) -> None:
    hear(fleet, make, hands, 1, SITES)
    watch_for(watcher, hands, 400)
    assert kinds(fleet) == [("deaf", True)]
    hear(fleet, make, hands, 2, ["nord"])
    watch_for(watcher, hands, 1)
    assert kinds(fleet) == [("deaf", False)]
    watch_for(watcher, hands, 139)  # every site has its whole patience again
    assert state_of(fleet, "sued") is State.OK


def test_a_deaf_centre_stays_deaf_over_a_restart(
    fleet: Store, make: Makers, hands: Hands, watcher: Watcher
) -> None:
    hear(fleet, make, hands, 1, SITES)
    watch_for(watcher, hands, 200)
    again = Watcher(fleet, hands.clock)
    watch_for(again, hands, 400)
    assert kinds(fleet) == [("deaf", True)]


def test_while_one_site_is_heard_the_others_are_silent(
    fleet: Store, make: Makers, hands: Hands, watcher: Watcher
) -> None:
    hear(fleet, make, hands, 1, SITES)
    for counter in range(2, 6):
        watch_for(watcher, hands, 50)
        hear(fleet, make, hands, counter, ["nord"])
    assert kinds(fleet) == [("silent", True)] * 3


def test_the_last_beat_says_what_silenced_a_site(
    store: Store, make: Makers, hands: Hands, watcher: Watcher
) -> None:
    store.take(make.beat(1, cause=Cause.OWN_POWER), hands.wall_s)
    store.take(make.beat(1, site="sued", line=Line.ISOLATED), hands.wall_s)
    watch_for(watcher, hands, 160)
    with store.read() as connection:
        rows = connection.exec_driver_sql("SELECT site, hint FROM alarm").all()
    assert {row[0]: row[1] for row in rows} == {"nord": "power", "sued": "isolated"}


def test_a_backup_that_nothing_proves_is_an_alarm_while_beats_arrive(
    store: Store, make: Makers, hands: Hands
) -> None:
    watcher = Watcher(store, hands.clock, proof_s=600.0)
    counter = 0

    def minutes(count: int, over: Uplink) -> None:
        nonlocal counter
        for _ in range(count):
            counter += 1
            store.take(make.beat(counter, over=over), hands.wall_s)
            watch_for(watcher, hands, 60)

    minutes(1, Uplink.BACKUP)
    minutes(9, Uplink.PRIMARY)
    assert kinds(store) == []
    minutes(4, Uplink.PRIMARY)
    assert kinds(store) == [("proof", True)]
    minutes(2, Uplink.BACKUP)
    assert kinds(store) == [("proof", False)]


def test_a_proof_that_the_site_tells_of_counts_as_one(
    store: Store, make: Makers, hands: Hands
) -> None:
    watcher = Watcher(store, hands.clock, proof_s=600.0)
    for counter in range(1, 20):
        told = Moment(1.0, hands.wall_s - 30, trusted=True, boot="boot-1")
        store.take(make.beat(counter, lte_proven=told), hands.wall_s)
        watch_for(watcher, hands, 60)
    assert kinds(store) == []
