"""What status reports prove, and that whatever happens nobody is told three times or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from notanker.core import delivery as rules
from notanker.core import merging, receipts
from notanker.core.delivery import Delivery
from notanker.core.marks import incident_of, reference_of, repeated
from notanker.core.names import Outcome

QUEUED = Delivery("17-1", 17, "+493023125110", "Text. Nr 17-1", 100.0, reference=40)
HANDED_OVER = rules.begin(QUEUED, "lte1")
SENT = rules.sent(HANDED_OVER, (40,), reported=True)
UNKNOWN = rules.lost_sight(HANDED_OVER, "no answer", 110.0)


@pytest.mark.parametrize("before", [SENT, UNKNOWN, replace(UNKNOWN, outcome=Outcome.QUEUED)])
def test_a_report_ends_every_doubt(before: Delivery) -> None:
    after = rules.delivered(before, 40)
    assert (after.outcome, after.over, after.awaits) == (Outcome.DELIVERED, True, False)


def test_a_report_that_comes_before_the_modems_answer_is_not_lost() -> None:
    early = rules.delivered(HANDED_OVER, 40)
    assert early.outcome is Outcome.HANDED_OVER
    assert rules.proven(rules.sent(early, (40,), reported=True)).outcome is Outcome.DELIVERED
    assert rules.proven(rules.lost_sight(early, "hung", 1.0)).outcome is Outcome.DELIVERED


def test_a_long_message_is_delivered_when_each_part_is() -> None:
    long = rules.sent(replace(HANDED_OVER, pieces=3), (40, 41, 42), reported=True)
    for reference in (41, 41, 40):
        long = rules.delivered(long, reference)
        assert long.outcome is Outcome.SENT
    assert rules.delivered(long, 42).outcome is Outcome.DELIVERED


def test_a_report_of_failure_goes_to_another_channel_if_there_is_one() -> None:
    over = rules.undelivered(SENT, "0x46 validity period expired", 5.0, others=False)
    assert (over.outcome, over.reason) == (Outcome.FAILED, "0x46 validity period expired")
    again = rules.undelivered(SENT, "0x46", 5.0, others=True)
    assert (again.outcome, again.refusing, again.next_s) == (Outcome.QUEUED, ("lte1",), 5.0)
    assert not again.repeat


def test_a_failure_that_comes_after_the_proof_changes_nothing() -> None:
    proven = rules.delivered(SENT, 40)
    assert rules.undelivered(proven, "0x46", 5.0, others=True) == proven


def test_parts_that_left_are_not_sent_again() -> None:
    first = rules.lost_sight(HANDED_OVER, "hung", 1.0, (1, 3))
    second = rules.postponed(rules.begin(first, "lte1"), "busy", 5.0, 2.0, (2,))
    assert second.left == (1, 2, 3)


@pytest.mark.parametrize(
    ("text", "mark", "expected"),
    [
        ("STÖRUNG X. Nr 17-1", "17-1", "STÖRUNG X. 17-1r"),
        ("OUTAGE X. No 17-1", "17-1", "OUTAGE X. 17-1r"),
        ("Nr 17-1 zu 17-11 und 17-1.", "17-1", "Nr 17-1 zu 17-11 und 17-1r."),
        ("Ohne Marke", "17-1", "Ohne Marke 17-1r"),
        ("x 17-10", "17-1", "x 17-10 17-1r"),
    ],
)
def test_a_repeat_is_known_by_its_mark_and_is_no_longer(
    text: str, mark: str, expected: str
) -> None:
    assert repeated(text, mark) == expected
    if f" {mark}" in text and not text.endswith("17-10"):
        assert len(repeated(text, mark)) <= len(text) + 1


def test_the_reference_of_a_message_is_the_same_after_a_restart_and_has_room_for_parts() -> None:
    marks = [f"17-{n}" for n in range(1, 33)]
    references = [reference_of(mark) for mark in marks]
    assert len(set(references)) == 32
    assert all(0 <= one < 256 for one in references)
    gaps = {(b - a) % 256 for a in references for b in references if a != b}
    assert min(gaps) == 8


# Which message a report is about


def sent(mark: str, number: str = "+493023125110", *references: int) -> Delivery:
    delivery = Delivery(mark, 17, number, "Text", 0.0, reference=reference_of(mark))
    return rules.sent(
        rules.begin(delivery, "lte1"), references or (delivery.reference,), reported=True
    )


def test_a_report_is_matched_by_number_and_reference() -> None:
    one, two = sent("17-1"), sent("17-2")
    other = sent("17-3", "+493023125111")
    for wanted in (one, two, other):
        found = receipts.match(wanted.number, wanted.reference, [one, two, other])
        assert found == wanted


@pytest.mark.parametrize("written", ["030 23125110", "00493023125110", "+49 30 23125-110"])
def test_the_network_may_write_the_number_in_its_own_way(written: str) -> None:
    one = sent("17-1")
    assert receipts.match(written, one.reference, [one]) == one


def test_a_reference_that_the_modem_chose_is_matched_while_only_one_message_is_open() -> None:
    lost = rules.lost_sight(rules.begin(QUEUED, "lte1"), "hung", 1.0)
    assert receipts.match(QUEUED.number, 199, [lost]) == lost
    second = replace(lost, mark="17-2", reference=90)
    assert receipts.match(QUEUED.number, 199, [lost, second]) is None


def test_what_is_over_or_waits_for_no_report_is_not_matched() -> None:
    silent = rules.sent(HANDED_OVER)
    assert receipts.match(QUEUED.number, 40, [silent, QUEUED]) is None


def test_a_number_that_came_round_means_the_latest_message() -> None:
    old, new = sent("17-1", "+493023125110", 7), sent("18-1", "+493023125110", 7)
    assert receipts.match("+493023125110", 7, [old, new]) == new


# Storms


def waiting(count: int, rank: int = 0) -> list[Delivery]:
    return [replace(QUEUED, mark=f"17-{n}", rank=rank) for n in range(1, count + 1)]


def test_a_few_messages_are_left_as_they_are() -> None:
    assert merging.storm(waiting(3)) is None


def test_a_storm_becomes_two_messages_and_none_is_dropped() -> None:
    storm = merging.storm(waiting(9))
    assert storm is not None
    one = merging.merged(storm, "summary")
    assert one.mark == "17-9"
    assert [*one.carries, one.mark] == [f"17-{n}" for n in range(2, 10)]


def test_the_most_severe_stays_as_it_is() -> None:
    messages = waiting(5, rank=2)
    messages[3] = replace(messages[3], rank=0)
    storm = merging.storm(messages)
    assert storm is not None
    assert messages[3] not in (*storm.others, storm.latest)


def test_what_may_have_left_keeps_its_own_mark() -> None:
    messages = waiting(4)
    messages[1] = rules.begin(messages[1], "lte1")
    assert merging.storm(messages) is None


def test_a_summary_is_merged_again_with_all_that_it_carries() -> None:
    first = merging.storm(waiting(5))
    assert first is not None
    one = merging.merged(first, "summary")
    again = [waiting(1)[0], one, *(replace(QUEUED, mark=f"18-{n}") for n in range(1, 3))]
    storm = merging.storm(again)
    assert storm is not None
    marks = {*merging.merged(storm, "s").carries, storm.latest.mark}
    assert marks == {"17-2", "17-3", "17-4", "17-5", "18-1", "18-2"}
    assert incident_of("18-2") == 18
    assert incident_of("R-2") == 0


LONG = replace(HANDED_OVER, pieces=2)


def test_one_part_alone_never_proves_a_long_message_whose_answer_was_lost() -> None:
    lost = rules.delivered(rules.lost_sight(LONG, "hung", 110.0), 40)
    assert lost.outcome is Outcome.UNKNOWN
    assert rules.delivered(lost, 41).outcome is Outcome.DELIVERED


def test_the_missing_part_must_be_reported_itself() -> None:
    """The report of a part that left in the attempt before says nothing of the one sent now."""
    first = rules.delivered(rules.postponed(LONG, "busy", 1.0, 110.0, left=(1,)), 40)
    rest = rules.proven(rules.sent(rules.begin(first, "lte1"), (44,), reported=True))
    assert rest.outcome is Outcome.SENT
    assert rules.delivered(rest, 44).outcome is Outcome.DELIVERED


def test_a_report_that_was_on_disk_before_a_crash_spares_the_question_and_the_repeat() -> None:
    early = rules.delivered(HANDED_OVER, 40)
    assert rules.recovered(early, 5.0).outcome is Outcome.DELIVERED


def test_a_failed_copy_says_nothing_of_another_whose_end_nobody_knows() -> None:
    """The further try on another channel may be a second copy, and must say so."""
    risked = replace(UNKNOWN, outcome=Outcome.QUEUED)
    repeat = rules.sent(rules.begin(risked, "lte1"), (40,), reported=True)
    assert rules.undelivered(repeat, "0x46", 200.0, others=True).repeat
    both = rules.lost_sight(rules.begin(risked, "lte1"), "hung", 120.0)
    assert rules.undelivered(both, "0x46", 200.0, others=True).unknowns == 1
    assert not rules.undelivered(UNKNOWN, "0x46", 200.0, others=True).repeat


class Life(RuleBasedStateMachine):
    """One message and the world around it, which may do anything in any order."""

    @initialize()
    def begin(self) -> None:
        self.now_s = 100.0
        self.message = QUEUED
        self.on_air: list[bool] = []  # of each copy: was it marked as a repeat?
        self.in_modem = False

    @precondition(lambda self: not self.message.over and self.message.outcome is Outcome.QUEUED)
    @rule(left=st.booleans(), end=st.sampled_from(["sent", "lost", "retry", "never", "crash"]))
    def hand_over(self, left: bool, end: str) -> None:
        self.message = rules.begin(self.message, "lte1")
        if end == "sent" or (end in ("lost", "crash") and left):
            self.on_air.append(self.message.repeat)
        match end:
            case "sent":
                self.message = rules.sent(self.message, (40,), reported=left)
            case "lost":
                self.message = rules.lost_sight(self.message, "hung", self.now_s)
            case "retry":
                self.message = rules.postponed(self.message, "busy", 1.0, self.now_s)
            case "never":
                self.message = rules.refused(self.message, "no such number")
            case "crash":
                self.message = rules.recovered(self.message, self.now_s)

    @precondition(lambda self: self.message.outcome is Outcome.UNKNOWN and not self.message.over)
    @rule(can_tell=st.booleans())
    def ask(self, can_tell: bool) -> None:
        left = bool(self.on_air) if can_tell else None
        # A modem that can tell tells the truth of the last hand-over only where there was one copy.
        if can_tell and self.message.unknowns > 1:
            left = None
        self.message = rules.found(self.message, left, self.now_s)

    @precondition(lambda self: self.on_air)
    @rule()
    def report(self) -> None:
        if receipts.match(QUEUED.number, 40, [self.message]) is not None:
            self.message = rules.proven(rules.delivered(self.message, 40))

    @rule()
    def restart(self) -> None:
        if not self.message.over:
            self.message = rules.recovered(self.message, self.now_s)

    @invariant()
    def never_three_and_every_copy_is_marked(self) -> None:
        if not hasattr(self, "message"):
            return
        assert len(self.on_air) <= 2
        assert all(self.on_air[1:])
        if self.message.outcome in (Outcome.SENT, Outcome.DELIVERED):
            assert self.on_air
        if self.message.over and self.message.outcome is Outcome.FAILED:
            assert self.message.reason


Life.TestCase.settings = settings(max_examples=300, stateful_step_count=25, deadline=None)
TestLife = Life.TestCase
