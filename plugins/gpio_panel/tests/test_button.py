"""The button in virtual time: what counts as a press, and what it means."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notanker.plugin import Hold
from notanker_gpio_panel.button import BOUNCE_S, STUCK_S, Button, Stuck

EDGES = st.lists(st.tuples(st.floats(0.0, 100.0), st.booleans()), max_size=40)


def run(
    edges: list[tuple[float, bool]], until_s: float, offers: tuple[tuple[float, str], ...] = ()
) -> list[tuple[float, Hold | Stuck]]:
    """Let time pass as the player does, and return what was said, and when."""
    button, now_s, said = Button(), 0.0, []
    todo = [*edges, (until_s, None)]
    for at_s, level in todo:
        while (wake_s := button.wake_s(now_s)) <= at_s:
            now_s = wake_s
            button.offer = next((offer for at, offer in reversed(offers) if at <= now_s), "")
            if (what := button.step(now_s)) is not None:
                said.append((now_s, what))
        now_s = at_s
        if level is not None:
            button.edge(level, now_s)
    return said


def meant(edges: list[tuple[float, bool]], until_s: float = 200.0) -> list[Hold | Stuck]:
    return [what for _, what in run(edges, until_s)]


@pytest.mark.parametrize(
    ("held_s", "hold"),
    [
        (0.1, Hold.SHORT),
        (2.9, Hold.SHORT),
        (3.1, Hold.ACKNOWLEDGE),
        (7.9, Hold.ACKNOWLEDGE),
        (8.1, Hold.DRILL),
        (59.0, Hold.DRILL),
    ],
)
def test_the_time_it_was_held_says_what_was_meant(held_s: float, hold: Hold) -> None:
    assert meant([(10.0, True), (10.0 + held_s, False)]) == [hold]


def test_a_press_is_said_when_the_button_is_let_go() -> None:
    ((at_s, _),) = run([(10.0, True), (14.0, False)], 20.0)
    assert at_s == pytest.approx(14.0 + BOUNCE_S)


def test_a_contact_that_bounces_when_it_closes_and_opens_is_one_press() -> None:
    close = [(10.0 + n * 0.002, n % 2 == 0) for n in range(7)]
    opened = [(14.0 + n * 0.002, n % 2 == 1) for n in range(7)]
    assert meant(close + opened) == [Hold.ACKNOWLEDGE]


def test_a_spike_is_no_press() -> None:
    assert meant([(10.0, True), (10.0 + BOUNCE_S / 2, False)]) == []


def test_a_button_that_is_stuck_is_told_once_and_is_no_drill() -> None:
    assert meant([(10.0, True)], 500.0) == [Stuck.STUCK]
    assert meant([(10.0, True), (10.0 + STUCK_S + 5, False)]) == [Stuck.STUCK, Stuck.FREE]


def test_a_button_that_was_stuck_works_again() -> None:
    edges = [(10.0, True), (90.0, False), (100.0, True), (100.5, False)]
    assert meant(edges) == [Stuck.STUCK, Stuck.FREE, Hold.SHORT]


def test_while_it_is_held_it_says_what_letting_go_would_mean() -> None:
    button = Button()
    button.edge(True, 10.0)
    assert button.held(10.0) is None
    button.step(10.0 + BOUNCE_S)
    assert button.held(12.0) is Hold.SHORT
    assert button.held(13.0) is Hold.ACKNOWLEDGE
    assert button.held(18.0) is Hold.DRILL


def test_a_button_at_rest_wants_no_time() -> None:
    assert Button().wake_s(0.0) == math.inf


@given(EDGES)
def test_whatever_a_contact_does_each_press_is_said_at_most_once(
    edges: list[tuple[float, bool]],
) -> None:
    said = meant(sorted(edges, key=lambda edge: edge[0]))
    closed = sum(level for _, level in edges)
    assert sum(what is not Stuck.FREE for what in said) <= 2 * closed
    for before, after in itertools.pairwise(said):
        assert after is not Stuck.FREE or before is Stuck.STUCK


@pytest.mark.parametrize(
    ("held_s", "said"),
    [
        (0.1, [Hold.SHORT]),
        (3.1, [Hold.ACKNOWLEDGE]),
        (7.9, [Hold.ACKNOWLEDGE]),
        (8.1, [Hold.RELEASE]),
        (14.9, [Hold.RELEASE]),
        (15.1, []),
        (59.0, []),
        (61.0, [Stuck.STUCK, Stuck.FREE]),
    ],
)
def test_while_a_text_is_offered_only_letting_go_in_time_releases_it(
    held_s: float, said: list[Hold | Stuck]
) -> None:
    edges = [(10.0, True), (10.0 + held_s, False)]
    assert [what for _, what in run(edges, 200.0, ((0.0, "17 T7 1"),))] == said


@pytest.mark.parametrize(
    ("offers", "said"),
    [
        (((12.0, "17 T7 1"),), [Hold.DRILL]),
        (((0.0, "17 T7 1"), (12.0, "")), []),
        (((0.0, "17 T7 1"), (12.0, "17 T7 2")), []),
        (((0.0, "17 T7 1"), (12.0, "18 T6 1")), []),
    ],
    ids=["begun before the offer", "over", "other words", "another text"],
)
def test_what_was_not_offered_from_first_to_last_is_not_released(
    offers: tuple[tuple[float, str], ...], said: list[Hold]
) -> None:
    edges = [(10.0, True), (19.0, False)]
    assert [what for _, what in run(edges, 200.0, offers)] == said


@given(edges=EDGES, offer_s=st.floats(0.0, 100.0))
def test_no_press_that_began_before_the_offer_releases_it(
    edges: list[tuple[float, bool]], offer_s: float
) -> None:
    edges = sorted(edges, key=lambda edge: edge[0])
    for at_s, what in run(edges, 300.0, ((offer_s, "17 T7 1"),)):
        assert what is not Hold.RELEASE or at_s >= offer_s + 8.0
