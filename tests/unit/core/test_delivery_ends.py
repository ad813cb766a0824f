"""Whatever happens to a message in whatever order: it always has a next moment, and an end within bounds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from notanker.core import chasing, receipts
from notanker.core import delivery as rules
from notanker.core.delivery import Delivery
from notanker.core.names import Outcome

CHANNELS = ("lte1", "mail")
NUMBER = "+493023125110"
DOUBT_S = rules.MOST_QUESTIONS * rules.ASK_AGAIN_S
SLACK_S = 60.0
ANSWERS = ("sent", "sent unreported", "lost", "busy", "later", "down", "never")
"""What a channel says; "later" asks for a year's patience, "down" is a degraded plugin's."""


class World:
    """Two channels, the air behind them, and an outbox that carries one message by the rules."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.message = Delivery("17-1", 17, NUMBER, "Text. Nr 17-1", 100.0, reference=40)
        self.on_air: list[
            tuple[str, int]
        ] = []  # each copy that may arrive, by which way, and its mark
        self.chased = False

    @property
    def another(self) -> bool:
        """Whether another way than the last is left; without one no copy is sent."""
        return not {*CHANNELS} <= {*self.message.refusing, self.message.channel}

    def due(self, answer: str, *, left: bool, tells: bool) -> None:
        """Take the message one step further, at its own moment."""
        self.now_s = max(self.now_s, self.message.next_s)
        if self.message.outcome is Outcome.UNKNOWN:
            # Of two copies a device that has one in its list cannot say which.
            known = tells and self.message.unknowns == 1
            found = bool(self.on_air) if known else None
            self.message = rules.found(self.message, found, self.now_s)
            self.message = chasing.concluded(self.message)
            return
        for channel in CHANNELS:
            if channel not in self.message.refusing:
                later = self._hand_over(channel, answer, left=left)
                if later.outcome is not Outcome.FAILED:
                    break
                self.message = replace(
                    self.message, attempts=later.attempts, refusing=later.refusing
                )
        self.message = chasing.concluded(later)

    def no_report(self) -> None:
        """Have the report stay away for long enough."""
        self.message = chasing.begun(self.message, self.now_s)
        self.chased = True

    def _hand_over(self, channel: str, answer: str, *, left: bool) -> Delivery:
        begun = rules.begin(self.message, channel)
        if answer.startswith("sent") or (answer in ("lost", "crash") and left):
            self.on_air.append((channel, begun.unknowns))
        match answer:
            case "sent" | "sent unreported":
                reported = answer == "sent" and channel == "lte1"
                return rules.sent(begun, (40,) if channel == "lte1" else (), reported=reported)
            case "lost":
                return rules.lost_sight(begun, "hung", self.now_s)
            case "never":
                return rules.refused(begun, "no such number")
            case "down":
                return rules.postponed(self.message, "degraded", 1.0, self.now_s)
            case "crash":
                return rules.recovered(_read_back(begun), self.now_s)
        after_s = {"busy": None, "later": 3e7}[answer]
        return rules.postponed(begun, answer, after_s, self.now_s)

    def restart(self, now_s: float) -> None:
        """End the agent and begin it again; the boot clock may be another one."""
        self.now_s = now_s
        self.message = chasing.concluded(rules.recovered(_read_back(self.message), now_s))

    def report(self, *, delivered: bool) -> None:
        """Have the network say what became of a copy."""
        if receipts.match(NUMBER, 40, [self.message]) is None:
            return
        if delivered:
            self.message = rules.delivered(self.message, 40)
            return
        self.on_air.remove(next(one for one in reversed(self.on_air) if one[0] == "lte1"))
        if chasing.lost(self.message, 40):
            self.message = chasing.without_first(self.message)
            return
        later = rules.undelivered(self.message, "0x46", self.now_s, others=self.another)
        self.message = chasing.concluded(later)

    def to_the_end(self, answer: str, pause_s: float = 0.0) -> float:
        """Let nothing but time pass and one thing happen; return how long the end was in coming."""
        begun_s = self.now_s
        while not self.message.over:
            self.due(answer, left=False, tells=False)
            self.now_s += pause_s
        return self.now_s - begun_s


def _read_back(message: Delivery) -> Delivery:
    """Return what the journal keeps of it."""
    return replace(message, next_s=0.0, questions=rules.MOST_QUESTIONS if message.over else 0)


class Life(RuleBasedStateMachine):
    """Any of it, in any order."""

    @initialize()
    def begin(self) -> None:
        self.world = World()

    @precondition(lambda self: not self.world.message.over)
    @rule(answer=st.sampled_from([*ANSWERS, "crash"]), left=st.booleans(), tells=st.booleans())
    def due(self, answer: str, left: bool, tells: bool) -> None:
        self.world.due(answer, left=left, tells=tells)

    @precondition(lambda self: any(one[0] == "lte1" for one in self.world.on_air))
    @rule(delivered=st.booleans())
    def report(self, delivered: bool) -> None:
        self.world.report(delivered=delivered)

    @precondition(
        lambda self: (
            self.world.another
            and chasing.is_due(
                replace(self.world.message, queued_s=self.world.now_s), self.world.now_s
            )
        )
    )
    @rule()
    def no_report(self) -> None:
        self.world.no_report()

    @rule(now_s=st.floats(0.0, 1e6))
    def restart(self, now_s: float) -> None:
        self.world.restart(now_s)

    @rule(seconds=st.floats(0.0, 1e5))
    def time_passes(self, seconds: float) -> None:
        self.world.now_s += seconds

    @invariant()
    def there_is_a_next_moment_or_an_end(self) -> None:
        message, now_s = self.world.message, self.world.now_s
        assert message.over or message.next_s <= now_s + rules.MOST_WAIT_S
        assert message.outcome is not Outcome.HANDED_OVER

    @invariant()
    def each_fault_makes_one_copy_at_most_and_each_says_which_it_is(self) -> None:
        world = self.world
        marks = [mark for _, mark in world.on_air]
        assert len(marks) <= 2 + bool(world.message.broken) + world.chased
        assert len(set(marks)) == len(marks)

    def teardown(self) -> None:
        """From wherever it is, each of the worst worlds ends it in time."""
        for answer, most_s in (
            ("lost", rules.MOST_WAIT_S + 2 * DOUBT_S),
            ("sent", rules.MOST_WAIT_S + DOUBT_S),
            ("never", rules.MOST_WAIT_S + DOUBT_S),
        ):
            assert self._copy().to_the_end(answer) <= most_s + SLACK_S
        assert self._copy().to_the_end("down", 600.0) <= rules.MOST_AGE_S + 1200.0 + SLACK_S

    def _copy(self) -> World:
        world = World()
        world.__dict__ |= vars(self.world)
        world.on_air = list(world.on_air)
        return world


Life.TestCase.settings = settings(max_examples=150, stateful_step_count=20, deadline=None)
TestLife = Life.TestCase


@pytest.mark.parametrize("answer", ["busy", "later", "down"])
def test_a_channel_that_is_never_ready_is_given_up_after_a_day(answer: str) -> None:
    world = World()
    took_s = world.to_the_end(answer, 60.0)
    assert rules.MOST_AGE_S < took_s < rules.MOST_AGE_S + rules.MOST_WAIT_S + 2 * 60.0
    assert (world.message.outcome, world.on_air) == (Outcome.FAILED, [])


def test_a_channel_that_asks_for_a_year_is_tried_again_after_ten_minutes() -> None:
    world = World()
    world.due("later", left=False, tells=False)
    assert world.message.next_s == world.now_s + rules.MOST_WAIT_S


def test_restarts_without_end_do_not_make_a_fourth_copy() -> None:
    world = World()
    for _ in range(40):
        if world.message.over:
            break
        world.due("crash", left=True, tells=False)
    assert world.on_air == [("lte1", 0), ("lte1", 1), ("lte1", 2)]


def test_without_a_restart_there_is_no_third_copy() -> None:
    world = World()
    world.to_the_end("lost")
    assert world.message.unknowns == 2
