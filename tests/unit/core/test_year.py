"""The year's simulation: what is skipped is not missed, and what it counts is what it says.

Its long form is `bench/year.py`.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from bench import year_lines, year_score, year_tables
from bench.year_lines import BACKUP, BOTH, PRIMARY, Episode
from bench.year_world import Life

from notanker.core.names import Uplink, Verdict


def seen(life: Life) -> list[tuple[str, float]]:
    """Return all that is written down or done, to the microsecond."""
    facts = [(type(fact).__name__, round(fact.at.boot_s, 6)) for fact in life.facts]
    return facts + [(to, round(at_s, 6)) for at_s, to in life.switches]


EVENTFUL = (
    Episode(600, 600.3, PRIMARY, "micro-cut"),
    Episode(660, 670, PRIMARY, "retrain"),
    Episode(760, 790, BOTH, "anchor", anchor=1),
    Episode(900, 905, BACKUP, "lte"),
    Episode(960, 962, PRIMARY, "burst", loss=0.3),
    Episode(1020, 1030, PRIMARY, "brown-out", loss=0.6),
)


@pytest.mark.parametrize(("loss", "seed"), [(0.0, 1), (0.001, 2), (0.01, 3)])
def test_a_life_with_skips_is_the_same_life(loss: float, seed: int) -> None:
    line = replace(year_lines.FIBRE, loss=loss)
    lives = [Life(line, EVENTFUL, seed=seed, skipping=skipping) for skipping in (False, True)]
    for life in lives:
        life.run(1200)
    whole, skipped = lives
    assert seen(skipped) == seen(whole)
    assert skipped.probes == whole.probes
    assert skipped.events < whole.events
    assert {to for _, to in whole.switches} == set(Uplink), "the life is worth comparing"


def test_calm_is_skipped_almost_whole() -> None:
    life = Life(replace(year_lines.FIBRE, loss=0.0))
    life.run(86_400)
    assert life.probes > 170_000
    assert life.events < 2000
    assert all(judge.verdict is Verdict.UP for judge in life.state.judges.values())


def test_no_cut_up_to_half_a_second_moves_traffic_and_each_of_a_second_and_a_half_does() -> None:
    """Fifteen of each here; a thousand in the bench."""
    found = [year_tables.cuts(*kind) for kind in year_tables.kinds(15, seed=1)]
    assert {row.moved for row in found if row.title in {"up to 0.5 s", "0.5 s"}} == {0}
    assert {row.moved for row in found if row.title == "1.5 s"} == {15}


def test_the_same_seed_gives_the_same_year_and_another_one_another() -> None:
    line = year_lines.LINES["dsl"]
    first = year_lines.year(line, 200, seed=1)
    assert first == year_lines.year(line, 200, seed=1) != year_lines.year(line, 200, seed=2)
    assert {e.kind for e in first} == {
        "micro-cut", "retrain", "reconnect", "fault", "lte", "anchor", "maintenance",
    }  # fmt: skip


def cut(start_s: float, end_s: float, uplinks: frozenset[Uplink] = PRIMARY) -> Episode:
    return Episode(start_s, end_s, uplinks, "cut")


def test_the_score_tells_what_was_wanted_from_what_was_not() -> None:
    episodes = (
        cut(100, 110),  # seen after 1.2 s
        cut(200, 200.4),  # short, moved traffic all the same
        cut(300, 301),  # between the limits, moved
        cut(400, 410),  # missed
        cut(500, 520, BACKUP),
        cut(505, 510),  # nowhere to go: no outage that could be seen
    )
    switches = [
        (101.2, Uplink.BACKUP), (140.0, Uplink.PRIMARY),
        (200.3, Uplink.BACKUP), (240.0, Uplink.PRIMARY),
        (300.95, Uplink.BACKUP), (340.0, Uplink.PRIMARY),
        (700.0, Uplink.BACKUP), (740.0, Uplink.PRIMARY),  # for nothing
    ]  # fmt: skip
    found = year_score.score(episodes, switches, days=1)
    assert (found.outages, found.missed, found.short, found.between) == (2, 1, 1, 1)
    assert found.false == 2
    assert found.detect_s == pytest.approx((1.2,))
    assert found.alone_s == pytest.approx(10 + 0.4 + 1 + 10 + 5)
    assert found.down_s == pytest.approx(1.2 + 0.3 + 0.95 + 10 + 5)


def test_a_counted_verdict_is_as_frequent_as_the_exact_figure() -> None:
    """200 verdicts: one sigma is 7 %; the seed is fixed."""
    row = next(iter(year_tables.counted(200, seed=1)))
    assert row.single_counted == pytest.approx(row.single, rel=0.15)
    assert row.quorum_counted == pytest.approx(row.quorum, rel=0.2)
