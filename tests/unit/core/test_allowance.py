"""How many messages a person gets in an hour."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from notanker.core.allowance import HOUR_S, opens_s, recent, used
from notanker.core.facts import Fact, Queued, Settled
from notanker.core.moment import Moment
from notanker.core.names import Outcome

WANTS = st.lists(st.tuples(st.floats(0, 900), st.booleans()), max_size=80)


def sent(per_hour: int, wants: list[tuple[float, bool]]) -> tuple[list[float], list[bool]]:
    """Let each want one message as soon as it may go, one after the other."""
    now_s, times, kinds = 0.0, list[float](), list[bool]()
    for pause_s, urgent in wants:
        now_s += pause_s
        now_s = max(now_s, opens_s(recent(times, now_s), per_hour, urgent=urgent))
        times.append(now_s)
        kinds.append(urgent)
    return times, kinds


@given(st.integers(1, 40), WANTS)
def test_no_hour_has_more_than_the_limit(per_hour: int, wants: list[tuple[float, bool]]) -> None:
    times, _ = sent(per_hour, wants)
    # An hour later, but for how floating point rounds.
    later = ((place, now_s + 1e-6) for place, now_s in enumerate(times))
    assert all(len(recent(times[:place], now_s)) < per_hour for place, now_s in later)


def test_a_part_of_the_hour_is_kept_for_alarms_and_not_all_at_once() -> None:
    times, _ = sent(20, [(0.0, True)] * 20)
    assert [times.count(0.0), max(times)] == [15, 3000.0]
    assert opens_s([0.0] * 15, 20, urgent=False) == HOUR_S
    assert opens_s([0.0] * 15, 20, urgent=True) == 600.0


def test_a_small_limit_has_no_reserve_and_still_lets_all_through() -> None:
    assert opens_s([], 1, urgent=False) < 0
    assert opens_s([5.0], 1, urgent=True) == 5.0 + HOUR_S


def test_what_was_sent_before_a_restart_counts_and_what_was_merged_does_not() -> None:
    def at(s: float, boot: str = "old") -> Moment:
        return Moment(s, 1_000_000 + s, boot=boot)

    def queued(mark: str) -> Queued:
        return Queued(at(0), 1, mark, "T1", "mara", "Mara", "+491713920013", "de")

    facts: list[Fact] = [queued(f"1-{n}") for n in range(1, 6)]
    facts += [
        Settled(at(10), 1, "1-1", Outcome.SENT, 1),
        Settled(at(20), 1, "1-1", Outcome.DELIVERED, 1),  # better proof of the same
        Settled(at(30), 1, "1-2", Outcome.FAILED, 1, "no such number"),
        Settled(at(40), 1, "1-3", Outcome.SENT, 1, "1-4"),
        Settled(at(40), 1, "1-4", Outcome.SENT, 1),
    ]
    now = Moment(5.0, 1_000_100.0, boot="new")
    assert used(facts, now) == {"+491713920013": [-75.0, -55.0]}
