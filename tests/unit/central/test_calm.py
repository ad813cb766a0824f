"""Beats that tell nothing new go a short way, which leads to the same place as the long one."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from tests.unit.central.conftest import START_S, make_beat, make_event, make_site

from notanker.beat import packed
from notanker.core.heartbeat import Ack, Beat, OrderAnswer
from notanker.core.moment import Moment
from notanker.core.names import Line, Uplink
from notanker_central import orders, sites, taking, views
from notanker_central import tables as t
from notanker_central.opening import Opened
from notanker_central.store import Store
from notanker_central.taken import Taken

# Three that speak for all, whose beats go the long way always, and two more.
HERALDS = ("mitte", "west", "nord")
QUIET, OTHER = "ost", "sued"
NAMES = (*HERALDS, QUIET, OTHER)


def told(beat: Beat) -> Opened:
    """Return the beat as the seal gives it."""
    record = packed.pack(beat)
    return Opened(beat.site, beat.counter, record, packed.read(record), 1, b"")


@pytest.fixture
def make_store(tmp_path: Path) -> Iterator[Callable[[], Store]]:
    made: list[Store] = []

    def make() -> Store:
        store = Store(f"sqlite:///{tmp_path}/central-{len(made)}.sqlite")
        store.list_sites([make_site(name) for name in NAMES])
        made.append(store)
        return store

    yield make
    for store in made:
        store.close()


@pytest.fixture
def store(make_store: Callable[[], Store]) -> Store:
    return make_store()


@pytest.fixture
def long_ways(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The counters of the beats that went the long way."""
    counters: list[int] = []
    taken = taking._take

    def noting(connection, bulk, some, now_s, calm):  # type: ignore[no-untyped-def]
        counters.extend(one.counter for one in some)
        return taken(connection, bulk, some, now_s, calm)

    monkeypatch.setattr(taking, "_take", noting)
    return counters


def take(store: Store, *beats: Beat, now_s: float = START_S) -> list[Taken | None]:
    return store.take_told([told(beat) for beat in beats], now_s)


def quiet(counter: int, **values: object) -> Beat:
    return make_beat(counter, site=QUIET, **{"same": True, **values})


def whole(counter: int, **values: object) -> Beat:
    return make_beat(counter, site=QUIET, **values)


def view(store: Store, site: str = QUIET) -> views.SiteView:
    with store.read() as connection:
        found = views.one(connection, site)
    assert found is not None
    return found


def test_a_quiet_beat_goes_the_short_way_and_is_seen_at_once(
    store: Store, long_ways: list[int]
) -> None:
    take(store, whole(1, operator="Beispiel Mobil", plan_seq=7, events=(make_event(1),)))
    (taken,) = take(store, quiet(2, signal_dbm=-99.0, findings=3), now_s=START_S + 60)
    assert taken is not None
    assert (taken.newest, taken.ack.stored_to) == (True, 1)
    assert packed.unpack_ack(taken.record, 2) == Ack(2, 1)
    seen = view(store)
    assert seen.beat is not None
    assert (seen.beat.counter, seen.beat.signal_dbm, seen.beat.findings) == (2, -99.0, 3)
    assert (seen.beat.operator, seen.beat.plan_seq, seen.beat.same) == ("Beispiel Mobil", 7, False)
    assert seen.received_s == START_S + 60
    assert long_ways == [1]


@pytest.mark.parametrize(
    "odd",
    [
        whole(3),
        quiet(3, line=Line.BACKUP),
        quiet(3, over=Uplink.BACKUP),
        quiet(3, interval_s=900.0),
        quiet(3, events=(make_event(1),)),
        quiet(3, answers=(OrderAnswer(1, taken=True),)),
        quiet(3, lte_proven=Moment(0.0, START_S, trusted=True)),
        quiet(2),
        quiet(1),
    ],
)
def test_whatever_is_not_as_before_goes_the_long_way(
    store: Store, long_ways: list[int], odd: Beat
) -> None:
    take(store, whole(1))
    take(store, quiet(2))
    take(store, odd)
    assert long_ways == [1, odd.counter]


def test_a_replay_of_a_quiet_beat_is_refused_and_counted(store: Store) -> None:
    take(store, whole(1))
    take(store, quiet(2), quiet(3))
    (again,) = take(store, quiet(2))
    assert again is not None
    assert not again.newest
    assert view(store).old_beats == 1


def test_a_quiet_beat_behind_another_one_does_not_overtake_it(
    store: Store, long_ways: list[int]
) -> None:
    take(store, whole(1))
    batch = [quiet(2), quiet(3, line=Line.BACKUP), quiet(4, line=Line.BACKUP)]
    assert [one and one.newest for one in take(store, *batch)] == [True] * 3
    assert long_ways == [1, 3, 4]
    assert view(store).state == "backup"


def change_interval(store: Store) -> None:
    with store.write() as connection:
        sites.change(connection, QUIET, {"interval_s": 5.0, "grace_s": 7.0})


def fall_silent(store: Store) -> None:
    with store.write() as connection:
        silent = {"state": "silent", "due_s": None}
        connection.execute(t.site.update().where(t.site.c.id == QUIET).values(**silent))


def another_receiver(store: Store) -> None:
    other = Store(str(store.engine.url))
    take(other, whole(5, events=(make_event(1),)))
    other.close()


def want_something(store: Store) -> None:
    with store.write() as connection:
        orders.place(connection, QUIET, 1, "Anna", "centre", START_S, START_S)


@pytest.mark.parametrize("change", [change_interval, fall_silent, another_receiver, want_something])
def test_what_somebody_else_changed_is_found_out(
    store: Store, long_ways: list[int], change: Callable[[Store], None]
) -> None:
    take(store, whole(1))
    take(store, quiet(2))
    change(store)
    long_ways.clear()
    (taken,) = take(store, quiet(9))
    assert taken is not None
    assert taken.newest
    assert long_ways == [9]
    assert view(store).state == "ok"
    with store.read() as connection:
        row = connection.execute(select(t.site).where(t.site.c.id == QUIET)).one()
    assert row.due_s == START_S + max(row.interval_s, 60.0) + row.grace_s
    assert taken.ack.stored_to == max(row.stored_to, 0)
    assert len(taken.ack.orders) == (change is want_something)


def test_a_counter_that_another_receiver_has_taken_is_no_newest(store: Store) -> None:
    take(store, whole(1))
    take(store, quiet(2))
    other = Store(str(store.engine.url))
    take(other, quiet(9))
    other.close()
    (again,) = take(store, quiet(9))
    assert again is not None
    assert not again.newest


def test_one_that_does_not_stand_as_remembered_costs_no_other_its_beat(store: Store) -> None:
    both = (whole(1), make_beat(1, site=OTHER))
    take(store, *both)
    fall_silent(store)
    batch = [make_beat(2, site=OTHER, same=True), quiet(2)]
    assert [one and one.newest for one in take(store, *batch)] == [True, True]
    assert (view(store).state, view(store, OTHER).state) == ("ok", "ok")


beats = st.lists(
    st.builds(
        lambda site, counter, values: make_beat(counter, site=site, **values),
        st.sampled_from((*NAMES, "nowhere")),
        st.integers(1, 12),
        st.fixed_dictionaries(
            {"same": st.booleans()},
            optional={
                "line": st.sampled_from((Line.PRIMARY, Line.BACKUP)),
                "over": st.just(Uplink.BACKUP),
                "interval_s": st.sampled_from((60.0, 900.0)),
                "signal_dbm": st.sampled_from((-90.0, None)),
                "lte_proven": st.builds(
                    Moment, st.just(0.0), st.integers(0, 9).map(lambda s: START_S + s)
                ),
                "events": st.integers(1, 5).map(lambda n: (make_event(n),)),
            },
        ),
    ),
    max_size=12,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(batches=st.lists(beats, max_size=4))
def test_both_ways_lead_to_the_same_place(
    make_store: Callable[[], Store], batches: list[list[Beat]]
) -> None:
    short, long = make_store(), make_store()
    for second, batch in enumerate(batches):
        now_s = START_S + second
        opened = [told(beat) for beat in batch]
        found = short.take_told(opened, now_s)
        expected = long.take_told(opened, now_s)
        long._calm.forget(opened)
        assert [shown(one) for one in found] == [shown(one) for one in expected]
    assert [view(short, name) for name in NAMES] == [view(long, name) for name in NAMES]
    assert rows(short) == rows(long)


def shown(taken: Taken | None) -> object:
    return taken and (taken.newest, dataclasses.replace(taken.ack, counter=0))


def rows(store: Store) -> list[object]:
    columns = [c for c in t.site.c if c.name != "latest"]
    with store.read() as connection:
        kept = connection.execute(select(*columns).order_by(t.site.c.id)).all()
        flips = connection.execute(select(t.flip.c.site, t.flip.c.before, t.flip.c.after)).all()
        journal = connection.execute(select(t.event.c.site, t.event.c.position)).all()
    return [*map(tuple, kept), sorted(map(tuple, flips)), sorted(map(tuple, journal))]
