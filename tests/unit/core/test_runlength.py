"""Run lengths: the exact tables, and the rule of several anchors beside a simulation of it.

One probe each 30 ms; a year has 365.25 days.
"""

from __future__ import annotations

import math
import random

import pytest

from notanker.core import evidence, runlength
from notanker.core.evidence import AnchorMind
from notanker.core.forecast import YEAR_S
from notanker.core.settings import Evidence

BURST_S = 0.03


def a_year(run_probes: float, interval_s: float = BURST_S) -> float:
    return YEAR_S / interval_s / run_probes


@pytest.mark.parametrize(
    ("threshold", "dead_s", "at_60_s", "at_40_s", "at_20", "at_15", "at_10"),
    [
        (10, 0.30, 0.76, 3.6, 7790, 295, 3.4),
        (14, 0.39, 1.07, 6.3, 137, 1.2, 0.002),
        (17, 0.48, 1.31, 8.6, 6.7, 0.02, 1e-5),
        (19, 0.54, 1.47, 10.3, 0.9, 0.001, 2e-7),
        (21, 0.60, 1.62, 12.0, 0.12, 8.5e-5, 5e-9),
        (24, 0.66, 1.86, 14.8, 0.006, 1.5e-6, 2e-11),
    ],
)
def test_one_stream_has_the_delays_and_false_verdicts_of_the_exact_table(
    threshold: float,
    dead_s: float,
    at_60_s: float,
    at_40_s: float,
    at_20: float,
    at_15: float,
    at_10: float,
) -> None:
    """Delays to 4 %, false verdicts a year to what one digit can tell."""
    test = Evidence(down_nats=threshold)
    assert runlength.single(test, 1.0).mean() * BURST_S == pytest.approx(dead_s, abs=1e-6)
    assert runlength.single(test, 0.6).mean() * BURST_S == pytest.approx(at_60_s, rel=0.02)
    assert runlength.single(test, 0.4).mean() * BURST_S == pytest.approx(at_40_s, rel=0.04)
    assert a_year(runlength.single(test, 0.2).mean()) == pytest.approx(at_20, rel=0.08)
    assert a_year(runlength.single(test, 0.15).mean()) == pytest.approx(at_15, rel=0.35)
    assert a_year(runlength.single(test, 0.1).mean()) == pytest.approx(at_10, rel=0.25)


@pytest.mark.parametrize(
    ("losses", "interval_s", "at_1", "at_5", "at_10", "at_20"),
    [
        (1, 1.0, 316_000, 1.6e6, 3.2e6, 6.3e6),
        (3, 2.0, 15.6, 1870, 14_200, 102_000),
        (3, 0.3, 104, 12_500, 94_800, 679_000),
        (3, 5.0, 6.3, 750, 5690, 40_700),
        (3, 3.0, 10.4, 1250, 9480, 67_900),
        (5, 10.0, 0.0003, 0.94, 28, 808),
    ],
)
def test_so_many_losses_in_a_row_switch_as_often_as_the_table_of_others_says(
    losses: int, interval_s: float, at_1: float, at_5: float, at_10: float, at_20: float
) -> None:
    wanted = {0.01: at_1, 0.05: at_5, 0.1: at_10, 0.2: at_20}
    for loss, rate in wanted.items():
        run = runlength.in_a_row(loss, losses)
        assert a_year(run, interval_s) == pytest.approx(rate, rel=0.06)


def test_the_grid_is_a_fraction_so_near_that_no_verdict_moves() -> None:
    up, down, nats = runlength.grid(Evidence())
    assert (up, down) == (65, 41)
    assert up * nats == pytest.approx(math.log(3), rel=3e-4)
    assert down * nats == pytest.approx(math.log(2), rel=3e-4)


def test_a_dead_line_takes_exactly_the_losses_that_fill_every_share() -> None:
    for anchors, losses in ((1, 20), (2, 20), (3, 21), (4, 20)):
        assert runlength.quorum(Evidence(), anchors, 1.0).mean() == pytest.approx(losses)


def test_where_nothing_is_lost_there_is_no_verdict() -> None:
    assert runlength.single(Evidence(), 0.0).mean() == math.inf
    assert runlength.quorum(Evidence(), 3, 0.0).mean() == math.inf


def test_one_anchor_alone_is_one_stream() -> None:
    alone = runlength.quorum(Evidence(down_nats=8.0), 1, 0.2).mean()
    assert alone == pytest.approx(runlength.single(Evidence(down_nats=8.0), 0.2).mean(), rel=0.05)


def test_three_anchors_that_must_agree_are_wrong_less_often_than_one_stream() -> None:
    for loss in (0.05, 0.1, 0.2):
        alone = runlength.single(Evidence(), loss).per_probe
        assert runlength.quorum(Evidence(), 3, loss).per_probe < 0.6 * alone


def simulated_mean(test: Evidence, loss: float, verdicts: int) -> float:
    """Return the mean number of probes to a verdict, of the very functions that the agent runs."""
    dice = random.Random(7)  # noqa: S311 - a dice, not a key
    worth = evidence.steps(test, 3)
    minds = [AnchorMind()] * 3
    probes = seen = 0
    while seen < verdicts:
        turn = probes % 3
        lost = dice.random() < loss
        minds[turn] = (
            evidence.lose(minds[turn], worth, 0.0, "")
            if lost
            else evidence.win(minds[turn], worth, 0.0, 0.02, late=False)
        )
        probes += 1
        if lost and all(mind.down >= worth.share for mind in minds):
            seen, minds = seen + 1, [AnchorMind()] * 3
    return probes / verdicts


@pytest.mark.parametrize(
    ("threshold", "loss", "verdicts", "within"),
    [(5.0, 0.2, 300, 0.15), (21.0, 0.6, 300, 0.12), (21.0, 0.4, 300, 0.30)],
)
def test_three_anchors_take_as_long_as_a_simulation_of_them(
    threshold: float, loss: float, verdicts: int, within: float
) -> None:
    """300 verdicts tell the mean to 6 % (one sigma) where they come at random; the seed is fixed."""
    test = Evidence(down_nats=threshold)
    mean = runlength.quorum(test, 3, loss).mean()
    assert mean == pytest.approx(simulated_mean(test, loss, verdicts), rel=within)


def test_the_first_of_several_layers_comes_sooner_and_a_least_time_is_kept() -> None:
    run = runlength.quorum(Evidence(), 3, 0.6)
    assert run.mean(streams=3) < run.mean()
    assert run.mean(streams=3, least=61) >= 61
    assert run.mean(least=10_000) == pytest.approx(10_000)
