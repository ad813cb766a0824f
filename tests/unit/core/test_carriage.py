"""By what a beat travels: as configured, the next when one fails, back by trying."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.core import carriage
from notanker.core.budget import Beats
from notanker.core.carriage import FAILURES, LONGEST_REST_S, REST_S, Carriage
from notanker.core.names import Carrier, Uplink, Waiting
from notanker.core.settings import CarrierSettings

HTTPS, UDP, MQTT = Carrier.HTTPS, Carrier.UDP, Carrier.MQTT
PRIMARY, BACKUP = Uplink.PRIMARY, Uplink.BACKUP
BOTH = CarrierSettings((UDP, HTTPS), (UDP, HTTPS))


def lived(
    settings: CarrierSettings,
    over: Uplink,
    works: Callable[[Carrier, int], bool],
    times: range,
    waiting: Waiting = Waiting.NOTHING,
) -> list[Carrier]:
    """Return what beats at these seconds travelled by."""
    state, found = Carriage(), []
    for now_s in times:
        by = carriage.choose(state, settings, over, Beats.ALL, now_s)
        found.append(by)
        ok = works(by, now_s)
        state = carriage.done(state, over, by, ok=ok, now_s=now_s, waiting=waiting)
    return found


def test_the_first_of_the_order_carries_while_it_works() -> None:
    assert set(lived(BOTH, PRIMARY, lambda *_: True, range(0, 600, 60))) == {UDP}


def test_one_that_fails_thrice_gives_way_and_comes_back_by_trying() -> None:
    """A firewall that drops datagrams until second 900."""
    by = lived(BOTH, PRIMARY, lambda one, now_s: one is HTTPS or now_s > 900, range(0, 1500, 5))
    assert by[:3] == [UDP] * FAILURES
    until = int(REST_S / 5) + 2
    assert set(by[3:until]) == {HTTPS}
    assert by[until] is UDP, "one beat tries it again"
    assert by[-1] is UDP
    assert by.count(UDP) - by[by.index(UDP, 180) :].count(UDP) <= FAILURES + 2


def test_with_all_of_them_silent_the_site_goes_on_trying_all() -> None:
    by = lived(BOTH, BACKUP, lambda *_: False, range(0, 86_400, 60))
    assert {one: by.count(one) > 400 for one in (UDP, HTTPS)} == {UDP: True, HTTPS: True}


def test_what_failed_while_the_centre_was_away_is_forgiven_when_it_is_back() -> None:
    state = Carriage()
    for now_s in range(20):
        for by in (UDP, HTTPS):
            state = carriage.done(state, BACKUP, by, ok=False, now_s=now_s, waiting=Waiting.NOTHING)
    state = carriage.done(state, BACKUP, UDP, ok=True, now_s=30.0, waiting=Waiting.NOTHING)
    assert state.of(BACKUP, HTTPS).failures == 0


def test_one_that_is_blocked_is_not_forgiven_because_another_works() -> None:
    state = Carriage()
    for now_s in range(FAILURES):
        state = carriage.done(state, BACKUP, UDP, ok=False, now_s=now_s, waiting=Waiting.NOTHING)
    state = carriage.done(state, BACKUP, HTTPS, ok=True, now_s=30.0, waiting=Waiting.NOTHING)
    assert carriage.choose(state, BOTH, BACKUP, Beats.ALL, 31.0) is HTTPS


def test_each_line_has_its_own_order_and_its_own_failures() -> None:
    settings = CarrierSettings((HTTPS,), (UDP, HTTPS))
    state = Carriage()
    assert carriage.choose(state, settings, PRIMARY, Beats.ALL, 0.0) is HTTPS
    assert carriage.choose(state, settings, BACKUP, Beats.ALL, 0.0) is UDP
    for now_s in range(FAILURES):
        state = carriage.done(state, BACKUP, UDP, ok=False, now_s=now_s, waiting=Waiting.NOTHING)
    assert carriage.choose(state, settings, BACKUP, Beats.ALL, 5.0) is HTTPS
    assert carriage.choose(state, CarrierSettings((UDP,)), PRIMARY, Beats.ALL, 5.0) is UDP


@pytest.mark.parametrize("beats", [Beats.THINNED, Beats.CHANGES])
def test_a_scarce_budget_takes_what_costs_least_over_lte_alone(beats: Beats) -> None:
    settings = CarrierSettings((HTTPS, MQTT, UDP), (HTTPS, MQTT, UDP))
    assert carriage.choose(Carriage(), settings, BACKUP, Beats.ALL, 0.0) is HTTPS
    assert carriage.choose(Carriage(), settings, BACKUP, beats, 0.0) is UDP
    assert carriage.choose(Carriage(), settings, PRIMARY, beats, 0.0) is HTTPS


def test_history_takes_what_has_room_while_it_costs_nothing() -> None:
    waiting = Carriage(waiting=Waiting.MORE)
    assert carriage.choose(waiting, BOTH, PRIMARY, Beats.ALL, 0.0) is HTTPS
    assert carriage.choose(waiting, BOTH, BACKUP, Beats.ALL, 0.0) is UDP


@pytest.mark.parametrize("over", Uplink)
def test_what_fits_into_no_datagram_goes_by_what_has_room(over: Uplink) -> None:
    """Even where nobody asked for https: every centre has that door, and history would stand still."""
    waiting = Carriage(waiting=Waiting.TOO_LARGE)
    for settings in (BOTH, CarrierSettings((UDP,), (UDP,))):
        assert carriage.choose(waiting, settings, over, Beats.ALL, 0.0) is HTTPS


def test_where_https_is_blocked_datagrams_go_on() -> None:
    only = CarrierSettings((UDP,), (UDP,))
    by = lived(only, PRIMARY, lambda one, _: one is UDP, range(0, 3600, 60), Waiting.TOO_LARGE)
    assert by.count(UDP) > 40


@given(
    order=st.permutations([HTTPS, UDP, MQTT]),
    ends=st.lists(
        st.tuples(st.booleans(), st.floats(0, 600), st.sampled_from(Waiting)), max_size=60
    ),
    over=st.sampled_from(Uplink),
    beats=st.sampled_from(Beats),
)
def test_some_carrier_is_always_named_and_none_rests_for_ever(
    order: list[Carrier], ends: list[tuple[bool, float, Waiting]], over: Uplink, beats: Beats
) -> None:
    settings = CarrierSettings(tuple(order), tuple(order))
    state, now_s = Carriage(), 0.0
    for ok, pause_s, waiting in ends:
        now_s += pause_s
        by = carriage.choose(state, settings, over, beats, now_s)
        assert by in order
        state = carriage.done(state, over, by, ok=ok, now_s=now_s, waiting=waiting)
        rests_s = (one.rests_until_s - now_s for one in state.standings.values())
        assert all(rest_s <= LONGEST_REST_S for rest_s in rests_s)


def texts(per_day: int, heard: Callable[[int], float], until_s: int) -> list[int]:
    """Return when beats go by SMS while no line works."""
    state, found = Carriage(), []
    for now_s in range(0, until_s, 60):
        after = carriage.text(state, per_day, heard(now_s), now_s)
        if after is not None:
            state = after
            found.append(now_s)
    return found


def test_without_any_line_a_few_beats_a_day_go_by_sms() -> None:
    days = texts(4, lambda _: 0.0, 3 * 86_400)
    assert days[:5] == [300, 21_900, 43_500, 65_100, 86_700]
    assert len(days) == 12


def test_the_next_outage_of_all_lines_has_an_sms_of_its_own_but_never_more_than_a_day_s() -> None:
    flapping = texts(4, lambda now_s: now_s // 3600 * 3600.0, 86_400)
    assert flapping == [300, 3_900, 7_500, 11_100]
