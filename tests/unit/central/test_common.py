"""What silent sites have in common: one incident for a region or an operator, none for lost beats."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker_central.alarm.common import Common, Dimension, Tally, Traits, groups
from notanker_central.alarm.grouping import MOST_SINGLE, Fresh, Open, place
from notanker_central.alarm.kinds import Kind

NORTH, SOUTH = Traits("Nord", "alpha", "1.0"), Traits("Süd", "alpha", "1.0")
NORTH_B, SOUTH_B = Traits("Nord", "beta", "1.0"), Traits("Süd", "beta", "1.0")


def fresh(*traits: Traits, kind: Kind = Kind.SILENT) -> list[Fresh]:
    return [Fresh(n, f"s{n}", kind, one) for n, one in enumerate(traits, 1)]


def found(*tallies: Tally) -> list[tuple[Dimension, str]]:
    return [(one.dimension, one.value) for one in groups(tallies)]


def test_a_whole_region_is_one_group() -> None:
    tallies = [Tally(NORTH, 150, 150), Tally(NORTH_B, 150, 149), Tally(SOUTH, 700, 3)]
    assert found(*tallies) == [(Dimension.REGION, "Nord")]


def test_an_operator_across_regions_is_one_group() -> None:
    tallies = [
        Tally(NORTH, 150, 2),
        Tally(NORTH_B, 150, 150),
        Tally(SOUTH, 500, 4),
        Tally(SOUTH_B, 100, 98),
    ]
    assert found(*tallies) == [(Dimension.OPERATOR, "beta")]


def test_a_version_that_was_rolled_out_badly_is_told_as_such() -> None:
    new = [Tally(Traits(region, "alpha", "1.1"), 20, 20) for region in ("Nord", "Süd")]
    old = [Tally(one, 500, 1) for one in (NORTH, SOUTH)]
    assert found(*new, *old) == [(Dimension.VERSION, "1.1")]


def test_two_groups_at_once_are_told_apart() -> None:
    tallies = [
        Tally(Traits("Nord", "alpha"), 100, 100),
        Tally(Traits("Süd", "beta"), 60, 60),
        Tally(Traits("Süd", "alpha"), 400, 0),
        Tally(Traits("West", "alpha"), 400, 0),
    ]
    assert found(*tallies) == [(Dimension.REGION, "Nord"), (Dimension.OPERATOR, "beta")]


def test_nearly_all_sites_are_all_sites() -> None:
    assert found(Tally(NORTH, 50, 45), Tally(SOUTH, 50, 40)) == [(Dimension.ALL, "")]


@pytest.mark.parametrize("share", [0.01, 0.05, 0.2])
def test_lost_beats_alone_make_no_group(share: float) -> None:
    gone = int(1000 * share)
    assert found(Tally(NORTH, 1000, gone), Tally(SOUTH, 1000, gone)) == []


def test_two_silent_sites_of_a_small_region_are_no_group() -> None:
    assert found(Tally(NORTH, 2, 2), Tally(SOUTH, 100, 0)) == []


_tally = st.builds(
    lambda region, operator, total, share: Tally(
        Traits(region, operator), total, int(total * share)
    ),
    st.sampled_from(["Nord", "Süd", ""]),
    st.sampled_from(["alpha", "beta", ""]),
    st.integers(0, 1000),
    st.floats(0, 1),
)


@given(st.lists(_tally, max_size=8))
def test_what_is_found_never_counts_more_than_there_is(tallies: list[Tally]) -> None:
    for one in groups(tallies):
        assert 3 <= one.gone <= one.total
        covered = [tally for tally in tallies if one.covers(tally.traits)]
        assert one.gone <= sum(tally.gone for tally in covered)


@given(
    st.lists(_tally, max_size=6), st.lists(st.sampled_from([NORTH, SOUTH, SOUTH_B]), max_size=12)
)
def test_every_alarm_finds_exactly_one_place(tallies: list[Tally], traits: list[Traits]) -> None:
    alarms = fresh(*traits)
    placed = [one.id for placing in place(alarms, [], tallies, 0.0) for one in placing.alarms]
    assert sorted(placed) == [one.id for one in alarms]


def test_a_few_strangers_get_an_incident_each_and_more_one_together() -> None:
    quiet = [Tally(NORTH, 500, 2), Tally(SOUTH, 500, 2)]
    alone = place(fresh(NORTH, SOUTH, NORTH), [], quiet, 0.0)
    assert [one.common.dimension for one in alone] == [Dimension.SITE] * MOST_SINGLE
    together = place(fresh(NORTH, SOUTH, NORTH, SOUTH), [], quiet, 0.0)
    assert [(one.common.dimension, len(one.alarms)) for one in together] == [(Dimension.SEVERAL, 4)]


def test_the_rest_of_a_region_joins_its_open_incident() -> None:
    region = Open(7, Kind.SILENT, Common(Dimension.REGION, "Nord", 300, 300), 0.0)
    placed = place(fresh(NORTH, NORTH_B), [region], [Tally(NORTH, 150, 150)], 30.0)
    assert [(one.number, len(one.alarms)) for one in placed] == [(7, 2)]


def test_a_scattered_incident_takes_in_what_follows_at_once_and_nothing_later() -> None:
    several = Open(7, Kind.SILENT, Common(Dimension.SEVERAL, "", 9, 9), 0.0)
    assert place(fresh(NORTH), [several], [], 60.0)[0].number == 7
    assert place(fresh(NORTH), [several], [], 600.0)[0].number is None


def test_nobody_is_given_more_incidents_than_can_be_led() -> None:
    singles = [Open(n, Kind.SILENT, Common(Dimension.SITE, f"x{n}", 1, 1), 0.0) for n in range(20)]
    placed = place(fresh(NORTH), singles, [], 60.0)
    assert [one.common.dimension for one in placed] == [Dimension.SEVERAL]
