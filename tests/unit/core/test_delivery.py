"""The way of one message: it ends or waits, and is never risked a third time."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notanker.core import delivery as rules
from notanker.core.delivery import Delivery
from notanker.core.names import Outcome

QUEUED = Delivery("17-1", 17, "+493023125110", "Text", queued_s=100.0)
HANDED_OVER = rules.begin(QUEUED, "lte1")
UNKNOWN = rules.lost_sight(HANDED_OVER, "no answer", 110.0)


@pytest.mark.parametrize(
    ("before", "happening", "outcome", "next_s"),
    [
        (QUEUED, lambda d: rules.begin(d, "lte1"), Outcome.HANDED_OVER, 0.0),
        (HANDED_OVER, rules.sent, Outcome.SENT, 0.0),
        (HANDED_OVER, lambda d: rules.refused(d, "no such number"), Outcome.FAILED, 0.0),
        (HANDED_OVER, lambda d: rules.postponed(d, "busy", 30.0, 110.0), Outcome.QUEUED, 140.0),
        (HANDED_OVER, lambda d: rules.postponed(d, "busy", None, 110.0), Outcome.QUEUED, 112.0),
        (HANDED_OVER, lambda d: rules.lost_sight(d, "hung", 110.0), Outcome.UNKNOWN, 110.0),
        (UNKNOWN, lambda d: rules.found(d, left=True, now_s=111.0), Outcome.SENT, 110.0),
        (UNKNOWN, lambda d: rules.found(d, left=False, now_s=111.0), Outcome.QUEUED, 111.0),
        (UNKNOWN, lambda d: rules.found(d, left=None, now_s=111.0), Outcome.UNKNOWN, 116.0),
        (QUEUED, lambda d: rules.recovered(d, 5.0), Outcome.QUEUED, 5.0),
        (HANDED_OVER, lambda d: rules.recovered(d, 5.0), Outcome.UNKNOWN, 5.0),
        (UNKNOWN, lambda d: rules.recovered(d, 5.0), Outcome.UNKNOWN, 5.0),
    ],
)
def test_the_table_of_transitions(before, happening, outcome, next_s) -> None:  # type: ignore[no-untyped-def]
    after = happening(before)
    assert (after.outcome, after.next_s) == (outcome, next_s)


def test_a_message_that_surely_did_not_leave_is_tried_less_and_less_often() -> None:
    waits = []
    delivery = QUEUED
    for _ in range(9):
        delivery = rules.postponed(rules.begin(delivery, "lte1"), "busy", None, 1000.0)
        waits.append(delivery.next_s - 1000.0)
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60, 60]


def test_an_alarm_that_could_not_be_sent_in_a_day_is_given_up_with_its_reason() -> None:
    late = rules.postponed(HANDED_OVER, "no network", 30.0, 100.0 + 24 * 3600 + 1)
    assert (late.outcome, late.reason, late.over) == (Outcome.FAILED, "no network", True)


def test_a_restart_counts_the_day_anew_because_the_boot_clock_may_be_another_one() -> None:
    old = replace(QUEUED, queued_s=10**9)
    assert rules.recovered(old, 5.0).queued_s == 5.0


def test_a_channel_that_cannot_tell_is_asked_six_times_before_the_message_is_risked_again() -> None:
    delivery, questions = UNKNOWN, 0
    while delivery.outcome is Outcome.UNKNOWN:
        delivery, questions = rules.found(delivery, left=None, now_s=0.0), questions + 1
    assert (questions, delivery.outcome, delivery.unknowns) == (6, Outcome.QUEUED, 1)


def test_after_two_unknown_ends_it_is_over_and_stays_unknown() -> None:
    delivery = rules.lost_sight(rules.begin(replace(UNKNOWN), "lte1"), "hung", 0.0)
    while not delivery.over:
        delivery = rules.found(delivery, left=None, now_s=0.0)
    assert (delivery.outcome, delivery.unknowns) == (Outcome.UNKNOWN, 2)


def test_proof_that_it_did_not_leave_gives_the_risk_back() -> None:
    delivery = UNKNOWN
    for _ in range(10):
        delivery = rules.found(delivery, left=False, now_s=0.0)
        assert delivery.unknowns == 0
        delivery = rules.lost_sight(rules.begin(delivery, "lte1"), "hung", 0.0)
    assert not delivery.over


HAPPENINGS = ["sent", "refused", "retry", "down", "unknown"]


@settings(max_examples=300)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(HAPPENINGS),
            st.sampled_from([True, False, None]),
            st.booleans(),
        ),
        max_size=60,
    )
)
def test_whatever_happens_no_more_than_two_unknown_hand_overs_are_risked(
    life: list[tuple[str, bool | None, bool]],
) -> None:
    """The person gets two copies at most: hand-overs that left or may have left, proof apart."""
    delivery, perhaps, now_s = QUEUED, 0, 100.0
    for happening, left, restart in life:
        if delivery.over:
            break
        now_s += 1.0
        if delivery.outcome is Outcome.UNKNOWN:
            delivery = rules.found(delivery, left, now_s)
            perhaps -= left is False
        else:
            delivery = rules.begin(delivery, "lte1")
            if restart or happening in ("unknown", "sent"):
                perhaps += 1
            delivery = _handed_over(delivery, happening, now_s, restart=restart)
        if restart:
            delivery = rules.recovered(delivery, now_s)
        assert perhaps <= rules.MOST_UNKNOWN
        assert 0 <= delivery.unknowns <= rules.MOST_UNKNOWN
        assert delivery.over or delivery.next_s >= 0


def _handed_over(delivery: Delivery, happening: str, now_s: float, *, restart: bool) -> Delivery:
    if restart:  # killed in the middle of it
        return delivery
    match happening:
        case "sent":
            return rules.sent(delivery)
        case "refused":
            return rules.refused(delivery, "no such number")
        case "unknown":
            return rules.lost_sight(delivery, "hung", now_s)
        case _:
            return rules.postponed(delivery, happening, None, now_s)


@given(
    st.builds(
        Delivery,
        mark=st.just("1-1"), incident=st.just(1), number=st.just(""), text=st.text(max_size=20),
        queued_s=st.floats(0, 10**9), outcome=st.sampled_from(Outcome),
        attempts=st.integers(0, 50), unknowns=st.integers(0, 2), questions=st.integers(0, 6),
        next_s=st.floats(0, 10**9),
    ),
    st.floats(0, 10**6),
)  # fmt: skip
def test_every_state_that_a_restart_finds_goes_on_to_an_end(found: Delivery, now_s: float) -> None:
    if found.over or (
        found.outcome is Outcome.HANDED_OVER and found.unknowns >= rules.MOST_UNKNOWN
    ):
        return  # the journal gives back no message that is over; nor is a third one ever handed over
    delivery = rules.recovered(found, now_s)
    assert delivery.outcome is not Outcome.HANDED_OVER
    for _ in range(100):
        if delivery.over:
            return
        if delivery.outcome is Outcome.UNKNOWN:
            delivery = rules.found(delivery, left=None, now_s=now_s)
        else:
            delivery = rules.lost_sight(rules.begin(delivery, "lte1"), "hung", now_s)
    raise AssertionError("no end")
