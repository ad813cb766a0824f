"""The rule by which the router's power is cut: every reason against it, one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.core import incident, powercycle
from notanker.core.cause import Detail, Diagnosis
from notanker.core.facts import (
    CauseKnown,
    DrillAsked,
    Fact,
    Opened,
    PowerCycled,
    PowerCycleOrdered,
    PrimaryBack,
)
from notanker.core.incident import Incident
from notanker.core.moment import Moment
from notanker.core.names import Cause, Confidence, Line
from notanker.core.powercycle import Power, PowerCycleSettings, Refusal, Situation

SETTINGS = PowerCycleSettings(enabled=True, after_s=600.0, per_day=2, off_s=15.0, boot_s=300.0)
ROUTER = Diagnosis(Cause.ROUTER, "first hop silent", Detail(Confidence.CERTAIN))


def at(seconds: float, *, boot: str = "b1", trusted: bool = True) -> Moment:
    return Moment(seconds, 1_800_000_000.0 + seconds, trusted, boot)


def outage(*facts: Fact, cause: Cause = Cause.ROUTER) -> Incident:
    opened = Opened(at(0.0), 17, cause, "first hop silent", Line.BACKUP)
    (one,) = incident.fold([opened, *facts]).open
    return one


NOW = at(700.0)
DUE = Situation(NOW, outage(), ROUTER, mains=True)


def refused(power: Power = Power(), situation: Situation = DUE) -> Refusal | None:  # noqa: B008
    return powercycle.refusal(SETTINGS, power, situation)


def ordered(*seconds: float, **moment: Any) -> Power:
    facts: list[Fact] = []
    for one in seconds:
        facts += [
            PowerCycleOrdered(at(one, **moment), 16, 15.0, ""),
            PowerCycled(at(one), 16, ok=True),
        ]
    return powercycle.recall(facts)


def test_after_ten_minutes_of_a_dead_router_its_power_is_cut() -> None:
    assert refused() is None
    assert refused(situation=replace(DUE, mains=None)) is None


@pytest.mark.parametrize(
    ("situation", "reason"),
    [
        (replace(DUE, incident=None), Refusal.NO_OUTAGE),
        (replace(DUE, incident=outage(PrimaryBack(at(650.0), 17))), Refusal.NO_OUTAGE),
        (replace(DUE, incident=outage(cause=Cause.PROVIDER)), Refusal.OTHER_CAUSE),
        (replace(DUE, diagnosis=replace(ROUTER, cause=Cause.PROVIDER)), Refusal.OTHER_CAUSE),
        (replace(DUE, diagnosis=replace(ROUTER, detail=Detail())), Refusal.UNSURE),
        (replace(DUE, mains=False), Refusal.NO_MAINS),
        (replace(DUE, hands_off=True), Refusal.HANDS_OFF),
        (replace(DUE, now=at(599.0)), Refusal.TOO_SOON),
    ],
)
def test_it_is_left_alone(situation: Situation, reason: Refusal) -> None:
    assert refused(situation=situation) is reason


def test_it_is_left_alone_unless_the_operator_allows_it() -> None:
    assert powercycle.refusal(PowerCycleSettings(), Power(), DUE) is Refusal.DISABLED


def test_the_time_counts_from_when_the_router_was_blamed() -> None:
    late = CauseKnown(at(500.0), 17, Cause.ROUTER, "first hop silent")
    situation = replace(DUE, incident=outage(late, cause=Cause.PROVIDER))
    assert refused(situation=situation) is Refusal.TOO_SOON
    assert refused(situation=replace(situation, now=at(1100.0))) is None


def test_it_is_not_cut_twice_at_the_same_time_nor_after_a_crash_within() -> None:
    order = PowerCycleOrdered(at(650.0), 17, 15.0, "")
    running = powercycle.take(Power(), order)
    assert refused(running) is Refusal.RUNNING
    lost = powercycle.recall([order])
    assert lost.lost == 17
    assert refused(lost) is Refusal.RUNNING
    assert powercycle.take(lost, PowerCycled(at(651.0), 17, ok=False)).lost == 0


def test_an_order_counts_though_it_failed() -> None:
    power = powercycle.recall([
        fact
        for second in (0.0, 100.0)
        for fact in (PowerCycleOrdered(at(second), 16, 15.0, ""), PowerCycled(at(second), 16, ok=False))
    ])  # fmt: skip
    assert refused(power, replace(DUE, now=at(20_000.0))) is Refusal.ENOUGH_TODAY


def test_a_day_later_it_may_be_cut_again() -> None:
    power = ordered(0.0, 100.0)
    assert refused(power, replace(DUE, now=at(86_399.0))) is Refusal.ENOUGH_TODAY
    assert refused(power, replace(DUE, now=at(86_401.0))) is None


def test_a_router_that_starts_has_not_failed_again() -> None:
    assert refused(ordered(600.0)) is Refusal.BOOTING
    starts = replace(DUE, now=at(600.0 + 15.0 + 300.0 + 1.0))
    assert refused(ordered(600.0), starts) is Refusal.TOO_SOON
    assert refused(ordered(600.0), replace(DUE, now=at(600.0 + 15.0 + 300.0 + 600.0))) is None


def test_after_a_reboot_without_a_clock_every_order_counts_as_just_now() -> None:
    power = ordered(0.0, boot="b0")
    unsure = at(90_000.0, trusted=False)
    assert refused(power, replace(DUE, now=unsure)) is Refusal.BOOTING
    assert len(powercycle.today(power, unsure)) == 1


def test_for_an_hour_after_somebody_asked_for_a_drill_it_is_left_alone() -> None:
    power = powercycle.recall([DrillAsked(at(0.0), "panel", "panel")])
    assert refused(power) is Refusal.DRILL
    assert refused(power, replace(DUE, now=at(3601.0))) is None


@given(
    st.lists(st.floats(0.0, 200_000.0), max_size=60),
    st.integers(1, 5),
    st.floats(0.0, 1000.0),
)
def test_whenever_it_is_asked_it_never_orders_more_than_allowed_in_a_day(
    asked: list[float], per_day: int, boot_s: float
) -> None:
    settings = replace(SETTINGS, per_day=per_day, boot_s=boot_s, after_s=0.0)
    power, orders = Power(), []
    for now_s in sorted(asked):
        situation = replace(DUE, now=at(now_s))
        if powercycle.refusal(settings, power, situation) is None:
            power = powercycle.take(power, PowerCycleOrdered(situation.now, 17, 15.0, ""))
            power = powercycle.take(power, PowerCycled(situation.now, 17, ok=True))
            orders.append(now_s)
    for now_s in orders:
        assert sum(0 <= now_s - other < 86_400 for other in orders) <= per_day
    for one, two in zip(orders, orders[1:], strict=False):  # noqa: RUF007 - pairs, both named
        assert two - one >= settings.off_s + settings.boot_s
