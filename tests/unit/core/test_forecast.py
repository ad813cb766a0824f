"""The forecast: what an operator's wishes amount to, in seconds, switches and megabytes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from notanker.core import forecast
from notanker.core.names import LINE_LAYERS, Layer, Uplink
from notanker.core.settings import Anchor, Evidence, Settings
from tests.unit.core import world

SHIPPED = world.settings(LINE_LAYERS)


def changed(settings: Settings, **pace: float) -> Settings:
    """Return the same with another pace for the layers that are asked often."""
    watches = tuple(
        replace(w, pace=replace(w.pace, **pace)) if w.layer is not Layer.HTTP else w
        for w in settings.watches
    )
    return replace(settings, watches=watches)


def test_as_shipped_a_cut_is_seen_within_the_goals() -> None:
    found = forecast.forecast(SHIPPED)
    assert found.quiet.mean_s == pytest.approx(1.16)
    assert found.quiet.most_s == pytest.approx(1.41)
    assert found.busy.mean_s == pytest.approx(0.91)
    assert found.half_dead is not None
    assert found.half_dead.mean_s == pytest.approx(1.41)
    assert found.brown_out_s[60] <= 4
    assert found.brown_out_s[40] <= 20


def test_as_shipped_false_switches_are_as_rare_as_wished() -> None:
    found = forecast.forecast(SHIPPED)
    assert found.false_switches[20] == pytest.approx(0.2, rel=0.1)
    assert found.false_switches[10] < 1e-3
    assert found.false_switches[5] < found.false_switches[10]


def test_a_burst_that_needs_longer_than_the_tolerated_gap_decides() -> None:
    slow = changed(SHIPPED, burst_s=0.1)
    # 21 losses: the first waits for its time-out, twenty follow, and so does the last one's time-out.
    assert forecast.forecast(slow).quiet.mean_s == pytest.approx(0.25 + 0.1 + 20 * 0.1 + 0.1)


def test_layers_that_take_turns_are_never_far_away() -> None:
    watches = forecast.deciding(SHIPPED)
    wait = forecast.waiting(watches)
    assert (wait.mean_s, wait.most_s) == pytest.approx((0.25, 0.5))
    crowded = changed(SHIPPED, phase_s=0.0)
    assert forecast.waiting(forecast.deciding(crowded)).most_s == pytest.approx(1.0)


@pytest.mark.parametrize("calm_s", [0.01, 0.7, 3.0, 59.0, 86_400.0])
def test_any_interval_has_a_wait_of_half_of_it(calm_s: float) -> None:
    watch = SHIPPED.watches[0]
    watch = replace(watch, pace=replace(watch.pace, calm_s=calm_s))
    assert forecast.waiting([watch]).mean_s == pytest.approx(calm_s / 2)


def test_a_site_that_asks_seldom_is_foretold_too() -> None:
    watches = tuple(
        replace(w, pace=replace(w.pace, calm_s=60.0), idle_s=60.0) for w in SHIPPED.watches
    )
    found = forecast.forecast(replace(SHIPPED, watches=watches))
    assert found.quiet.mean_s > 1
    assert found.quiet.most_s <= 60.91


def test_a_site_without_services_knows_of_no_half_dead_line() -> None:
    assert forecast.forecast(world.settings()).half_dead is None


@pytest.mark.parametrize("wished", [1000.0, 50.0, 2.0, 0.2, 0.01, 1e-6])
def test_the_threshold_keeps_false_switches_as_rare_as_wished_and_no_rarer(wished: float) -> None:
    nats = forecast.down_nats(wished, 0.03, (3, 3, 3))
    assert rate(nats) <= wished
    assert rate(nats - 1.5) > wished


def rate(nats: float) -> float:
    watches = tuple(
        replace(watch, evidence=Evidence(down_nats=nats))
        for watch in world.settings((Layer.ICMP, Layer.DNS, Layer.TCP)).watches
    )
    return forecast.false_switches(replace(SHIPPED, watches=watches), 0.2)


def test_the_threshold_as_shipped_is_21_nats() -> None:
    assert forecast.down_nats(0.2, 0.03, (3, 3, 3)) == pytest.approx(21, abs=0.3)


def test_probes_have_the_sizes_that_were_measured_on_the_wire() -> None:
    """IP packets of both directions, captured on an interface: echo, A record, connection, 204."""
    address = "203.0.113.1"
    measured = {
        Anchor(Layer.ICMP, address): 56,
        Anchor(Layer.DNS, address, 53, "anchor1.example"): 138,
        Anchor(Layer.TCP, address, 443): 172,
        Anchor(Layer.HTTP, address, 80, "/generate_204", "anchor1.example"): 738,
    }
    assert {anchor: forecast.probe_bytes(anchor) for anchor in measured} == measured
    assert forecast.probe_bytes(Anchor(Layer.ICMP, "2001:db8::1")) == 96


def test_the_idle_backup_costs_a_few_megabytes_a_month() -> None:
    assert forecast.megabytes(SHIPPED, Uplink.BACKUP) < 6
    often = tuple(replace(watch, idle_s=1.0) for watch in SHIPPED.watches)
    assert forecast.megabytes(replace(SHIPPED, watches=often), Uplink.BACKUP) > 1000
