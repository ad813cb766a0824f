"""Heartbeats: each interval, at each change, thinned over LTE before the data runs out."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from notanker.core import beating
from notanker.core.beating import SPENT_S, Beating
from notanker.core.budget import Beats
from notanker.core.names import Uplink, Verdict, Waiting
from notanker.core.settings import BeatSettings

PRIMARY, BACKUP = Uplink.PRIMARY, Uplink.BACKUP
SETTINGS = BeatSettings(interval_s=60.0, proof_s=900.0, retry_s=5.0)
WELL = dict.fromkeys(Uplink, Verdict.UP)
ONCE = Beating(next_s=0.0, proof_s=1e9)


def sent(
    state: Beating,
    route: Uplink,
    seconds: int,
    beats: Beats = Beats.ALL,
    *,
    ok: bool = True,
    hurried: bool = False,
) -> list[tuple[int, Uplink]]:
    """Return the beats of so many seconds, each answered within the second."""
    found = []
    for now_s in range(seconds):
        state, over = beating.step(state, SETTINGS, route, WELL, now_s, beats, hurried=hurried)
        if over is not None:
            found.append((now_s, over))
            state = beating.done(state, SETTINGS, over, route, ok=ok, now_s=now_s + 0.5)
    return found


def test_the_centre_hears_each_interval() -> None:
    assert [at_s for at_s, _ in sent(ONCE, PRIMARY, 200)] == [0, 60, 120, 180]


def test_the_idle_backup_is_proven_now_and_then() -> None:
    beats = sent(Beating(), PRIMARY, 1800)
    assert [at_s for at_s, over in beats if over is BACKUP] == [1, 901]


def test_while_somebody_is_waited_for_beats_hurry_unless_the_data_is_spent() -> None:
    for route, beats in ((PRIMARY, Beats.CHANGES), (BACKUP, Beats.ALL), (BACKUP, Beats.THINNED)):
        assert len(sent(ONCE, route, 60, beats, hurried=True)) >= 60 / (beating.HURRY_S + 1)
    assert len(sent(ONCE, BACKUP, 60, Beats.CHANGES, hurried=True)) == 1


def test_a_scarce_budget_thins_what_takes_lte_and_nothing_else() -> None:
    assert [at_s for at_s, _ in sent(ONCE, BACKUP, 1300, Beats.THINNED)] == [0, 600, 1200]
    assert len(sent(ONCE, PRIMARY, 1300, Beats.THINNED)) == len(sent(ONCE, PRIMARY, 1300))
    proofs = [over for _, over in sent(Beating(), PRIMARY, 5000, Beats.THINNED) if over is BACKUP]
    assert len(proofs) == 2  # at once, and after an hour


def test_a_spent_budget_leaves_changes_and_a_sign_of_life_each_hour() -> None:
    assert [at_s for at_s, _ in sent(ONCE, BACKUP, 7300, Beats.CHANGES)] == [0, 3600, 7200]
    state, _ = beating.step(ONCE, SETTINGS, BACKUP, WELL, 0.0, Beats.CHANGES)
    state = beating.now_due(state, 7.0)
    assert beating.step(state, SETTINGS, BACKUP, WELL, 7.0, Beats.CHANGES)[1] is BACKUP


def test_what_the_centre_is_promised_is_what_it_gets() -> None:
    assert beating.interval_s(SETTINGS, BACKUP, Beats.ALL) == 60.0
    assert beating.interval_s(SETTINGS, BACKUP, Beats.THINNED) == 600.0
    assert beating.interval_s(SETTINGS, BACKUP, Beats.CHANGES) == SPENT_S
    assert beating.interval_s(SETTINGS, PRIMARY, Beats.CHANGES) == 60.0


def test_a_centre_that_is_down_does_not_cost_the_month_s_data() -> None:
    """A refused request costs as much as one that is answered: 5, 10, 20, 40 s, then the interval."""
    assert [at_s for at_s, _ in sent(ONCE, BACKUP, 200, ok=False)] == [0, 6, 17, 38, 79, 139, 199]
    assert len(sent(ONCE, PRIMARY, 200, ok=False)) > 30


def test_an_acknowledged_beat_forgets_the_failures() -> None:
    state = replace(ONCE, failures=5)
    assert beating.done(state, SETTINGS, BACKUP, BACKUP, ok=True, now_s=1.0).failures == 0


@given(
    st.sampled_from(Uplink), st.sampled_from(Beats), st.floats(1, 86_400), st.booleans(),
    st.integers(0, 100),
)  # fmt: skip
def test_no_band_makes_a_beat_come_sooner(
    route: Uplink, beats: Beats, interval_s: float, ok: bool, failures: int
) -> None:
    settings = replace(SETTINGS, interval_s=interval_s)
    state, over = beating.step(replace(ONCE, failures=failures), settings, route, WELL, 0.0, beats)
    assert over is route
    assert state.next_s >= interval_s
    after = beating.done(state, settings, route, route, ok=ok, now_s=1.0)
    assert after.next_s <= state.next_s
    assert after.next_s >= min(state.next_s, 1.0 + settings.retry_s)


def caught_up(route: Uplink, beats: Beats) -> float:
    """Return how soon the next beat is due after one that left history behind."""
    state, _ = beating.step(ONCE, SETTINGS, route, WELL, 0.0, beats)
    state = beating.done(
        state, SETTINGS, route, route, ok=True, now_s=1.0, waiting=Waiting.MORE, beats=beats
    )
    return state.next_s - 1.0


def test_history_follows_at_once_but_a_scarce_budget_keeps_it_for_the_primary_line() -> None:
    assert caught_up(PRIMARY, Beats.CHANGES) == beating.CATCH_UP_S
    assert caught_up(BACKUP, Beats.ALL) == SETTINGS.retry_s
    assert caught_up(BACKUP, Beats.THINNED) > 500


def test_a_centre_without_a_word_is_mute_after_half_an_hour_until_it_has_one() -> None:
    state = Beating(next_s=0.0, proof_s=1e9)
    told = []
    for now_s in range(0, 3000, 5):
        state, over = beating.step(state, SETTINGS, PRIMARY, WELL, now_s)
        told.append(state.mute)
        if over is not None:
            ok = now_s >= 2700
            state = beating.done(state, SETTINGS, over, PRIMARY, ok=ok, now_s=now_s)
    assert told.index(True) * 5 == beating.MUTE_S
    assert told[2695 // 5]
    assert not told[-1]


def test_the_site_is_woken_to_say_that_the_centre_is_mute() -> None:
    state = Beating(next_s=1e9, proof_s=1e9, heard_s=100.0)
    assert beating.next_wake_s(state, SETTINGS, PRIMARY, WELL) == 100.0 + beating.MUTE_S
    state, _ = beating.step(state, SETTINGS, PRIMARY, WELL, 100.0 + beating.MUTE_S)
    assert state.mute
    assert beating.next_wake_s(state, SETTINGS, PRIMARY, WELL) == 1e9
