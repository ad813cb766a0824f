"""When a contact is reached."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.core.moment import Moment
from notanker.plan.duty import duty


def covered(availability: str, when: str) -> bool:
    moment = dt.datetime.fromisoformat(when).replace(tzinfo=dt.UTC)
    now = Moment(1.0, moment.timestamp())
    hours = duty(availability)
    return not hours or any(one.covers(now, 0.0) for one in hours)


@pytest.mark.parametrize(
    ("availability", "when", "reached"),
    [
        ("24x7", "2026-11-22T03:00", True),
        ("Mo-Fr 08-18", "2026-11-27T08:00", True),  # a Friday
        ("Mo-Fr 08-18", "2026-11-27T18:00", False),
        ("Mo-Fr 08-18", "2026-11-28T12:00", False),
        ("Mo-Do 8-17, Fr 8:00-14:30", "2026-11-27T14:29", True),
        ("Mo-Do 8-17, Fr 8:00-14:30", "2026-11-27T15:00", False),
        ("Mon-Fri 08:00-18:00", "2026-11-25T09:00", True),
        ("Fr 22-06", "2026-11-28T05:00", True),  # Saturday morning belongs to Friday's night
        ("Fr 22-06", "2026-11-27T05:00", False),
        ("Sa-Mo 00-24", "2026-11-23T23:59:59.999", True),
        ("Sa-Mo 00-24", "2026-11-24T00:00", False),
        ("nach Absprache", "2026-11-24T00:00", True),
        ("Xy 08-18", "2026-11-24T00:00", True),
        ("", "2026-11-24T00:00", True),
    ],
)
def test_the_hours_are_those_that_are_written(availability: str, when: str, reached: bool) -> None:
    assert covered(availability, when) is reached


def test_without_a_clock_everybody_is_reached() -> None:
    (hours,) = duty("Mo-Fr 08-18")
    assert hours.covers(Moment(1.0, 0.0, trusted=False), 3600.0)
    assert hours.covers(Moment(1.0, 1_790_000_000.0), None)


@given(st.text(max_size=200))
def test_whatever_is_written_it_is_read(text: str) -> None:
    duty(text)
