"""The centre tells a site of a newer plan with the answer to its beat: once, and only of what is whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.central.conftest import Hands, Makers
from tests.unit.plan.signing import Office

from notanker.core.centre_orders import FETCH
from notanker.core.heartbeat import Ack, OrderAnswer
from notanker_central import orders
from notanker_central.calling import Calling
from notanker_central.depot import Depot
from notanker_central.store import Store


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office.open(tmp_path_factory.mktemp("office"))


class Centre:
    """A centre with a depot, and a site that beats."""

    def __init__(self, store: Store, hands: Hands, make: Makers, folder: Path) -> None:
        self.folder = folder
        self.store, self.hands, self.make, self.counter = store, hands, make, 0
        self.depot = Depot(folder / "depot", folder / "archive")
        (folder / "archive").mkdir()
        self.calling = Calling(store, self.depot, hands.clock)

    def depot_of(self, site: str) -> Path:
        return self.folder / "depot" / site

    def beat(self, seq: int, *answers: OrderAnswer, site: str = "nord") -> Ack:
        self.counter += 1
        beat = self.make.beat(self.counter, site=site, plan_seq=seq, answers=answers)
        return self.store.take(beat, self.hands.wall_s)[0]

    def told(self, seq: int, *answers: OrderAnswer, site: str = "nord") -> list[tuple[str, int]]:
        return [
            (order.kind, order.incident) for order in self.beat(seq, *answers, site=site).orders
        ]


@pytest.fixture
def centre(store: Store, hands: Hands, make: Makers, tmp_path: Path) -> Centre:
    return Centre(store, hands, make, tmp_path)


def test_a_site_hears_of_a_newer_plan_until_it_says_that_it_heard(
    centre: Centre, office: Office
) -> None:
    office.signed(centre.depot_of("nord"), "anna", seq=43)
    centre.beat(42)
    centre.beat(42, site="sued")
    centre.calling.look()
    [order] = centre.beat(42).orders
    assert (order.kind, order.incident) == (FETCH, 43)
    assert centre.told(42, site="sued") == [], "its own folder is empty"
    assert centre.told(42) == [(FETCH, 43)], "the answer may have been lost"
    assert centre.told(42, OrderAnswer(order.id, taken=True)) == []
    centre.calling.look()
    assert centre.told(42) == [], "it is told of each number once"
    with centre.store.read() as connection:
        assert orders.last(connection, "nord") == [], "people wanted nothing"


def test_who_has_the_plan_or_a_newer_one_hears_nothing(centre: Centre, office: Office) -> None:
    office.signed(centre.depot_of("nord"), "anna", seq=43)
    centre.beat(43)
    centre.calling.look()
    assert centre.told(44) == []


def test_the_next_number_is_told_of_again(centre: Centre, office: Office) -> None:
    for seq in (43, 44):
        office.signed(centre.depot_of("nord"), "anna", seq=seq)
        centre.beat(seq - 1)
        centre.calling.look()
        [order] = centre.beat(seq - 1).orders
        assert order.incident == seq
        centre.beat(seq, OrderAnswer(order.id, taken=True))


def test_what_is_half_copied_is_not_told_of_before_it_is_whole(
    centre: Centre, office: Office
) -> None:
    folder = centre.depot_of("nord")
    office.signed(folder, "anna", seq=43)
    contacts = (folder / "contacts.toml").read_bytes()
    (folder / "contacts.toml").write_bytes(contacts[:100])
    centre.beat(42)
    centre.calling.look()
    assert centre.told(42) == []
    (folder / "contacts.toml").write_bytes(contacts)
    centre.calling.look()
    assert centre.told(42) == [(FETCH, 43)]


def test_a_site_that_never_reported_is_told_at_its_first_beats(
    centre: Centre, office: Office
) -> None:
    office.signed(centre.depot_of("nord"), "anna", seq=43)
    centre.calling.look()
    assert centre.told(0) == []
    centre.calling.look()
    assert centre.told(0) == [(FETCH, 43)]


def test_a_centre_that_starts_anew_does_not_tell_again(
    centre: Centre, office: Office, store: Store, hands: Hands
) -> None:
    office.signed(centre.depot_of("nord"), "anna", seq=43)
    centre.beat(42)
    centre.calling.look()
    [order] = centre.beat(42).orders
    centre.beat(42, OrderAnswer(order.id, taken=True))
    depot = Depot(centre.folder / "depot", centre.folder / "archive")
    Calling(store, depot, hands.clock).look()
    assert centre.told(42) == []


@pytest.mark.parametrize("manifest", [b"", b"{", b"\xff" * 1000, b'{"seq": "many"}'])
def test_a_manifest_that_is_none_is_no_news(centre: Centre, manifest: bytes) -> None:
    folder = centre.depot_of("nord")
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_bytes(manifest)
    centre.beat(42)
    centre.calling.look()
    assert centre.told(42) == []
