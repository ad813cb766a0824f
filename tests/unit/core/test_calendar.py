"""The site's calendar, checked against the standard library's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.core import calendar
from notanker.core.calendar import Window, window_of
from notanker.core.moment import Moment

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOUR_S = 3600.0


def at(text: str, *, trusted: bool = True) -> Moment:
    wall_s = (datetime.fromisoformat(text).replace(tzinfo=UTC) - EPOCH).total_seconds()
    return Moment(1.0, wall_s, trusted)


@given(st.integers(0, 2_900_000))
def test_a_day_has_the_date_that_everybody_gives_it(days: int) -> None:
    day = (EPOCH + timedelta(days=days)).date()
    assert calendar.civil(days) == (day.year, day.month, day.day)


@pytest.mark.parametrize(
    ("now", "first_day", "offset_s", "month"),
    [
        ("2026-11-25T19:00:00", 1, 0.0, "2026-11-01"),
        ("2026-11-25T19:00:00", 26, 0.0, "2026-10-26"),
        ("2026-11-26T00:00:00", 26, 0.0, "2026-11-26"),
        ("2027-01-03T00:00:00", 5, 0.0, "2026-12-05"),
        ("2026-12-31T23:30:00", 1, HOUR_S, "2027-01-01"),  # already the new year in Berlin
        ("2027-01-01T00:30:00", 1, -HOUR_S, "2026-12-01"),
        ("2038-01-19T03:14:08", 1, 0.0, "2038-01-01"),  # one second past 32 bits
    ],
)
def test_a_month_begins_on_the_site_s_own_day(
    now: str, first_day: int, offset_s: float, month: str
) -> None:
    assert calendar.month_of(at(now), offset_s, first_day) == month


@pytest.mark.parametrize(
    "now",
    [
        at("2026-11-25T19:00:00", trusted=False),
        at("1970-01-01T00:01:00"),
        at("2024-12-31T23:59:59"),
        Moment(1.0, 1e18),
        Moment(1.0, float("nan")),
        Moment(1.0, float("inf")),
    ],
)
def test_a_time_that_cannot_be_is_no_time(now: Moment) -> None:
    assert calendar.month_of(now, 0.0, 1) == ""


def test_without_a_zone_there_is_no_local_time() -> None:
    assert calendar.month_of(at("2026-11-25T19:00:00"), None, 1) == ""


@given(st.floats(calendar.EARLIEST_S, calendar.LATEST_S - 1), st.integers(1, 28))
def test_months_never_go_back_while_time_goes_on(wall_s: float, first_day: int) -> None:
    one = calendar.month_of(Moment(1.0, wall_s), 0.0, first_day)
    later = calendar.month_of(
        Moment(1.0, min(wall_s + 86_400, calendar.LATEST_S - 1)), 0.0, first_day
    )
    assert "2024-12-01" <= one <= later


NIGHT = Window(19 * 3600, 6 * 3600)


@pytest.mark.parametrize(
    ("now", "opens_in_s"),
    [
        ("2026-11-25T18:59:00", 60.0), ("2026-11-25T19:00:00", 0.0), ("2026-11-26T00:00:00", 0.0),
        ("2026-11-26T05:59:59", 0.0), ("2026-11-26T06:00:00", 13 * HOUR_S),
    ],
)  # fmt: skip
def test_a_window_may_span_midnight(now: str, opens_in_s: float) -> None:
    assert NIGHT.opens_in_s(at(now), 0.0) == opens_in_s


def test_a_window_is_the_site_s_own_time() -> None:
    assert NIGHT.opens_in_s(at("2026-11-25T18:00:00"), HOUR_S) == 0.0


def test_without_a_clock_there_is_no_window() -> None:
    assert NIGHT.opens_in_s(at("2026-11-25T12:00:00", trusted=False), 0.0) == 0.0
    assert NIGHT.opens_in_s(at("2026-11-25T12:00:00"), None) == 0.0


@given(
    st.integers(0, 86_399), st.integers(0, 86_399), st.floats(calendar.EARLIEST_S, 4e9),
    st.integers(-14, 14),
)  # fmt: skip
def test_a_window_is_open_when_it_said_it_would_be(
    opens_s: int, closes_s: int, wall_s: float, hours: int
) -> None:
    window = Window(opens_s, closes_s)
    wait_s = window.opens_in_s(Moment(1.0, wall_s), hours * HOUR_S)
    assert 0.0 <= wait_s <= 86_400
    if opens_s != closes_s:  # floats of this size are exact to a microsecond, a window to a second
        then = Moment(1.0, wall_s + wait_s + 1e-5)
        assert wait_s == 0.0 or window.opens_in_s(then, hours * HOUR_S) == 0.0


@pytest.mark.parametrize("text", ["19:00-06:00", "00:00-23:59"])
def test_a_window_is_read(text: str) -> None:
    window = window_of(text)
    assert window is not None
    assert window.opens_s == int(text[:2]) * 3600


@pytest.mark.parametrize(
    "text", ["", "19-6", "19:00-24:00", "19:00-19:00", "7:00-8:00", "19:00-06:00 "]
)
def test_what_is_no_window_is_none(text: str) -> None:
    assert window_of(text) is None


@given(st.text(max_size=30))
def test_whatever_is_written_it_is_a_window_or_none(text: str) -> None:
    window = window_of(text)
    assert window is None or 0 <= window.opens_s < 86_400
