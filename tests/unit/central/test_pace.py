"""How much an address may ask for."""

from __future__ import annotations

import pytest
from tests.unit.central.conftest import Hands

from notanker_central.public import pace
from notanker_central.public.pace import Pace, network_of


def test_a_burst_is_answered_and_what_comes_after_it_as_fast_as_said(hands: Hands) -> None:
    limit = Pace(hands.clock, 3, 60.0)
    assert [limit.allows("192.0.2.1") for _ in range(4)] == [True, True, True, False]
    hands.move(2)
    assert [limit.allows("192.0.2.1") for _ in range(3)] == [True, True, False]
    hands.move(3600)
    assert [limit.allows("192.0.2.1") for _ in range(4)] == [True, True, True, False]


def test_one_address_does_not_count_for_another(hands: Hands) -> None:
    limit = Pace(hands.clock, 1, 1.0)
    assert limit.allows("192.0.2.1")
    assert limit.allows("192.0.2.2")
    assert not limit.allows("192.0.2.1")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", ""),
        ("x" * 500, "x" * 64),
    ],
)
def test_a_subscriber_is_one_address(address: str, network: str) -> None:
    assert network_of(address) == network


def test_what_is_remembered_is_bounded(hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "MOST_ADDRESSES", 2)
    limit = Pace(hands.clock, 1, 1.0)
    for number in range(3):
        assert limit.allows(f"192.0.2.{number}")
    assert not limit.allows("192.0.2.2")
    assert limit.allows("192.0.2.0"), "forgotten"
