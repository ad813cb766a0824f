"""Who stays when too many come, and whose turn it is."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from notanker.portal.crowd import TURNS, Crowd, household_of


@dataclass(eq=False)
class Guest:
    household: str
    since_s: float = 0.0
    waiting: bool = True


def entered(crowd: Crowd[Guest], guest: Guest) -> Guest | None:
    leaves = crowd.enter(guest)
    if leaves is not None:
        crowd.leave(leaves)
    return leaves


def test_a_full_house_lets_the_newest_in_and_the_one_go_that_was_waited_for_longest() -> None:
    crowd: Crowd[Guest] = Crowd(most=3, most_each=3)
    guests = [Guest(f"10.0.0.{n}", since_s=n) for n in range(3)]
    assert [entered(crowd, guest) for guest in guests] == [None] * 3
    assert entered(crowd, Guest("10.0.0.9", 9)) is guests[0]
    assert len(crowd) == 3


def test_one_that_is_being_answered_stays_while_another_only_waits() -> None:
    crowd: Crowd[Guest] = Crowd(most=2, most_each=2)
    answered, idle = Guest("10.0.0.1", 0, waiting=False), Guest("10.0.0.2", 5)
    for guest in (answered, idle):
        entered(crowd, guest)
    assert entered(crowd, Guest("10.0.0.3", 6)) is idle


def test_a_flood_from_one_address_is_at_its_own_cost() -> None:
    crowd: Crowd[Guest] = Crowd(most=10, most_each=4)
    honest = Guest("10.0.0.1", 0)
    entered(crowd, honest)
    gone = [entered(crowd, Guest("10.0.0.66", n)) for n in range(1, 50)]
    assert honest not in gone
    assert honest in crowd.all()
    assert len(crowd) == 5


def test_many_from_one_address_make_room_before_one_from_another() -> None:
    crowd: Crowd[Guest] = Crowd(most=4, most_each=4)
    honest, flood = Guest("10.0.0.1", 0), [Guest("10.0.0.66", n) for n in (1, 2, 3)]
    for guest in (honest, *flood):
        entered(crowd, guest)
    assert entered(crowd, Guest("10.0.0.2", 9)) is flood[0]


def test_leaving_twice_is_leaving_once() -> None:
    crowd: Crowd[Guest] = Crowd()
    guest = Guest("10.0.0.1")
    crowd.enter(guest)
    crowd.leave(guest)
    crowd.leave(guest)
    assert len(crowd) == 0


def test_nobody_gets_more_turns_than_his_share_of_a_round() -> None:
    crowd: Crowd[Guest] = Crowd()
    assert [crowd.takes_turn("a") for _ in range(TURNS + 1)] == [True] * TURNS + [False]
    assert crowd.takes_turn("b")
    crowd.next_round()
    assert crowd.takes_turn("a")


@pytest.mark.parametrize(
    ("address", "household"),
    [
        ("10.42.0.7", "10.42.0.7"),
        ("::ffff:10.42.0.7", "10.42.0.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("fe80::1%wlan0", "fe80::"),
        ("somewhere", "somewhere"),
    ],
)
def test_a_household_is_an_address_or_a_network_of_ipv6(address: str, household: str) -> None:
    assert household_of(address) == household
