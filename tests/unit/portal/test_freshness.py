"""How far the plan can be relied on, in a colour and in words; nothing is ever hidden for it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import msgspec
import pytest
from tests.unit.portal.world import NOW, World, accepted, ago

from notanker.core.moment import Moment
from notanker.plan.index import Index, decoded
from notanker.plan.outcome import Standing as Stored
from notanker.portal.freshness import Standing, freshness
from notanker.portal.times import Times, zone_of

DAY_S = 86_400.0
TODAY = dt.date(2026, 11, 22)


def index(**values: object) -> Index:
    found = decoded((accepted() / "current" / "index.json").read_bytes())
    assert found is not None
    return msgspec.structs.replace(found, **values)


def times(*, sure: bool = True) -> Times:
    return Times("de", NOW, zone_of("Europe/Berlin"), sure)


def signed(days: float) -> Moment:
    return Moment(0.0, NOW.wall_s - days * DAY_S)


@pytest.mark.parametrize(
    ("values", "standing", "mood"),
    [
        ({}, Standing(), "ok"),
        ({}, Standing(contact=signed(6.9)), "ok"),
        ({}, Standing(contact=signed(7.1)), "plain"),
        ({}, Standing(contact=signed(29)), "plain"),
        ({}, Standing(contact=signed(31)), "warn"),
        ({"verified": TODAY - dt.timedelta(180)}, Standing(), "ok"),
        ({"verified": TODAY - dt.timedelta(181)}, Standing(), "warn"),
        ({"review_by": TODAY}, Standing(), "ok"),
        ({"review_by": TODAY - dt.timedelta(1)}, Standing(), "bad"),
        ({}, Standing(lapsed=ago(60), good=ago(3600)), "bad"),
        ({"review_by": None, "verified": None, "issued": None}, Standing(), "ok"),
    ],
)
def test_the_colour_follows_review_contact_and_signature(
    values: dict[str, object], standing: Standing, mood: str
) -> None:
    found = freshness(index(**values), standing, times())
    assert found.mood == mood
    assert bool(found.reasons) == (mood in ("warn", "bad"))


def test_the_age_is_told_in_days() -> None:
    assert freshness(index(), Standing(), times()).age == "20 Tage alt"
    assert freshness(index(issued=TODAY), Standing(), times()).age == "von heute"


def test_while_the_clock_is_unsure_no_days_are_counted() -> None:
    found = freshness(
        index(review_by=dt.date(2020, 1, 1)), Standing(contact=signed(99)), times(sure=False)
    )
    assert (found.mood, found.age, found.reasons) == ("plain", "", ())
    lapsed = freshness(index(), Standing(lapsed=ago(60)), times(sure=False))
    assert lapsed.mood == "bad", "that a signature lapsed needs no clock"


def test_a_signature_that_lapsed_is_on_each_page_and_hides_none(world: World) -> None:
    told = Stored(fingerprint="x", good=ago(3600), lapsed=ago(60))
    (world.files.plan_store / "standing.json").write_bytes(msgspec.json.encode(told))
    for path in ("/de/", "/kontakte", "/druck", "/suche", "/massnahme/lte-umschaltung"):
        page = world.text(path)
        assert (
            "Die Unterschrift dieses Plans gilt nicht mehr. Zuletzt gültig geprüft: 09:54 Uhr."
            in page
        )
        assert 'class="reasons p-bad"' in page
    assert "+49 30 23125 110" in world.text("/kontakte")


def test_each_page_says_version_mark_and_age_and_so_does_each_sheet(world: World) -> None:
    mark = index().fingerprint[:8]
    for path in ("/de/", "/kontakte", "/massnahmen", "/suche", "/leitung", "/verbinden"):
        page = world.text(path)
        assert "Fassung 2026-11 (Nr. 42) vom 2.11.2026, 20 Tage alt" in page
        assert page.count(mark) == 2, "at the foot of the page, and of each printed sheet"
        assert "@page{@bottom-left{content:" in page


def test_a_title_cannot_leave_the_style(world: World) -> None:
    file = world.files.plan_store / "current" / "index.json"
    odd = msgspec.structs.replace(index(), title={"de": '";}</style><script>\\', "en": "x"})
    file.write_bytes(msgspec.json.encode(odd))
    page = world.text("/kontakte")
    assert "<script" not in page
    assert page.count("</style>") == 2


def test_a_plan_without_an_agent_still_tells_what_the_store_knows(bare: World) -> None:
    bare.with_plan()
    told = Stored(lapsed=replace(ago(60), trusted=False))
    (bare.files.plan_store / "standing.json").write_bytes(msgspec.json.encode(told))
    assert "gilt nicht mehr" in bare.text("/kontakte")
