"""A site's hours, added up out of its flips."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from tests.unit.central.conftest import Makers

from notanker.core.names import Line
from notanker_central import rolling
from notanker_central import tables as t
from notanker_central.rolling import HOUR_S, Flip, seconds_by_state
from notanker_central.states import State
from notanker_central.store import Store

BEGIN_S = 1000.0 * HOUR_S


def hours(store: Store, site: str = "nord") -> dict[int, dict[str, float]]:
    query = select(t.roll_up).where(t.roll_up.c.site == site, t.roll_up.c.settled)
    with store.read() as connection:
        rows = connection.execute(query).mappings().all()
    return {
        row["hour"]: {name: row[name] for name in rolling.SECONDS.values() if row[name]}
        for row in rows
    }


def settle_all(store: Store, hour: int) -> None:
    after: str | None = ""
    while after is not None:
        with store.write() as connection:
            after = rolling.settle(connection, hour, after)


def test_an_hour_is_split_where_the_state_changed(store: Store, make: Makers) -> None:
    store.take(make.beat(1), BEGIN_S - 10)
    store.take(make.beat(2, line=Line.BACKUP), BEGIN_S + 600)
    store.take(make.beat(3), BEGIN_S + 900)
    settle_all(store, 1000)
    assert hours(store) == {1000: {"ok_s": 3300.0, "backup_s": 300.0}}
    assert hours(store, "sued") == {1000: {"never_s": 3600.0}}


def test_an_hour_that_is_settled_late_knows_nothing_of_what_came_after(
    store: Store, make: Makers
) -> None:
    store.take(make.beat(1), BEGIN_S - 10)
    store.take(make.beat(2, line=Line.BACKUP), BEGIN_S + HOUR_S + 5)
    settle_all(store, 1000)
    assert hours(store) == {1000: {"ok_s": 3600.0}}


def test_settling_twice_changes_nothing(
    store: Store, make: Makers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rolling, "AT_ONCE", 1)  # each site in a transaction of its own
    store.take(make.beat(1), BEGIN_S + 1800)
    settle_all(store, 1000)
    settle_all(store, 1000)
    assert hours(store) == {1000: {"ok_s": 1800.0, "never_s": 1800.0}}


def test_hours_are_settled_once_each_and_made_up_for(store: Store, make: Makers) -> None:
    store.take(make.beat(1), BEGIN_S)
    with store.write() as connection:
        assert rolling.next_hour(connection, BEGIN_S + HOUR_S - 1) == 999
        rolling.settle(connection, 999)
        assert rolling.next_hour(connection, BEGIN_S + HOUR_S - 1) is None
        assert rolling.next_hour(connection, BEGIN_S + 3 * HOUR_S) == 1000
        rolling.settle(connection, 1000)
        assert rolling.next_hour(connection, BEGIN_S + 3 * HOUR_S) == 1001


@given(st.lists(st.tuples(st.floats(-50, 4000), st.sampled_from(State)), max_size=9), st.data())
def test_the_seconds_of_an_hour_are_3600_whatever_the_clock_did(
    changes: list[tuple[float, State]], data: st.DataObject
) -> None:
    state = data.draw(st.sampled_from(State))
    flips = [Flip(at_s, state, after) for at_s, after in changes]
    seconds = seconds_by_state(flips, state, 0.0, HOUR_S)
    assert sum(seconds.values()) == pytest.approx(HOUR_S)
    assert all(value >= 0 for value in seconds.values())
