"""A site's LTE in the past: read by the hour, drawn by the day, told in words, small whatever was told."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from tests.unit.central.conftest import START_S, Makers

from notanker_central import rolling
from notanker_central import tables as t
from notanker_central.board import curves
from notanker_central.board.readings import Reading, by_day, bytes_a_day, read
from notanker_central.rolling import HOUR_S
from notanker_central.store import Store

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
HOUR = 1000
BEGIN_S = float(HOUR * HOUR_S)


def settle(store: Store, hour: int = HOUR) -> None:
    with store.write() as connection:
        rolling.settle(connection, hour)


def signals(store: Store, site: str = "nord") -> list[tuple[int, float | None, int | None]]:
    c = t.roll_up.c
    query = select(c.hour, c.signal_dbm, c.lte_used_bytes).where(c.site == site).order_by(c.hour)
    with store.read() as connection:
        return [(row[0], row[1], row[2]) for row in connection.execute(query)]


def test_an_hour_has_the_signal_and_data_of_its_last_beat(store: Store, make: Makers) -> None:
    store.take(make.beat(1, signal_dbm=-80.0), BEGIN_S + 60)
    store.take(make.beat(2, signal_dbm=-97.0, lte_used_bytes=5_000_000), BEGIN_S + 3000)
    settle(store)
    assert signals(store) == [(HOUR, -97.0, 5_000_000)]
    assert signals(store, "sued") == [(HOUR, None, None)]


@pytest.mark.parametrize("received_s", [BEGIN_S - 1, BEGIN_S + 2 * HOUR_S])
def test_a_beat_of_another_time_says_nothing_of_an_hour(
    received_s: float, store: Store, make: Makers
) -> None:
    store.take(make.beat(1, signal_dbm=-80.0), received_s)
    settle(store)
    assert signals(store) == [(HOUR, None, None)]


def test_settling_again_after_a_start_forgets_no_reading(store: Store, make: Makers) -> None:
    store.take(make.beat(1, signal_dbm=-80.0), BEGIN_S + 60)
    settle(store)
    store.take(make.beat(2, signal_dbm=-99.0), BEGIN_S + 5 * HOUR_S)
    settle(store)
    assert signals(store) == [(HOUR, -80.0, None)]


def test_readings_come_in_order_and_only_of_the_time_asked_for(store: Store, make: Makers) -> None:
    for number, dbm in enumerate((-80.0, -90.0, -100.0)):
        store.take(make.beat(number + 1, signal_dbm=dbm), BEGIN_S + number * HOUR_S + 60)
        settle(store, HOUR + number)
    with store.read() as connection:
        found = read(connection, "nord", BEGIN_S + HOUR_S, BEGIN_S + 3 * HOUR_S)
    assert [(one.at_s, one.signal_dbm) for one in found] == [
        (BEGIN_S + 2 * HOUR_S, -90.0),
        (BEGIN_S + 3 * HOUR_S, -100.0),
    ]


def test_a_reading_at_midnight_is_of_the_day_that_ends() -> None:
    midnight_s = dt.datetime(2026, 10, 25, tzinfo=BERLIN).timestamp()
    readings = [Reading(midnight_s + n * HOUR_S, -80.0 - n, None) for n in range(26)]
    days = by_day(readings, BERLIN, midnight_s + 26 * HOUR_S, 3)
    # The clocks went back that day: it had 25 hours.
    assert [len(day.readings) for day in days] == [1, 25, 0]
    assert days[1].to_s - days[1].from_s == 25 * HOUR_S


def test_what_a_day_costs_leaves_the_new_month_out() -> None:
    used = (96_000_000, 100_000_000, 2_000_000, 8_000_000)
    noon_s = START_S
    readings = [Reading(noon_s + n * 86_400.0, None, one) for n, one in enumerate(used)]
    days = by_day(readings, BERLIN, noon_s + 3 * 86_400.0, 4)
    assert bytes_a_day(days) == 5_000_000
    assert bytes_a_day(days[:1]) is None


@given(
    st.lists(
        st.builds(
            Reading,
            st.floats(START_S - 91 * 86_400.0, START_S + 86_400.0),
            st.none() | st.floats(-1000, 1000),
            st.none() | st.integers(0, 2**62),
        ),
        max_size=200,
    ),
    st.none() | st.integers(0, 2**62),
    st.sampled_from((30, 90)),
)
def test_a_picture_stays_small_and_within_its_frame_whatever_was_told(
    readings: list[Reading], limit_bytes: int | None, days: int
) -> None:
    every = by_day(sorted(readings, key=lambda one: one.at_s), BERLIN, START_S, days)
    signal, data = curves.signal(every, "a < b"), curves.data(every, limit_bytes, "data")
    assert "a &lt; b" in signal
    assert signal.count("M") <= curves.MOST_BOXES + 1
    assert data.count("M") <= days + 1
    assert len(signal) + len(data) < 12_000
    for picture in (signal, data):
        places = re.findall(r"M[0-9.]+ ([0-9.e+-]+)[hv](-?[0-9.]+)", picture)
        assert len(places) == picture.count("M")
        assert all(0 <= float(y) <= curves.HEIGHT for y, _ in places)
