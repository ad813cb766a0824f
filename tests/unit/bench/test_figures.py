"""The bench's arithmetic: what stands in its table is what was measured."""

import math
from pathlib import Path

import pytest
from bench.figures import FIGURES, Figure, p95
from bench.routewatch import Change, RouteWatch
from bench.table import Results, render

BAR = Figure("outage, s", goal=1.0, stretch=0.8, goal_p95=1.3)


def test_the_95th_percentile_of_twenty_is_the_last_but_one() -> None:
    assert p95([float(n) for n in range(20, 0, -1)]) == 19
    assert p95([3.0]) == 3


@pytest.mark.parametrize(
    ("values", "met"),
    [
        ([0.7] * 3, "stretch"),
        ([0.9] * 3, "yes"),
        ([1.1] * 3, "NO"),
        ([0.7] * 18 + [1.4] * 2, "NO"),  # the median is well, the tail is not
        ([0.7] * 19 + [1.4], "stretch"),
        ([0.7, 1.4, 0.7], "stretch"),  # too few runs to speak of a tail
        ([math.inf] * 3, "NO"),
        ([], ""),
    ],
)
def test_a_bar_is_met_by_median_and_tail(values: list[float], met: str) -> None:
    assert BAR.met(values) == met


def test_what_never_happened_says_so() -> None:
    assert BAR.cell([1.0, math.inf, math.inf]) == "never (1.00-never; 3)"
    assert BAR.cell([1.0] * 20) == "1.00, p95 1.00 (1.00-1.00; 20)"
    assert BAR.cell([]) == "-"


def test_the_table_holds_numbers_words_and_bars() -> None:
    results = Results()
    results.add("notanker", {"half_s": 1.5, "half_cause": "half_dead"})
    results.add("other", {"half_s": math.inf})
    lines = render(results, ["notanker", "other"], {"other": "1.2"}).splitlines()
    assert [cell.strip() for cell in lines[0].split("|")[5:7]] == ["notanker", "other 1.2"]
    assert [cell.strip() for cell in lines[2].split("|")[2:7]] == [
        "<= 2",
        "1.2",
        "yes",
        "1.50 (1.50-1.50; 1)",
        "never (never-never; 1)",
    ]
    assert "half_dead (1)" in lines[3]
    assert len(lines) == 4


def test_every_goal_has_a_number_and_every_stretch_a_goal() -> None:
    for figure in FIGURES.values():
        assert figure.stretch is None or (figure.goal is not None and figure.stretch < figure.goal)


def test_the_way_of_traffic_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "routes.txt"
    path.write_text("1.0 primary\n5.0 down\n5.1 lte\n9.0 prim", encoding="ascii")
    routes = RouteWatch(path)
    assert routes.changes(since_s=2.0) == [Change(5.1, "lte")]
    assert routes.way() == "lte"
    assert routes.link_lost_s(2.0) == 5.0
    assert routes.link_lost_s(6.0) == math.inf
