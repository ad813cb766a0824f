"""Every recorded night goes the way it is written down (`replay.py` rewrites)."""

from __future__ import annotations

import pytest

from tests.cases.replay import expected, names, replay


def test_there_are_cases() -> None:
    assert len(names()) >= 15


@pytest.mark.parametrize("name", names())
def test_a_recorded_night_goes_the_way_it_is_written_down(name: str) -> None:
    assert replay(name).splitlines() == expected(name).splitlines()


def test_a_recorded_night_is_the_same_each_time() -> None:
    assert replay("carrier_loss") == replay("carrier_loss")
