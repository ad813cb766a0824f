"""The budget: never down within a month, nothing twice, bands in order, and alarms have no band at all."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.core import budget
from notanker.core.budget import (
    ALLOWANCES,
    MOST_AHEAD_BYTES,
    OWN,
    Allowance,
    Band,
    Beats,
    BudgetSettings,
    Ledger,
    Purpose,
    Reading,
    Tally,
    Users,
)

NOVEMBER, DECEMBER = "2026-11-05", "2026-12-05"
SETTINGS = BudgetSettings(monthly_bytes=1000)


def reading(total: int, life: str = "b1/1", source: str = OWN, **more: object) -> Reading:
    return Reading(source, life, total, **more)  # type: ignore[arg-type]


def look(ledger: Ledger, seen: Reading, month: str = NOVEMBER, **own: int) -> Ledger:
    told = {Purpose(name): size for name, size in own.items()}
    return budget.count(ledger, seen, told, month)


def test_what_the_counters_grew_by_is_used() -> None:
    ledger = look(look(Ledger(), reading(100)), reading(250))
    assert (ledger.used_bytes, ledger.month) == (250, NOVEMBER)


def test_looking_twice_counts_nothing_twice() -> None:
    once = look(Ledger(), reading(250))
    assert look(once, reading(250)).used_bytes == 250


def test_what_the_agent_missed_while_it_was_away_is_counted() -> None:
    """The table of the packet filter outlives the agent; so does the ledger's last reading."""
    assert look(look(Ledger(), reading(100)), reading(900)).used_bytes == 900


@pytest.mark.parametrize("later", [reading(40), reading(40, "b1/2"), reading(40, "b2/1")])
def test_counters_that_began_anew_are_added_whole(later: Reading) -> None:
    """Somebody cleared them; the table was made again; the box was started again."""
    assert look(look(Ledger(), reading(100)), later).used_bytes == 140


def test_a_new_life_counts_whole_though_it_is_larger() -> None:
    assert look(look(Ledger(), reading(100)), reading(300, "b2/1")).used_bytes == 400


def test_an_interface_older_than_the_ledger_is_no_bill() -> None:
    """What an interface carried before notanker was installed is nobody's guess."""
    first = look(Ledger(), reading(5_000_000, source="interface"))
    assert first.used_bytes == 0
    assert look(first, reading(5_000_100, source="interface")).used_bytes == 100


def test_two_kinds_of_counters_are_not_taken_for_one_another() -> None:
    ledger = look(Ledger(), reading(100))
    assert look(ledger, reading(7_000, source="interface")).used_bytes == 100


def test_each_byte_has_one_purpose_and_the_rest_is_other() -> None:
    ledger = look(Ledger(), reading(1000, users=600), standby=100, heartbeat=50)
    assert ledger.tally == Tally(standby=100, heartbeat=50, users=600, other=250)


def test_own_accounting_that_is_ahead_of_the_kernel_is_not_counted_twice() -> None:
    ledger = look(Ledger(), reading(0), heartbeat=300)
    ledger = look(ledger, reading(300))
    assert ledger.tally == Tally(heartbeat=300)


def test_a_probe_that_never_left_does_not_eat_the_others_bytes_for_ever() -> None:
    ledger = look(Ledger(), reading(0), standby=10 * MOST_AHEAD_BYTES)
    assert ledger.ahead == MOST_AHEAD_BYTES


def test_a_month_begins_at_nothing() -> None:
    ledger = look(look(Ledger(), reading(900)), reading(950), DECEMBER)
    assert (ledger.month, ledger.used_bytes) == (DECEMBER, 50)


def test_a_clock_that_nobody_trusts_closes_no_month() -> None:
    ledger = look(look(Ledger(), reading(900)), reading(950), month="")
    assert (ledger.month, ledger.used_bytes) == (NOVEMBER, 950)


def test_bytes_of_an_unknown_time_belong_to_the_month_that_is_known_next() -> None:
    ledger = look(look(Ledger(), reading(900)), reading(950), month="")
    assert look(ledger, reading(960)).used_bytes == 960
    assert look(ledger, reading(960), DECEMBER).used_bytes == 60


def test_a_clock_that_was_wrong_into_the_future_gives_no_second_month() -> None:
    """2038 and back: the month gets its right name again, and nothing is forgotten."""
    ledger = look(look(Ledger(), reading(900)), reading(950), "2038-01-05")
    ledger = look(ledger, reading(1000), DECEMBER)
    assert (ledger.month, ledger.used_bytes) == (DECEMBER, 100)


def test_the_modem_s_count_wins_where_it_is_larger() -> None:
    seen = reading(100, modem=5000, modem_since="2026-11-05")
    ledger = look(Ledger(), seen)
    assert (ledger.tally.total, ledger.modem, ledger.used_bytes) == (100, 5000, 5000)


def test_a_modem_whose_month_is_older_than_ours_is_counted_from_now_on() -> None:
    ledger = look(Ledger(), reading(0, modem=5000, modem_since="2026-11-01"))
    assert ledger.modem == 0
    ledger = look(ledger, reading(0, modem=5200, modem_since="2026-11-01"))
    assert ledger.modem == 200


def test_a_modem_that_began_a_month_of_its_own_goes_on_counting_for_ours() -> None:
    ledger = look(Ledger(), reading(0, modem=5000, modem_since=NOVEMBER))
    ledger = look(ledger, reading(0, modem=30, modem_since="2026-12-01"))
    assert ledger.modem == 5030


def test_the_modem_is_not_believed_before_the_time_is_known() -> None:
    ledger = look(Ledger(), reading(0, modem=5000, modem_since=NOVEMBER), month="")
    assert ledger.modem is None
    assert look(ledger, reading(0, modem=5100, modem_since=NOVEMBER)).modem == 5100


def test_a_modem_that_is_silent_for_a_while_is_counted_from_what_it_said_last() -> None:
    ledger = look(Ledger(), reading(0, modem=5000, modem_since=NOVEMBER))
    ledger = look(ledger, reading(0))
    assert look(ledger, reading(0, modem=5100, modem_since=NOVEMBER)).modem == 5100


def test_the_modem_s_month_ends_with_ours() -> None:
    ledger = look(Ledger(), reading(0, modem=5000, modem_since=NOVEMBER))
    ledger = look(ledger, reading(0, modem=5100, modem_since=NOVEMBER), DECEMBER)
    assert ledger.modem == 100


@pytest.mark.parametrize(
    ("used", "band"),
    [
        (0, Band.PLENTY), (749, Band.PLENTY), (750, Band.WARNED), (949, Band.WARNED),
        (950, Band.SCARCE), (999, Band.SCARCE), (1000, Band.SPENT), (10**9, Band.SPENT),
    ],
)  # fmt: skip
def test_the_bands_begin_where_they_are_said_to(used: int, band: Band) -> None:
    assert budget.band(Ledger(tally=Tally(users=used)), SETTINGS) is band


def test_without_a_limit_there_is_always_plenty() -> None:
    assert budget.band(Ledger(tally=Tally(users=10**15)), BudgetSettings()) is Band.PLENTY


def test_users_stop_before_heartbeats_and_alerts_have_nothing_that_could_stop_them() -> None:
    assert [ALLOWANCES[band].users for band in Band] == [
        Users.ALL, Users.ALL, Users.CORE, Users.NONE,
    ]  # fmt: skip
    assert [ALLOWANCES[band].beats for band in Band] == [
        Beats.ALL, Beats.ALL, Beats.THINNED, Beats.CHANGES,
    ]  # fmt: skip
    assert {item.name for item in fields(Allowance)} == {"users", "beats"}


sizes = st.integers(0, 10**12)
readings = st.builds(
    Reading,
    source=st.sampled_from([OWN, OWN, "interface"]),
    life=st.sampled_from(["b1/1", "b1/2", "b2/1"]),
    total=sizes,
    users=sizes,
    modem=st.none() | sizes,
    modem_since=st.sampled_from(["", "2026-10-01", NOVEMBER, "2026-11-20"]),
)
own = st.dictionaries(st.sampled_from(Purpose), st.integers(0, 10**6), max_size=3)


@given(st.lists(st.tuples(readings, own, st.sampled_from(["", NOVEMBER])), max_size=20))
def test_whatever_the_counters_do_a_month_never_has_less_than_before(
    looks: list[tuple[Reading, dict[Purpose, int], str]],
) -> None:
    ledger = Ledger()
    for seen, told, month in looks:
        before, ledger = ledger, budget.count(ledger, seen, told, month)
        assert ledger.used_bytes >= before.used_bytes
        bands = list(Band)
        assert bands.index(budget.band(ledger, SETTINGS)) >= bands.index(
            budget.band(before, SETTINGS)
        )
        assert ledger.tally.total >= sum(told.values())
        assert 0 <= ledger.ahead <= MOST_AHEAD_BYTES
        assert ledger.undated.total <= ledger.tally.total


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=30), st.data())
def test_restarts_and_kills_count_each_byte_once(steps: list[int], data: st.DataObject) -> None:
    """Whenever the agent dies, its ledger on disk may be older; the kernel has the difference."""
    total, ledger, saved = 0, Ledger(), Ledger()
    for size in steps:
        total += size
        if data.draw(st.booleans()):
            ledger = look(ledger, reading(total))
        if data.draw(st.booleans()):
            saved = ledger
        if data.draw(st.booleans()):
            ledger = saved
    assert look(ledger, reading(total)).used_bytes == total
