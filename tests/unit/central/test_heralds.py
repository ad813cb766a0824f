"""Three of the fleet speak for all when the centre is mute: always three, and the same ones."""

from __future__ import annotations

from tests.unit.central.conftest import Makers

from notanker_central.heralds import FEW, KEPT_S
from notanker_central.store import Store


def heralds(store: Store, make: Makers, names: list[str], counter: int, now_s: float) -> list[str]:
    beats = [make.beat(counter, name) for name in names]
    taken = store.take_all(beats, now_s)
    return [name for name, one in zip(names, taken, strict=True) if one and one.ack.herald]


def test_of_a_thousand_sites_three_are_chosen_and_stay_chosen(store: Store, make: Makers) -> None:
    names = [f"site-{number}" for number in range(1000)]
    store.list_sites([make.site(name) for name in names])
    first = heralds(store, make, names, 1, 0.0)
    assert len(first) == FEW
    assert heralds(store, make, names, 2, 2 * KEPT_S) == first


def test_a_fleet_of_two_has_two(store: Store, make: Makers) -> None:
    assert heralds(store, make, ["nord", "sued"], 1, 0.0) == ["nord", "sued"]


def test_the_place_of_one_that_is_gone_is_taken_by_another(store: Store, make: Makers) -> None:
    names = [f"site-{number}" for number in range(50)]
    store.list_sites([make.site(name) for name in names])
    first = heralds(store, make, names, 1, 0.0)
    left = [name for name in names if name != first[0]]
    store.list_sites([make.site(name) for name in left])
    second = heralds(store, make, left, 2, KEPT_S + 1)
    assert len(second) == FEW
    assert set(first) - {first[0]} < set(second)
